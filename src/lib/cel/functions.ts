// CEL's functions, its string extensions and the libraries Kubernetes adds. Upstream: google/cel-go ext, apiserver/pkg/cel/library.
import { BoundedRegExp, RegexpTooSlow } from '../bounded-regexp'
import { goRegExp } from '../go-regexp'
import {
  addQuantities,
  compareQuantities,
  parseQuantity,
  type Quantity,
  quantityToFloat,
  quantityValue,
  subtractQuantities,
} from '../quantity'
import { addressText, CidrValue, callOfCidr, callOfIp, cidr, IpValue, ip, isAddress, isCanonical, isNetwork } from './addresses'
import { overloadsOf } from './declarations'
import { FORMAT_NAMES, FormatValue, findFormat, formatNamed, formatText, validateFormat } from './formats'
import type { CelType } from './types'
import {
  CelCostError,
  CelError,
  compare,
  Duration,
  durationOf,
  equal,
  LibraryValue,
  Optional,
  ReceiverValue,
  sizeOf,
  spend,
  Timestamp,
  TypeValue,
  textOf,
  typeName,
} from './values'

function search<T>(pattern: string, find: (expression: RegExp) => T): T {
  try {
    return find(goRegExp(pattern))
  } catch (error) {
    throw error instanceof RegexpTooSlow ? new CelCostError('operation cancelled: actual cost limit exceeded') : error
  }
}

type Call = (...args: never[]) => unknown

/** What stands before a dot without being a value. */
const NAMESPACES = ['cel', 'sets', 'optional', 'math', 'ip', 'format', 'strings', 'jsonpatch']

export function isNamespace(name: string): boolean {
  return NAMESPACES.includes(name)
}

class QuantityValue extends LibraryValue {
  constructor(readonly quantity: Quantity) {
    super()
  }
  equals(other: unknown): boolean {
    return other instanceof QuantityValue && compareQuantities(this.quantity, other.quantity) === 0
  }
}

class UrlValue {
  constructor(readonly url: URL) {}
}

function quantity(text: string): Quantity | undefined {
  try {
    return parseQuantity(text)
  } catch {
    return undefined
  }
}

function needed<T>(value: T | undefined, why: string): T {
  if (value === undefined) throw new CelError(why)
  return value
}

function size(value: unknown): bigint {
  if (typeof value === 'string') return BigInt([...value].length)
  if (Array.isArray(value) || value instanceof Uint8Array) return BigInt(value.length)
  if (value instanceof Map) return BigInt(value.size)
  throw new CelError('no such overload')
}

function toInt(value: unknown): bigint {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') {
    if (!(Math.abs(value) < 2 ** 63)) throw new CelError('integer overflow')
    return BigInt(Math.trunc(value))
  }
  if (value instanceof Timestamp) return BigInt(Math.floor(value.ms / 1000))
  if (typeof value === 'string' && /^[-+]?\d{1,19}$/.test(value)) return BigInt(value.replace(/^\+/, ''))
  throw notConvertible(value, 'int')
}

function notConvertible(value: unknown, type: string): CelError {
  return new CelError(`type conversion error from '${typeName(value)}' to '${type}'`)
}

function toUint(value: unknown): bigint {
  if (typeof value === 'string' && !/^\d{1,20}$/.test(value)) throw notConvertible(value, 'uint')
  return toInt(value)
}

function toDouble(value: unknown): number {
  if (typeof value !== 'string') return Number(value)
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$|^[-+]?(inf(inity)?|nan)$/i.test(value)) throw notConvertible(value, 'double')
  return /inf/i.test(value) ? (value.startsWith('-') ? -Infinity : Infinity) : Number(value)
}

/** The words that Go's strconv takes for bools. */
const TRUE = ['1', 't', 'T', 'true', 'TRUE', 'True']
const FALSE = ['0', 'f', 'F', 'false', 'FALSE', 'False']

function toBool(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  const text = String(value)
  if (!TRUE.includes(text) && !FALSE.includes(text)) throw notConvertible(value, 'bool')
  return TRUE.includes(text)
}

function timestamp(text: string): Timestamp {
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) throw notConvertible(text, 'google.protobuf.Timestamp')
  return new Timestamp(ms)
}

function distinct(a: unknown[], b: unknown[]): boolean {
  return a.every((item) => b.some((other) => equal(item, other)))
}

const FUNCTIONS: Record<string, Call> = {
  size,
  int: toInt,
  uint: toUint,
  double: toDouble,
  string: (value: unknown) => (value instanceof IpValue || value instanceof CidrValue ? addressText(value) : textOf(value)),
  bytes: (text: string) => Buffer.from(text),
  bool: toBool,
  dyn: (value: unknown) => value,
  type: (value: unknown) => new TypeValue(typeName(value)),
  duration: (text: string) => {
    const duration = durationOf(text)
    if (!duration) throw notConvertible(text, 'google.protobuf.Duration')
    return duration
  },
  timestamp,
  matches: (text: string, pattern: string) => search(pattern, (expression) => expression.test(text)),
  'jsonpatch.escapeKey': (text: string) => text.replaceAll('~', '~0').replaceAll('/', '~1'),
  isURL: (text: string) => URL.canParse(text) || text.startsWith('/'),
  url: (text: string) => {
    if (URL.canParse(text)) return new UrlValue(new URL(text))
    throw new CelError(`URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`)
  },
  isIP: isAddress,
  ip,
  'ip.isCanonical': isCanonical,
  isCIDR: isNetwork,
  cidr,
  ...Object.fromEntries(FORMAT_NAMES.map((name) => [`format.${name}`, () => formatNamed(name)])),
  'format.named': findFormat,
  'strings.quote': (text: string) => JSON.stringify(text),
  isQuantity: (text: string) => quantity(text) !== undefined,
  quantity: (text: string) =>
    new QuantityValue(
      needed(quantity(text), "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"),
    ),
  'sets.contains': (a: unknown[], b: unknown[]) => distinct(b, a),
  'sets.equivalent': (a: unknown[], b: unknown[]) => distinct(a, b) && distinct(b, a),
  'sets.intersects': (a: unknown[], b: unknown[]) => a.some((item) => b.some((other) => equal(item, other))),
  'optional.of': (value: unknown) => new Optional(value),
  'optional.none': () => new Optional(undefined),
  'math.greatest': (...values: unknown[]) => extreme(values.flat(), 1),
  'math.least': (...values: unknown[]) => extreme(values.flat(), -1),
}

function extreme(values: unknown[], sign: 1 | -1): unknown {
  if (!values.length) throw new CelError(`${sign > 0 ? 'max' : 'min'} called on empty list`)
  return values.reduce((best, value) => (compare(value, best) * sign > 0 ? value : best))
}

function sum(values: unknown[]): unknown {
  if (values.every((value) => value instanceof Duration)) return new Duration((values as Duration[]).reduce((total, d) => total + d.ms, 0))
  if (values.some((value) => typeof value === 'number')) return (values as number[]).reduce((total, value) => total + Number(value), 0)
  const total = (values as bigint[]).reduce((total, value) => total + value, 0n)
  if (BigInt.asIntN(64, total) !== total) throw new CelError('integer overflow')
  return total
}

const LISTS: Record<string, (list: unknown[], ...args: never[]) => unknown> = {
  isSorted: (list) => list.every((item, i) => i === 0 || compare(list[i - 1], item) <= 0),
  sum,
  min: (list) => extreme(list, -1),
  max: (list) => extreme(list, 1),
  indexOf: (list, item: unknown) => BigInt(list.findIndex((other) => equal(item, other))),
  lastIndexOf: (list, item: unknown) => BigInt(list.map((other) => equal(item, other)).lastIndexOf(true)),
  join: (list, between: string = '' as never) => list.join(between),
  flatten: (list) => {
    for (const item of list) spend(sizeOf(item))
    return list.flat()
  },
  distinct: (list) => list.filter((item, i) => list.findIndex((other) => equal(item, other)) === i),
  reverse: (list) => [...list].reverse(),
  sort: (list) => [...list].sort(compare),
}

function range(text: string, from: bigint, to: bigint = BigInt([...text].length)): string {
  const chars = [...text]
  if (from < 0n || to > BigInt(chars.length) || from > to) throw new CelError(`index out of range: ${from < 0n || from > to ? from : to}`)
  return chars.slice(Number(from), Number(to)).join('')
}

const STRINGS: Record<string, (text: string, ...args: never[]) => unknown> = {
  contains: (text, part: string) => text.includes(part),
  startsWith: (text, part: string) => text.startsWith(part),
  endsWith: (text, part: string) => text.endsWith(part),
  matches: (text, pattern: string) => search(pattern, (expression) => expression.test(text)),
  find: (text, pattern: string) => search(pattern, (expression) => expression.exec(text)?.[0] ?? ''),
  findAll: (text, pattern: string) => search(pattern, ({ source, flags }) => text.match(new BoundedRegExp(source, `${flags}g`)) ?? []),
  charAt: (text, at: bigint) => {
    const chars = [...text]
    if (at < 0n || at > BigInt(chars.length)) throw new CelError(`index out of range: ${at}`)
    return chars[Number(at)] ?? ''
  },
  indexOf: (text, part: string, from: bigint = 0n as never) => BigInt(text.indexOf(part, Number(from))),
  lastIndexOf: (text, part: string) => BigInt(text.lastIndexOf(part)),
  lowerAscii: (text) => text.replace(/[A-Z]/g, (c) => c.toLowerCase()),
  upperAscii: (text) => text.replace(/[a-z]/g, (c) => c.toUpperCase()),
  replace: (text, from: string, to: string, most: bigint = -1n as never) =>
    text.split(from, -1).reduce((left, right, i) => left + (most < 0n || BigInt(i) <= most ? to : from) + right),
  split: (text, by: string) => text.split(by),
  substring: range,
  trim: (text) => text.trim(),
  format: formatText,
  reverse: (text) => [...text].reverse().join(''),
}

const TIMES: Record<string, (time: Date) => number> = {
  getFullYear: (time) => time.getUTCFullYear(),
  getMonth: (time) => time.getUTCMonth(),
  getDate: (time) => time.getUTCDate(),
  getDayOfMonth: (time) => time.getUTCDate() - 1,
  getDayOfWeek: (time) => time.getUTCDay(),
  getHours: (time) => time.getUTCHours(),
  getMinutes: (time) => time.getUTCMinutes(),
  getSeconds: (time) => time.getUTCSeconds(),
  getMilliseconds: (time) => time.getUTCMilliseconds(),
}

const SPANS: Record<string, number> = { getHours: 3_600_000, getMinutes: 60_000, getSeconds: 1000, getMilliseconds: 1 }

const ZERO = parseQuantity('0')
const isWhole = (q: Quantity) => Number.isSafeInteger(quantityToFloat(q))

/** What is added may be an integer. */
function other(value: unknown): Quantity {
  return value instanceof QuantityValue ? value.quantity : parseQuantity(String(value))
}

const QUANTITIES: Record<string, (a: Quantity, b: unknown) => unknown> = {
  isGreaterThan: (a, b) => compareQuantities(a, other(b)) > 0,
  isLessThan: (a, b) => compareQuantities(a, other(b)) < 0,
  compareTo: (a, b) => BigInt(Math.sign(compareQuantities(a, other(b)))),
  sign: (a) => BigInt(Math.sign(compareQuantities(a, ZERO))),
  isInteger: isWhole,
  asInteger: (a) => {
    if (!isWhole(a)) throw new CelError('cannot convert value to integer')
    return BigInt(quantityValue(a))
  },
  asApproximateFloat: quantityToFloat,
  add: (a, b) => new QuantityValue(addQuantities(a, other(b))),
  sub: (a, b) => new QuantityValue(subtractQuantities(a, other(b))),
}

const URLS: Record<string, (url: URL) => unknown> = {
  getScheme: (url) => url.protocol.replace(/:$/, ''),
  getHost: (url) => url.host,
  getHostname: (url) => url.hostname,
  getPort: (url) => url.port,
  getEscapedPath: (url) => url.pathname,
}

const OPTIONALS: Record<string, (optional: Optional, ...args: never[]) => unknown> = {
  hasValue: (optional) => optional.isThere,
  value: (optional) => needed(optional.value, 'optional.none() dereference'),
  orValue: (optional, other: unknown) => (optional.isThere ? optional.value : other),
  or: (optional, other: unknown) => (optional.isThere ? optional : other),
}

/** Values whose types the type check could not know: whether there is a function for them. */
function takes(name: string, member: boolean, values: unknown[]): boolean {
  const overloads = overloadsOf(name)?.filter((overload) => overload.member === member)
  if (!overloads?.length) return true
  return overloads.some(({ args }) => args.length === values.length && args.every((type, i) => isOf(values[i], type.kind)))
}

function isOf(value: unknown, kind: CelType['kind']): boolean {
  switch (kind) {
    case 'int':
    case 'uint':
      return typeof value === 'bigint'
    case 'double':
      return typeof value === 'number'
    case 'string':
      return typeof value === 'string'
    case 'bool':
      return typeof value === 'boolean'
    case 'list':
      return Array.isArray(value)
    case 'map':
      return value instanceof Map
    case 'bytes':
      return value instanceof Uint8Array
    case 'timestamp':
      return value instanceof Timestamp
    case 'duration':
      return value instanceof Duration
    default:
      return true
  }
}

function own<T>(table: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

/** Throws CelError when there is no such function for these values. */
export function callFunction(name: string, args: unknown[]): unknown {
  const found = own(FUNCTIONS, name)
  if (!found) throw new CelError(`undeclared reference to '${name}' (in container '')`)
  if (!takes(name, false, args)) throw new CelError(`no such overload: ${name}(${args.map(typeName).join(', ')})`)
  return guarded(args, () => found(...(args as never[])))
}

/** Runs a function's code within bounds: what JavaScript refuses there (a text that is too long, a value of another type) is refused here. */
function guarded(values: unknown[], run: () => unknown): unknown {
  for (const value of values) spend(sizeOf(value))
  let made: unknown
  try {
    made = run()
  } catch (error) {
    if (error instanceof CelError || error instanceof CelCostError) throw error
    if ((error as Error).name === 'RangeError') throw new CelCostError('operation cancelled: actual cost limit exceeded')
    throw new CelError((error as Error).name === 'TypeError' ? 'no such overload' : (error as Error).message)
  }
  spend(sizeOf(made))
  return made
}

/** `value.name(args)`. Throws CelError when the value has no such function. */
export function callMethod(value: unknown, name: string, args: unknown[]): unknown {
  if (!takes(name, true, [value, ...args])) throw new CelError('no such overload')
  return guarded([value, ...args], () => methodOf(value, name, args))
}

function methodOf(value: unknown, name: string, args: unknown[]): unknown {
  const rest = args as never[]
  if (name === 'size' && !args.length) return size(value)
  const found =
    value instanceof Optional
      ? own(OPTIONALS, name)?.(value, ...rest)
      : Array.isArray(value)
        ? own(LISTS, name)?.(value, ...rest)
        : typeof value === 'string'
          ? own(STRINGS, name)?.(value, ...rest)
          : value instanceof Timestamp
            ? asInt(own(TIMES, name)?.(new Date(value.ms)))
            : value instanceof Duration
              ? name in SPANS && BigInt(Math.trunc(value.ms / SPANS[name]))
              : value instanceof QuantityValue
                ? own(QUANTITIES, name)?.(value.quantity, args[0])
                : value instanceof UrlValue
                  ? own(URLS, name)?.(value.url)
                  : callOfLibrary(value, name, args)
  if (found === undefined) throw new CelError('no such overload')
  return found
}

function callOfLibrary(value: unknown, name: string, args: unknown[]): unknown {
  if (value instanceof ReceiverValue) return value.call(name, args)
  if (value instanceof IpValue) return callOfIp(value, name)
  if (value instanceof CidrValue) return callOfCidr(value, name, args)
  return value instanceof FormatValue && name === 'validate' ? validateFormat(value, String(args[0])) : undefined
}

function asInt(value: number | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt(value)
}
