// Client-side apply of one object: create it, or patch it by three ways. Upstream: kubectl/pkg/cmd/apply/{apply,patcher}.go.
import type { Json, KubeObject } from '../api/types'
import { concealed } from '../apiserver/concealed'
import { decodeObject } from '../apiserver/decode'
import { groupVersion } from '../apiserver/discovery'
import { patchedObject } from '../apiserver/patch'
import { patchObject } from '../apiserver/patch-requests'
import { patchSchemaOf } from '../apiserver/patch-schema'
import { lookUp } from '../apiserver/query'
import { encodeConfiguration, LAST_APPLIED, lastApplied, withLastApplied, withoutNulls } from '../cli/last-applied'
import { addSource } from '../cli/source-error'
import { unversioned } from '../cli/unversioned'
import { ApiError, CommandError } from '../errors'
import { toCompactJson } from '../lib/json-emit'
import { createThreeWayMergePatch } from '../lib/patch/merge-patch'
import { createThreeWayPatch } from '../lib/patch/strategic-diff'
import { fieldOf, goText, has, isObject, type JsonObject, PatchError } from '../lib/patch/value'
import type { ResourceInfo } from '../schema/resources'
import type { Applying, Given, Outcome } from './apply'

export function applyOnClient(applying: Applying, given: Given): Outcome {
  const { context, cluster } = applying
  const { info, object } = given
  const { name, generateName } = object.metadata
  if (!name && generateName) throw new CommandError(`from ${generateName}: cannot use generate name with apply`)
  if (!name)
    throw new CommandError(
      `error when ${retrieving(given)}\nfrom server for: ${JSON.stringify(given.source)}: resource name may not be empty`,
    )
  let live: KubeObject | undefined
  try {
    live = lookUp(cluster.server, info, object.metadata.namespace, name)
  } catch (error) {
    throw addSource(`${retrieving(given)}\nfrom server for:`, given.source, error)
  }
  if (!live) return { object: create(applying, given), word: 'created' }
  const current: KubeObject = { ...live, apiVersion: groupVersion(info), kind: info.kind }
  if (lastApplied(current) === undefined) {
    context.err(
      `Warning: resource ${info.plural}/${name} is missing the ${LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n`,
    )
  }
  const { patch, patched } = patchOne(applying, given, current)
  if (patched.metadata.deletionTimestamp) {
    context.err(`Warning: Detected changes to resource ${name} which is currently being deleted.\n`)
  }
  return { object: patched, word: patch === '{}' ? 'unchanged' : 'configured' }
}

/** Follows kubectl/pkg/cmd/apply/apply.go applyOneObject. */
function retrieving({ info: { group, version, plural, kind }, object: { metadata } }: Given): string {
  const where = `Resource: "${group}/${version}, Resource=${plural}", GroupVersionKind: "${group}/${version}, Kind=${kind}"`
  return `retrieving current configuration of:\n${where}\nName: "${metadata.name ?? ''}", Namespace: "${metadata.namespace ?? ''}"`
}

function create({ cluster, dryRun, manager, validation }: Applying, { info, object, source }: Given): KubeObject {
  const made = withoutNulls(withLastApplied(object))
  if (dryRun === 'client') return made
  try {
    return cluster.server.create(unversioned(decodeObject(cluster.server, info, made, validation)), {
      manager,
      dryRun: dryRun === 'server',
    })
  } catch (error) {
    throw addSource('creating', source, error)
  }
}

function patchOne(applying: Applying, given: Given, current: KubeObject): { patch: string; patched: KubeObject } {
  const { context, cluster, dryRun, manager, validation } = applying
  const { info, object, source } = given
  let patch = ''
  try {
    const warn = (why: string) => {
      for (const spec of ['openapi v3 spec', 'openapi spec']) context.err(`warning: error calculating patch from ${spec}: ${why}\n`)
    }
    const changes = threeWayPatch(info, current, withLastApplied(object), context.flags.bool('overwrite'), warn)
    patch = toCompactJson(concealed(info, changes))
    if (patch === '{}') return { patch, patched: current }
    const type = info.custom ? 'merge' : 'strategic'
    if (dryRun === 'client') return { patch, patched: patchedObject(info, current, type, changes, false) }
    const { namespace, name } = current.metadata
    const options = { manager, dryRun: dryRun === 'server', validation }
    return { patch, patched: patchObject(cluster.server, info, namespace, name, type, changes, options) }
  } catch (error) {
    const refused = error instanceof ApiError && (error.reason === 'Conflict' || error.reason === 'Invalid')
    if (refused && context.flags.bool('force')) return { patch: 'recreated', patched: recreate(applying, given, current) }
    const inner = addSource('patching', source, error)
    const target = `Resource: "${info.group}/${info.version}, Resource=${info.plural}", GroupVersionKind: "${info.group}/${info.version}, Kind=${info.kind}"\nName: ${JSON.stringify(current.metadata.name)}, Namespace: ${JSON.stringify(current.metadata.namespace ?? '')}`
    throw addSource(`applying patch:\n${patch}\nto:\n${target}\nfor:`, source, inner)
  }
}

/**
 * The patch from the live object to the wanted one, less what was applied last and is wanted no more. Throws CommandError; before, `warn`
 * is told why where a built-in kind's patch is tried in other ways.
 */
export function threeWayPatch(
  info: ResourceInfo,
  current: KubeObject,
  modified: KubeObject,
  overwrite: boolean,
  warn: (why: string) => void = () => {},
): JsonObject {
  const originalText = lastApplied(current)
  const wrap = (message: string) => {
    if (!info.custom) warn(message)
    return new CommandError(
      `creating patch with:\noriginal:\n${originalText ?? ''}\nmodified:\n${toCompactJson(modified)}\n\ncurrent:\n${toCompactJson(current)}\n\nfor: ${message}`,
    )
  }
  let original: Json = {}
  try {
    original = originalText ? (JSON.parse(originalText) as Json) : {}
  } catch {
    throw wrap('invalid JSON document')
  }
  if (!isObject(original)) throw wrap('invalid JSON document')
  const [wanted, live] = [modified, current] as unknown as JsonObject[]
  const schema = info.custom ? undefined : patchSchemaOf(groupVersion(info), info.kind)
  try {
    if (schema) return createThreeWayPatch(original, wanted, live, schema, { overwrite })
    return createThreeWayMergePatch(original, wanted, live, [keepsIdentity])
  } catch (error) {
    if (!(error instanceof PatchError)) throw error
    throw wrap(error.kind === 'precondition' ? 'At least one of apiVersion, kind and name was changed' : error.message)
  }
}

function keepsIdentity(patch: JsonObject): boolean {
  const metadata = fieldOf(patch, 'metadata')
  return !has(patch, 'apiVersion') && !has(patch, 'kind') && !(isObject(metadata) && has(metadata, 'name'))
}

/** --force: deletes the object and makes it anew; the old one comes back when that fails. */
function recreate({ context, cluster, manager, validation }: Applying, { info, object }: Given, current: KubeObject): KubeObject {
  const { server } = cluster
  const { namespace, name } = current.metadata
  const cascade = context.flags.string('cascade')
  const propagationPolicy = cascade === 'orphan' ? 'Orphan' : cascade === 'foreground' ? 'Foreground' : 'Background'
  const grace = context.flags.number('grace-period')
  server.delete(info, namespace, name, { manager, propagationPolicy, gracePeriodSeconds: Math.max(grace, 0) })
  cluster.settle()
  if (server.storage.get(info.resource, namespace, name)) throw new CommandError('timed out waiting for the condition')
  const fresh = JSON.parse(toCompactJson(withLastApplied(object, encodeConfiguration(object)))) as KubeObject
  try {
    return server.create(unversioned(decodeObject(server, info, { ...fresh }, validation)), { manager })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const { resourceVersion: _, uid: __, ...metadata } = current.metadata
    try {
      server.create({ ...current, metadata: metadata as KubeObject['metadata'] }, { manager, trusted: true })
    } catch (second) {
      const [first, other] = [error.message, second instanceof Error ? second.message : goText(String(second))]
      throw new CommandError(
        `An error occurred force-replacing the existing object with the newly provided one:\n\n${first}.\n\nAdditionally, an error occurred attempting to restore the original object:\n\n${other}`,
      )
    }
    throw error
  }
}
