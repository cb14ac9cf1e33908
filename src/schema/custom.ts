// Custom resources by their CRD's schema: fields it does not know are dropped, missing ones filled in.
// Upstream: apiextensions-apiserver/pkg/apiserver/schema/{pruning,defaulting}/algorithm.go.

/** A rule of x-kubernetes-validations: an expression of `self` and, when it is about changes, `oldSelf`. */
export interface CelRule {
  rule: string
  message?: string
  messageExpression?: string
  reason?: string
  fieldPath?: string
  optionalOldSelf?: boolean
}

export interface JsonSchema {
  type?: string
  format?: string
  nullable?: boolean
  default?: unknown
  enum?: unknown[]
  properties?: Record<string, JsonSchema>
  additionalProperties?: JsonSchema | boolean
  items?: JsonSchema
  required?: string[]
  minimum?: number
  maximum?: number
  exclusiveMinimum?: boolean
  exclusiveMaximum?: boolean
  multipleOf?: number
  minLength?: number
  maxLength?: number
  pattern?: string
  minItems?: number
  maxItems?: number
  uniqueItems?: boolean
  minProperties?: number
  maxProperties?: number
  allOf?: JsonSchema[]
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  not?: JsonSchema
  'x-kubernetes-preserve-unknown-fields'?: boolean
  'x-kubernetes-embedded-resource'?: boolean
  'x-kubernetes-int-or-string'?: boolean
  'x-kubernetes-list-type'?: string
  'x-kubernetes-list-map-keys'?: string[]
  'x-kubernetes-map-type'?: string
  'x-kubernetes-validations'?: CelRule[]
  [extension: string]: unknown
}

type Fields = Record<string, unknown>

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const META = ['apiVersion', 'kind', 'metadata']

function joined(path: string, key: string): string {
  return path ? `${path}.${key}` : key
}

/** The schema behind a key, `true` when anything goes there, undefined when the key is unknown. */
function under(schema: JsonSchema | undefined, key: string): JsonSchema | true | undefined {
  const own = schema?.properties
  if (own && Object.hasOwn(own, key)) return own[key]
  const others = schema?.additionalProperties
  if (others === undefined || others === false) return undefined
  return others === true ? true : others
}

/** Removes from `value`, in place, what the schema does not know; answers the removed paths (`spec.colour`), sorted. */
export function prune(value: Fields, schema: JsonSchema | undefined): string[] {
  const removed: string[] = []
  pruneValue(value, { ...schema, 'x-kubernetes-embedded-resource': true }, '', removed)
  return removed.sort()
}

function pruneValue(value: unknown, schema: JsonSchema | undefined, path: string, removed: string[]): void {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) pruneValue(item, schema?.items, `${path}[${i}]`, removed)
    return
  }
  if (!isFields(value)) return
  const keeps = schema?.['x-kubernetes-preserve-unknown-fields'] === true
  for (const key of Object.keys(value)) {
    if (schema?.['x-kubernetes-embedded-resource'] && META.includes(key)) continue
    const inner = under(schema, key)
    const here = joined(path, key)
    if (inner === true) continue
    if (inner) pruneValue(value[key], inner, here, removed)
    else if (!keeps) {
      removed.push(here)
      delete value[key]
    }
  }
}

/** Sets, in place, the schema's defaults where there is no value (or a null that may not be). */
export function applyDefaults(value: unknown, schema: JsonSchema | undefined): void {
  if (!schema) return
  const missing = (v: unknown, s: JsonSchema) => v === undefined || (v === null && s.nullable !== true)
  if (Array.isArray(value)) {
    const { items } = schema
    for (const [i, item] of value.entries()) {
      if (items && item === null && missing(item, items) && items.default !== undefined) value[i] = structuredClone(items.default)
      applyDefaults(value[i], items)
    }
    return
  }
  if (!isFields(value)) return
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    if (property.default !== undefined && missing(value[key], property)) value[key] = structuredClone(property.default)
  }
  for (const key of Object.keys(value)) {
    const inner = under(schema, key)
    if (inner && inner !== true) applyDefaults(value[key], inner)
  }
}

/** Drops nulls that may not be: what has a default is given it. Upstream: defaulting/prunenulls.go. */
export function pruneNulls(value: unknown, schema: JsonSchema | undefined): void {
  if (Array.isArray(value)) {
    for (const item of value) pruneNulls(item, schema?.items)
    return
  }
  if (!isFields(value)) return
  for (const key of Object.keys(value)) {
    const inner = under(schema, key)
    if (!inner || inner === true) continue
    if (value[key] === null && inner.nullable !== true) delete value[key]
    else pruneNulls(value[key], inner)
  }
}
