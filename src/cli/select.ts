// The objects a command is about, named by arguments, selectors or files; what most verbs begin with.

import type { KubeObject } from '../api/types'
import { recognise, requireNamespace } from '../apiserver/decode'
import { listObjects, requireSubresource, warnOfReading } from '../apiserver/query'
import type { ApiServer } from '../apiserver/server'
import type { Cluster } from '../cluster'
import { ApiError, CommandError } from '../errors'
import { parseLabelSelector, selectorMatches } from '../lib/label-selector'
import type { ResourceInfo } from '../schema/resources'
import { typeNameOf } from '../schema/types'
import type { CommandContext } from './context'
import { getNamed } from './get-named'
import { manifestsOf } from './kustomize'
import type { Documents } from './manifests'
import { parseResourceArguments } from './resource-args'
import { OF_KNOWN_TYPES } from './typed-commands'

export interface Selected {
  info: ResourceInfo
  object: KubeObject
  /** The file it was named by. */
  source?: string
}

export interface Selection {
  objects: Selected[]
  failures: Error[]
  /** Those of them that are of the files themselves: they come last. */
  unread: Error[]
  /** One object was named, or one file or kustomization: then what is found is no list. */
  single: boolean
}

export interface SelectRules {
  /** TYPE and NAME words; default: all of the command's arguments. */
  args?: string[]
  /** A bare TYPE means every object of it. */
  allowAll?: boolean
  /** Objects come from the files themselves, the server is not asked. */
  local?: boolean
  /** Such objects get the namespace of the command when they name none; with --local nothing tells whether they have one. */
  placed?: boolean
  /** The command's --selector is about something else. */
  noSelector?: boolean
  /** What is said of a file's object without a name. */
  nameless?(info: ResourceInfo): string
  /** Not found is passed over in silence. */
  ignoreMissing?: boolean
}

/** Reads `-f` or builds `-k`, if there is any. Objects of these are looked up by `select`. */
export async function documentsOf(context: CommandContext): Promise<Documents | undefined> {
  const { flags } = context
  const given = flags.list('filename').length > 0 || (flags.has('kustomize') && flags.string('kustomize') !== '')
  return given ? manifestsOf(context) : undefined
}

function flag(context: CommandContext, name: string): string {
  return context.flags.has(name) ? context.flags.string(name) : ''
}

function bool(context: CommandContext, name: string): boolean {
  return context.flags.has(name) && context.flags.bool(name)
}

/** Looks the objects up. Failures for single ones are collected; wrong arguments throw. */
export function select(context: CommandContext, cluster: Cluster, documents: Documents | undefined, rules: SelectRules = {}): Selection {
  const args = rules.args ?? context.args
  if (documents) {
    if (args.length)
      throw new CommandError('when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well')
    return selectDocuments(context, cluster, documents, rules)
  }
  const { server } = cluster
  const query = { labelSelector: rules.noSelector ? '' : flag(context, 'selector'), fieldSelector: flag(context, 'field-selector') }
  const allNamespaces = bool(context, 'all-namespaces')
  const { targets, single } = parseResourceArguments(server.discovery, args, {
    selector: query.labelSelector !== '' || query.fieldSelector !== '',
    allowAll: rules.allowAll === true || bool(context, 'all'),
    allNamespaces,
  })
  const selection: Selection = { objects: [], failures: [], unread: [], single }
  const subresource = flag(context, 'subresource')
  const namespace = allNamespaces ? undefined : context.namespace
  for (const { info, name } of targets) {
    warnOfReading(server, info)
    collect(selection, rules, () =>
      name === undefined
        ? listObjects(server, info, namespace, query).map((object) => ({ info, object }))
        : [{ info, object: named(info, name) }],
    )
  }
  return selection

  function named(info: ResourceInfo, name: string): KubeObject {
    requireSubresource(info, subresource, 'get', name)
    return getNamed(server, info, namespace, name)
  }
}

function selectDocuments(context: CommandContext, cluster: Cluster, documents: Documents, rules: SelectRules): Selection {
  const { server } = cluster
  const selection: Selection = { objects: [], failures: [], unread: [...documents.failures], single: documents.oneFile }
  const wanted = fileSelector(rules.noSelector || bool(context, 'local') ? '' : flag(context, 'selector'))
  for (const { value, source, inList } of documents.documents) {
    const { metadata } = value as { metadata?: { name?: string; namespace?: string } }
    let info: ResourceInfo
    try {
      if (OF_KNOWN_TYPES.test(context.path)) requireKnownType(value, source)
      info = rules.local && bool(context, 'local') ? unchecked(server, value) : recognise(server, value, source, inList)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      selection.unread.push(error)
      continue
    }
    collect(selection, rules, () => {
      if (rules.local) {
        const object = rules.placed ? inNamespace(value as KubeObject, namespaceOfFile(context, info, metadata)) : (value as KubeObject)
        if (!wanted(object)) return []
        requireNamespace(metadata?.namespace, context.namespace, context.namespaceGiven)
        return [{ info, object, source }]
      }
      warnOfReading(server, info)
      requireSubresource(info, flag(context, 'subresource'), 'get', metadata?.name ?? '')
      if (!metadata?.name && rules.nameless) throw new CommandError(rules.nameless(info))
      const object = getNamed(server, info, namespaceOfFile(context, info, metadata), metadata?.name ?? '')
      if (!wanted(object)) return []
      if (info.namespaced) requireNamespace(metadata?.namespace, context.namespace, context.namespaceGiven)
      return [{ info, object, source }]
    })
  }
  selection.failures.push(...selection.unread)
  return selection
}

/** Commands that read files as types of their own refuse what the client has none for. Upstream: apimachinery/pkg/runtime/error.go. */
function requireKnownType(value: Record<string, unknown>, source: string): void {
  const { apiVersion = '', kind = '' } = value as { apiVersion?: string; kind?: string }
  if (!apiVersion || typeNameOf(apiVersion, kind)) return
  const problem = `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`
  throw new CommandError(`unable to decode ${JSON.stringify(source)}: ${problem}`)
}

/** With --local nobody asks whether there is such a kind. */
function unchecked(server: ApiServer, value: Record<string, unknown>): ResourceInfo {
  const { apiVersion = '', kind = '' } = value as { apiVersion?: string; kind?: string }
  const [version, group = ''] = apiVersion.split('/').reverse()
  const plural = kind.toLowerCase()
  const made = { resource: group ? `${plural}.${group}` : plural, group, version, kind, plural, singular: plural }
  const none = { shortNames: [], categories: [], verbs: [], subresources: [], namespaced: true, custom: true }
  return server.discovery.byKind(apiVersion, kind) ?? { ...made, ...none }
}

/** What --selector keeps of what files name: by the labels that the objects have, not those of the files. Throws CommandError. */
export function fileSelector(text: string): (object: KubeObject) => boolean {
  if (!text) return () => true
  try {
    const selector = parseLabelSelector(text)
    return (object) => selectorMatches(selector, object.metadata?.labels)
  } catch (error) {
    throw new CommandError(`the provided selector ${JSON.stringify(text)} is not valid: ${(error as Error).message}`)
  }
}

export const NO_NAMESPACE = 'an empty namespace may not be set when a resource name is provided'

/** Where the server is asked for what a file names. Throws CommandError for what --all-namespaces leaves nowhere. */
export function namespaceOfFile(context: CommandContext, info: ResourceInfo, metadata?: { namespace?: string }): string | undefined {
  if (!info.namespaced) return undefined
  if (metadata?.namespace) return metadata.namespace
  if (bool(context, 'all-namespaces')) throw new CommandError(NO_NAMESPACE)
  return context.namespace
}

function inNamespace(object: KubeObject, namespace: string | undefined): KubeObject {
  return { ...object, metadata: { ...object.metadata, ...(namespace ? { namespace } : {}) } }
}

function collect(selection: Selection, rules: SelectRules, body: () => Selected[]): void {
  try {
    selection.objects.push(...body())
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if (!(rules.ignoreMissing && error instanceof ApiError && error.reason === 'NotFound')) selection.failures.push(error)
  }
}
