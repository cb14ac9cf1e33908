// Validation of the schemas of custom resources. Upstream: apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go
// (ValidateCustomResourceDefinitionOpenAPISchema) and pkg/apiserver/schema/validation.go.
import type { FieldError } from '../../errors'
import { ownEntry } from '../../lib/own-entry'
import { type JsonSchema, prune } from '../../schema/custom'
import { type Costs, multiplicity, validateRules, validateTotalCost } from './crd-rules'
import { validateStructural } from './crd-structural'
import { validateDefault } from './custom-resource'
import { forbiddenField, invalidValue, notSupported, required } from './errors'

const SCHEMA_TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string']
const UNSUPPORTED = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'] as const

export function innerSchemas({
  items,
  properties = {},
  additionalProperties,
  allOf = [],
  anyOf = [],
  oneOf = [],
  not,
}: JsonSchema): JsonSchema[] {
  const single = [items, not, typeof additionalProperties === 'object' ? additionalProperties : undefined]
  return [...single.filter((s) => s !== undefined), ...Object.values(properties), ...allOf, ...anyOf, ...oneOf]
}

/** What a structural schema has no place for is complained of alone. */
function isRepresentable(schema: JsonSchema): boolean {
  return UNSUPPORTED.every((key) => schema[key] === undefined) && innerSchemas(schema).every(isRepresentable)
}

/** Where a schema stands. */
interface Place {
  path: string
  isRoot?: boolean
  /** Inside of a resource's `metadata`, `kind` or `apiVersion`. */
  insideMeta?: boolean
  /** Why there may be no defaults. */
  noDefaults?: string
  /** Of the rules, which are compiled only where the schema has CEL's types: what they cost. */
  costs?: Costs
  /** How many values an object can hold here; undefined when nothing bounds them. */
  cardinality?: number
  /** The outermost list around whose items have no past. */
  withoutPast?: string
  isOld: boolean
}

/** What is wrong with a schema itself, and with its rules. */
interface Findings {
  schema: FieldError[]
  rules: FieldError[]
}

function validateSchema(schema: JsonSchema, place: Place): Findings {
  const { path } = place
  const found: Findings = { schema: validateStandard(schema, place), rules: [] }
  const times = multiplicity(schema)
  const cardinality = place.cardinality === undefined || times === undefined ? undefined : place.cardinality * times
  const enter = (inner: JsonSchema, step: string, change: Partial<Place> = {}) => {
    const errors = validateSchema(inner, { ...place, cardinality, isRoot: false, ...change, path: `${path}.${step}` })
    found.schema.push(...errors.schema)
    found.rules.push(...errors.rules)
  }
  if (schema.uniqueItems) {
    const why = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'
    found.schema.push(forbiddenField(`${path}.uniqueItems`, why))
  }
  const { additionalProperties: others, properties = {} } = schema
  if ((typeof others === 'object' || others === false) && Object.keys(properties).length) {
    found.schema.push(forbiddenField(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'))
  }
  if (typeof others === 'object') {
    const noDefaults = place.insideMeta ? 'inside additionalProperties applying to object metadata' : place.noDefaults
    enter(others, 'additionalProperties', { noDefaults })
  }
  for (const [key, property] of Object.entries(properties)) {
    const isMeta = (place.isRoot || schema['x-kubernetes-embedded-resource']) && ['metadata', 'kind', 'apiVersion'].includes(key)
    const noDefaults = isMeta && place.isRoot ? `in top-level ${key}` : place.noDefaults
    enter(property, `properties[${key}]`, { noDefaults, insideMeta: isMeta || place.insideMeta })
  }
  if (schema.not) enter(schema.not, 'not', { costs: undefined })
  for (const key of ['allOf', 'oneOf', 'anyOf'] as const) {
    for (const [i, each] of (schema[key] ?? []).entries()) enter(each, `${key}[${i}]`, { costs: undefined })
  }
  if (schema.items) {
    const known = schema['x-kubernetes-list-type'] === 'map'
    enter(schema.items, 'items', { withoutPast: place.withoutPast ?? (known ? undefined : path) })
  }
  found.schema.push(...validateMapType(schema, path), ...validateListType(schema, path))
  found.schema.push(...validateRuleTexts(schema, `${path}.x-kubernetes-validations`))
  if (place.costs && found.schema.length === 0) {
    const isResource = place.isRoot === true || schema['x-kubernetes-embedded-resource'] === true
    found.rules.push(...validateRules(schema, { ...place, isResource, costs: place.costs }))
  }
  return found
}

function validateStandard(schema: JsonSchema, { path, insideMeta, noDefaults }: Place): FieldError[] {
  const { type } = schema
  const errors: FieldError[] = []
  if (type && !SCHEMA_TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, SCHEMA_TYPES))
  if (schema.default !== undefined && noDefaults) errors.push(forbiddenField(`${path}.default`, `must not be set ${noDefaults}`))
  for (const key of UNSUPPORTED) {
    if (schema[key] !== undefined) errors.push(forbiddenField(`${path}.${key}`, `${key} is not supported`))
  }
  if (type === 'null') errors.push(forbiddenField(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'))
  if (Array.isArray(schema.items)) errors.push(forbiddenField(`${path}.items`, 'items must be a schema object and not an array'))
  if (insideMeta && schema['x-kubernetes-embedded-resource']) {
    errors.push(forbiddenField(`${path}.x-kubernetes-embedded-resource`, 'must not be used inside of resource meta'))
  }
  return errors
}

function validateMapType(schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = []
  const preserve = 'x-kubernetes-preserve-unknown-fields'
  if (schema[preserve] === false) errors.push(invalidValue(`${path}.${preserve}`, false, 'must be true or undefined'))
  const kind = schema['x-kubernetes-map-type']
  if (kind === undefined) return errors
  const needed = 'must be object if x-kubernetes-map-type is specified'
  if (!schema.type) errors.push(required(`${path}.type`, needed))
  else if (schema.type !== 'object') errors.push(invalidValue(`${path}.type`, schema.type, needed))
  if (kind !== 'atomic' && kind !== 'granular') errors.push(notSupported(`${path}.x-kubernetes-map-type`, kind, ['atomic', 'granular']))
  return errors
}

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']
const NO_BREAKS = 'must not contain line breaks'
const NOT_EMPTY = 'must be non-empty if specified'

/** What surrounds the rules' expressions. */
function validateRuleTexts(schema: JsonSchema, path: string): FieldError[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap(({ rule = '', message = '', messageExpression, reason, fieldPath }, i) => {
    const at = `${path}[${i}]`
    const errors: FieldError[] = []
    const lines = /[\n\r]/
    if (!rule.trim()) errors.push(required(`${at}.rule`, 'rule is not specified'))
    else if (message && !message.trim()) errors.push(invalidValue(`${at}.message`, message, NOT_EMPTY))
    else if (lines.test(message.trim())) errors.push(invalidValue(`${at}.message`, message, NO_BREAKS))
    else if (lines.test(rule.trim()) && !message.trim()) {
      errors.push(required(`${at}.message`, 'message must be specified if rule contains line breaks'))
    }
    if (messageExpression && !messageExpression.trim()) {
      errors.push(required(`${at}.messageExpression`, `messageExpression ${NOT_EMPTY}`))
    }
    if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(`${at}.reason`, reason, REASONS))
    if (!fieldPath) return errors
    if (!fieldPath.trim()) errors.push(invalidValue(`${at}.fieldPath`, fieldPath, NOT_EMPTY))
    if (lines.test(fieldPath)) errors.push(invalidValue(`${at}.fieldPath`, fieldPath, NO_BREAKS))
    if (typeof schemaAt(fieldPath, schema) === 'string') errors.push(invalidValue(`${at}.fieldPath`, fieldPath, 'must be a valid path'))
    return errors
  })
}

const NOWHERE = 'does not refer to a valid field'

/** What a path of a rule or of a selectable field leads to, or why to nothing. Upstream: schema/cel/validation.go (ValidFieldPath). */
export function schemaAt(jsonPath: string, root: JsonSchema, brackets = true): JsonSchema | string {
  const tokens = jsonPath.match(/'(?:\\.|[^'\\])*'|[.[\]]|[^.[\]]+/g) ?? []
  let schema = root
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]
    if (token !== '.' && token !== '[') return `expected [ or . but got: ${token}`
    if (token === '[' && !brackets) return 'array notation is not allowed'
    let name = tokens[++i]
    if (name === undefined) return 'unexpected end of JSON path'
    if (token === '[') {
      if (!/^'.*'$/s.test(name)) return `expected single quoted string but got ${name}`
      name = name.slice(1, -1).replace(/\\(.)/g, '$1')
    }
    const { properties, additionalProperties } = schema
    const next = properties ? (Object.hasOwn(properties, name) ? properties[name] : undefined) : additionalProperties
    if (typeof next !== 'object') return NOWHERE
    schema = next
    if (token === '[' && tokens[++i] !== ']') {
      return tokens[i] === undefined ? 'unexpected end of JSON path' : `expected ] but got ${tokens[i]}`
    }
  }
  return schema
}

/** The members of a set are compared as a whole. */
function validateSetItems(items: JsonSchema | undefined, path: string): FieldError[] {
  const must = 'must be atomic as item of a list with x-kubernetes-list-type=set'
  const list = items?.['x-kubernetes-list-type']
  if (items?.type === 'array' && list !== undefined && list !== 'atomic') {
    return [invalidValue(`${path}.x-kubernetes-list-type`, list, must)]
  }
  if (items?.type !== 'object' || items['x-kubernetes-map-type'] === 'atomic') return []
  return [invalidValue(`${path}.x-kubernetes-map-type`, list ?? null, must)]
}

function validateListType(schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = []
  const kind = schema['x-kubernetes-list-type']
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  if (kind === undefined) {
    if (keys.length) errors.push(required(`${path}.x-kubernetes-list-type`, 'must be map if x-kubernetes-list-map-keys is non-empty'))
    return errors
  }
  const needed = 'must be array if x-kubernetes-list-type is specified'
  if (!schema.type) errors.push(required(`${path}.type`, needed))
  else if (schema.type !== 'array') errors.push(invalidValue(`${path}.type`, schema.type, needed))
  else if (kind === 'set') errors.push(...validateSetItems(schema.items, `${path}.items`))
  if (!['atomic', 'set', 'map'].includes(kind)) errors.push(notSupported(`${path}.x-kubernetes-list-type`, kind, ['atomic', 'set', 'map']))
  if (kind !== 'map') return errors
  if (!keys.length) errors.push(required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'))
  const { items } = schema
  if (!items) errors.push(required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map'))
  else if (items.type !== 'object') {
    errors.push(invalidValue(`${path}.items.type`, items.type ?? '', "must be object if parent array's x-kubernetes-list-type is map"))
  } else {
    for (const key of keys) {
      const property = ownEntry(items.properties, key)
      if (!property) errors.push(invalidValue(`${path}.x-kubernetes-list-map-keys`, keys, 'entries must all be names of item properties'))
      else if (!items.required?.includes(key) && property.default === undefined) {
        const why = 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'
        errors.push(required(`${path}.items.properties[${key}].default`, why))
      }
    }
  }
  return errors
}

/** Defaults are of the type that their schema says, and say nothing that it does not know. Upstream: schema/defaulting/validation.go. */
function validateDefaults(schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (schema.default !== undefined) {
    const wrapped = { value: structuredClone(schema.default) }
    if (prune(wrapped, { properties: { value: schema } }).length) {
      errors.push(invalidValue(`${path}.default`, schema.default, 'must not have unknown fields'))
    }
    errors.push(...validateDefault(schema.default, schema, `${path}.default`))
  }
  if (schema.items) errors.push(...validateDefaults(schema.items, `${path}.items`))
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    errors.push(...validateDefaults(property, `${path}.properties[${key}]`))
  }
  return errors
}

/** The schema of a version, at its root. `isOld`: it is what it was before. */
export function validateRootSchema(schema: JsonSchema, path: string, isOld = false): FieldError[] {
  const errors = schema.nullable ? [forbiddenField(`${path}.nullable`, 'nullable cannot be true at the root')] : []
  const representable = isRepresentable(schema)
  let structural = representable ? validateStructural(schema, path) : []
  if (representable && structural.length === 0) structural = validateDefaults(schema, path)
  const costs: Costs = []
  const hasTypes = representable && structural.length === 0
  const found = validateSchema(schema, { path, isRoot: true, cardinality: 1, isOld, costs: hasTypes ? costs : undefined })
  return [...errors, ...structural, ...found.schema, ...found.rules, ...validateTotalCost(costs, path)]
}
