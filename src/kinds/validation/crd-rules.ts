// The rules of a custom resource's schema, compiled and reckoned when their definition is validated.
// Upstream: apiextensions-apiserver/pkg/apis/apiextensions/validation/{validation,cel_validation}.go, pkg/apiserver/schema/cel/compilation.go.
import type { FieldError } from '../../errors'
import { type Checked, checkCel } from '../../lib/cel/check'
import { estimateCost } from '../../lib/cel/cost'
import { MOST_COST } from '../../lib/cel/cost-functions'
import { mentions, parseCel } from '../../lib/cel/parse'
import { type CelType, optionalOf } from '../../lib/cel/types'
import { fnv32a } from '../../lib/fnv'
import type { CelRule, JsonSchema } from '../../schema/custom'
import type { Fields } from '../defaults/fields'
import { type DeclaredType, declaredAt, declaredType, MOST_BYTES } from './cel-schema'
import { forbiddenField, internalError, invalidValue } from './errors'

/** The estimated cost that a rule, and all rules of a schema together, may have. */
const MOST_RULE_COST = 10_000_000
const MOST_SCHEMA_COST = 100_000_000

/** Where rules stand, as far as it bears on them. */
export interface RulePlace {
  path: string
  isResource: boolean
  /** How many values of this schema an object can hold; undefined when nothing bounds them. */
  cardinality?: number
  /** The innermost list or map around that is not known by keys: its parts have no past. */
  withoutPast?: string
  /** Rules that stand unchanged since they were accepted may cost what they cost. */
  isOld: boolean
  costs: Costs
}

/** What the rules of a schema cost, each with its field. */
export type Costs = { field: string; cost: number }[]

/** By how much a schema multiplies what it holds; undefined without bound. */
export function multiplicity(schema: JsonSchema): number | undefined {
  if (schema.type === 'array') return schema.maxItems === undefined ? undefined : Math.max(schema.maxItems, 0)
  if (schema.type !== 'object' || schema.additionalProperties === undefined) return 1
  return schema.maxProperties === undefined ? undefined : Math.max(schema.maxProperties, 0)
}

function budgetText(what: string, cost: number, most: number): string {
  const factor = cost / most
  const shown = factor > 100 ? 'more than 100x' : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`
  return `${what} exceeds budget by factor of ${shown} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`
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

interface Compiled {
  cost: number
  wrong?: string
  usesPast: boolean
}

function compile(text: string, scope: ReadonlyMap<string, CelType>, declared: DeclaredType, wanted: 'bool' | 'string'): Compiled {
  const prefix = wanted === 'bool' ? '' : 'messageExpression '
  const checked: Checked | string = checkCel(text, scope)
  if (typeof checked === 'string') return { cost: 0, wrong: `${prefix}compilation failed: ${checked}`, usesPast: false }
  if (checked.type.kind !== wanted) {
    return { cost: 0, wrong: `${prefix || 'cel expression '}must evaluate to a ${wanted}`, usesPast: false }
  }
  const cost = estimateCost(checked.expr, (path) => {
    const at = declaredAt(declared, path)
    return at && { min: 0, max: at.most }
  })
  return { cost, usesPast: mentions(parseCel(text), 'oldSelf') }
}

/** What is wrong with the rules of one schema; their costs go to `place.costs`. */
export function validateRules(schema: JsonSchema, place: RulePlace): FieldError[] {
  const rules = schema['x-kubernetes-validations'] ?? []
  if (!rules.length) return []
  const path = `${place.path}.x-kubernetes-validations`
  // Upstream names the type by the clock, so that nobody relies on the name.
  const name = `selfType${fnv32a(JSON.stringify(schema)) % 1_000_000_000}`
  const declared = declaredType(schema, name, place.isResource)
  if (!declared) {
    const why =
      'failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations'
    return [internalError(path, `internal error: ${why}`)]
  }
  return rules.flatMap((rule, i) => validateRule(rule, `${path}[${i}]`, declared, place))
}

function validateRule(rule: CelRule, path: string, declared: DeclaredType, place: RulePlace): FieldError[] {
  const errors: FieldError[] = []
  const old = rule.optionalOldSelf ? optionalOf(declared.type) : declared.type
  const scope = new Map([
    ['self', declared.type],
    ['oldSelf', old],
  ])
  const observe = (key: string, what: string, cost: number) => {
    if (!place.isOld && cost > MOST_RULE_COST) errors.push(forbiddenField(`${path}.${key}`, budgetText(what, cost, MOST_RULE_COST)))
    place.costs.push({ field: `${path}.${key}`, cost })
  }
  const compiled = compile(rule.rule, scope, declared, 'bool')
  const times = place.cardinality ?? Math.floor(MOST_BYTES / (declared.least + 1))
  observe('rule', 'estimated rule cost', Math.min(compiled.cost * times, MOST_COST))
  if (compiled.wrong !== undefined) errors.push(invalidValue(`${path}.rule`, internalRule(rule), compiled.wrong))
  else if (rule.messageExpression) {
    const message = compile(rule.messageExpression, scope, declared, 'string')
    if (message.wrong !== undefined) errors.push(invalidValue(`${path}.messageExpression`, internalRule(rule), message.wrong))
    else observe('messageExpression', 'estimated messageExpression cost', message.cost)
  }
  if (compiled.usesPast) {
    const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place.withoutPast}`
    if (place.withoutPast !== undefined) errors.push(invalidValue(`${path}.rule`, rule.rule, why))
  } else if (rule.optionalOldSelf !== undefined) {
    errors.push(invalidValue(`${path}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule'))
  }
  return errors
}

/** Whether all rules of a schema together cost too much, and which of them most. */
export function validateTotalCost(costs: Costs, path: string): FieldError[] {
  const total = Math.min(
    costs.reduce((sum, { cost }) => sum + cost, 0),
    MOST_COST,
  )
  if (total <= MOST_SCHEMA_COST) return []
  const expensive = costs.filter(({ cost }) => cost >= MOST_SCHEMA_COST / 100).sort((a, b) => b.cost - a.cost)
  const why = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'
  const what = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema'
  return [
    ...expensive.slice(0, 4).map(({ field }) => forbiddenField(field, why)),
    forbiddenField(path, budgetText(what, total, MOST_SCHEMA_COST)),
  ]
}
