// Objects in Kubernetes' protobuf encoding, which typed clients send: the envelope, and messages by the field tables with their numbers.
// Answers of the API are JSON, which every client takes. Upstream: apimachinery/pkg/runtime/serializer/protobuf, the generated.proto files.
import { parseData } from '../lib/data'
import source from './proto-numbers.json'
import { type FieldType, type ScalarKind, structType, typeNameOf } from './types'

const MAGIC = [0x6b, 0x38, 0x73, 0x00]
/** Messages nested deeper than any object are somebody's mischief. */
const DEEPEST = 100

/** The bytes are no object; the message says why. */
export class ProtobufError extends Error {}

interface Entry {
  number: number
  wire: number
  /** Varints and fixed numbers. */
  value: bigint
  /** Strings, bytes, messages. */
  bytes: Uint8Array
}

/** The object with its apiVersion and kind. Throws ProtobufError. */
export function decodeProtobuf(bytes: Uint8Array): Record<string, unknown> {
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) throw new ProtobufError('provided data does not appear to be a protobuf message')
  let apiVersion = ''
  let kind = ''
  let raw: Uint8Array = new Uint8Array()
  for (const entry of entries(bytes.subarray(MAGIC.length))) {
    if (entry.number === 2) raw = entry.bytes
    if (entry.number !== 1) continue
    for (const part of entries(entry.bytes)) {
      if (part.number === 1) apiVersion = text(part.bytes)
      if (part.number === 2) kind = text(part.bytes)
    }
  }
  const type = kind === 'DeleteOptions' ? 'meta.v1.DeleteOptions' : typeNameOf(apiVersion, kind)
  if (!type) throw new ProtobufError(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`)
  return { apiVersion, kind, ...message(raw, type, 0) }
}

// ---------------------------------------------------------------- the wire

function entries(bytes: Uint8Array): Entry[] {
  const found: Entry[] = []
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (at >= bytes.length) throw new ProtobufError('unexpected EOF')
      const byte = bytes[at++]
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw new ProtobufError('proto: integer overflow')
  }
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw new ProtobufError('unexpected EOF')
    at += length
    return bytes.subarray(at - length, at)
  }
  while (at < bytes.length) {
    const tag = varint()
    const entry: Entry = { number: Number(tag >> 3n), wire: Number(tag & 7n), value: 0n, bytes: new Uint8Array() }
    if (entry.wire === 0) entry.value = varint()
    else if (entry.wire === 1) entry.bytes = take(8)
    else if (entry.wire === 2) entry.bytes = take(Number(varint()))
    else if (entry.wire === 5) entry.bytes = take(4)
    else throw new ProtobufError(`proto: illegal wireType ${entry.wire}`)
    found.push(entry)
  }
  return found
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8')
}

// ---------------------------------------------------------------- messages

type Numbers = Map<number, string>

let tables: Record<string, string> | undefined
const numbered = new Map<string, Numbers>()

/** Number -> field name; a name that begins with `*` is a struct whose fields are the parent's own. */
export function numbersOf(type: string): Numbers {
  const known = numbered.get(type)
  if (known) return known
  tables ??= parseData<Record<string, string>>(source)
  const made: Numbers = new Map()
  let next = 1
  for (const word of Object.hasOwn(tables, type) ? tables[type].split(' ') : []) {
    const [name, number] = word.split(':')
    next = number === undefined ? next : Number(number)
    made.set(next++, name)
  }
  numbered.set(type, made)
  return made
}

/** `holder` is the struct whose field types are meant, when `type` is only a part of it. */
function message(bytes: Uint8Array, type: string, depth: number, holder = type): Record<string, unknown> {
  if (depth > DEEPEST) throw new ProtobufError('nested too deep')
  const numbers = numbersOf(type)
  const fields = structType(holder)?.fields
  const out: Record<string, unknown> = {}
  for (const entry of entries(bytes)) {
    const name = numbers.get(entry.number)
    if (name === undefined) continue
    if (name.startsWith('*')) {
      Object.assign(out, message(entry.bytes, name.slice(1), depth + 1, holder))
      continue
    }
    const field = fields?.get(name)
    if (field) add(out, name, field.type, entry, depth)
  }
  return out
}

function add(out: Record<string, unknown>, name: string, type: FieldType, entry: Entry, depth: number): void {
  if (type.form === 'list') {
    const items = (out[name] as unknown[] | undefined) ?? []
    out[name] = items
    items.push(...itemsOf(type.items, entry, depth))
  } else if (type.form === 'map') {
    const map = (out[name] as Record<string, unknown> | undefined) ?? {}
    out[name] = map
    let key = ''
    let value: unknown
    for (const part of entries(entry.bytes)) {
      if (part.number === 1) key = text(part.bytes)
      if (part.number === 2) value = mapValue(type.values, part, depth)
    }
    Object.defineProperty(map, key, { value: value ?? zero(type.values), enumerable: true, configurable: true, writable: true })
  } else out[name] = single(type, entry, depth)
}

/** Numbers may come packed. */
function itemsOf(type: FieldType, entry: Entry, depth: number): unknown[] {
  const packed = entry.wire === 2 && type.form === 'scalar' && (type.kind === 'int32' || type.kind === 'int64')
  if (!packed) return [single(type, entry, depth)]
  const numbers: unknown[] = []
  const { bytes } = entry
  for (let at = 0; at < bytes.length; ) {
    let end = at
    while (end < bytes.length && bytes[end] >= 0x80) end++
    const [part] = entries(Uint8Array.of(0x08, ...bytes.subarray(at, end + 1)))
    numbers.push(single(type, part, depth))
    at = end + 1
  }
  return numbers
}

/** A list within a map is a message of its own (`ExtraValue`). */
function mapValue(type: FieldType, entry: Entry, depth: number): unknown {
  if (type.form !== 'list') return single(type, entry, depth)
  return entries(entry.bytes).map((item) => single(type.items, item, depth))
}

function zero(type: FieldType): unknown {
  if (type.form === 'list') return []
  if (type.form === 'scalar') return ['string', 'bytes', 'quantity'].includes(type.kind) ? '' : 0
  return {}
}

function single(type: FieldType, entry: Entry, depth: number): unknown {
  if (type.form === 'struct') return message(entry.bytes, type.type, depth + 1)
  if (type.form !== 'scalar') throw new ProtobufError(`unexpected ${type.form} in a list`)
  return scalar(type.kind, entry)
}

function scalar(kind: ScalarKind, entry: Entry): unknown {
  const { bytes, value } = entry
  switch (kind) {
    case 'string':
      return text(bytes)
    case 'bytes':
      return Buffer.from(bytes).toString('base64')
    case 'int32':
    case 'int64':
      return Number(BigInt.asIntN(64, value))
    case 'boolean':
      return value !== 0n
    case 'double':
      return Buffer.from(bytes).readDoubleLE(0)
    case 'time':
    case 'micro-time':
      return time(bytes, kind === 'micro-time')
    case 'quantity':
      return text(entries(bytes).find((part) => part.number === 1)?.bytes ?? new Uint8Array())
    case 'int-or-string':
      return intOrString(bytes)
    case 'any':
    case 'object':
      return embedded(entry)
  }
}

/** Seconds and nanoseconds; an empty message is no time. */
function time(bytes: Uint8Array, micro: boolean): string | null {
  const parts = entries(bytes)
  if (parts.length === 0) return null
  const part = (number: number) => Number(BigInt.asIntN(64, parts.find((each) => each.number === number)?.value ?? 0n))
  const whole = new Date(part(1) * 1000).toISOString().slice(0, 19)
  return micro ? `${whole}.${String(Math.floor(part(2) / 1000)).padStart(6, '0')}Z` : `${whole}Z`
}

function intOrString(bytes: Uint8Array): string | number {
  const parts = entries(bytes)
  const value = (number: number) => parts.find((each) => each.number === number)
  if ((value(1)?.value ?? 0n) === 1n) return text(value(3)?.bytes ?? new Uint8Array())
  return Number(BigInt.asIntN(32, value(2)?.value ?? 0n))
}

/** A value of any kind travels as its JSON (RawExtension, FieldsV1); a duration as a number. */
function embedded({ bytes, wire, value }: Entry): unknown {
  if (wire === 0) return Number(value)
  const raw = entries(bytes).find((part) => part.number === 1)
  if (!raw) return undefined
  try {
    return JSON.parse(text(raw.bytes)) as unknown
  } catch {
    throw new ProtobufError('invalid JSON in an embedded value')
  }
}
