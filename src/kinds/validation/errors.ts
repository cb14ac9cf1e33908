// The entries of a list of field errors, in apimachinery's words (pkg/util/validation/field/errors.go).
import type { FieldError } from '../../errors'

/** metav1's structs, told by their fields; their order is that of Go's structs. */
const STRUCTS = [
  ['matchLabels', 'matchExpressions'],
  ['key', 'operator', 'values'],
  ['apiVersion', 'kind', 'name', 'uid', 'controller', 'blockOwnerDeletion'],
]

/** Keys as Go's encoder orders them: a map's sorted, a struct's as declared. Values made here (capital letters) have their order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  const keys = Object.keys(value)
  const own = keys.some((key) => /^[A-Z]/.test(key))
  const struct = STRUCTS.find((names) => keys.every((key) => names.includes(key)))
  const sorted = struct ? struct.filter((key) => keys.includes(key)) : own ? keys : [...keys].sort()
  return Object.fromEntries(sorted.map((key) => [key, ordered((value as Record<string, unknown>)[key])]))
}

/** A value as an error shows it: text in quotes, everything else as JSON; a pointer to nothing is null. */
function show(value: unknown): string {
  if (value === undefined) return 'null'
  if (typeof value === 'string') return JSON.stringify(value)
  // As Go's encoder, which has HTML in mind.
  return JSON.stringify(ordered(value)).replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)
}

function withDetail(text: string, detail: string): string {
  return detail ? `${text}: ${detail}` : text
}

export function required(field: string, detail = ''): FieldError {
  return { type: 'Required', field, message: withDetail('Required value', detail) }
}

export function invalidValue(field: string, value: unknown, detail: string): FieldError {
  return { type: 'Invalid', field, message: withDetail(`Invalid value: ${show(value)}`, detail) }
}

/** Where upstream leaves the value out. */
export function invalidWithoutValue(field: string, detail: string): FieldError {
  return { type: 'Invalid', field, message: `Invalid value: ${detail}` }
}

export function typeInvalid(field: string, value: unknown, detail: string): FieldError {
  return { type: 'TypeInvalid', field, message: withDetail(`Invalid value: ${show(value)}`, detail) }
}

/** `supported` in the order in which upstream names them. */
export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const detail = supported.length ? `supported values: ${supported.map((s) => JSON.stringify(s)).join(', ')}` : ''
  return { type: 'NotSupported', field, message: withDetail(`Unsupported value: ${show(value)}`, detail) }
}

export function duplicate(field: string, value: unknown): FieldError {
  return { type: 'Duplicate', field, message: `Duplicate value: ${show(value)}` }
}

export function forbiddenField(field: string, detail: string): FieldError {
  return { type: 'Forbidden', field, message: withDetail('Forbidden', detail) }
}

export function notFoundField(field: string, value: unknown): FieldError {
  return { type: 'NotFound', field, message: `Not found: ${show(value)}` }
}

/** `limit` in bytes. */
export function tooLong(field: string, limit: number, unit = 'byte'): FieldError {
  return { type: 'TooLong', field, message: `Too long: may not be more than ${limit} ${unit}${limit === 1 ? '' : 's'}` }
}

export function tooMany(field: string, actual: number, limit: number): FieldError {
  return { type: 'TooMany', field, message: `Too many: ${actual}: must have at most ${limit} item${limit === 1 ? '' : 's'}` }
}

export function internalError(field: string, detail: string): FieldError {
  return { type: 'Internal', field, message: `Internal error: ${detail}` }
}

/** One error for each complaint about a value. */
export function invalids(field: string, value: unknown, complaints: string[]): FieldError[] {
  return complaints.map((complaint) => invalidValue(field, value, complaint))
}

export const NEGATIVE = 'must be greater than or equal to 0'
export const IMMUTABLE = 'field is immutable'

/** As many Pods as Kubernetes is built for (https://kubernetes.io/docs/setup/best-practices/cluster-large/). */
const MOST_PODS = 150_000

/** How many Pods a workload asks for. The API server takes any number; here one line of a manifest must not cost the machine. */
export function podCount(field: string, value: unknown): FieldError[] {
  if (Number(value) <= MOST_PODS) return nonNegative(field, value)
  return value === undefined
    ? []
    : [invalidValue(field, value, `must be less than or equal to ${MOST_PODS}, the Pods of the largest cluster`)]
}

export function nonNegative(field: string, value: unknown): FieldError[] {
  return typeof value === 'number' && value < 0 ? [invalidValue(field, value, NEGATIVE)] : []
}

/** Only one of the values that are allowed; `''` and absent are left to the caller. */
export function oneOf(field: string, value: unknown, supported: readonly string[]): FieldError[] {
  return supported.includes(String(value)) ? [] : [notSupported(field, value, supported)]
}

export function immutable(field: string, value: unknown, old: unknown): FieldError[] {
  return same(value, old) ? [] : [invalidValue(field, value, IMMUTABLE)]
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  const out: Record<string, unknown> = {}
  for (const key of Object.keys(value).sort()) {
    const inner = canonical((value as Record<string, unknown>)[key])
    const empty = inner === undefined || inner === null || (Array.isArray(inner) && inner.length === 0)
    if (!empty) out[key] = inner
  }
  return out
}

/** Semantic equality: absent and empty are alike. */
export function same(a: unknown, b: unknown): boolean {
  const blank = (v: unknown) => (v === null || (typeof v === 'object' && v && Object.keys(v).length === 0) ? undefined : v)
  return JSON.stringify(canonical(blank(a))) === JSON.stringify(canonical(blank(b)))
}
