// The rules of x-kubernetes-validations, asked of custom resources. Upstream: apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go.
import type { FieldError } from '../../errors'
import { evaluateWhole } from '../../lib/cel/evaluate'
import { mentions, type Node, parseCel } from '../../lib/cel/parse'
import { CelCostError, CelError, durationOf, Optional, Timestamp } from '../../lib/cel/values'
import { deepEqual } from '../../lib/equal'
import type { CelRule, JsonSchema } from '../../schema/custom'
import { escapeName, isReserved } from './cel-schema'
import { duplicate, forbiddenField, invalidValue, invalidWithoutValue, required } from './errors'

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function under(schema: JsonSchema | undefined, key: string): JsonSchema | undefined {
  const own = schema?.properties
  if (own && Object.hasOwn(own, key)) return own[key]
  return isRecord(schema?.additionalProperties) ? (schema.additionalProperties as JsonSchema) : undefined
}

/** JSON as CEL sees it through the schema: whole numbers are ints, times are times. */
function celValue(value: unknown, schema: JsonSchema | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => celValue(item, schema?.items))
  if (isRecord(value)) {
    const named = schema?.properties !== undefined || !isRecord(schema?.additionalProperties)
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
    const values = new Map(entries.map(([key, inner]) => [named ? (escapeName(key) ?? key) : key, celValue(inner, under(schema, key))]))
    if (named) for (const [key] of entries) if (isReserved(key)) values.set(key, values.get(escapeName(key) ?? key))
    return values
  }
  if (typeof value === 'number') return schema?.type === 'number' || !Number.isInteger(value) ? value : BigInt(value)
  if (typeof value !== 'string') return value
  if (schema?.format === 'date-time') return new Timestamp(Date.parse(value))
  if (schema?.format === 'duration') return durationOf(value) ?? value
  return schema?.format === 'byte' ? Buffer.from(value, 'base64') : value
}

const parsed = new Map<string, Node | undefined>()

function expression(text: string): Node | undefined {
  if (!parsed.has(text)) {
    let node: Node | undefined
    try {
      node = parseCel(text)
    } catch {
      // Refused with its definition.
    }
    parsed.set(text, node)
  }
  return parsed.get(text)
}

function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function refusal(rule: CelRule, path: string, value: unknown, detail: string): FieldError {
  const field = path || '<nil>'
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return forbiddenField(field, detail)
    case 'FieldValueRequired':
      return required(field, detail)
    case 'FieldValueDuplicate':
      return isContainer(value) ? { type: 'Duplicate', field, message: 'Duplicate value' } : duplicate(field, value)
    default:
      // What holds others is not shown.
      return isContainer(value) ? invalidWithoutValue(field, detail) : invalidValue(field, value, detail)
  }
}

/** `.spec.a` and `['b']` after the field itself. */
function withPath(field: string, path: string | undefined): string {
  if (!path) return field
  const steps = [...path.matchAll(/\.([^.[]+)|\['([^']*)'\]/g)].map(([, dotted, quoted]) => dotted ?? quoted)
  return [field, ...steps].filter(Boolean).join('.')
}

function messageOf(rule: CelRule, scope: ReadonlyMap<string, unknown>): string {
  const node = rule.messageExpression ? expression(rule.messageExpression) : undefined
  if (node) {
    try {
      const text = evaluateWhole(node, scope)
      if (typeof text === 'string' && text.trim() && !text.includes('\n')) return text.trim()
    } catch (error) {
      if (!(error instanceof CelError || error instanceof CelCostError)) throw error
    }
  }
  return rule.message || `failed rule: ${rule.rule.trim()}`
}

/** What a rule says of a value; throws what its evaluation does. */
function check(rule: CelRule, schema: JsonSchema, value: unknown, old: unknown, field: string): FieldError | undefined {
  const node = expression(rule.rule)
  if (!node || (isTransition(rule) && old === undefined && !rule.optionalOldSelf)) return undefined
  const scope = new Map<string, unknown>([['self', celValue(value, schema)]])
  const past = old === undefined ? undefined : celValue(old, schema)
  if (rule.optionalOldSelf) scope.set('oldSelf', new Optional(past))
  else if (past !== undefined) scope.set('oldSelf', past)
  return evaluateWhole(node, scope) === true ? undefined : refusal(rule, withPath(field, rule.fieldPath), value, messageOf(rule, scope))
}

function isTransition({ rule }: CelRule): boolean {
  const node = expression(rule)
  return node !== undefined && mentions(node, 'oldSelf')
}

/** The refusal of a rule that cannot be asked. */
function failure(error: unknown, { rule, message }: CelRule, type: string, field: string): FieldError {
  const which = (message || rule).trim()
  const refuse = (why: string) => invalidValue(field || '<nil>', type, why)
  if (error instanceof CelCostError) {
    return refuse(`'${error.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${which}`)
  }
  if (!(error instanceof CelError)) throw error
  if (!error.message.startsWith('no such overload')) return refuse(`${error.message} evaluating rule: ${which}`)
  return refuse(`'${error.message}': call arguments did not match a supported operator, function or macro signature for rule: ${which}`)
}

/** The item that a list held before under the same keys; lists that are no maps have no before. */
export function itemBefore(item: unknown, old: unknown, schema: JsonSchema): unknown {
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(old) || !isRecord(item)) return undefined
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  return old.find((other) => isRecord(other) && keys.every((key) => deepEqual(other[key], item[key])))
}

/** What is known of the values around: whether they are what they were, and what was let pass for it. */
interface Past {
  kept: boolean
  passed: FieldError[]
}

/**
 * What the schema's rules refuse, outer ones first. `old` is what an update replaces; what a rule without a past says of values that are
 * what they were goes to `past.passed`.
 */
export function validateRules(
  value: unknown,
  old: unknown,
  schema: JsonSchema | undefined,
  field: string,
  past: Past = { kept: false, passed: [] },
): FieldError[] {
  if (!schema || value === undefined || value === null) return []
  const rules = schema['x-kubernetes-validations'] ?? []
  const errors: FieldError[] = []
  const here: Past = { kept: old === undefined ? past.kept : deepEqual(value, old), passed: past.passed }
  for (const rule of rules) {
    try {
      const refused = check(rule, schema, value, old, field)
      if (refused) (here.kept && !isTransition(rule) ? here.passed : errors).push(refused)
    } catch (error) {
      errors.push(failure(error, rule, schema.type ?? '', field))
    }
  }
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries())
      errors.push(...validateRules(item, itemBefore(item, old, schema), schema.items, `${field}[${i}]`, here))
  } else if (isRecord(value)) {
    const named = schema.properties
    for (const key of Object.keys(value).sort()) {
      const inner = named && Object.hasOwn(named, key) ? `${field ? `${field}.` : ''}${key}` : `${field}[${key}]`
      errors.push(...validateRules(value[key], isRecord(old) ? old[key] : undefined, under(schema, key), inner, here))
    }
  }
  return errors
}
