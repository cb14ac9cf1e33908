// PATCH requests: the patch types of clients, and server-side apply.
// Upstream: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go.
import type { Json, KubeObject } from '../api/types'
import { ApiError, invalid, notFound } from '../errors'
import { toCompactJson } from '../lib/json-emit'
import { goText, type JsonObject } from '../lib/patch/value'
import { timestamp } from '../lib/time'
import { fromStored } from '../schema/conversion'
import { decodeAs, type FieldValidation, strictError } from '../schema/decode'
import { inGoOrder } from '../schema/go-order'
import type { ResourceInfo } from '../schema/resources'
import type { Shape } from '../schema/shape'
import { typeNameOf } from '../schema/types'
import { concealed } from './concealed'
import { misfit } from './converter'
import { decodeObject } from './decode'
import { groupVersion } from './discovery'
import { applyPatch, describe, kindText } from './managed-fields'
import { emptyObject, withOwnership, writerOf } from './managed-fields-tracking'
import type { RequestOptions } from './options'
import { type PatchType, patchedObject } from './patch'
import { patchScale } from './scale-requests'
import type { ApiServer } from './server'
import { shapeOfResource } from './shapes'

/**
 * Patches the stored object and answers it as it is then; the old one when the patch changes nothing. Of the subresource scale it
 * patches and answers the Scale.
 * Throws ApiError NotFound, BadRequest, Invalid, Conflict (the patch carries another resourceVersion or uid).
 */
export function patchObject(
  server: ApiServer,
  info: ResourceInfo,
  namespace: string | undefined,
  name: string,
  type: PatchType,
  patch: Json,
  options: RequestOptions & { validation?: FieldValidation },
): KubeObject {
  const request = { verb: 'patch', info, namespace, name, subresource: options.subresource, options, sent: patch, patchType: type }
  return server.answer(request, () => {
    const stored = server.storage.get(info.resource, info.namespaced ? namespace : undefined, name)
    if (!stored) throw notFound(info.resource, name)
    if (options.subresource === 'scale') return patchScale(server, info, stored, type, patch, { ...options, authorized: true })
    const live = withOwnership(server.view, info, stored)
    const patched = patchedObject(info, fromStored(live, groupVersion(info), info.kind), type, patch)
    const shown = type === 'strategic' ? goText(consumed(concealed(info, patch))) : patchedText(info, patched, type, patch)
    const object = decodePatched(server, info, patched, shown, options.validation ?? 'Warn')
    checkIdentity(object, live)
    return server.update(object, { ...options, authorized: true, patch: true })
  })
}

const ORDER_PREFIX = '$setElementOrder/'

/** The patched object as Go's patch library writes it: what the patch went through has its keys sorted, all else is as it was encoded. */
function patchedText(info: ResourceInfo, patched: KubeObject, type: PatchType, patch: Json): string {
  const encoded = inGoOrder(patched, { apiVersion: groupVersion(info), kind: info.kind }) as unknown as JsonObject
  const way = type === 'json' ? ways((Array.isArray(patch) ? patch : []) as { path?: string }[]) : patch
  return toCompactJson(concealed(info, walked(encoded, way) as JsonObject), { sort: false })
}

/** The paths of operations, as a patch that goes the same ways. */
function ways(operations: { path?: string }[]): JsonObject {
  const out: JsonObject = {}
  for (const { path = '' } of operations) {
    let at = out
    for (const step of path.split('/').slice(1, -1)) {
      at[step] ??= {}
      at = at[step] as JsonObject
    }
  }
  return out
}

function walked(value: Json, way: Json | undefined): Json {
  const isObject = (json: Json | undefined): json is JsonObject => typeof json === 'object' && json !== null && !Array.isArray(json)
  if (!isObject(value) || !isObject(way)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, walked(value[key], way[key])]),
  )
}

/** What merging leaves of a strategic patch: lists with an order, and the order, have been taken out. */
function consumed(patch: Json): Json {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const out: Record<string, Json> = {}
  for (const key of Object.keys(patch)) {
    if (key.startsWith(ORDER_PREFIX) || Object.hasOwn(patch, ORDER_PREFIX + key)) continue
    out[key] = consumed(patch[key])
  }
  return out
}

/** As any body is decoded, but what does not fit is laid to the patch. */
function decodePatched(server: ApiServer, info: ResourceInfo, patched: KubeObject, shown: string, validation: FieldValidation): KubeObject {
  const type = info.custom ? undefined : typeNameOf(patched.apiVersion, patched.kind)
  if (!type && !info.custom) {
    const problem = `no kind "${patched.kind}" is registered for version "${patched.apiVersion}" in scheme "pkg/runtime/scheme.go:111"`
    throw invalid('', '', '', [{ type: 'Invalid', field: 'patch', message: `Invalid value: ${JSON.stringify(shown)}: ${problem}` }])
  }
  if (type) {
    const { strict, error } = decodeAs(patched, type)
    const problem = error ?? (strict.length > 0 && validation === 'Strict' ? strictError(strict) : undefined)
    if (problem !== undefined) {
      throw invalid('', '', '', [{ type: 'Invalid', field: 'patch', message: `Invalid value: ${JSON.stringify(shown)}: ${problem}` }])
    }
  }
  return decodeObject(server, info, patched, validation)
}

/** A request may not turn an object into another one. */
function checkIdentity(object: KubeObject, live: KubeObject): void {
  const { name, namespace } = object.metadata
  if (name !== live.metadata.name) {
    const why = name
      ? `(${name}) does not match the name on the URL (${live.metadata.name})`
      : `(${live.metadata.name} based on URL) was undeterminable: name must be provided`
    throw new ApiError('BadRequest', `the name of the object ${why}`)
  }
  if ((namespace ?? '') !== (live.metadata.namespace ?? '')) {
    throw new ApiError('BadRequest', 'the namespace of the provided object does not match the namespace sent on the request')
  }
}

/**
 * Server-side apply: merges a configuration into the stored object, or creates it. Throws ApiError: Conflict with other managers
 * (unless forced), NotFound for a subresource of what is not there, those of create and update.
 */
export function applyObject(server: ApiServer, info: ResourceInfo, configuration: KubeObject, options: RequestOptions): KubeObject {
  const { namespace, name } = configuration.metadata
  const request = {
    verb: 'patch',
    info,
    namespace,
    name,
    subresource: options.subresource,
    options,
    sent: configuration,
    patchType: 'apply',
  }
  return server.answer(request, () => {
    const stored = server.storage.get(info.resource, info.namespaced ? namespace : undefined, name)
    const live = stored && withOwnership(server.view, info, stored)
    if (!live && options.subresource) throw notFound(info.resource, name)
    const shape = shapeOfResource(server.view, info)
    const writer = writerOf(info, options, timestamp(server.env.now()))
    const base = live ? { ...live, apiVersion: groupVersion(info), kind: info.kind } : emptyObject(info)
    const { object, managedFields } = applyPatch(asJson(base), asJson(configuration), shape, writer, {
      force: options.force,
      creating: !live,
    })
    if (!info.custom) checkConversion(object, shape)
    const decoded = decodeObject(server, info, object)
    const request: RequestOptions = { ...options, authorized: true, managedFields: managedFields ?? [] }
    return live ? server.update(decoded, request) : server.create(decoded, request)
  })
}

/** Throws an ApiError without a reason when a merged configuration is no object of its built-in kind. */
function checkConversion(object: JsonObject, shape: Shape): void {
  const type = typeNameOf(String(object.apiVersion), String(object.kind))
  const problem = misfit(object, shape) ?? (type && decodeAs(object as unknown as KubeObject, type).error)
  if (problem === undefined) return
  const what = `failed to convert new object (${describe(object)}) to proper version`
  throw new ApiError('', `${what}: unable to convert unstructured object to ${kindText(object)}: ${problem}`)
}

function asJson(object: KubeObject): JsonObject {
  return object as unknown as JsonObject
}
