// Validation of custom resources against their CRD's schema, in the words of kube-openapi's validator.
// Upstream: k8s.io/kube-openapi/pkg/validation, apiextensions-apiserver/pkg/apiserver/validation/validation.go.

import type { Json } from '../../api/types'
import type { FieldError } from '../../errors'
import { deepEqual } from '../../lib/equal'
import { goRegExp } from '../../lib/go-regexp'
import { isIP } from '../../lib/is-ip'
import { goText } from '../../lib/patch/value'
import type { JsonSchema } from '../../schema/custom'
import type { ResourceInfo } from '../../schema/resources'
import { itemBefore, validateRules } from './cel-rules'
import { validateEmbedded } from './embedded'
import { duplicate, invalidValue, notSupported, required, tooLong, tooMany, typeInvalid } from './errors'

type ScalePaths = NonNullable<ResourceInfo['scale']>

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** JSON Schema's name of a value's type. */
function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

function typesOf(schema: JsonSchema): string[] {
  if (schema['x-kubernetes-int-or-string']) return ['integer', 'string']
  return schema.type ? [schema.type] : []
}

function fits(type: string, value: unknown): boolean {
  const actual = typeOf(value)
  return actual === type || (type === 'number' && actual === 'integer')
}

const FORMATS: Record<string, (text: string) => boolean> = {
  'date-time': (text) => /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)),
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)),
  ipv4: (text) => isIP(text) === 4,
  ipv6: (text) => isIP(text) === 6,
  cidr: (text) => isIP(text.split('/')[0]) > 0 && /^[^/]+\/\d+$/.test(text),
  uuid: (text) => /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(text),
  email: (text) => /^[^@\s]+@[^@\s]+$/.test(text),
  uri: (text) => URL.canParse(text),
  hostname: (text) => /^([a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?\.?)+$/.test(text),
  mac: (text) => /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(text),
  byte: (text) => /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0,
  duration: (text) => /^[-+]?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h|d|w))+$/.test(text),
}

function validateString(value: string, schema: JsonSchema, path: string, errors: FieldError[]): void {
  const length = [...value].length
  if (schema.maxLength !== undefined && length > schema.maxLength) errors.push(tooLong(path, schema.maxLength))
  if (schema.minLength !== undefined && length < schema.minLength) {
    errors.push(invalidValue(path, value, `${path} in body should be at least ${schema.minLength} chars long`))
  }
  if (schema.pattern !== undefined && !matches(schema.pattern, value)) {
    errors.push(invalidValue(path, value, `${path} in body should match '${schema.pattern}'`))
  }
  const format = schema.format ? FORMATS[schema.format] : undefined
  if (format && !format(value)) {
    errors.push(typeInvalid(path, value, `${path} in body must be of type ${schema.format}: ${JSON.stringify(value)}`))
  }
}

/** A pattern that Go does not read either was refused with its definition. */
function matches(pattern: string, value: string): boolean {
  try {
    return goRegExp(pattern).test(value)
  } catch {
    return true
  }
}

function validateNumber(value: number, schema: JsonSchema, path: string, errors: FieldError[]): void {
  const { minimum, maximum, multipleOf } = schema
  const say = (what: string) => errors.push(invalidValue(path, value, `${path} in body should be ${what}`))
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) say(`a multiple of ${multipleOf}`)
  if (maximum !== undefined) {
    if (schema.exclusiveMaximum ? value >= maximum : value > maximum) {
      say(`less than ${schema.exclusiveMaximum ? '' : 'or equal to '}${maximum}`)
    }
  }
  if (minimum !== undefined) {
    if (schema.exclusiveMinimum ? value <= minimum : value < minimum) {
      say(`greater than ${schema.exclusiveMinimum ? '' : 'or equal to '}${minimum}`)
    }
  }
}

function validateArray(value: unknown[], schema: JsonSchema, path: string, errors: FieldError[], old: unknown): void {
  for (const [i, item] of value.entries()) {
    if (schema.items) validateValue(item, schema.items, `${path}[${i}]`, errors, itemBefore(item, old, schema))
  }
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    errors.push(invalidValue(path, value.length, `${path} in body should have at least ${schema.minItems} items`))
  }
  if (schema.maxItems !== undefined && value.length > schema.maxItems) errors.push(tooMany(path, value.length, schema.maxItems))
}

function validateObject(value: Record<string, unknown>, schema: JsonSchema, path: string, errors: FieldError[], old: unknown): void {
  const count = Object.keys(value).length
  if (schema.minProperties !== undefined && count < schema.minProperties) {
    errors.push(invalidValue(path, count, `${path} in body should have at least ${schema.minProperties} properties`))
    return
  }
  if (schema.maxProperties !== undefined && count > schema.maxProperties) {
    errors.push(tooMany(path, count, schema.maxProperties))
    return
  }
  const child = (key: string) => (path ? `${path}.${key}` : key)
  const { properties = {}, additionalProperties } = schema
  for (const key of Object.keys(value)) {
    const others = isRecord(additionalProperties) ? (additionalProperties as JsonSchema) : undefined
    const inner = Object.hasOwn(properties, key) ? properties[key] : others
    const told = path === '' && (key === 'kind' || key === 'apiVersion')
    if (inner) validateValue(value[key], inner, child(key), errors, isRecord(old) && !told ? old[key] : undefined)
  }
  for (const key of schema.required ?? []) if (value[key] === undefined) errors.push(required(child(key)))
}

/** Errors of a whole: they name no field. */
function composite(path: string, text: string): FieldError {
  return invalidValue('<nil>', '', `${JSON.stringify(path)} ${text}`)
}

function validateComposition(value: unknown, schema: JsonSchema, path: string, errors: FieldError[]): void {
  const passes = (s: JsonSchema) => {
    const own: FieldError[] = []
    validateValue(value, s, path, own)
    return own
  }
  if (schema.anyOf?.length && !schema['x-kubernetes-int-or-string']) {
    const tries = schema.anyOf.map(passes)
    if (tries.every((own) => own.length)) {
      errors.push(composite(path, 'must validate at least one schema (anyOf)'))
      errors.push(...tries.reduce((best, own) => (own.length < best.length ? own : best)))
    }
  }
  if (schema.oneOf?.length) {
    const tries = schema.oneOf.map(passes)
    const good = tries.filter((own) => !own.length).length
    if (good !== 1) {
      const found = good === 0 ? 'Found none valid' : `Found ${good} valid alternatives`
      errors.push(composite(path, `must validate one and only one schema (oneOf). ${found}`))
      if (good === 0) errors.push(...tries.reduce((best, own) => (own.length < best.length ? own : best)))
    }
  }
  if (schema.allOf?.length) {
    const tries = schema.allOf.map(passes)
    const bad = tries.filter((own) => own.length)
    if (bad.length) {
      for (const own of bad) errors.push(...own)
      errors.push(composite(path, `must validate all the schemas (allOf)${bad.length === tries.length ? '. None validated' : ''}`))
    }
  }
  if (schema.not && !passes(schema.not).length) errors.push(composite(path, 'must not validate the schema (not)'))
}

/** What is as it was before is not complained of. Upstream: apiextensions-apiserver/pkg/apiserver/validation/ratcheting.go. */
function validateValue(value: unknown, schema: JsonSchema, path: string, errors: FieldError[], old?: unknown): void {
  const known = errors.length
  validateNew(value, schema, path, errors, old)
  if (errors.length > known && old !== undefined && deepEqual(value, old)) errors.length = known
}

function validateNew(value: unknown, schema: JsonSchema, path: string, errors: FieldError[], old: unknown): void {
  if (value === null && schema.nullable) return
  const types = typesOf(schema)
  if (types.length && !types.some((type) => fits(type, value))) {
    const actual = typeOf(value)
    errors.push(typeInvalid(path, actual, `${path} in body must be of type ${types.join(',')}: ${JSON.stringify(actual)}`))
    if (typeof value === 'number') errors.push(...rangeProblem(value, schema, path))
    return
  }
  validateComposition(value, schema, path, errors)
  if (typeof value === 'string') validateString(value, schema, path, errors)
  else if (typeof value === 'number') {
    errors.push(...rangeProblem(value, schema, path))
    validateNumber(value, schema, path, errors)
  } else if (Array.isArray(value)) validateArray(value, schema, path, errors, old)
  if (schema.enum && !schema.enum.some((allowed) => JSON.stringify(allowed) === JSON.stringify(value))) {
    const supported = schema.enum.map((v) => (typeof v === 'string' ? v : JSON.stringify(v)))
    errors.push(notSupported(path, value, supported))
  }
  if (isRecord(value)) validateObject(value, schema, path, errors, old)
}

/** Whether a number can be of the type at all. Upstream: kube-openapi/pkg/validation/validate/values.go (IsValueValidAgainstRange). */
function rangeProblem(value: number, { type, format }: JsonSchema, path: string): FieldError[] {
  if (type !== 'integer' || (Number.isInteger(value) && (format !== 'int32' || Math.abs(value + 0.5) < 2 ** 31))) return []
  const of = format ? `integer with format ${format}` : 'integer (default format)'
  return [invalidValue('<nil>', '', `Checked value must be of type ${of} in ${path}`)]
}

function goType(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  if (typeof value === 'boolean') return 'bool'
  if (Array.isArray(value)) return '[]interface {}'
  return typeof value === 'string' ? 'string' : value === null ? '<nil>' : 'map[string]interface {}'
}

const MOST_REPLICAS = 2 ** 31 - 1

/** A part of what a Scale says. Upstream: apiextensions-apiserver/pkg/registry/customresource/validator.go (ValidateScaleSpec). */
function validateScalePart(object: unknown, path: string[], wanted: 'int64' | 'string'): FieldError[] {
  const field = `.${path.join('.')}`
  let value = object
  for (const [i, key] of path.entries()) {
    if (!isRecord(value)) {
      const why = `.${path.slice(0, i + 1).join('.')} accessor error: ${goText(value as Json)} is of the type ${goType(value)}, expected map[string]interface{}`
      return [invalidValue(field, wanted === 'int64' ? 0 : '', why)]
    }
    if (!Object.hasOwn(value, key)) return []
    value = value[key]
  }
  if (goType(value) !== wanted) {
    const why = `${field} accessor error: ${goText(value as Json)} is of the type ${goType(value)}, expected ${wanted}`
    return [invalidValue(field, wanted === 'int64' ? 0 : '', why)]
  }
  if (typeof value !== 'number') return []
  if (value < 0) return [invalidValue(field, value, 'should be a non-negative integer')]
  return value > MOST_REPLICAS ? [invalidValue(field, value, `should be less than or equal to ${MOST_REPLICAS}`)] : []
}

/** `parts`: only the status is asked for what is written through the status. */
export function validateScale(object: unknown, scale: ScalePaths | undefined, parts: 'all' | 'status'): FieldError[] {
  if (!scale) return []
  const errors = parts === 'all' ? validateScalePart(object, scale.spec, 'int64') : []
  errors.push(...validateScalePart(object, scale.status, 'int64'))
  return scale.selector ? [...errors, ...validateScalePart(object, scale.selector, 'string')] : errors
}

/** Sets and maps that are written as lists hold each item once. Upstream: schema/listtype/validation.go. */
function validateLists(value: unknown, schema: JsonSchema | undefined, path: string, errors: FieldError[]): void {
  if (!schema) return
  if (Array.isArray(value)) {
    const kind = schema['x-kubernetes-list-type']
    const keys = schema['x-kubernetes-list-map-keys'] ?? []
    const seen = new Set<string>()
    for (const [i, item] of value.entries()) {
      const here = `${path}[${i}]`
      if (kind === 'set' || (kind === 'map' && isRecord(item))) {
        const own = kind === 'set' ? item : Object.fromEntries(keys.map((key) => [key, (item as Record<string, unknown>)[key]]))
        const text = JSON.stringify(own)
        if (seen.has(text)) errors.push(duplicate(here, own))
        seen.add(text)
      }
      validateLists(item, schema.items, here, errors)
    }
  } else if (isRecord(value)) {
    for (const key of Object.keys(value)) {
      const { additionalProperties } = schema
      const inner = schema.properties?.[key] ?? (isRecord(additionalProperties) ? (additionalProperties as JsonSchema) : undefined)
      validateLists(value[key], inner, path ? `${path}.${key}` : key, errors)
    }
  }
}

/** What is wrong with a custom resource by its version's schema. `old` is what an update replaces: what was wrong before may stay. */
export function validateCustomResource(
  value: Record<string, unknown>,
  schema: JsonSchema | undefined,
  old?: Record<string, unknown>,
  scale: FieldError[] = [],
): FieldError[] {
  if (!schema) return []
  const errors: FieldError[] = []
  validateValue(value, schema, '', errors, old)
  errors.push(...scale, ...validateEmbedded(value, schema))
  const before: FieldError[] = []
  if (old) validateLists(old, schema, '', before)
  if (before.length === 0) validateLists(value, schema, '', errors)
  return errors
}

/** What is wrong with what is written through the status: its own part of the schema is asked, whose places messages name from there. */
export function validateCustomStatus(
  value: Record<string, unknown>,
  schema: JsonSchema | undefined,
  old: Record<string, unknown>,
  scale: FieldError[],
): FieldError[] {
  if (!schema) return []
  const errors: FieldError[] = []
  const status = schema.properties?.status
  if (status && value.status !== undefined) validateValue(value.status, status, '', errors, old.status)
  const placed = errors.map((e) => (e.field === '<nil>' ? e : { ...e, field: e.field ? `status.${e.field}` : 'status' }))
  const [before, now]: FieldError[][] = [[], []]
  validateLists(old, schema, '', before)
  if (before.length === 0) validateLists(value, schema, '', now)
  return [...placed, ...scale, ...now]
}

/** What is wrong with a default, whose field is named by its place in the schema. */
export function validateDefault(value: unknown, schema: JsonSchema, field: string): FieldError[] {
  const errors: FieldError[] = []
  validateValue(value, schema, '', errors)
  return errors.map((e) => ({ ...e, field: e.field && e.field !== '<nil>' ? `${field}.${e.field}` : field }))
}

const BLOCKING = ['NotSupported', 'Required', 'TooLong', 'TooMany', 'TypeInvalid']

function hasRules(schema: JsonSchema): boolean {
  if (schema['x-kubernetes-validations']?.length) return true
  const { items, properties = {}, additionalProperties } = schema
  const inner = [items, ...Object.values(properties), isRecord(additionalProperties) ? (additionalProperties as JsonSchema) : undefined]
  return inner.some((s) => s !== undefined && hasRules(s))
}

/** What its schema's rules refuse, which are not asked of what does not fit the schema. `old` is what an update replaces; `known`: what does not. */
export function validateCustomRules(
  value: Record<string, unknown>,
  old: Record<string, unknown> | undefined,
  schema: JsonSchema | undefined,
  known?: FieldError[],
): FieldError[] {
  if (!schema || !hasRules(schema)) return []
  const errors = known ?? validateCustomResource(value, schema, old)
  if (!errors.some((e) => BLOCKING.includes(e.type))) return validateRules(value, old, schema, '')
  const why = 'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'
  return [invalidValue('<nil>', null, why)]
}

/** What the rules refuse in values that an update leaves as they were: only told of. */
export function ruleWarnings(value: Record<string, unknown>, old: Record<string, unknown>, schema: JsonSchema | undefined): string[] {
  if (!schema || !hasRules(schema)) return []
  const passed: FieldError[] = []
  validateRules(value, old, schema, '', { kept: false, passed })
  return passed.map(({ field, message }) => `${field}: ${message}`)
}
