// Objects written in Kubernetes' protobuf encoding, as generated clients send and get them: zero values that are no pointers stand there too.
// Upstream: apimachinery/pkg/runtime/serializer/protobuf, the generated.pb.go files.
import { numbersOf } from './protobuf'
import { type Field, type FieldType, type ScalarKind, structType, typeNameOf } from './types'

const MAGIC = [0x6b, 0x38, 0x73, 0x00]

type Bytes = number[]
type Data = Record<string, unknown>

/** Times that are no pointers in Go, and so are written even when there are none. */
const SET_TIMES = new Set(
  'creationTimestamp lastTransitionTime lastUpdateTime lastProbeTime lastHeartbeatTime firstTimestamp lastTimestamp eventTime startedAt finishedAt lastObservedTime'.split(
    ' ',
  ),
)

/** The envelope with the object in it. Kinds without a type of their own are written empty. */
export function encodeProtobuf(object: { apiVersion: string; kind: string }): Uint8Array {
  const type = typeNameOf(object.apiVersion, object.kind) ?? `meta.v1.${object.kind}`
  return envelope(object, message(object as unknown as Data, type))
}

/** A list: its metadata, then the items. */
export function encodeProtobufList(list: { apiVersion: string; kind: string; metadata?: unknown; items?: unknown[] }): Uint8Array {
  const { apiVersion, kind, metadata, items = [] } = list
  const { resourceVersion = '', continue: more = '', remainingItemCount } = (metadata ?? {}) as Data
  const meta = [...string(1, ''), ...string(2, String(resourceVersion)), ...string(3, String(more))]
  if (remainingItemCount !== undefined) meta.push(...number(4, Number(remainingItemCount)))
  const type = typeNameOf(apiVersion, kind.replace(/List$/, '')) ?? ''
  const body = [...bytes(1, meta)]
  for (const item of items) for (const byte of bytes(2, message(item as Data, type))) body.push(byte)
  return envelope({ apiVersion, kind }, body)
}

function envelope({ apiVersion, kind }: { apiVersion: string; kind: string }, raw: Bytes): Uint8Array {
  const type = [...string(1, apiVersion), ...string(2, kind)]
  return Uint8Array.from([...MAGIC, ...bytes(1, type)].concat(bytes(2, raw), string(3, ''), string(4, '')))
}

// ---------------------------------------------------------------- the wire

function varint(value: bigint): Bytes {
  const out: Bytes = []
  let rest = BigInt.asUintN(64, value)
  while (rest >= 0x80n) {
    out.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  out.push(Number(rest))
  return out
}

function tag(field: number, wire: number): Bytes {
  return varint(BigInt(field * 8 + wire))
}

function bytes(field: number, content: Bytes | Uint8Array): Bytes {
  return tag(field, 2).concat(varint(BigInt(content.length)), Array.from(content))
}

function string(field: number, text: string): Bytes {
  return bytes(field, Buffer.from(text))
}

function number(field: number, value: number): Bytes {
  return tag(field, 0).concat(varint(BigInt(Math.trunc(value) || 0)))
}

// ---------------------------------------------------------------- messages

/** `holder` is the struct whose field types are meant, when `type` is only a part of it. */
function message(value: Data, type: string, holder = type): Bytes {
  const fields = structType(holder)?.fields
  const out: Bytes = []
  const entries = [...numbersOf(type)].sort(([a], [b]) => a - b)
  for (const [at, name] of entries) {
    if (name.startsWith('*')) append(out, bytes(at, message(value, name.slice(1), holder)))
    else {
      const field = fields?.get(name)
      // What the API no longer has is still in the message, and empty.
      append(out, field ? member(at, value[name], field) : string(at, ''))
    }
  }
  return out
}

function append(out: Bytes, more: Bytes): void {
  for (const byte of more) out.push(byte)
}

function member(at: number, value: unknown, { name, type, presence }: Field): Bytes {
  if (type.form === 'list') return ((value ?? []) as unknown[]).flatMap((item) => single(at, item, type.items))
  if (type.form === 'map') return mapEntries(at, (value ?? {}) as Data, type.values)
  if (value !== undefined && value !== null) return single(at, value, type)
  if (type.form === 'struct') return presence === 'struct' ? single(at, {}, type) : []
  if (presence === 'pointer') return []
  return zero(at, type.kind, presence !== 'omit' || SET_TIMES.has(name))
}

/** A value that is not given: strings and numbers are written all the same, messages only where they are no pointers. */
function zero(at: number, kind: ScalarKind, always: boolean): Bytes {
  if (kind === 'string') return string(at, '')
  if (kind === 'int32' || kind === 'int64' || kind === 'boolean') return number(at, 0)
  if (!always) return []
  if (kind === 'time' || kind === 'micro-time') return bytes(at, [])
  if (kind === 'quantity') return bytes(at, string(1, '0'))
  return kind === 'int-or-string' ? single(at, 0, { form: 'scalar', kind, go: '' }) : []
}

function mapEntries(at: number, map: Data, values: FieldType): Bytes {
  return Object.keys(map)
    .sort()
    .flatMap((key) => bytes(at, string(1, key).concat(mapValue(map[key], values))))
}

/** A list within a map is a message of its own (`ExtraValue`). */
function mapValue(value: unknown, type: FieldType): Bytes {
  if (type.form !== 'list') return single(2, value, type)
  return bytes(
    2,
    (value as unknown[]).flatMap((item) => single(1, item, type.items)),
  )
}

function single(at: number, value: unknown, type: FieldType): Bytes {
  if (type.form === 'struct') return bytes(at, message(value as Data, type.type))
  return type.form === 'scalar' ? scalar(at, value, type.kind) : []
}

function scalar(at: number, value: unknown, kind: ScalarKind): Bytes {
  switch (kind) {
    case 'string':
      return string(at, String(value))
    case 'bytes':
      return bytes(at, Buffer.from(String(value), 'base64'))
    case 'int32':
    case 'int64':
      return number(at, Number(value))
    case 'boolean':
      return number(at, value ? 1 : 0)
    case 'double': {
      const raw = Buffer.alloc(8)
      raw.writeDoubleLE(Number(value))
      return tag(at, 1).concat([...raw])
    }
    case 'time':
    case 'micro-time': {
      const [whole, fraction = ''] = String(value).replace('Z', '').split('.')
      return bytes(at, number(1, Date.parse(`${whole}Z`) / 1000).concat(number(2, Number(fraction.padEnd(9, '0').slice(0, 9)))))
    }
    case 'quantity':
      return bytes(at, string(1, String(value)))
    case 'int-or-string': {
      const named = typeof value === 'string'
      return bytes(at, [...number(1, named ? 1 : 0), ...number(2, named ? 0 : Number(value)), ...string(3, named ? value : '')])
    }
    case 'any':
    case 'object':
      return typeof value === 'number' ? number(at, value) : bytes(at, string(1, JSON.stringify(value)))
  }
}
