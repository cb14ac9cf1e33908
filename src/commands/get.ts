// kubectl get: objects by name, selector or file, as a table or in any output format. Upstream: kubectl/pkg/cmd/get/get.go.
import type { KubeObject } from '../api/types'
import { groupVersion } from '../apiserver/discovery'
import { listObjects, presented, readWarning } from '../apiserver/query'
import type { Command, CommandContext } from '../cli/context'
import { readManifests } from '../cli/manifests'
import { parseResourceArguments, type Target } from '../cli/resource-args'
import type { Cluster } from '../cluster'
import { ApiError, CommandError, combine, UsageError } from '../errors'
import { printerFor } from '../print'
import { listOf } from '../print/structured'
import { formatTable, kindPrefix, tableCells } from '../print/table'
import type { ResourceInfo } from '../schema/resources'

interface Found {
  info: ResourceInfo
  object: KubeObject
}

interface Answer {
  found: Found[]
  failures: Error[]
  warnings: string[]
  /** One named object, printed by itself. */
  single: boolean
  /** More than one kind was asked for. */
  manyKinds: boolean
  anyNamespaced: boolean
  now: number
}

function missingResource(context: CommandContext): Error {
  context.err(`You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\n`)
  return new UsageError(
    'Required resource not specified.',
    `Use "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).\nSee 'kubectl get -h' for help and examples`,
  )
}

async function get(context: CommandContext): Promise<void> {
  const { flags, args } = context
  const files = flags.list('filename')
  if (!files.length && !args.length && !flags.string('kustomize')) throw missingResource(context)
  const output = flags.string('output')
  const table = output === '' || output === 'wide'
  const printer = table || output === 'name' ? undefined : printerFor(output, printerOptions(context))
  const documents = files.length ? await readManifests(context.host, files, flags.bool('recursive')) : undefined
  if (documents && args.length) {
    throw new CommandError('when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well')
  }
  if (documents?.failures.length && !documents.documents.length) throw combine(documents.failures)
  const answer = context.cluster.read((cluster) =>
    documents ? fromDocuments(context, cluster, documents.documents) : fromArguments(context, cluster),
  )
  answer.failures.push(...(documents?.failures ?? []))
  for (const warning of answer.warnings) context.err(`Warning: ${warning}\n`)
  if (output === 'name') context.out(answer.found.map((f) => `${kindPrefix(f.info)}/${f.object.metadata.name}\n`).join(''))
  else if (printer) {
    const objects = answer.found.map((f) => presented(f.info, f.object))
    if (answer.single && objects.length === 1) context.out(printer.print(objects[0]))
    else if (!answer.single || !answer.failures.length) context.out(printer.print(listOf(objects)))
  } else printTables(context, answer, output === 'wide')
  const failure = combine(answer.failures)
  if (failure) throw failure
}

function printerOptions(context: CommandContext) {
  const { flags } = context
  return {
    template: flags.string('template'),
    allowMissingKeys: flags.bool('allow-missing-template-keys'),
    showManagedFields: flags.bool('show-managed-fields'),
    noHeaders: flags.bool('no-headers'),
  }
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
    program: context.host.programName,
  })
  const namespace = allNamespaces ? undefined : context.namespace
  const found: Found[] = []
  const failures: Error[] = []
  for (const { info, name } of targets) {
    try {
      if (name !== undefined) found.push({ info, object: server.get(info, namespace, name) })
      else found.push(...listObjects(server, info, namespace, query).map((object) => ({ info, object })))
    } catch (error) {
      if (!(error instanceof Error)) throw error
      if (!(flags.bool('ignore-not-found') && error instanceof ApiError && error.reason === 'NotFound')) failures.push(error)
    }
  }
  return answer(cluster, targets, found, failures, named && single)
}

function fromDocuments(
  context: CommandContext,
  cluster: Cluster,
  documents: { value: Record<string, unknown>; inList: boolean }[],
): Answer {
  const { server } = cluster
  const targets: Target[] = []
  const found: Found[] = []
  const failures: Error[] = []
  for (const { value } of documents) {
    const { apiVersion, kind, metadata } = value as { apiVersion?: string; kind?: string; metadata?: { name?: string; namespace?: string } }
    const info = server.discovery.byKind(String(apiVersion), String(kind))
    if (!info) {
      failures.push(
        new CommandError(`unable to recognize "": no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`),
      )
      continue
    }
    targets.push({ info, name: metadata?.name })
    try {
      found.push({ info, object: server.get(info, metadata?.namespace ?? context.namespace, metadata?.name ?? '') })
    } catch (error) {
      if (!(error instanceof Error)) throw error
      if (!(context.flags.bool('ignore-not-found') && error instanceof ApiError && error.reason === 'NotFound')) failures.push(error)
    }
  }
  return answer(cluster, targets, found, failures, documents.length === 1 && !documents[0].inList)
}

function answer(cluster: Cluster, targets: Target[], found: Found[], failures: Error[], single: boolean): Answer {
  const infos = targets.map((t) => t.info)
  const warnings = [...new Set(infos.map(readWarning).filter((w) => w !== undefined))]
  return {
    found,
    failures,
    warnings,
    single,
    manyKinds: new Set(infos.map((i) => `${groupVersion(i)}/${i.kind}`)).size > 1,
    anyNamespaced: infos.some((i) => i.namespaced),
    now: cluster.env.now(),
  }
}

function printTables(context: CommandContext, answer: Answer, wide: boolean): void {
  const { flags } = context
  const { found } = answer
  if (!found.length) {
    if (flags.bool('ignore-not-found') || answer.failures.length) return
    const where = answer.anyNamespaced && !flags.bool('all-namespaces') ? ` in ${context.namespace} namespace.` : ''
    context.err(`No resources found${where}\n`)
    return
  }
  const allNamespaces = flags.bool('all-namespaces')
  const tables: string[] = []
  for (const group of groups(found)) {
    const { info } = group[0]
    const cells = tableCells(
      info,
      group.map((f) => f.object),
      {
        now: answer.now,
        wide,
        showKind: answer.manyKinds || flags.bool('show-kind'),
        withNamespace: allNamespaces && info.namespaced,
        showLabels: flags.bool('show-labels'),
        labelColumns: flags.list('label-columns'),
      },
    )
    tables.push(formatTable(cells, flags.bool('no-headers')))
  }
  context.out(tables.join('\n'))
}

/** Runs of objects of one kind: each is a table of its own. */
function groups(found: Found[]): Found[][] {
  const out: Found[][] = []
  for (const f of found) {
    const last = out[out.length - 1]
    if (last && last[0].info.resource === f.info.resource) last.push(f)
    else out.push([f])
  }
  return out
}

export const command: Command = { run: get }
