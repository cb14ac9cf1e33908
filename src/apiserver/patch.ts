// What a PATCH request makes of a stored object, and the API server's refusals of patches.
// Upstream: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go.
import type { Json, KubeObject } from '../api/types'
import { ApiError, invalid } from '../errors'
import { jsonPatch, type PatchOperation } from '../lib/patch/json-patch'
import { mergePatch } from '../lib/patch/merge-patch'
import { strategicMergePatch } from '../lib/patch/strategic-merge'
import { fieldOf, goText, isObject, type JsonObject, PatchError } from '../lib/patch/value'
import type { ResourceInfo } from '../schema/resources'
import { shapeOf } from '../schema/shape'
import { concealed } from './concealed'
import { misfit } from './converter'
import { groupVersion } from './discovery'
import { patchSchema } from './patch-schema'

export type PatchType = 'strategic' | 'merge' | 'json'

const MOST_OPERATIONS = 10000

function goJsonKind(value: Json): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

const MAP = 'Go value of type map[string]interface {}'

function undecodable(what: string): ApiError {
  return new ApiError('BadRequest', `error decoding patch: json: cannot unmarshal ${what}`)
}

/** A merge patch of nothing is decoded, and refused by the merging. */
function asMergePatch(patch: Json): JsonObject {
  if (isObject(patch)) return patch
  throw patch === null ? new ApiError('BadRequest', 'Invalid JSON Patch') : undecodable(`${goJsonKind(patch)} into ${MAP}`)
}

function asStrategicPatch(patch: Json): JsonObject {
  if (isObject(patch)) return patch
  if (patch === null) return {}
  throw new ApiError('BadRequest', `json: cannot unmarshal ${goJsonKind(patch)} into ${MAP}`)
}

/** The operations, once the server's own struct can be read from them. */
function asOperations(patch: Json): PatchOperation[] {
  if (patch === null) return []
  if (!Array.isArray(patch)) throw undecodable(`${goJsonKind(patch)} into Go value of type []handlers.jsonPatchOp`)
  for (const operation of patch) {
    if (operation === null) continue
    if (!isObject(operation)) throw undecodable(`${goJsonKind(operation)} into Go value of type handlers.jsonPatchOp`)
    for (const field of ['op', 'path', 'from']) {
      const value = fieldOf(operation, field) ?? null
      if (value === null || typeof value === 'string') continue
      throw undecodable(`${goJsonKind(value)} into Go struct field jsonPatchOp.${field} of type string`)
    }
  }
  if (patch.length > MOST_OPERATIONS) {
    const message = `The allowed maximum operations in a JSON patch is ${MOST_OPERATIONS}, got ${patch.length}`
    throw new ApiError('RequestEntityTooLarge', `Request entity is too large: ${message}`)
  }
  return patch.map((operation) => operation ?? {}) as unknown as PatchOperation[]
}

/** The object after the patch, not yet decoded or defaulted; `fits` false: types are not looked at either. Throws ApiError: BadRequest, Invalid, UnsupportedMediaType. */
export function patchedObject(info: ResourceInfo, live: KubeObject, type: PatchType, patch: Json, fits = true): KubeObject {
  const original = live as unknown as JsonObject
  try {
    if (type === 'json') return jsonPatch(original, asOperations(patch)) as unknown as KubeObject
    if (type === 'merge') return mergePatch(original, asMergePatch(patch)) as unknown as KubeObject
    return strategic(info, original, asStrategicPatch(patch), fits) as unknown as KubeObject
  } catch (error) {
    if (error instanceof PatchError) throw asApiError(error)
    throw error
  }
}

function strategic(info: ResourceInfo, original: JsonObject, patch: JsonObject, fits: boolean): JsonObject {
  const shape = info.custom ? undefined : shapeOf(groupVersion(info), info.kind)
  if (!shape) {
    const supported = 'application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml'
    throw new ApiError(
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${supported}`,
    )
  }
  const patched = strategicMergePatch(original, patch, patchSchema(shape))
  const problem = fits ? misfit(patched, shape) : undefined
  if (problem)
    throw invalid('', '', '', [
      { type: 'Invalid', field: 'patch', message: `Invalid value: ${JSON.stringify(goText(concealed(info, patch)))}: ${problem}` },
    ])
  return patched
}

function asApiError(error: PatchError): ApiError {
  if (error.kind === 'bad-format') return new ApiError('BadRequest', error.message)
  if (error.kind === 'unprocessable') return new ApiError('Invalid', 'the server rejected our request due to an error in our request')
  // A plain error, upstream: the answer has no reason.
  return new ApiError('', error.message)
}
