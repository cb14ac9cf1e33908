// What makes a custom resource's schema structural. Upstream: apiextensions-apiserver/pkg/apiserver/schema/validation.go.
import type { FieldError } from '../../errors'
import { goRegExp } from '../../lib/go-regexp'
import { ownEntry } from '../../lib/own-entry'
import type { JsonSchema } from '../../schema/custom'
import { forbiddenField, invalidValue, required } from './errors'

type Level = 'root' | 'item' | 'field'
const UNTYPED: Record<Level, string> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
}
const PRESERVE = 'x-kubernetes-preserve-unknown-fields'
const EMBEDDED = 'x-kubernetes-embedded-resource'
const INT_OR_STRING = JSON.stringify([{ type: 'integer' }, { type: 'string' }])

/** The schema of a version, at its root; what is wrong in the order of its text, as schemas are maps. */
export function validateStructural(schema: JsonSchema, path: string): FieldError[] {
  const text = ({ field, message }: FieldError) => `${field}: ${message}`
  const errors = [...validateInvariants(schema, 'root', path), ...validateCompleteness(schema, schema, path, path)]
  return errors.sort((a, b) => (text(a) < text(b) ? -1 : 1))
}

/** What the root's junctors speak of is specified outside of them, too. Upstream: complete.go. */
function validateCompleteness(values: JsonSchema, schema: JsonSchema | undefined, path: string, at: string): FieldError[] {
  if (!schema) return [required(path, `because it is defined in ${at}`)]
  const errors = values.not ? validateParts(values.not, schema, path, `${at}.not`) : []
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    errors.push(...(values[key] ?? []).flatMap((each, i) => validateParts(each, schema, path, `${at}.${key}[${i}]`)))
  }
  return errors
}

function validateParts(values: JsonSchema, schema: JsonSchema | undefined, path: string, at: string): FieldError[] {
  if (!schema) return [required(path, `because it is defined in ${at}`)]
  const errors = validateCompleteness(values, schema, path, at)
  if (values.items) errors.push(...validateParts(values.items, schema.items, `${path}.items`, `${at}.items`))
  for (const [key, property] of Object.entries(values.properties ?? {})) {
    const step = `.properties[${key}]`
    errors.push(...validateParts(property, ownEntry(schema.properties, key), `${path}${step}`, `${at}${step}`))
  }
  return errors
}

function validateInvariants(schema: JsonSchema, level: Level, path: string): FieldError[] {
  const { type, items, properties = {}, additionalProperties: others } = schema
  const errors: FieldError[] = []
  if (type === 'array' && !items) errors.push(required(`${path}.items`, 'must be specified'))
  if (items) errors.push(...validateInvariants(items, 'item', `${path}.items`))
  for (const [key, property] of Object.entries(properties)) {
    errors.push(...validateInvariants(property, 'field', `${path}.properties[${key}]`))
  }
  if (others !== undefined && level === 'root') errors.push(forbiddenField(`${path}.additionalProperties`, 'must not be used at the root'))
  if (typeof others === 'object') errors.push(...validateInvariants(others, 'field', `${path}.additionalProperties`))
  errors.push(...validateExtensions(schema, path), ...validateValues(schema, path), ...validateType(schema, level, path))
  if (schema[EMBEDDED] && others !== undefined) {
    errors.push(forbiddenField(`${path}.additionalProperties`, `must not be used if ${EMBEDDED} is set`))
  }
  return [...errors, ...validateMeta(schema, level, path)]
}

function validateType({ type, ...schema }: JsonSchema, level: Level, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (schema[EMBEDDED] && type !== 'object') {
    const must = `must be object if ${EMBEDDED} is true`
    errors.push(type ? invalidValue(`${path}.type`, type, must) : required(`${path}.type`, must))
  } else if (!type && !schema['x-kubernetes-int-or-string'] && !schema[PRESERVE]) {
    errors.push(required(`${path}.type`, UNTYPED[level]))
  }
  if (level === 'root' && type && type !== 'object') errors.push(invalidValue(`${path}.type`, type, 'must be object at the root'))
  return errors
}

/** What every object has anyway may hardly be specified. */
function validateMeta(schema: JsonSchema, level: Level, path: string): FieldError[] {
  const errors: FieldError[] = []
  const { kind, apiVersion, metadata } = schema.properties ?? {}
  const isResource = level === 'root' || schema[EMBEDDED] === true
  for (const [key, property] of Object.entries({ kind, apiVersion })) {
    if (!isResource || !property || property.type === 'string') continue
    errors.push(invalidValue(`${path}.properties[${key}].type`, property.type ?? '', 'must be string'))
  }
  if (metadata) {
    const field = `${path}.properties[metadata]`
    if (isResource && metadata.type !== 'object') errors.push(invalidValue(`${field}.type`, metadata.type ?? '', 'must be object'))
    const { type, default: _, properties = {}, ...rest } = metadata
    const strange = Object.keys(rest).length > 0 || Object.keys(properties).some((key) => key !== 'name' && key !== 'generateName')
    if (level === 'root' && strange) {
      const why = 'must not specify anything other than name and generateName, but metadata is implicitly specified'
      errors.push(forbiddenField(field, why))
    }
  }
  if (schema[EMBEDDED] && !schema[PRESERVE] && Object.keys(schema.properties ?? {}).length === 0) {
    errors.push(required(`${path}.properties`, `must not be empty if ${EMBEDDED} is true without ${PRESERVE}`))
  }
  return errors
}

function validateExtensions(schema: JsonSchema, path: string): FieldError[] {
  if (!schema['x-kubernetes-int-or-string']) return []
  const must = 'must be false if x-kubernetes-int-or-string is true'
  return [PRESERVE, EMBEDDED].filter((key) => schema[key] === true).map((key) => invalidValue(`${path}.${key}`, true, must))
}

/** The junctors of a schema, whose parts only say more of what is specified elsewhere; integer or string is said by `anyOf` alone. */
function validateValues({ anyOf = [], allOf = [], oneOf = [], not, pattern }: JsonSchema, path: string, plain = false): FieldError[] {
  const isIntOrString = (schemas: JsonSchema[]) => JSON.stringify(schemas) === INT_OR_STRING
  const errors: FieldError[] = []
  if (plain || !isIntOrString(anyOf)) errors.push(...anyOf.flatMap((each, i) => validateNested(each, `${path}.anyOf[${i}]`)))
  for (const [i, each] of allOf.entries()) {
    const { anyOf: inner, ...rest } = each
    const skips = !plain && i === 0 && isIntOrString(inner ?? [])
    errors.push(...validateNested(skips ? rest : each, `${path}.allOf[${i}]`))
  }
  errors.push(...oneOf.flatMap((each, i) => validateNested(each, `${path}.oneOf[${i}]`)))
  if (not) errors.push(...validateNested(not, `${path}.not`))
  if (pattern) errors.push(...validatePattern(pattern, `${path}.pattern`))
  return errors
}

const EMPTY = 'must be empty to be structural'
const UNDEFINED = 'must be undefined to be structural'
const FALSE = 'must be false to be structural'

/** What has no place inside a junctor, and why. */
const FORBIDDEN: [key: string, why: string][] = [
  ['type', EMPTY],
  ['additionalProperties', UNDEFINED],
  ['default', UNDEFINED],
  ['title', EMPTY],
  ['description', EMPTY],
  ['nullable', FALSE],
  [PRESERVE, FALSE],
  [EMBEDDED, FALSE],
  ['x-kubernetes-int-or-string', FALSE],
  ['x-kubernetes-list-map-keys', EMPTY],
  ['x-kubernetes-list-type', UNDEFINED],
  ['x-kubernetes-map-type', UNDEFINED],
  ['x-kubernetes-validations', EMPTY],
]

function validateNested(schema: JsonSchema, path: string): FieldError[] {
  const errors = validateValues(schema, path, true)
  if (schema.items) errors.push(...validateNested(schema.items, `${path}.items`))
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    errors.push(...validateNested(property, `${path}.properties[${key}]`))
  }
  for (const [key, why] of FORBIDDEN) {
    const value = schema[key]
    const absent = value === undefined || value === '' || value === false || (Array.isArray(value) && value.length === 0)
    if (!absent) errors.push(forbiddenField(`${path}.${key}`, why))
  }
  if (schema.properties?.metadata) {
    errors.push(forbiddenField(`${path}.properties[metadata]`, 'must not be specified in a nested context'))
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
