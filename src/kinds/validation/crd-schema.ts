// Validation of the schemas of custom resources. Upstream: apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go
// (ValidateCustomResourceDefinitionOpenAPISchema) and pkg/apiserver/schema/validation.go.
import type { FieldError } from '../../errors'
import { CelSyntaxError, parseCel } from '../../lib/cel/parse'
import { goRegExp } from '../../lib/go-regexp'
import type { CelRule, JsonSchema } from '../../schema/custom'
import type { Fields } from '../defaults/fields'
import { forbiddenField, invalidValue, notSupported, required } from './errors'

const SCHEMA_TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string']

type Level = 'root' | 'item' | 'field'
const UNTYPED: Record<Level, string> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
}

const UNSUPPORTED = ['definitions', 'dependencies', 'patternProperties', 'additionalItems', '$ref', 'id'] as const

function innerSchemas({ items, properties = {}, additionalProperties, allOf = [], anyOf = [], oneOf = [], not }: JsonSchema): JsonSchema[] {
  const single = [items, not, typeof additionalProperties === 'object' ? additionalProperties : undefined]
  return [...single.filter((s) => s !== undefined), ...Object.values(properties), ...allOf, ...anyOf, ...oneOf]
}

/** What a structural schema has no place for is complained of alone. */
function isRepresentable(schema: JsonSchema): boolean {
  return UNSUPPORTED.every((key) => schema[key] === undefined) && innerSchemas(schema).every(isRepresentable)
}

function validateStructure(schema: JsonSchema, level: Level, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (schema.type === 'array' && !schema.items) errors.push(required(`${path}.items`, 'must be specified'))
  if (schema.items) errors.push(...validateStructure(schema.items, 'item', `${path}.items`))
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    errors.push(...validateStructure(property, 'field', `${path}.properties[${key}]`))
  }
  const others = schema.additionalProperties
  if (others !== undefined && level === 'root') errors.push(forbiddenField(`${path}.additionalProperties`, 'must not be used at the root'))
  if (typeof others === 'object') errors.push(...validateStructure(others, 'field', `${path}.additionalProperties`))
  if (schema.pattern !== undefined) errors.push(...validatePattern(schema.pattern, `${path}.pattern`))
  const free = schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields']
  if (!schema.type && !free) errors.push(required(`${path}.type`, UNTYPED[level]))
  if (level === 'root' && schema.type && schema.type !== 'object') {
    errors.push(invalidValue(`${path}.type`, schema.type, 'must be object at the root'))
  }
  return errors
}

function validatePattern(pattern: string, field: string): FieldError[] {
  try {
    goRegExp(pattern)
    return []
  } catch (error) {
    return [invalidValue(field, pattern, `must be a valid regular expression, but isn't: ${(error as Error).message}`)]
  }
}

function validateSchema(schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = []
  const { type } = schema
  if (type && !SCHEMA_TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, SCHEMA_TYPES))
  for (const key of UNSUPPORTED) {
    if (schema[key] !== undefined) errors.push(forbiddenField(`${path}.${key}`, `${key} is not supported`))
  }
  if (type === 'null') errors.push(forbiddenField(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'))
  if (schema.uniqueItems) {
    errors.push(forbiddenField(`${path}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'))
  }
  const others = schema.additionalProperties
  if (typeof others === 'object' || others === false) {
    if (Object.keys(schema.properties ?? {}).length) {
      errors.push(forbiddenField(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'))
    }
    if (typeof others === 'object') errors.push(...validateSchema(others, `${path}.additionalProperties`))
  }
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    errors.push(...validateSchema(property, `${path}.properties[${key}]`))
  }
  if (schema.items) errors.push(...validateSchema(schema.items, `${path}.items`))
  return [
    ...errors,
    ...validateMapType(schema, path),
    ...validateListType(schema, path),
    ...validateRuleTexts(schema, `${path}.x-kubernetes-validations`),
  ]
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

/** Rules are to be expressions. Their types are not checked here. */
function validateRuleTexts(schema: JsonSchema, path: string): FieldError[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap((rule, i) => {
    const text = rule.rule ?? ''
    const message = (rule.message ?? '').trim()
    const lines = /[\n\r]/
    if (!text.trim()) return [required(`${path}[${i}].rule`, 'rule is not specified')]
    const errors: FieldError[] = []
    const field = `${path}[${i}].message`
    if (rule.message && !message) errors.push(invalidValue(field, rule.message, 'message must be non-empty if specified'))
    else if (lines.test(message)) errors.push(invalidValue(field, rule.message, 'message must not contain line breaks'))
    else if (lines.test(text.trim()) && !message) {
      errors.push(required(field, 'message must be specified if rule contains line breaks'))
    }
    const wrong = syntaxError(text)
    return wrong === undefined ? errors : [...errors, invalidValue(`${path}[${i}].rule`, internalRule(rule), wrong)]
  })
}

/** As the API server's own type prints: by the names of Go's fields. */
function internalRule(rule: CelRule): Fields {
  return {
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  }
}

function syntaxError(text: string): string | undefined {
  try {
    parseCel(text)
    return undefined
  } catch (error) {
    if (!(error instanceof CelSyntaxError)) throw error
    const lines = text.slice(0, error.offset).split('\n')
    const column = lines[lines.length - 1].length
    const shown = text.split('\n')[lines.length - 1]
    return `compilation failed: ERROR: <input>:${lines.length}:${column + 1}: ${error.message}\n | ${shown}\n | ${'.'.repeat(column)}^`
  }
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
  if (!['atomic', 'set', 'map'].includes(kind)) errors.push(notSupported(`${path}.x-kubernetes-list-type`, kind, ['atomic', 'set', 'map']))
  if (kind !== 'map') return errors
  if (!keys.length) errors.push(required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'))
  const { items } = schema
  if (!items) errors.push(required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map'))
  else if (items.type !== 'object') {
    errors.push(invalidValue(`${path}.items.type`, items.type ?? '', "must be object if parent array's x-kubernetes-list-type is map"))
  } else {
    for (const key of keys) {
      const property = items.properties?.[key]
      if (!property) errors.push(invalidValue(`${path}.x-kubernetes-list-map-keys`, keys, 'entries must all be names of item properties'))
      else if (!items.required?.includes(key) && property.default === undefined) {
        const why = 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'
        errors.push(required(`${path}.items.properties[${key}].default`, why))
      }
    }
  }
  return errors
}

/** The schema of a version, at its root. */
export function validateRootSchema(schema: JsonSchema, path: string): FieldError[] {
  const errors = schema.nullable ? [forbiddenField(`${path}.nullable`, 'nullable cannot be true at the root')] : []
  const structural = isRepresentable(schema) ? validateStructure(schema, 'root', path) : []
  structural.sort((a, b) => (`${a.field}: ${a.message}` < `${b.field}: ${b.message}` ? -1 : 1))
  return [...errors, ...structural, ...validateSchema(schema, path)]
}
