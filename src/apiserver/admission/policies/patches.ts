// What the mutations of a policy make of an object. Upstream: apiserver/pkg/admission/plugin/policy/mutating/patch/{smd,json_patch}.go,
// apiserver/pkg/cel/mutation/dynamic/objects.go.
import type { Json, KubeObject } from '../../../api/types'
import { ApiError } from '../../../errors'
import { Duration, ObjectValue, Optional, Timestamp, textOf } from '../../../lib/cel/values'
import { jsonPatch } from '../../../lib/patch/json-patch'
import { isObject, type JsonObject, PatchError } from '../../../lib/patch/value'
import { decodeAs, strictError } from '../../../schema/decode'
import type { Shape } from '../../../schema/shape'
import { typeNameOf } from '../../../schema/types'
import { mergeObjects, StructureError } from '../../structured-merge'
import { checkStructure } from '../../structured-validate'
import { PolicyFailure } from './evaluation'

/** What expressions make, as JSON. */
function jsonOf(value: unknown): Json {
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Optional) return value.isThere ? jsonOf(value.value) : null
  if (value instanceof Timestamp || value instanceof Duration) return textOf(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(jsonOf)
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, inner]) => [String(key), jsonOf(inner)]))
  return (value ?? null) as Json
}

/** Objects are called by the way to them: what stands at `spec.selector` is an `Object.spec.selector`. */
function misnamed(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => misnamed(item, path))
  if (!(value instanceof Map)) return []
  if (!(value instanceof ObjectValue)) return [...value.values()].flatMap((item) => misnamed(item, path))
  const wrong =
    value.type === path
      ? []
      : [`unexpected type name "${value.type}", expected "${path}", which matches field name path from root Object type`]
  return [...wrong, ...[...value].flatMap(([key, inner]) => misnamed(inner, `${path}.${String(key)}`))]
}

function checkNames(value: unknown): void {
  const wrong = value instanceof ObjectValue ? misnamed(value, value.type) : []
  if (wrong.length) throw new PolicyFailure(`type mismatch: ${wrong.join('\n')}`)
}

/** Where a configuration holds what can only be replaced whole: `.spec.template.spec.containers[0].args`. */
function atomics(value: Json | undefined, shape: Shape, path: string): string[] {
  if (shape.kind === 'map' && isObject(value)) {
    const own = shape.atomic ? [path] : []
    // Upstream looks into the fields of structs alone.
    if (!shape.struct) return own
    return [
      ...own,
      ...Object.entries(value).flatMap(([key, inner]) => {
        const field = shape.field(key)
        return field ? atomics(inner, field.shape, `${path}.${key}`) : []
      }),
    ]
  }
  if (shape.kind === 'list' && Array.isArray(value)) {
    const own = shape.listType === 'atomic' ? [path] : []
    return [...own, ...value.flatMap((item, i) => atomics(item, shape.element, `${path}[${i}]`))]
  }
  return []
}

function structured<T>(what: string, body: () => T): T {
  try {
    return body()
  } catch (error) {
    if (error instanceof StructureError) throw new PolicyFailure(`error applying patch: ${what}: ${error.message}`)
    throw error
  }
}

/** The object with a configuration laid over it. Throws PolicyFailure. */
export function applied(made: unknown, object: KubeObject, shape: Shape | undefined): KubeObject {
  checkNames(made)
  const { apiVersion, kind } = object
  if (!shape) {
    const why = `no corresponding type for ${apiVersion}, Kind=${kind}`
    throw new PolicyFailure(`error applying patch: failed to convert patch object to typed object: ${why}`)
  }
  const configuration = { ...(jsonOf(made) as JsonObject), apiVersion, kind }
  structured('failed to convert patch object to typed object', () => checkStructure(configuration, shape))
  const whole = atomics(configuration, shape, '')
  if (whole.length) {
    const what = `may not mutate atomic arrays, maps or structs: ${whole.join(', ')}`
    throw new PolicyFailure(`error applying patch: invalid ApplyConfiguration: ${what}`)
  }
  return structured('failed to merge patch', () => mergeObjects(object as unknown as Json, configuration, shape)) as unknown as KubeObject
}

function operationOf(made: unknown): Record<string, Json> {
  const fields = made as Map<string, unknown>
  const text = (name: string) => String(fields.get(name) ?? '')
  const value = fields.get('value')
  checkNames(value)
  return {
    op: text('op'),
    path: text('path'),
    ...(text('from') ? { from: text('from') } : {}),
    ...(fields.has('value') ? { value: jsonOf(value) } : {}),
  }
}

/** The object with a JSON patch carried out; itself when one of its tests fails. Throws PolicyFailure, ApiError InternalError. */
export function patched(made: unknown, object: KubeObject): KubeObject {
  const operations = (made as unknown[]).map(operationOf)
  let result: Json
  try {
    result = jsonPatch(object as unknown as Json, operations)
  } catch (error) {
    if (!(error instanceof PatchError)) throw error
    if (/^testing (path|value) .*failed/.test(error.message)) return object
    throw new PolicyFailure(`JSON Patch: ${error.message}`)
  }
  const type = typeNameOf(object.apiVersion, object.kind)
  if (!type) return result as unknown as KubeObject
  const { value, strict, error } = decodeAs(result, type)
  const why = error ?? (strict.length ? strictError(strict) : undefined)
  if (why !== undefined) throw new ApiError('InternalError', `Internal error occurred: ${why}`)
  return value as unknown as KubeObject
}
