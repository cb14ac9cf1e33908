// Kinds as `explain` shows them: fields, types, required, enums; from the built-in schema or a CRD's own.
import { type FieldType, structType, typeNameOf } from './types'

/** One schema on the way through a kind. */
export interface DocumentedType {
  /** `string`, `[]Container`, `map[string]string`, `ObjectMeta`. */
  typeName: string
  description?: string
  /** The name of a shared type, by which going round in circles is noticed. */
  ref?: string
  /** The fields of an object, by name. */
  fields(): DocumentedField[]
  /** What a list or map holds. */
  element?: DocumentedType
}

export interface DocumentedField {
  name: string
  type: DocumentedType
  description?: string
  required: boolean
  enum?: string[]
}

/** A built-in kind; undefined when the schema has none of this name. */
export function documentedKind(apiVersion: string, kind: string): DocumentedType | undefined {
  const name = typeNameOf(apiVersion, kind)
  return name ? structDocument(name) : undefined
}

function structDocument(name: string): DocumentedType {
  const goName = name.slice(name.lastIndexOf('.') + 1)
  return {
    typeName: goName,
    ref: name,
    fields: () =>
      [...(structType(name)?.fields.values() ?? [])].map((field) => ({
        name: field.name,
        type: typeDocument(field.type),
        required: field.required,
        ...(field.enum ? { enum: field.enum } : {}),
      })),
  }
}

const SCALAR_NAMES: Record<string, string> = {
  int32: 'integer',
  int64: 'integer',
  double: 'number',
  bytes: 'string',
  time: 'string',
  'micro-time': 'string',
  quantity: 'Quantity',
  'int-or-string': 'IntOrString',
}

function typeDocument(type: FieldType): DocumentedType {
  switch (type.form) {
    case 'struct':
      return structDocument(type.type)
    case 'list':
      return holding('[]', typeDocument(type.items))
    case 'map':
      return holding('map[string]', typeDocument(type.values))
    case 'scalar': {
      const plain = type.kind === 'any' || type.kind === 'object' ? type.go.slice(type.go.lastIndexOf('.') + 1) : type.kind
      return { typeName: SCALAR_NAMES[plain] ?? plain, fields: () => [] }
    }
  }
}

function holding(prefix: string, element: DocumentedType): DocumentedType {
  return { typeName: prefix + element.typeName, element, fields: () => [] }
}

interface JsonSchema {
  type?: string
  description?: string
  properties?: Record<string, JsonSchema>
  required?: string[]
  enum?: unknown[]
  items?: JsonSchema
  additionalProperties?: JsonSchema | boolean
}

/** A CRD version's schema, with the members every object has. */
export function documentedSchema(schema: unknown): DocumentedType {
  const document = schemaDocument((schema ?? {}) as JsonSchema)
  const own = ['apiVersion', 'kind'].map((name) => ({ name, type: { typeName: 'string', fields: () => [] }, required: false }))
  const metadata = { name: 'metadata', type: structDocument('meta.v1.ObjectMeta'), required: false }
  const members: DocumentedField[] = [...own, metadata]
  const names = new Set(members.map((member) => member.name))
  return {
    ...document,
    fields: () => [...members, ...document.fields().filter((field) => !names.has(field.name))].sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

function schemaDocument(schema: JsonSchema): DocumentedType {
  const { description } = schema
  if (schema.items) return { ...holding('[]', schemaDocument(schema.items)), description }
  if (typeof schema.additionalProperties === 'object') {
    return { ...holding('map[string]', schemaDocument(schema.additionalProperties)), description }
  }
  return {
    typeName: schema.type === 'object' || !schema.type ? 'Object' : schema.type,
    description,
    fields: () =>
      Object.entries(schema.properties ?? {})
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, property]) => ({
          name,
          type: schemaDocument(property),
          description: property.description,
          required: schema.required?.includes(name) === true,
          ...(property.enum ? { enum: property.enum.map(String) } : {}),
        })),
  }
}
