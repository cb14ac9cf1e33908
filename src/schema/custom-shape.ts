// The structure of custom resources for merging, read from their CRD's openAPIV3Schema.
import type { Json } from '../api/types'
import { type FieldShape, metaShape, type Shape } from './shape'

interface JsonSchema {
  type?: string
  properties?: Record<string, JsonSchema>
  additionalProperties?: JsonSchema | boolean
  items?: JsonSchema
  default?: Json
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map'
  'x-kubernetes-list-map-keys'?: string[]
  'x-kubernetes-map-type'?: 'atomic' | 'granular'
  'x-kubernetes-preserve-unknown-fields'?: boolean
  'x-kubernetes-int-or-string'?: boolean
}

/** Of a schema's scalars, the names that the types of other kinds have. */
const SCALARS: Record<string, string> = { integer: 'int64', number: 'double' }

function field(shape: Shape, value?: Json): FieldShape {
  return { shape, patchStrategies: [], mergeKey: '', ...(value !== undefined ? { default: value } : {}) }
}

function schemaShape(schema: JsonSchema): Shape {
  if (schema['x-kubernetes-int-or-string']) return { kind: 'scalar', type: 'int-or-string' }
  if (schema.type === 'array') {
    const listType = schema['x-kubernetes-list-type'] ?? 'atomic'
    return { kind: 'list', listType, keys: schema['x-kubernetes-list-map-keys'] ?? [], element: schemaShape(schema.items ?? {}) }
  }
  const { properties, additionalProperties } = schema
  const atomic = schema['x-kubernetes-map-type'] === 'atomic'
  if (properties) {
    const unknown = schema['x-kubernetes-preserve-unknown-fields'] ? field({ kind: 'any' }) : undefined
    return {
      kind: 'map',
      name: 'object',
      struct: true,
      atomic,
      field: (key) => (Object.hasOwn(properties, key) ? field(schemaShape(properties[key]), properties[key].default) : unknown),
    }
  }
  if (typeof additionalProperties === 'object') {
    const element = field(schemaShape(additionalProperties))
    return { kind: 'map', name: 'object', struct: false, atomic, field: () => element }
  }
  if (schema.type === undefined || schema.type === 'object') return { kind: 'any' }
  return { kind: 'scalar', type: SCALARS[schema.type] ?? schema.type }
}

/** The structure of objects of one CRD version; without a schema every field is of unknown structure. */
export function customShape(openApiSchema: unknown): Shape {
  const shape = schemaShape((openApiSchema ?? {}) as JsonSchema)
  const string = field({ kind: 'scalar', type: 'string' })
  const own: Record<string, FieldShape> = { apiVersion: string, kind: string, metadata: field(metaShape()) }
  const inner = shape.kind === 'map' ? shape.field : () => field({ kind: 'any' })
  return {
    kind: 'map',
    name: 'object',
    struct: true,
    atomic: false,
    field: (key) => (Object.hasOwn(own, key) ? own[key] : inner(key)),
  }
}
