// The values a template works on: decoded JSON, seen as Go's reflect package sees it.
import { GoByte, GoFloat, GoInt, typeName } from '../go-values'

/** What came out of a map or a list: an interface{} around a value, `null` being its nil. */
export class Interface {
  constructor(readonly value: unknown) {}
}

/** `undefined` is no value at all, printed as `<no value>`; `null` stands only inside an Interface. */
export type Value = unknown

export function indirect(value: Value): Value {
  return value instanceof Interface ? (value.value ?? undefined) : value
}

export function isNilInterface(value: Value): boolean {
  return value instanceof Interface && value.value === null
}

/** The static type, as error texts name it. */
export function typeOf(value: Value): string {
  return value instanceof Interface ? 'interface {}' : typeName(value)
}

export function isMap(value: Value): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isBox(value)
}

function isBox(value: object): boolean {
  return value instanceof Interface || value instanceof GoInt || value instanceof GoFloat || value instanceof GoByte
}

export type BasicKind = 'bool' | 'int' | 'uint' | 'float' | 'string'

/** Undefined for maps, lists and no value. */
export function basicKind(value: Value): BasicKind | undefined {
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  if (value instanceof GoInt) return 'int'
  if (value instanceof GoByte) return 'uint'
  return value instanceof GoFloat ? 'float' : undefined
}

/** The plain bool, number or string behind a basic value. */
export function plain(value: Value): boolean | number | string {
  return value instanceof GoInt || value instanceof GoByte || value instanceof GoFloat ? value.value : (value as boolean | number | string)
}

export function isTrue(value: Value): boolean {
  const inner = indirect(value)
  if (inner === undefined) return false
  if (Array.isArray(inner)) return inner.length > 0
  if (isMap(inner)) return Object.keys(inner).length > 0
  return Boolean(plain(inner))
}
