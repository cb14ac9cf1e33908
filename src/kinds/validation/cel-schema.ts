// The types and bounds that CEL expressions see of a custom resource's schema.
// Upstream: apiserver/pkg/cel/common/schemas.go, apiextensions-apiserver/pkg/apiserver/schema/cel/model/schemas.go.
import { BOOL, BYTES, type CelType, DOUBLE, DURATION, DYN, INT, listOf, mapOf, STRING, structOf, TIMESTAMP } from '../../lib/cel/types'
import type { JsonSchema } from '../../schema/custom'

/** The largest request, in bytes: it bounds what nothing else does. */
export const MOST_BYTES = 3 * 1024 * 1024
const MOST_TEXT = MOST_BYTES - 2

const RESERVED =
  /^(?:true|false|null|in|as|break|const|continue|else|for|function|if|import|let|loop|package|namespace|return|var|void|while)$/
const ESCAPES: Record<string, string> = { __: '__underscores__', '.': '__dot__', '-': '__dash__', '/': '__slash__' }

/** A field's name as expressions write it; undefined for names that they cannot write. */
export function escapeName(name: string): string | undefined {
  if (!/^[A-Za-z_./-][\w./-]*$/.test(name)) return undefined
  if (RESERVED.test(name)) return `__${name}__`
  return name.replace(/__|[-./]/g, (part) => ESCAPES[part])
}

/** Words that are kept free, which may yet be fields' names. */
export function isReserved(name: string): boolean {
  return RESERVED.test(name)
}

export interface DeclaredType {
  type: CelType
  /** Of a text, list or map; 0 for all others. */
  most: number
  /** Bytes of its shortest JSON. */
  least: number
  fields?: Map<string, DeclaredType>
  item?: DeclaredType
  key?: DeclaredType
}

function simple(type: CelType, least: number, most = 0): DeclaredType {
  return { type, least, most }
}

const NAME_LENGTH = 253

/** What every resource has, whatever its schema says of it. */
function withMeta(schema: JsonSchema): JsonSchema {
  const own = schema.properties
  const meta = own?.metadata
  const string = { type: 'string' }
  const isString = (property: JsonSchema | undefined) => property?.type === 'string'
  const whole = isString(own?.kind) && isString(own?.apiVersion) && meta?.type === 'object'
  if (whole && isString(meta.properties?.name) && isString(meta.properties?.generateName)) return schema
  const capped = (name: string, most: number) => ({ ...string, maxLength: Math.min(meta?.properties?.[name]?.maxLength ?? most, most) })
  const properties = { name: capped('name', NAME_LENGTH), generateName: capped('generateName', NAME_LENGTH - 1) }
  return { ...schema, properties: { ...own, kind: string, apiVersion: string, metadata: { type: 'object', properties } } }
}

function textType(schema: JsonSchema): DeclaredType {
  const { format, maxLength, enum: values = [] } = schema
  const length = maxLength === undefined ? undefined : Math.max(maxLength, 0)
  if (format === 'byte') return simple(BYTES, 2, length ?? MOST_TEXT)
  if (format === 'duration') return simple(DURATION, 3, 32)
  if (format === 'date') return simple(TIMESTAMP, 12, 12)
  if (format === 'date-time') return simple(TIMESTAMP, 21, 32)
  // A character has up to four bytes.
  if (length !== undefined) return simple(STRING, 2, length * 4)
  const words = values.map((value) => (typeof value === 'string' ? Buffer.byteLength(value) : 0))
  return simple(STRING, 2, words.length ? Math.max(...words) : MOST_TEXT)
}

function objectType(schema: JsonSchema, name: string): DeclaredType {
  const fields = new Map<string, DeclaredType>()
  let least = 2
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const escaped = escapeName(key)
    const declared = declaredType(property, `${name}.${escaped ?? key}`, property['x-kubernetes-embedded-resource'])
    if (!declared) continue
    if (escaped !== undefined) fields.set(escaped, declared)
    if (schema.required?.includes(key) && property.default === undefined) least += Buffer.byteLength(key) + declared.least + 4
  }
  const types = new Map([...fields].map(([key, declared]) => [key, declared.type]))
  for (const key of Object.keys(schema.properties ?? {}).filter(isReserved)) types.set(key, types.get(escapeName(key) ?? '') ?? DYN)
  return { type: structOf(name, types), least, most: 0, fields }
}

/** `name`: what objects are called whose types have no name. Undefined for what expressions do not see. */
export function declaredType(schema: JsonSchema, name: string, isResource = false): DeclaredType | undefined {
  if (schema['x-kubernetes-int-or-string']) {
    return simple(DYN, 1, schema.maxLength === undefined ? MOST_TEXT : Math.max(schema.maxLength, 0) * 4)
  }
  const { type, items, additionalProperties: others } = schema
  switch (type) {
    case 'array': {
      const item = items && declaredType(items, `${name}.@idx`, items['x-kubernetes-embedded-resource'])
      if (!item) return undefined
      const most = schema.maxItems === undefined ? Math.floor(MOST_TEXT / (item.least + 1)) : Math.max(schema.maxItems, 0)
      return { type: listOf(item.type), least: 2, most, item }
    }
    case 'object': {
      if (isResource || typeof others !== 'object') return objectType(isResource ? withMeta(schema) : schema, name)
      const item = declaredType(others, `${name}.@elem`, others['x-kubernetes-embedded-resource'])
      if (!item) return undefined
      const most = schema.maxProperties === undefined ? Math.floor(MOST_TEXT / (item.least + 6)) : Math.max(schema.maxProperties, 0)
      return { type: mapOf(STRING, item.type), least: 2, most, item, key: simple(STRING, 2) }
    }
    case 'string':
      return textType(schema)
    case 'boolean':
      return simple(BOOL, 4)
    case 'number':
      return simple(DOUBLE, 1)
    case 'integer':
      return simple(INT, 1)
  }
  return undefined
}

/** What stands at a path below a variable of this type: `['self', 'names', '@items']`. */
export function declaredAt(root: DeclaredType, [, ...path]: string[]): DeclaredType | undefined {
  let current: DeclaredType | undefined = root
  for (const step of path) {
    if (step === '@items' || step === '@values') current = current?.item
    else current = step === '@keys' ? current?.key : current?.fields?.get(step)
  }
  return current
}
