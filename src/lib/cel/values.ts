// CEL's values: int as bigint, double as number, maps as Map, and the types that JavaScript has none for.

/** An error of evaluation; its message is cel-go's: `no such key: a`. */
export class CelError extends Error {}

/** An expression that would go on: no operator forgets it. */
export class CelCostError extends Error {}

/** What one evaluation may do besides looking at its nodes: characters (eight count as one), items and comparisons. */
const MOST_WORK = 2_000_000
let work = 0

export function startWork(): void {
  work = 0
}

/** Throws CelCostError when it is too much: a text doubled thirty times is no longer cheap. */
export function spend(amount: number): void {
  work += amount
  if (work > MOST_WORK) throw new CelCostError('operation cancelled: actual cost limit exceeded')
}

/** What a value costs to make or to go through. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length >> 3
  return Array.isArray(value) || value instanceof Uint8Array ? value.length : value instanceof Map ? value.size : 0
}

/** Nanoseconds since 1970. */
export class Timestamp {
  constructor(readonly ms: number) {}
}

/** Milliseconds. */
export class Duration {
  constructor(readonly ms: number) {}
}

/** Values of a library, which know what they equal. */
export abstract class LibraryValue {
  abstract equals(other: unknown): boolean
}

/** Values that have functions of their own and nothing else. */
export abstract class ReceiverValue extends LibraryValue {
  /** Undefined when there is no such function. Throws CelError. */
  abstract call(name: string, args: unknown[]): unknown
  equals(other: unknown): boolean {
    return this === other
  }
}

/** A map whose values are worked out when they are first asked for. */
export class LazyMap extends Map<unknown, unknown> {
  private readonly known = new Map<unknown, unknown>()
  /** `find` throws CelError for values that cannot be worked out. */
  constructor(
    names: string[],
    private readonly find: (name: string) => unknown,
  ) {
    super(names.map((name) => [name, undefined]))
  }
  override get(key: unknown): unknown {
    if (!this.known.has(key) && this.has(key)) this.known.set(key, this.find(String(key)))
    return this.known.get(key)
  }
}

/** What an expression makes of a type by its name: `Object.spec{replicas: 1}`. */
export class ObjectValue extends Map<unknown, unknown> {
  constructor(
    readonly type: string,
    fields: [unknown, unknown][],
  ) {
    super(fields)
  }
}

export class Optional {
  constructor(readonly value: unknown) {}
  get isThere(): boolean {
    return this.value !== undefined
  }
}

/** A type as a value: `type(1) == int`. */
export class TypeValue {
  constructor(readonly name: string) {}
}

export function typeName(value: unknown): string {
  if (value === null) return 'null_type'
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'number') return 'double'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'string'
  if (Array.isArray(value)) return 'list'
  if (value instanceof ObjectValue) return value.type
  if (value instanceof Map) return 'map'
  if (value instanceof Uint8Array) return 'bytes'
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp'
  if (value instanceof Duration) return 'google.protobuf.Duration'
  return value instanceof TypeValue ? 'type' : 'dyn'
}

function isNumber(value: unknown): value is bigint | number {
  return typeof value === 'bigint' || typeof value === 'number'
}

export function equal(a: unknown, b: unknown): boolean {
  spend(1)
  if (isNumber(a) && isNumber(b)) return Number(a) === Number(b)
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => equal(item, b[i]))
  if (a instanceof Map && b instanceof Map) {
    return a.size === b.size && [...a].every(([key, value]) => b.has(key) && equal(value, b.get(key)))
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0
  if (a instanceof Timestamp && b instanceof Timestamp) return a.ms === b.ms
  if (a instanceof Duration && b instanceof Duration) return a.ms === b.ms
  if (a instanceof TypeValue && b instanceof TypeValue) return a.name === b.name
  if (a instanceof Optional && b instanceof Optional) return equal(a.value, b.value)
  return a instanceof LibraryValue ? a.equals(b) : a === b
}

/** Negative, zero or positive. Throws CelError for values that have no order. */
export function compare(a: unknown, b: unknown): number {
  spend(1)
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : 0
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b))
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  if (a instanceof Timestamp && b instanceof Timestamp) return a.ms - b.ms
  if (a instanceof Duration && b instanceof Duration) return a.ms - b.ms
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b)
  throw new CelError('no such overload')
}

const UNITS: Record<string, number> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Go's durations: `1h30m`. Undefined when the text is none. */
export function durationOf(text: string): Duration | undefined {
  if (!/^[-+]?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/.test(text) && text !== '0') return undefined
  const parts = text.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g)
  const ms = [...parts].reduce((sum, [, amount, unit]) => sum + Number(amount) * UNITS[unit], 0)
  return new Duration(text.startsWith('-') ? -ms : ms)
}

/** As `string()` prints it. */
export function textOf(value: unknown): string {
  if (value instanceof Timestamp && Number.isNaN(new Date(value.ms).getTime())) throw new CelError('timestamp overflow')
  if (value instanceof Timestamp) return new Date(value.ms).toISOString().replace(/\.000Z$/, 'Z')
  if (value instanceof Duration) return `${value.ms / 1000}s`
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8')
  if (value instanceof TypeValue) return value.name
  if (typeof value === 'string' || typeof value === 'boolean' || isNumber(value)) return String(value)
  throw new CelError('no such overload')
}
