// The functions of templates: text/template's own (funcs.go), and kubectl's `exists` and `base64decode`.
import { sprint, sprintf, sprintln } from '../go-printf'
import { GoByte, GoInt, isPrint } from '../go-values'
import { basicKind, Interface, indirect, isMap, isNilInterface, isTrue, plain, typeOf, type Value } from './value'

/** Parameter types: a reflect.Value takes anything as it is, `any` what is inside an interface, `string` only strings. */
export type Parameter = 'value' | 'any' | 'string'

export interface TemplateFunction {
  fixed: Parameter[]
  /** The type of further arguments, where there may be some. */
  rest?: Parameter
  /** Throws Error with upstream's words. */
  call(...args: Value[]): Value
}

export const FUNCTIONS: Record<string, TemplateFunction> = {
  // `and` and `or` stop at the argument that decides; the executor does that.
  and: { fixed: ['value'], rest: 'value', call: (value) => value },
  or: { fixed: ['value'], rest: 'value', call: (value) => value },
  not: { fixed: ['value'], call: (value) => !isTrue(value) },
  call: { fixed: ['value'], rest: 'value', call: callFunction },
  html: { fixed: [], rest: 'any', call: (...args) => escapeHtml(textOf(args)) },
  js: { fixed: [], rest: 'any', call: (...args) => escapeJs(textOf(args)) },
  urlquery: { fixed: [], rest: 'any', call: (...args) => escapeQuery(textOf(args)) },
  index: { fixed: ['value'], rest: 'value', call: index },
  slice: { fixed: ['value'], rest: 'value', call: slice },
  len: { fixed: ['value'], call: length },
  print: { fixed: [], rest: 'any', call: (...args) => sprint(args) },
  printf: { fixed: ['string'], rest: 'any', call: (format, ...args) => sprintf(format as string, args) },
  println: { fixed: [], rest: 'any', call: (...args) => sprintln(args) },
  eq: { fixed: ['value'], rest: 'value', call: equal },
  ne: { fixed: ['value', 'value'], call: (a, b) => !equal(a, b) },
  lt: { fixed: ['value', 'value'], call: less },
  le: { fixed: ['value', 'value'], call: (a, b) => less(a, b) || equal(a, b) },
  gt: { fixed: ['value', 'value'], call: (a, b) => !(less(a, b) || equal(a, b)) },
  ge: { fixed: ['value', 'value'], call: (a, b) => !less(a, b) },
  exists: { fixed: ['any'], rest: 'any', call: exists },
  base64decode: { fixed: ['string'], call: (text) => base64Decode(text as string) },
}

function callFunction(value: Value): never {
  const inner = indirect(value)
  if (inner === undefined) throw new Error('call of nil')
  throw new Error(`non-function %s of type ${typeOf(inner)}`)
}

/** The text of html, js and urlquery's arguments; no value is `<no value>`. */
function textOf(args: Value[]): string {
  return sprint(args.map((arg) => (arg === undefined ? '<no value>' : arg)))
}

const HTML: Record<string, string> = { '\0': '\ufffd', '"': '&#34;', "'": '&#39;', '&': '&amp;', '<': '&lt;', '>': '&gt;' }

function escapeHtml(text: string): string {
  return text.replace(/[\0"'&<>]/g, (char) => HTML[char])
}

function escapeJs(text: string): string {
  return text.replace(/[\\'"<>&=]|[\x00-\x1f]|[^\x00-\x7f]/gu, (char) => {
    if ('\\\'"'.includes(char)) return `\\${char}`
    if (char > '\x7f' && isPrint(char)) return char
    return `\\u${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
  })
}

function escapeQuery(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}

function indexNumber(value: Value, limit: number): number {
  const kind = basicKind(value)
  if (value === undefined) throw new Error('cannot index slice/array with nil')
  if (kind !== 'int' && kind !== 'uint') throw new Error(`cannot index slice/array with type ${typeOf(value)}`)
  const number = plain(value) as number
  if (number < 0 || number > limit) throw new Error(`index out of range: ${number}`)
  return number
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function index(first: Value, ...indexes: Value[]): Value {
  let item = first instanceof Interface ? indirect(first) : first
  if (item === undefined) throw new Error('index of untyped nil')
  for (const each of indexes) {
    const key = indirect(each)
    if (isNilInterface(item)) throw new Error('index of nil pointer')
    item = indexOnce(indirect(item), key)
  }
  return item
}

function indexOnce(item: Value, key: Value): Value {
  if (typeof item === 'string') {
    const bytes = bytesOf(item)
    const number = indexNumber(key, bytes.length)
    if (number === bytes.length) throw new Error('reflect: string index out of range')
    return new GoByte(bytes[number])
  }
  if (Array.isArray(item)) {
    const number = indexNumber(key, item.length)
    if (number === item.length) throw new Error('reflect: slice index out of range')
    return new Interface(item[number])
  }
  if (!isMap(item)) throw new Error(`can't index item of type ${typeOf(item)}`)
  if (key === undefined) throw new Error('value is nil; should be of type string')
  if (typeof key !== 'string') throw new Error(`value has type ${typeOf(key)}; should be string`)
  return new Interface(Object.hasOwn(item, key) ? (item[key] ?? null) : null)
}

function slice(first: Value, ...indexes: Value[]): Value {
  if (indirect(first) === undefined) throw new Error('slice of untyped nil')
  const item = indirect(first)
  if (indexes.length > 3) throw new Error(`too many slice indexes: ${indexes.length}`)
  if (typeof item === 'string') {
    if (indexes.length === 3) throw new Error('cannot 3-index slice a string')
    const bytes = bytesOf(item)
    const [from, to] = sliceBounds(indexes, bytes.length, bytes.length)
    return new TextDecoder().decode(bytes.subarray(from, to))
  }
  if (!Array.isArray(item)) throw new Error(`can't slice item of type ${typeOf(item)}`)
  const [from, to] = sliceBounds(indexes, item.length, capacity(item.length))
  return [...item, ...new Array(Math.max(0, to - item.length)).fill(null)].slice(from, to)
}

/** What a decoded list of a length has room for: lists grow by doubling. */
function capacity(length: number): number {
  return length === 0 ? 0 : 2 ** Math.ceil(Math.log2(length))
}

function sliceBounds(indexes: Value[], length: number, limit: number): [number, number] {
  const [from, to, most] = indexes.map((each) => indexNumber(each, limit))
  const start = from ?? 0
  const end = to ?? length
  if (start > end) throw new Error(`invalid slice index: ${start} > ${end}`)
  if (most !== undefined && end > most) throw new Error(`invalid slice index: ${end} > ${most}`)
  return [start, end]
}

function length(value: Value): Value {
  if (isNilInterface(value)) throw new Error('len of nil pointer')
  const item = indirect(value)
  if (item === undefined) throw new Error('reflect: call of reflect.Value.Type on zero Value')
  if (typeof item === 'string') return new GoInt(bytesOf(item).length)
  if (Array.isArray(item)) return new GoInt(item.length)
  if (isMap(item)) return new GoInt(Object.values(item).filter((member) => member !== undefined).length)
  throw new Error(`len of type ${typeOf(item)}`)
}

function equal(first: Value, ...others: Value[]): boolean {
  if (others.length === 0) throw new Error('missing argument for comparison')
  const left = indirect(first)
  return others.some((other) => equalPair(left, indirect(other)))
}

function equalPair(left: Value, right: Value): boolean {
  const kinds = [basicKind(left), basicKind(right)]
  if (kinds[0] === undefined && kinds[1] === undefined) return equalComposite(left, right)
  const integers = kinds.every((kind) => kind === 'int' || kind === 'uint')
  if (kinds[0] === kinds[1] || integers) return plain(left) === plain(right)
  if (left === undefined || right === undefined) return false
  throw new Error(`incompatible types for comparison: ${typeOf(left)} and ${typeOf(right)}`)
}

/** Maps and lists compare only with no value. */
function equalComposite(left: Value, right: Value): boolean {
  if (left === undefined || right === undefined) return left === right
  if (Array.isArray(left) !== Array.isArray(right)) {
    throw new Error(`non-comparable types ${sprintf('%s', [left])}: ${typeOf(left)}, ${typeOf(right)}: ${sprint([right])}`)
  }
  throw new Error(`non-comparable type ${sprintf('%s', [right])}: ${typeOf(right)}`)
}

function less(first: Value, second: Value): boolean {
  const left = indirect(first)
  const right = indirect(second)
  const kinds = [basicKind(left), basicKind(right)]
  if (kinds.includes(undefined)) throw new Error('invalid type for comparison')
  const integers = kinds.every((kind) => kind === 'int' || kind === 'uint')
  if (kinds[0] !== kinds[1] && !integers) throw new Error(`incompatible types for comparison: ${typeOf(left)} and ${typeOf(right)}`)
  if (kinds[0] === 'bool') throw new Error('invalid type for comparison')
  return plain(left) < plain(right)
}

function exists(first: Value, ...indexes: Value[]): boolean {
  let item = first
  for (const key of indexes) {
    if (item === undefined || item === null) return false
    const kind = basicKind(key)
    if (typeof item === 'string' || Array.isArray(item)) {
      if (kind !== 'int' && kind !== 'uint') return false
      const items = typeof item === 'string' ? Array.from(bytesOf(item), (byte) => new GoByte(byte)) : item
      const number = plain(key) as number
      if (number < 0 || number >= items.length) return false
      item = items[number]
    } else if (isMap(item)) {
      if (typeof key !== 'string') return false
      item = Object.hasOwn(item, key) ? item[key] : null
    } else return false
  }
  return item !== null
}

/** Standard base64 with padding; line breaks are passed over. */
function base64Decode(text: string): string {
  const clean = text.replace(/[\r\n]/g, '')
  const valid = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.exec(clean)
  if (!valid) throw new Error(`base64 decode failed: illegal base64 data at input byte ${illegalAt(text)}`)
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(atob(clean), (char) => char.charCodeAt(0)))
}

/** The byte at which encoding/base64 stops. */
function illegalAt(text: string): number {
  let digits = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '\n' || char === '\r') continue
    if (/[A-Za-z0-9+/]/.test(char)) {
      digits++
      continue
    }
    if (char !== '=') return at
    return paddingError(text, at, digits % 4)
  }
  return text.replace(/[\r\n]/g, '').length - (digits % 4)
}

/** `at` is where the first `=` stands, after `digits` of its group of four. */
function paddingError(text: string, at: number, digits: number): number {
  if (digits < 2) return at
  let next = at + 1
  const skip = () => {
    while (text[next] === '\n' || text[next] === '\r') next++
  }
  skip()
  if (digits === 2) {
    if (next >= text.length) return text.length
    if (text[next] !== '=') return next - 1
    next++
    skip()
  }
  return next
}
