// How Go's fmt prints decoded JSON: `%v` (map[a:b]), `%#v` (map[string]interface {}{...}), type names and %q.
import { formatG } from './go-format'

/** A number that Go holds as float64 though it is whole: a literal like `1.0`, or a computed one. */
export class GoFloat {
  constructor(readonly value: number) {}
}

/** A uint8, as indexing a string gives. */
export class GoByte {
  constructor(readonly value: number) {}
}

/** A number of type int, as literals and lengths in a template are; whole numbers of JSON are int64. */
export class GoInt {
  constructor(readonly value: number) {}
}

/** `%v`. Whole numbers are int64, others float64; `null` is `<nil>`; map keys are sorted. */
export function formatV(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return '<nil>'
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value).toString() : formatG(value)
  if (value instanceof GoFloat) return formatG(value.value)
  if (value instanceof GoByte || value instanceof GoInt) return String(value.value)
  if (Array.isArray(value)) return `[${value.map(formatV).join(' ')}]`
  if (typeof value !== 'object') return String(value)
  return `map[${entries(value)
    .map(([key, member]) => `${key}:${formatV(member)}`)
    .join(' ')}]`
}

/** `%#v`, Go syntax. */
export function formatSharpV(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)'
  if (typeof value === 'string') return quote(value)
  if (Array.isArray(value)) return `[]interface {}{${value.map(formatSharpV).join(', ')}}`
  if (value instanceof GoByte) return `0x${value.value.toString(16)}`
  if (typeof value !== 'object' || value instanceof GoFloat || value instanceof GoInt) return formatV(value)
  return `map[string]interface {}{${entries(value)
    .map(([key, member]) => `${quote(key)}:${formatSharpV(member)}`)
    .join(', ')}}`
}

/** Members with a value, by key. */
export function entries(value: object): [string, unknown][] {
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

/** `%T`. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  if (value instanceof GoFloat) return 'float64'
  if (value instanceof GoByte) return 'uint8'
  if (value instanceof GoInt) return 'int'
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}'
}

const SHORT_ESCAPES: Record<string, string> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
}

/** strconv.Quote, and QuoteToASCII with `ascii`: double quotes, Go escapes. */
export function quote(text: string, ascii = false): string {
  if (/^[ !#-[\]-~]*$/.test(text)) return `"${text}"`
  return `"${Array.from(text, (char) => (char === '"' ? '\\"' : escapeRune(char, ascii))).join('')}"`
}

/** strconv.QuoteRune: a rune between single quotes. */
export function quoteRune(code: number, ascii = false): string {
  const char = code > 0x10ffff || code < 0 || (code >= 0xd800 && code < 0xe000) ? '\ufffd' : String.fromCodePoint(code)
  return `'${char === "'" ? "\\'" : escapeRune(char, ascii)}'`
}

function escapeRune(char: string, ascii: boolean): string {
  if (char === '\\') return '\\\\'
  const code = char.codePointAt(0)!
  if (SHORT_ESCAPES[char]) return SHORT_ESCAPES[char]
  if (ascii ? code < 0x7f && code >= 0x20 : isPrint(char)) return char
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}

/** unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space. */
export function isPrint(char: string): boolean {
  const code = char.codePointAt(0)!
  if (code < 0x7f) return code >= 0x20
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(char)
}

const SIMPLE_ESCAPES: Record<string, string> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\' }

/** The inside of a string between quotation marks `mark`, its escapes read as strconv.UnquoteChar does; undefined for invalid syntax. */
export function unquoteInside(text: string, mark: string): string | undefined {
  let out = ''
  let rest = text
  while (rest) {
    if (rest.startsWith(mark)) return undefined
    const plain = /^[^\\"']+|^["']/.exec(rest)?.[0]
    const escaped = plain ? undefined : unescapeFirst(rest, mark)
    if (!plain && !escaped) return undefined
    out += plain ?? escaped![0]
    rest = rest.slice(plain?.length ?? escaped![1])
  }
  return out
}

/** What the escape at the start of a text means, and its length. */
function unescapeFirst(text: string, mark: string): [string, number] | undefined {
  const match = /^\\(?:([abfnrtv\\"'])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))/.exec(text)
  if (!match) return undefined
  const [whole, simple, byte, short, long, octal] = match
  if (simple === '"' || simple === "'") return simple === mark ? [simple, 2] : undefined
  if (simple) return [SIMPLE_ESCAPES[simple], 2]
  const code = octal ? Number.parseInt(octal, 8) : Number.parseInt(byte ?? short ?? long, 16)
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000) || (octal && code > 255)) return undefined
  return [String.fromCodePoint(code), whole.length]
}
