// Validation of what a Job makes of its Pods' failures and successes. Upstream: pkg/apis/batch/validation/validation.go.
import type { FieldError } from '../../errors'
import { isLabelKey } from '../../lib/names'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { duplicate, invalids, invalidValue, invalidWithoutValue, nonNegative, notSupported, required, tooLong, tooMany } from './errors'

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore']
const OPERATORS = ['In', 'NotIn']
const STATUSES = ['False', 'True', 'Unknown']
const MAX_RULES = 20
const MAX_CONDITIONS = 20
const MAX_EXIT_CODES = 255
const MAX_INDEXES_BYTES = 64 * 1024

/** A list as Go's `%q` prints it. */
function quoted(values: string[]): string {
  return `valid values: [${values.map((value) => JSON.stringify(value)).join(' ')}]`
}

function validateExitCodes(codes: Fields, path: string, containers: string[]): FieldError[] {
  const errors: FieldError[] = []
  const operator = String(codes.operator ?? '')
  if (!operator) errors.push(required(`${path}.operator`, quoted(OPERATORS)))
  else if (!OPERATORS.includes(operator)) errors.push(notSupported(`${path}.operator`, operator, OPERATORS))
  const name = codes.containerName
  if (name !== undefined && !containers.includes(String(name))) {
    const why = 'must be one of the container or initContainer names in the pod template'
    errors.push(invalidValue(`${path}.containerName`, name, why))
  }
  const values = (codes.values ?? []) as number[]
  if (!values.length) errors.push(invalidValue(`${path}.values`, codes.values ?? null, 'at least one value is required'))
  else if (values.length > MAX_EXIT_CODES) errors.push(tooMany(`${path}.values`, values.length, MAX_EXIT_CODES))
  for (const [i, value] of values.entries()) {
    const field = `${path}.values[${i}]`
    if (operator === 'In' && value === 0) errors.push(invalidValue(field, value, 'must not be 0 for the In operator'))
    if (values.indexOf(value) < i) errors.push(duplicate(field, value))
  }
  if (values.some((value, i) => i > 0 && values[i - 1] > value)) errors.push(invalidValue(`${path}.values`, values, 'must be ordered'))
  return errors
}

function validateConditions(patterns: Fields[], path: string): FieldError[] {
  const errors = patterns.length > MAX_CONDITIONS ? [tooMany(path, patterns.length, MAX_CONDITIONS)] : []
  for (const [i, pattern] of patterns.entries()) {
    const here = `${path}[${i}]`
    const type = String(pattern.type ?? '')
    const status = String(pattern.status ?? '')
    errors.push(...invalids(`${here}.type`, type, isLabelKey(type)))
    if (!status) errors.push(required(`${here}.status`, quoted(STATUSES)))
    else if (!STATUSES.includes(status)) errors.push(notSupported(`${here}.status`, status, STATUSES))
  }
  return errors
}

/** `spec` is the Job's, `path` that of its policy. */
export function validateFailurePolicy(spec: Fields, path: string): FieldError[] {
  const policy = fieldsOf(spec.podFailurePolicy)
  if (!policy) return []
  const pod = fieldsOf(fieldsOf(spec.template)?.spec)
  const containers = [...listOf(pod?.containers), ...listOf(pod?.initContainers)].map(({ name }) => String(name))
  const rules = listOf(policy.rules)
  const errors = rules.length > MAX_RULES ? [tooMany(`${path}.rules`, rules.length, MAX_RULES)] : []
  for (const [i, rule] of rules.entries()) {
    const here = `${path}.rules[${i}]`
    const action = String(rule.action ?? '')
    if (!action) errors.push(required(`${here}.action`, quoted(ACTIONS)))
    else if (action === 'FailIndex') {
      if (spec.backoffLimitPerIndex === undefined) {
        errors.push(invalidValue(`${here}.action`, action, 'requires the backoffLimitPerIndex to be set'))
      }
    } else if (!ACTIONS.includes(action)) errors.push(notSupported(`${here}.action`, action, ACTIONS))
    const codes = fieldsOf(rule.onExitCodes)
    const conditions = listOf(rule.onPodConditions)
    if (codes) errors.push(...validateExitCodes(codes, `${here}.onExitCodes`, containers))
    errors.push(...validateConditions(conditions, `${here}.onPodConditions`))
    if (codes && conditions.length) {
      errors.push(invalidWithoutValue(here, 'specifying both OnExitCodes and OnPodConditions is not supported'))
    }
    if (!codes && !conditions.length) {
      errors.push(invalidWithoutValue(here, 'specifying one of OnExitCodes and OnPodConditions is required'))
    }
  }
  return errors
}

/** How many indexes a text such as `0-2,5` names; throws an Error with upstream's sentence when it is not one. */
function countIndexes(text: string, completions: number): number {
  let total = 0
  let last: number | undefined
  for (const interval of text ? text.split(',') : []) {
    const limits = interval.split('-')
    if (limits.length > 2) {
      const rule = "an index interval can have at most two parts separated by '-'"
      throw new Error(`the fragment ${JSON.stringify(interval)} violates the requirement that ${rule}`)
    }
    for (const limit of limits) {
      const index = Number(limit)
      if (!/^[-+]?\d+$/.test(limit)) throw new Error(`cannot convert string to integer for index: ${JSON.stringify(limit)}`)
      if (index >= completions) throw new Error(`too large index: ${JSON.stringify(limit)}`)
      if (last !== undefined && last >= index) throw new Error(`non-increasing order, previous: ${last}, current: ${index}`)
      last = index
    }
    total += limits.length === 2 ? Number(limits[1]) - Number(limits[0]) + 1 : 1
  }
  return total
}

/** Why a list of indexes, `0,2-4`, is none of a Job with this many. */
export function indexesProblem(text: string, completions: number): string | undefined {
  try {
    if (text) countIndexes(text, completions)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

function validateSuccessRule(rule: Fields, path: string, completions: number): FieldError[] {
  const errors: FieldError[] = []
  const count = rule.succeededCount as number | undefined
  const indexes = rule.succeededIndexes as string | undefined
  if (count === undefined && indexes === undefined) {
    errors.push(required(path, 'at least one of succeededCount or succeededIndexes must be specified'))
  }
  let total = 0
  if (indexes !== undefined) {
    const field = `${path}.succeededIndexes`
    if (indexes.length > MAX_INDEXES_BYTES) errors.push(tooLong(field, MAX_INDEXES_BYTES))
    else {
      try {
        total = countIndexes(indexes, completions)
      } catch (error) {
        errors.push(invalidValue(field, indexes, `error parsing succeededIndexes: ${(error as Error).message}`))
      }
    }
  }
  if (count === undefined) return errors
  const field = `${path}.succeededCount`
  errors.push(...nonNegative(field, count))
  if (count > completions) {
    errors.push(invalidValue(field, count, `must be less than or equal to ${completions} (the number of specified completions)`))
  }
  if (indexes !== undefined && count > total) {
    const why = `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`
    errors.push(invalidValue(field, count, why))
  }
  return errors
}

/** As its own type prints: by the names of Go's fields. */
function internalPolicy(rules: Fields[] | null): Fields {
  const shown = (rule: Fields) => ({ SucceededIndexes: rule.succeededIndexes ?? null, SucceededCount: rule.succeededCount ?? null })
  return { Rules: rules?.map(shown) ?? null }
}

export function validateSuccessPolicy(spec: Fields, path: string): FieldError[] {
  const policy = fieldsOf(spec.successPolicy)
  if (!policy) return []
  const rules = listOf(policy.rules)
  if (spec.completionMode !== 'Indexed') {
    return [invalidValue(path, internalPolicy(policy.rules ? rules : null), 'requires indexed completion mode')]
  }
  const errors: FieldError[] = []
  if (!rules.length) {
    errors.push(required(`${path}.rules`, 'at least one rules must be specified when the successPolicy is specified'))
  }
  if (rules.length > MAX_RULES) errors.push(tooMany(`${path}.rules`, rules.length, MAX_RULES))
  const completions = Number(spec.completions ?? 0)
  return [...errors, ...rules.flatMap((rule, i) => validateSuccessRule(rule, `${path}.rules[${i}]`, completions))]
}
