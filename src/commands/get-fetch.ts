// What `get` finds: the objects behind its arguments or files, with what went wrong on the way.

import type { KubeObject } from '../api/types'
import { columnsOf } from '../apiserver/columns'
import { recognise, requireNamespace } from '../apiserver/decode'
import { groupVersion } from '../apiserver/discovery'
import { withOwnership } from '../apiserver/managed-fields-tracking'
import { listObjects, readWarning } from '../apiserver/query'
import { scaleOf } from '../apiserver/scale'
import { scaleResource } from '../apiserver/scale-requests'
import { listCells } from '../apiserver/table-rows'
import type { CommandContext } from '../cli/context'
import { getNamed } from '../cli/get-named'
import type { Documents } from '../cli/manifests'
import { parseResourceArguments, type Target } from '../cli/resource-args'
import { documentsOf, fileSelector, namespaceOfFile } from '../cli/select'
import type { Cluster } from '../cluster'
import { AggregateFailure, ApiError, CommandError, combine, notAllowed } from '../errors'
import { GENERIC_COLUMNS } from '../kinds/columns'
import type { Column } from '../kinds/kind'
import { builtinEntries, type ResourceInfo } from '../schema/resources'
import { columnsWanted, isTable } from './get-table'

export interface Found {
  info: ResourceInfo
  object: KubeObject
}

export interface Answer {
  found: Found[]
  failures: Error[]
  warnings: string[]
  /** One object was named, or one file: what is found prints by itself when it is one object. */
  single: boolean
  /** More than one kind was asked for. */
  manyKinds: boolean
  /** How many different resources were asked for, found or not. */
  kindsAsked: number
  /** The resources that were asked for. */
  infos: ResourceInfo[]
  /** Of one list that is to be a table: its cells, in place of the objects. */
  cells?: string[][]
  /** How many requests that takes: one a named object, one a list. */
  requests: number
  /** The cluster's time (ms). */
  now: number
  columns(info: ResourceInfo): Column[]
}

/** Reads -f or builds -k; throws what kubectl says when nothing can be read, or when arguments stand beside it. */
export async function documentsNamed(context: CommandContext): Promise<Documents | undefined> {
  const documents = await documentsOf(context)
  if (!documents) return undefined
  if (context.args.length) {
    throw new CommandError('when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well')
  }
  if (documents.failures.length && !documents.documents.length) {
    throw isTable(context) ? new AggregateFailure(documents.failures) : (combine(documents.failures) as Error)
  }
  return documents
}

/** Throws for arguments that cannot be read; what single requests fail with is collected. */
export function fetchAnswer(context: CommandContext, cluster: Cluster, documents: Documents | undefined): Answer {
  const answer = documents ? fromDocuments(context, cluster, documents) : fromArguments(context, cluster)
  if (!showsOwnership(context)) return answer
  return { ...answer, found: answer.found.map(({ info, object }) => ({ info, object: withOwnership(cluster.view, info, object) })) }
}

/** Whether the output may hold managedFields: all formats but tables, names and whole objects without --show-managed-fields. */
export function showsOwnership({ flags }: CommandContext): boolean {
  const output = flags.string('output')
  return (
    flags.bool('show-managed-fields') || flags.string('template') !== '' || !['', 'wide', 'name', 'yaml', 'json', 'kyaml'].includes(output)
  )
}

function fromArguments(context: CommandContext, cluster: Cluster): Answer {
  const { flags } = context
  const allNamespaces = flags.bool('all-namespaces')
  const query = { labelSelector: flags.string('selector'), fieldSelector: flags.string('field-selector') }
  const { server } = cluster
  const { targets, named, single } = parseResourceArguments(server.discovery, context.args, {
    selector: query.labelSelector !== '' || query.fieldSelector !== '',
    allowAll: true,
    allNamespaces,
  })
  if (flags.string('subresource') && targets.some(({ name }) => name === undefined)) {
    throw new CommandError('subresource cannot be used when bulk resources are specified')
  }
  const namespace = allNamespaces ? undefined : context.namespace
  let cells: string[][] | undefined
  const isOneTable = targets.length === 1 && targets[0].name === undefined && !server.observe && printsInOrder(context)
  const answer = collect(context, cluster, targets, named && single, ({ info, name }) => {
    if (name === undefined && isOneTable) {
      const columns = columnsWanted(context, {
        info,
        now: cluster.env.now(),
        manyKinds: false,
        namespaces: info.namespaced,
        columns: (of) => columnsOf(server, of),
      })
      cells = listCells(server, info, namespace, query, columns)
      return []
    }
    if (name === undefined) return listObjects(server, info, namespace, query).map((object) => ({ info, object }))
    return [subresourceOf(context, info, getNamed(server, info, namespace, name))]
  })
  return { ...answer, cells }
}

/** A table of one request, its rows as the server lists them. */
function printsInOrder(context: CommandContext): boolean {
  const { flags } = context
  return isTable(context) && !flags.bool('watch') && !flags.bool('watch-only') && flags.string('sort-by') === ''
}

interface Named {
  name?: string
  namespace?: string
}

/** What is wrong with files themselves comes at the end and in a list of its own, as which it is printed. */
export function together(failures: Error[]): Error[] {
  return failures.length ? [new AggregateFailure(failures)] : []
}

const NO_LABELS = { metadata: {} } as KubeObject

function fromDocuments(context: CommandContext, cluster: Cluster, { documents, failures: unread, oneFile }: Documents): Answer {
  const { server } = cluster
  const wanted = fileSelector(context.flags.string('selector'))
  const named = new Map<Target, Named>()
  const locals = new Map<Target, KubeObject>()
  const targets: Target[] = []
  const failures: Error[] = []
  for (const { value, source, inList } of documents) {
    const { metadata } = value as { metadata?: Named }
    let info: ResourceInfo
    try {
      info = recognise(server, value, source, inList)
    } catch (error) {
      failures.push(error as Error)
      continue
    }
    const isLocal = !metadata?.name
    const target = { info: isLocal ? { ...info } : info, name: metadata?.name ?? '' }
    if (isLocal) locals.set(target, value as unknown as KubeObject)
    named.set(target, metadata ?? {})
    targets.push(target)
  }
  const answer = collect(context, cluster, targets, oneFile, (target) => {
    const { info, name = '' } = target
    const metadata = named.get(target)
    const namespace = namespaceOfFile(context, info, metadata)
    const local = locals.get(target)
    // What has no name is shown as its file has it: the server is not asked for it.
    if (local)
      return wanted(local) ? [{ info, object: { ...local, metadata: { ...local.metadata, ...(namespace ? { namespace } : {}) } } }] : []
    const object = getNamed(server, info, namespace, name)
    // A table that is answered in place of an object has no labels.
    if (isTable(context) && context.flags.bool('server-print') ? !wanted(NO_LABELS) : !wanted(object)) return []
    if (info.namespaced) requireNamespace(metadata?.namespace, context.namespace, context.namespaceGiven)
    return [subresourceOf(context, info, object)]
  })
  const unmapped = new Set([...locals.keys()].map(({ info }) => info))
  const columns = (info: ResourceInfo) => (unmapped.has(info) ? GENERIC_COLUMNS : columnsOf(server, info))
  return { ...answer, columns, failures: [...answer.failures, ...together([...failures, ...unread])] }
}

/** `--subresource`: the object's status is part of it, other subresources a pod or a config map does not have. */
function subresourceOf(context: CommandContext, info: ResourceInfo, object: KubeObject): Found {
  const wanted = context.flags.string('subresource')
  if (!wanted || (wanted === 'status' && info.subresources.includes(wanted))) return { info, object }
  const entry = builtinEntries().find((each) => each.name === `${info.plural}/${wanted}` && each.groupVersion === groupVersion(info))
  if (entry && !entry.verbs.includes('get')) throw notAllowed()
  if (info.resource === 'pods' && wanted === 'log') throw new CommandError("serializer for text/plain doesn't exist")
  // The whole object, asked for behind another path.
  if (entry?.kind === info.kind) return { info, object }
  if (wanted === 'scale' && info.subresources.includes('scale')) return { info: scaleResource(info), object: scaleOf(info, object) }
  throw new ApiError('NotFound', `the server could not find the requested resource (get ${info.resource} ${object.metadata.name})`)
}

function collect(
  context: CommandContext,
  cluster: Cluster,
  targets: Target[],
  single: boolean,
  request: (target: Target) => Found[],
): Answer {
  const found: Found[] = []
  const failures: Error[] = []
  const infos: ResourceInfo[] = []
  for (const target of targets) {
    const { info } = target
    try {
      found.push(...request(target))
      infos.push(info)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      const passed = context.flags.bool('ignore-not-found') && error instanceof ApiError && error.reason === 'NotFound'
      if (!passed) failures.push(error)
    }
  }
  const warnings = targets.map(({ info }) => readWarning(info)).filter((warning) => warning !== undefined)
  return {
    found,
    failures,
    warnings: [...new Set(warnings)],
    single,
    manyKinds: new Set(infos.map((info) => `${groupVersion(info)}/${info.kind}`)).size > 1,
    kindsAsked: new Set(targets.map(({ info }) => info)).size,
    infos,
    requests: targets.length,
    now: cluster.env.now(),
    columns: (info) => columnsOf(cluster.server, info),
  }
}
