// JSON values under a patch: own fields only, so that `__proto__` and `constructor` are keys like any other.
import type { Json } from '../../api/types'
import { formatG } from '../go-format'

export type JsonObject = { [key: string]: Json }

/** A patch or an object that a patch cannot be made of or applied to; `kind` tells the API server which status to answer with. */
export class PatchError extends Error {
  constructor(
    message: string,
    readonly kind: 'bad-format' | 'unprocessable' | 'precondition' | 'conflict' | 'other' = 'other',
  ) {
    super(message)
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function has(object: JsonObject, key: string): boolean {
  return Object.hasOwn(object, key)
}

/** The own field `key`, undefined when there is none. */
export function fieldOf(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

/** Sets an own field of an object the caller made, whatever the key. */
export function setField(object: JsonObject, key: string, value: Json): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  else object[key] = value
}

/** Structural equality; objects regardless of the order of their keys. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => deepEqual(item, b[i]))
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => has(b, key) && deepEqual(a[key], b[key]))
}

/** Go's reflect.Kind of a decoded JSON value, as error texts name it. */
export function kindOf(value: Json | undefined): 'nil' | 'bool' | 'int64' | 'float64' | 'string' | 'slice' | 'map' {
  if (value === null || value === undefined) return 'nil'
  if (Array.isArray(value)) return 'slice'
  switch (typeof value) {
    case 'boolean':
      return 'bool'
    case 'number':
      return Number.isInteger(value) ? 'int64' : 'float64'
    case 'string':
      return 'string'
    default:
      return 'map'
  }
}

/** Go's type of a decoded JSON value: `map[string]interface {}`. */
export function goType(value: Json | undefined): string {
  const kind = kindOf(value)
  if (kind === 'map') return 'map[string]interface {}'
  if (kind === 'slice') return '[]interface {}'
  return kind === 'nil' ? '%!s(<nil>)' : kind
}

/** fmt's `%v` of a decoded JSON value: `map[a:1 b:[x y]]`. */
export function goText(value: Json | undefined): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  if (typeof value === 'object') {
    const keys = Object.keys(value).sort()
    return `map[${keys.map((key) => `${key}:${goText(value[key])}`).join(' ')}]`
  }
  return typeof value === 'number' && !Number.isInteger(value) ? formatG(value) : String(value)
}

/** Sorted by printed form, as Go's strategic merge patch sorts scalars. */
export function sortedByText<T>(items: T[], text: (item: T) => string): T[] {
  return [...items].sort((a, b) => {
    const [left, right] = [text(a), text(b)]
    return left < right ? -1 : left > right ? 1 : 0
  })
}
