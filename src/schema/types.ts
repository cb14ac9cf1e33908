// The compiled field tables: what schema.json says of a type joined with what Go's struct tags say of printing it.
import { parseMember } from '../lib/data'
import goSource from './go-types.json'
import { schemaKind, schemaType } from './resources'

export type ScalarKind =
  | 'string'
  | 'int32'
  | 'int64'
  | 'boolean'
  | 'double'
  | 'bytes'
  | 'time'
  | 'micro-time'
  | 'quantity'
  | 'int-or-string'
  | 'any'
  | 'object'

/** A field's type: a scalar, a struct by its schema name, or a list or map of such. */
export type FieldType =
  | { form: 'scalar'; kind: ScalarKind; go: string }
  | { form: 'struct'; type: string; go: string }
  | { form: 'list'; items: FieldType; go: string }
  | { form: 'map'; values: FieldType; go: string }

/**
 * How Go prints an unset field: `omit` leaves it out when zero; `pointer` keeps a zero that was given;
 * `zero` always prints the zero value; `null` prints null; `struct` always prints an object.
 */
export type Presence = 'omit' | 'pointer' | 'zero' | 'null' | 'struct'

export interface Field {
  name: string
  type: FieldType
  presence: Presence
  default?: unknown
  required: boolean
  enum?: string[]
  listType?: string
  listMapKeys?: string[]
  mergeKey?: string
  patchStrategy?: string
}

export interface StructType {
  name: string
  /** Go's bare name: `ServicePort`. */
  goName: string
  fields: Map<string, Field>
}

interface RawField {
  type: string
  default?: unknown
  required?: boolean
  enum?: string[]
  listType?: string
  listMapKeys?: string[]
  mergeKey?: string
  patchStrategy?: string
}
interface RawType {
  fields?: Record<string, string | RawField>
  type?: string
}
interface RawGo {
  pointer?: string
  zero?: string
  null?: string
  struct?: string
  quantity?: string
  intOrString?: string
  named?: Record<string, string>
}

const PLAIN: Record<string, [ScalarKind, string]> = {
  string: ['string', 'string'],
  int32: ['int32', 'int32'],
  int64: ['int64', 'int64'],
  boolean: ['boolean', 'bool'],
  double: ['double', 'float64'],
  byte: ['bytes', '[]uint8'],
  'meta.v1.Time': ['time', 'v1.Time'],
  'meta.v1.MicroTime': ['micro-time', 'v1.MicroTime'],
  'api.resource.Quantity': ['quantity', 'resource.Quantity'],
  'util.intstr.IntOrString': ['int-or-string', 'intstr.IntOrString'],
}

const compiled = new Map<string, StructType | undefined>()

function goNameOf(type: string): string {
  return type.split('.').slice(-2).join('.')
}

/** `named` is Go's own name of a string type (`v1.PullPolicy`), which its messages use. */
export function parseFieldType(text: string, named?: string): FieldType {
  if (text.startsWith('[]')) {
    const items = parseFieldType(text.slice(2), named)
    return { form: 'list', items, go: `[]${items.go}` }
  }
  if (text.startsWith('map[string]')) {
    const values = parseFieldType(text.slice(11), named)
    return { form: 'map', values, go: text === 'map[string]api.resource.Quantity' ? 'v1.ResourceList' : `map[string]${values.go}` }
  }
  const plain = PLAIN[text]
  if (plain) return { form: 'scalar', kind: plain[0], go: named ?? plain[1] }
  const raw = schemaType(text) as RawType | undefined
  if (raw?.fields) return { form: 'struct', type: text, go: goNameOf(text) }
  return { form: 'scalar', kind: raw?.type === 'object' ? 'object' : 'any', go: goNameOf(text) }
}

function words(text: string | undefined): string[] {
  return text ? text.split(' ') : []
}

function presences(go: RawGo): Map<string, Presence> {
  const out = new Map<string, Presence>()
  for (const name of words(go.pointer)) out.set(name, 'pointer')
  for (const name of words(go.zero)) out.set(name, 'zero')
  for (const name of words(go.null)) out.set(name, 'null')
  for (const name of words(go.struct)) out.set(name, 'struct')
  for (const name of words(go.quantity)) out.set(name, 'zero')
  for (const name of words(go.intOrString)) out.set(name, 'zero')
  return out
}

/** The struct type of this schema name (`core.v1.ServicePort`), undefined when it has no fields. Compiled once. */
export function structType(name: string): StructType | undefined {
  if (compiled.has(name)) return compiled.get(name)
  const raw = schemaType(name) as RawType | undefined
  if (!raw?.fields) {
    compiled.set(name, undefined)
    return undefined
  }
  const go = parseMember<RawGo>(goSource, undefined, name) ?? {}
  const presence = presences(go)
  const fields = new Map<string, Field>()
  for (const key of Object.keys(raw.fields).sort()) {
    const given = raw.fields[key]
    const f: RawField = typeof given === 'string' ? { type: given } : given
    const type = parseFieldType(f.type, go.named?.[key])
    const meta = key === 'metadata' && type.form === 'struct'
    fields.set(key, {
      ...f,
      name: key,
      type,
      required: f.required === true,
      presence: presence.get(key) ?? (meta ? 'struct' : 'omit'),
    })
  }
  const type: StructType = { name, goName: name.slice(name.lastIndexOf('.') + 1), fields }
  compiled.set(name, type)
  return type
}

/** The schema name of a built-in kind: `apps/v1`, `Deployment` -> `apps.v1.Deployment`. */
export function typeNameOf(apiVersion: string, kind: string): string | undefined {
  return schemaKind(apiVersion, kind)
}
