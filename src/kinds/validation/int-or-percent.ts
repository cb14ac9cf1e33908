// Validation of amounts that may be percentages. Upstream: pkg/apis/apps/validation/validation.go (ValidatePositiveIntOrPercent).
import type { FieldError } from '../../errors'
import { regexError } from '../../lib/names'
import { invalidValue, nonNegative } from './errors'

const PERCENT = '[0-9]+%'

/** A whole number that is not negative, or a percentage. */
export function validateAmountOrPercent(value: unknown, field: string): FieldError[] {
  if (typeof value !== 'string') return nonNegative(field, value)
  if (new RegExp(`^${PERCENT}$`).test(value)) return []
  const complaint = regexError("a valid percent string must be a numeric string followed by an ending '%'", PERCENT, '1%', '93%')
  return [invalidValue(field, value, complaint)]
}

export function validateNotMoreThanAll(value: unknown, field: string): FieldError[] {
  if (typeof value !== 'string' || !/^[0-9]+%$/.test(value) || Number.parseInt(value, 10) <= 100) return []
  return [invalidValue(field, value, 'must not be greater than 100%')]
}

/** `0`, `0%`, nothing, or what is no amount at all. */
export function isZero(value: unknown): boolean {
  if (value === undefined || value === null || value === 0) return true
  return typeof value === 'string' && (!/^[0-9]+%$/.test(value) || Number.parseInt(value, 10) === 0)
}
