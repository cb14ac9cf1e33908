// Decoding of objects as the API server's JSON decoder does it: unknown fields, type errors in Go's words, Go's rules of what is printed.
// Upstream: sigs.k8s.io/json, apimachinery/pkg/runtime/serializer/json, apiserver/pkg/endpoints/handlers/create.go (transformDecodeError).
import type { KubeObject } from '../api/types'
import { ApiError } from '../errors'
import { badBase64At } from '../lib/base64'
import { rfc3339, timeError } from '../lib/go-time'
import { canonicalQuantity } from '../lib/quantity'
import { type Field, type FieldType, type ScalarKind, structType, typeNameOf } from './types'

export interface Decoded {
  value: Record<string, unknown>
  /** `unknown field "spec.replicaz"`, in the order of the sorted document; at most 100. */
  strict: string[]
  /** The first error of a type, in Go's words: `json: cannot unmarshal …`. */
  error?: string
}

/** Ends the decoding at once, as an UnmarshalJSON method's error does; others are kept while decoding goes on. */
class Abort extends Error {}

const MAX_STRICT = 100
const INT_RANGE: Record<string, [number, number]> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-(2 ** 63), 2 ** 63],
}

interface State {
  strict: string[]
  error?: string
  /** Name of the innermost struct and the fields that lead to the value: they stand in the messages. */
  struct?: string
  stack: string[]
  /** An empty list that was given stays one where an absent list prints null. */
  keepsEmpty?: boolean
}

const LOCAL_OBJECT_REFERENCE = { name: 'LocalObjectReference' }
const OWN_OF_A_VOLUME = ['capacity', 'accessModes', 'claimRef', 'persistentVolumeReclaimPolicy', 'storageClassName', 'mountOptions']

/** Structs whose fields come from another one that they embed: by key, or for all keys but some. Upstream: api/core/v1/types.go. */
const EMBEDDED: Record<string, Record<string, string> | { embedded: string; but: string[] }> = {
  Volume: { embedded: 'VolumeSource', but: ['name'] },
  PersistentVolumeSpec: {
    embedded: 'PersistentVolumeSource',
    but: [...OWN_OF_A_VOLUME, 'volumeMode', 'nodeAffinity', 'volumeAttributesClassName'],
  },
  EphemeralContainer: { embedded: 'EphemeralContainerCommon', but: ['targetContainerName'] },
  Probe: { exec: 'ProbeHandler', httpGet: 'ProbeHandler', tcpSocket: 'ProbeHandler', grpc: 'ProbeHandler' },
  ConfigMapKeySelector: LOCAL_OBJECT_REFERENCE,
  SecretKeySelector: LOCAL_OBJECT_REFERENCE,
  ConfigMapEnvSource: LOCAL_OBJECT_REFERENCE,
  SecretEnvSource: LOCAL_OBJECT_REFERENCE,
  ConfigMapProjection: LOCAL_OBJECT_REFERENCE,
  SecretProjection: LOCAL_OBJECT_REFERENCE,
  ConfigMapVolumeSource: LOCAL_OBJECT_REFERENCE,
}

/** A field as it stands in a message: behind the struct that it is embedded with. */
function stepOf(struct: string, key: string): string {
  const embedded = Object.hasOwn(EMBEDDED, struct) ? EMBEDDED[struct] : undefined
  if (!embedded) return key
  if (Array.isArray(embedded.but)) return embedded.but.includes(key) ? key : `${embedded.embedded}.${key}`
  const by = (embedded as Record<string, string>)[key]
  return by === undefined ? key : `${by}.${key}`
}

/** What Go's decoder calls a value that does not fit. */
export function jsonTypeName(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'boolean') return 'bool'
  return typeof value
}

function mismatch(state: State, value: string, go: string): string {
  if (!state.struct) return `json: cannot unmarshal ${value} into Go value of type ${go}`
  return `json: cannot unmarshal ${value} into Go struct field ${state.struct}.${state.stack.join('.')} of type ${go}`
}

function save(state: State, value: string, go: string): undefined {
  state.error ??= mismatch(state, value, go)
  return undefined
}

/** A time found good: objects carry the same one many times over. */
let lastTime: string | undefined

/** The text of the API server's times: UTC, seconds. */
function decodeTime(value: unknown, state: State, micro: boolean): string | undefined {
  if (typeof value !== 'string') throw new Abort(mismatch(state, jsonTypeName(value), 'string'))
  if (value === '') return undefined
  if (!micro && value === lastTime) return value
  const layout = micro ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00'
  const time = rfc3339(value)
  if (time === undefined) throw new Abort(timeError(value, layout))
  const seconds = new Date(time).toISOString().slice(0, 19)
  if (seconds === '0001-01-01T00:00:00') return undefined
  if (!micro) {
    lastTime = `${seconds}Z`
    return lastTime
  }
  return `${seconds}.${(/\.(\d{1,6})/.exec(value)?.[1] ?? '').padEnd(6, '0')}Z`
}

function decodeNumber(value: unknown, kind: 'int32' | 'int64' | 'double', go: string, state: State): number | undefined {
  if (typeof value !== 'number') return save(state, jsonTypeName(value), go)
  if (kind === 'double') return value
  const [low, high] = INT_RANGE[kind]
  if (!Number.isInteger(value) || value < low || value > high) return save(state, `number ${value}`, go)
  return value
}

/** Go takes a list for bytes, too. */
function decodeByteList(items: unknown[], state: State): string {
  const bytes = items.map((item) => {
    if (typeof item === 'number' && Number.isInteger(item) && item >= 0 && item <= 255) return item
    if (item !== null) save(state, typeof item === 'number' ? `number ${item}` : jsonTypeName(item), 'uint8')
    return 0
  })
  return Buffer.from(bytes).toString('base64')
}

function decodeScalar(value: unknown, kind: ScalarKind, go: string, state: State): unknown {
  switch (kind) {
    case 'string':
      return typeof value === 'string' ? value : save(state, jsonTypeName(value), go)
    case 'boolean':
      return typeof value === 'boolean' ? value : save(state, jsonTypeName(value), go)
    case 'int32':
    case 'int64':
    case 'double':
      return decodeNumber(value, kind, go, state)
    case 'bytes': {
      if (Array.isArray(value)) return decodeByteList(value, state)
      if (typeof value !== 'string') return save(state, jsonTypeName(value), go)
      const bad = badBase64At(value)
      if (bad >= 0) state.error ??= `illegal base64 data at input byte ${bad}`
      return value.replace(/[\r\n]/g, '')
    }
    case 'time':
    case 'micro-time':
      return decodeTime(value, state, kind === 'micro-time')
    case 'quantity':
      try {
        return canonicalQuantity(typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value))
      } catch (error) {
        throw new Abort((error as Error).message)
      }
    case 'int-or-string': {
      if (typeof value === 'string') return value
      const number = decodeNumber(value, 'int32', 'int32', state)
      if (number === undefined) throw new Abort(state.error)
      return number
    }
    case 'object':
    case 'any':
      return value
  }
}

function zeroOf(type: FieldType): unknown {
  if (type.form !== 'scalar') return null
  switch (type.kind) {
    case 'string':
      return ''
    case 'boolean':
      return false
    case 'quantity':
      return '0'
    case 'int32':
    case 'int64':
    case 'double':
    case 'int-or-string':
      return 0
    default:
      return null
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `stored`: what stood here in an object that was decoded before. What of it is there again is taken as it is. */
function decodeValue(value: unknown, type: FieldType, state: State, path: string, stored?: unknown): unknown {
  if (value === null || value === undefined) return undefined
  if (value === stored && typeof value === 'object') return value
  switch (type.form) {
    case 'scalar':
      return decodeScalar(value, type.kind, type.go, state)
    case 'list': {
      if (!Array.isArray(value)) return save(state, jsonTypeName(value), type.go)
      const before = Array.isArray(stored) ? stored : []
      return value.map((item, i) => decodeValue(item, type.items, state, `${path}[${i}]`, before[i]) ?? emptyItem(type.items))
    }
    case 'map': {
      if (!isRecord(value)) return save(state, jsonTypeName(value), type.go)
      const out: Record<string, unknown> = {}
      for (const key of Object.keys(value).sort()) {
        out[key] = decodeValue(value[key], type.values, state, path ? `${path}.${key}` : key) ?? emptyItem(type.values)
      }
      return out
    }
    case 'struct':
      if (!isRecord(value)) return save(state, jsonTypeName(value), type.go)
      return decodeStruct(value, type.type, state, path, stored)
  }
}

/** What a null inside a list or map becomes: the zero of its type. */
function emptyItem(type: FieldType): unknown {
  return type.form === 'struct' ? decodeStruct({}, type.type, { strict: [], stack: [] }, '') : zeroOf(type)
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0
}

/** What Go's encoder prints for a field that decoded to this. */
function present(field: Field, value: unknown, { keepsEmpty }: State): unknown {
  const { type, presence } = field
  if (type.form === 'struct') {
    if (value !== undefined) return value
    if (presence === 'struct') return emptyItem(type)
    return presence === 'null' ? null : undefined
  }
  const none = value === undefined || ((type.form === 'list' || type.form === 'map') && isEmpty(value))
  if (none) return presence === 'null' ? (keepsEmpty && value !== undefined ? value : null) : presence === 'zero' ? zeroOf(type) : undefined
  if (presence === 'pointer' || presence === 'zero' || presence === 'null' || type.form !== 'scalar') return value
  const plain = type.kind === 'string' || type.kind === 'boolean' || type.kind === 'bytes' || /^(int|double)/.test(type.kind)
  return plain && type.kind !== 'int-or-string' && (value === '' || value === false || value === 0) ? undefined : value
}

function decodeStruct(
  input: Record<string, unknown>,
  typeName: string,
  state: State,
  path: string,
  stored?: unknown,
): Record<string, unknown> {
  const struct = structType(typeName)
  if (!struct) return input
  const before = isRecord(stored) ? stored : {}
  const outer = state.struct
  const out: Record<string, unknown> = {}
  for (const key of Object.keys(input).sort()) {
    const here = path ? `${path}.${key}` : key
    const field = struct.fields.get(key)
    if (!field) {
      if (state.strict.length < MAX_STRICT) state.strict.push(`unknown field "${here}"`)
      continue
    }
    state.struct = struct.goName
    state.stack.push(stepOf(struct.goName, key))
    out[key] = decodeValue(input[key], field.type, state, here, before[key])
    state.stack.pop()
    state.struct = outer
  }
  for (const field of struct.fields.values()) {
    const value = present(field, out[field.name], state)
    if (value === undefined) delete out[field.name]
    else out[field.name] = value
  }
  return out
}

/** Decodes a plain JSON value as this schema type (`core.v1.Service`). Never throws; keys come out in a fixed order. */
export function decodeAs(value: unknown, typeName: string, stored?: unknown): Decoded {
  const state: State = { strict: [], stack: [] }
  try {
    const type = structType(typeName)
    if (!isRecord(value)) {
      return {
        value: {},
        strict: [],
        error: mismatch(state, jsonTypeName(value), type ? typeName.split('.').slice(-2).join('.') : 'object'),
      }
    }
    const out = decodeStruct(value, typeName, state, '', stored)
    return { value: out, strict: state.strict, error: state.error }
  } catch (error) {
    if (error instanceof Abort) return { value: {}, strict: state.strict, error: error.message }
    throw error
  }
}

/** Go's error for an object's metadata; undefined when it can be read. Upstream: cli-runtime/pkg/resource/metadata_decoder.go. */
export function metadataError({ metadata }: Record<string, unknown>): string | undefined {
  if (metadata === undefined || metadata === null) return undefined
  const state: State = { strict: [], stack: ['metadata'], struct: 'metadataOnlyObject' }
  if (!isRecord(metadata)) return mismatch(state, jsonTypeName(metadata), 'v1.ObjectMeta')
  try {
    decodeStruct(metadata, 'meta.v1.ObjectMeta', state, 'metadata')
    return state.error
  } catch (error) {
    if (error instanceof Abort) return error.message
    throw error
  }
}

/** An object that kubectl made: as `normalize`, but empty lists have not gone through the store, which forgets them. */
export function normalizeMade<T extends KubeObject>(object: T): T {
  const type = typeNameOf(object.apiVersion, object.kind)
  return type
    ? (decodeStruct(object as unknown as Record<string, unknown>, type, { strict: [], stack: [], keepsEmpty: true }, '') as unknown as T)
    : object
}

/**
 * An object that the cluster itself made, brought to the form in which the API server prints it (empty parts left out, times in UTC).
 * `stored`: the object as it was, parts of which it may hold unchanged.
 */
export function normalize<T extends KubeObject>(object: T, stored?: T): T {
  const type = typeNameOf(object.apiVersion, object.kind)
  return type ? (decodeAs(object, type, stored).value as T) : object
}

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore'

/** `strict decoding error: unknown field "a", unknown field "b"`. */
export function strictError(strict: string[]): string {
  return `strict decoding error: ${strict.join(', ')}`
}

/** The refusal of a body that does not fit its kind. */
export function cannotBeHandled(apiVersion: string, kind: string, why: string): ApiError {
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1)
  return new ApiError('BadRequest', `${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`)
}

/**
 * A request's body as an object of its built-in kind, and the warnings of `Warn` validation.
 * Throws ApiError BadRequest for type errors and, under `Strict`, for unknown fields. Custom resources: src/schema/custom.ts.
 */
export function decodeObject(input: Record<string, unknown>, validation: FieldValidation): { object: KubeObject; warnings: string[] } {
  const { apiVersion, kind } = input as { apiVersion: string; kind: string }
  const type = typeNameOf(apiVersion, kind)
  if (!type) throw new ApiError('NotFound', 'the server could not find the requested resource')
  const { value, strict, error } = decodeAs(input, type)
  if (error) throw cannotBeHandled(apiVersion, kind, error)
  if (strict.length && validation === 'Strict') throw cannotBeHandled(apiVersion, kind, strictError(strict))
  return { object: value as KubeObject, warnings: validation === 'Warn' ? strict : [] }
}
