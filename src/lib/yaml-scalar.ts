// How go-yaml v2 writes one scalar: which strings need quotes, and the plain, quoted and literal styles with their folding.
import { runeCount } from './tabwriter'

/** Where the writer stands. `column` counts runes; `whitespace` and `indention` describe what was written last. */
export interface YamlWriter {
  out: string
  column: number
  indent: number
  whitespace: boolean
  indention: boolean
}

const BEST_WIDTH = 80

const RESERVED = new Set(
  ['y Y yes Yes YES true True TRUE on On ON n N no No NO false False FALSE off Off OFF', '~ null Null NULL']
    .concat('.nan .NaN .NAN .inf .Inf .INF +.inf +.Inf +.INF -.inf -.Inf -.INF')
    .flatMap((words) => words.split(' ')),
)

/** Strings no rule below can concern: written plain, whatever is around them. Not words that could be reserved. */
const ORDINARY = /^[A-Za-z/][A-Za-z0-9_./()=+-]{5,}$/
const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
const INTEGER = /^([-+]?)(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9][0-9]*)$/
const DATE = /^(\d{4})-(\d\d?)-(\d\d?)(?:([Tt]| +)(\d\d?):(\d\d?):(\d\d?)(?:[.,]\d+)?(Z|[-+]\d\d:\d\d)?)?$/
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Whether YAML 1.1, as go-yaml v2 reads it, would take the bare text for a bool, null, number or timestamp. */
export function resolvesToNonString(text: string): boolean {
  if (text === '' || RESERVED.has(text)) return true
  const first = text.charCodeAt(0)
  if (first === 0x2e) return !/_(?!\d)|(?<!\d)_/.test(text) && isFloat(text.replaceAll('_', ''))
  if (!((first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d)) return false
  if (isTimestamp(text) || BASE_60.test(text)) return true
  const plain = text.replaceAll('_', '')
  const integer = INTEGER.exec(plain)
  if (integer && fitsInteger(integer[1], integer[2])) return true
  return isFloat(plain)
}

/** Too large a number is no number. */
function isFloat(text: string): boolean {
  return FLOAT.test(text) && Number.isFinite(Number(text))
}

function fitsInteger(sign: string, digits: string): boolean {
  const octal = /^0[0-7]+$/.test(digits)
  const size = BigInt(octal ? `0o${digits.slice(1)}` : digits.toLowerCase())
  if (sign === '') return size < 1n << 64n
  return size < 1n << 63n || (sign === '-' && size === 1n << 63n)
}

function isTimestamp(text: string): boolean {
  const match = DATE.exec(text)
  if (!match) return false
  const [, year, month, day, separator, hour, minute, second, zone] = match
  const monthNumber = Number(month)
  if (monthNumber < 1 || monthNumber > 12 || Number(day) < 1 || Number(day) > DAYS[monthNumber - 1]) return false
  const leap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0)
  if (monthNumber === 2 && Number(day) === 29 && !leap) return false
  if (separator === undefined) return true
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return false
  if (separator.startsWith(' ')) return zone === undefined
  if (zone === undefined) return false
  return zone === 'Z' || (Number(zone.slice(1, 3)) <= 24 && Number(zone.slice(4)) <= 60)
}

interface Analysis {
  multiline: boolean
  plainAllowed: boolean
  singleAllowed: boolean
  blockAllowed: boolean
}

function isBreak(char: string): boolean {
  return char === '\n' || char === '\r' || char === '\x85' || char === '\u2028' || char === '\u2029'
}

/** The emitter's idea of printable: neither tab nor carriage return, and nothing beyond the basic plane. */
function isPrintable(char: string): boolean {
  const code = char.codePointAt(0)!
  if (code < 0x7f) return code === 0x0a || code >= 0x20
  return code >= 0xa0 && code < 0xfffe && code !== 0xfeff && (code < 0xd800 || code > 0xdfff)
}

function startsLikeIndicator(text: string): boolean {
  if (text.startsWith('---') || text.startsWith('...')) return true
  if ('#,[]{}&*!|>\'"%@`'.includes(text[0])) return true
  return '?:-'.includes(text[0]) && (text.length === 1 || text[1] === ' ' || text[1] === '\t')
}

function analyze(text: string): Analysis {
  if (text === '') return { multiline: false, plainAllowed: true, singleAllowed: true, blockAllowed: false }
  let special = false
  let lineBreaks = false
  let breakSpace = false
  let spaceBreak = false
  let previous = ''
  for (const char of text) {
    special ||= !isPrintable(char)
    if (char === ' ') breakSpace ||= previous !== '' && isBreak(previous)
    else if (isBreak(char)) {
      lineBreaks = true
      spaceBreak ||= previous === ' '
    }
    previous = char
  }
  const edge = (char: string) => char === ' ' || isBreak(char)
  const indicators = startsLikeIndicator(text) || /:(?:[ \t]|$)|[\s\x85]#/.test(text)
  const unquotable = breakSpace || spaceBreak || special
  return {
    multiline: lineBreaks,
    plainAllowed: !unquotable && !lineBreaks && !indicators && !edge(text[0]) && !edge(previous),
    singleAllowed: !unquotable,
    blockAllowed: !spaceBreak && !special && previous !== ' ',
  }
}

/** Whether a mapping key fits on the line of its value: no line break, at most 128 bytes. */
export function isSimpleKey(key: string): boolean {
  for (const char of key) if (isBreak(char)) return false
  if (key.length <= 42) return true
  return new TextEncoder().encode(key).length <= 128
}

/** Writes a string value or key in the style go-yaml chooses; `key`: on one line, never folded. */
export function writeString(writer: YamlWriter, text: string, key: boolean): void {
  if (ORDINARY.test(text)) writePlain(writer, text, false)
  else STYLES[chooseStyle(text, key)](writer, text, !key)
}

const STYLES = { plain: writePlain, single: writeSingle, double: writeDouble, literal: writeLiteral }

function chooseStyle(text: string, key: boolean): keyof typeof STYLES {
  const facts = analyze(text)
  if (text.includes('\n')) return facts.blockAllowed && !key ? 'literal' : 'double'
  if (resolvesToNonString(text)) return 'double'
  if (facts.plainAllowed) return 'plain'
  return facts.singleAllowed ? 'single' : 'double'
}

/** Writes a number, bool or null. */
export function writeBare(writer: YamlWriter, text: string): void {
  writePlain(writer, text, false)
}

export function put(writer: YamlWriter, text: string): void {
  writer.out += text
  writer.column += runeCount(text)
}

/** Starts a line at the current indentation unless the writer already stands there. */
export function writeIndent(writer: YamlWriter): void {
  const indent = Math.max(writer.indent, 0)
  if (!writer.indention || writer.column > indent || (writer.column === indent && !writer.whitespace)) {
    writer.out += '\n'
    writer.column = 0
  }
  if (writer.column < indent) put(writer, ' '.repeat(indent - writer.column))
  writer.whitespace = true
  writer.indention = true
}

export function writeIndicator(writer: YamlWriter, text: string, needSpace: boolean, isSpace: boolean, isIndention: boolean): void {
  if (needSpace && !writer.whitespace) put(writer, ' ')
  put(writer, text)
  writer.whitespace = isSpace
  writer.indention &&= isIndention
}

function afterScalar(writer: YamlWriter): void {
  writer.whitespace = false
  writer.indention = false
}

function writePlain(writer: YamlWriter, text: string, fold: boolean): void {
  if (!writer.whitespace) put(writer, ' ')
  if (!fold || writer.column + text.length <= BEST_WIDTH) put(writer, text)
  else writeFolded(writer, text, (char) => char, 0)
  afterScalar(writer)
}

function writeSingle(writer: YamlWriter, text: string, fold: boolean): void {
  writeIndicator(writer, "'", true, false, false)
  const quote = (char: string) => (char === "'" ? "''" : char)
  if (fold) writeFolded(writer, text, quote, 1)
  else put(writer, text.replaceAll("'", "''"))
  writeIndicator(writer, "'", false, false, false)
  afterScalar(writer)
}

/** A single space past the best width becomes a line break, unless it is among the first and last `edge` characters. */
function writeFolded(writer: YamlWriter, text: string, encode: (char: string) => string, edge: number): void {
  let spaces = false
  let breaks = false
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (char === ' ') {
      const inside = i >= edge && i < text.length - edge
      if (!spaces && inside && writer.column > BEST_WIDTH && text[i + 1] !== ' ') writeIndent(writer)
      else put(writer, char)
      spaces = true
    } else if (isBreak(char)) {
      writer.out += char
      writer.column = 0
      writer.indention = true
      breaks = true
    } else {
      if (breaks) writeIndent(writer)
      writer.out += encode(char)
      writer.column += char >= '\udc00' && char <= '\udfff' ? 0 : encode(char).length
      writer.indention = false
      spaces = false
      breaks = false
    }
  }
}

const ESCAPES: Record<string, string> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\x85': 'N',
  '\u2028': 'L',
  '\u2029': 'P',
}

function escapeChar(char: string): string {
  const short = ESCAPES[char]
  if (short) return `\\${short}`
  const code = char.codePointAt(0)!
  const hex = code.toString(16).toUpperCase()
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

function writeDouble(writer: YamlWriter, text: string, fold: boolean): void {
  writeIndicator(writer, '"', true, false, false)
  const chars = Array.from(text)
  const escapeAll = chars[0] === '\ufeff'
  let spaces = false
  chars.forEach((char, i) => {
    if (escapeAll || !isPrintable(char) || isBreak(char) || char === '"' || char === '\\') {
      put(writer, escapeChar(char))
      spaces = false
    } else if (char === ' ') {
      if (fold && !spaces && writer.column > BEST_WIDTH && i > 0 && i < chars.length - 1) {
        writeIndent(writer)
        if (chars[i + 1] === ' ') put(writer, '\\')
      } else put(writer, char)
      spaces = true
    } else {
      put(writer, char)
      spaces = false
    }
  })
  writeIndicator(writer, '"', false, false, false)
  afterScalar(writer)
}

/** `|`, with the hints for leading blanks (`|2`) and for none or several line breaks at the end (`|-`, `|+`). */
function writeLiteral(writer: YamlWriter, text: string): void {
  let header = '|'
  if (text[0] === ' ' || isBreak(text[0])) header += '2'
  if (!isBreak(text[text.length - 1])) header += '-'
  else if (text.length === 1 || isBreak(text[text.length - 2])) header += '+'
  writeIndicator(writer, header, true, false, false)
  writer.out += '\n'
  writer.column = 0
  writer.indention = true
  writer.whitespace = true
  let breaks = true
  for (const line of text.split(/(?<=[\n\r\x85\u2028\u2029])/)) {
    const end = isBreak(line[line.length - 1]) ? line.length - 1 : line.length
    if (end > 0) {
      if (breaks) writeIndent(writer)
      put(writer, line.slice(0, end))
      writer.indention = false
    }
    breaks = end < line.length
    if (!breaks) continue
    writer.out += line[end]
    writer.column = 0
    writer.indention = true
  }
}
