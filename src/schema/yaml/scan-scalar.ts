// Scalars as libyaml scans them: plain, quoted, literal and folded. Upstream: go.yaml.in/yaml/v2 scannerc.go.
import { isBlank, isBlankz, isBreak, type Mark, type Reader, type YamlError, yamlError } from './reader'

/** What the scanner around knows and a scalar must heed. */
export interface Surroundings {
  flowLevel: number
  indent: number
}

function fail(reader: Reader, start: Mark, problem: string): YamlError {
  return yamlError(problem, reader.mark(), start, true)
}

export function atDocumentIndicator(reader: Reader): boolean {
  return reader.column === 0 && (reader.startsWith('---') || reader.startsWith('...')) && isBlankz(reader.peek(3))
}

/** The blanks and breaks between two words, folded when they span lines. */
class Gap {
  private blanks = ''
  private first = ''
  private others = ''
  spansLines = false

  blank(c: string): void {
    if (!this.spansLines) this.blanks += c
  }
  lineBreak(c: string): void {
    if (this.spansLines) this.others += c
    else {
      this.blanks = ''
      this.first = c
      this.spansLines = true
    }
  }
  folded(): string {
    if (!this.spansLines) return this.blanks
    return this.first === '\n' ? this.others || ' ' : this.first + this.others
  }
}

function endsPlain(reader: Reader, flow: boolean): boolean {
  const c = reader.peek()
  if (c === ':' && isBlankz(reader.peek(1))) return true
  return flow && (c === ',' || c === '?' || c === '[' || c === ']' || c === '{' || c === '}')
}

/** An unquoted scalar. `spansLines` says that a key may begin after it. */
export function scanPlain(reader: Reader, { flowLevel, indent }: Surroundings): { value: string; spansLines: boolean } {
  const start = reader.mark()
  let value = ''
  let gap = new Gap()
  for (;;) {
    if (atDocumentIndicator(reader) || reader.peek() === '#') break
    const from = reader.index
    while (!isBlankz(reader.peek()) && !endsPlain(reader, flowLevel > 0)) {
      if (reader.index === from) {
        value += gap.folded()
        gap = new Gap()
      }
      value += reader.read()
    }
    if (!isBlank(reader.peek()) && !isBreak(reader.peek())) break
    while (isBlank(reader.peek()) || isBreak(reader.peek())) {
      if (isBreak(reader.peek())) gap.lineBreak(reader.readLine())
      else {
        if (gap.spansLines && reader.column < indent + 1 && reader.peek() === '\t') {
          throw fail(reader, start, 'found a tab character that violates indentation')
        }
        gap.blank(reader.read())
      }
    }
    if (flowLevel === 0 && reader.column < indent + 1) break
  }
  return { value, spansLines: gap.spansLines }
}

const ESCAPES: Record<string, string> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '/': '/',
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
}
const HEX_LENGTH: Record<string, number> = { x: 2, u: 4, U: 8 }

function readEscape(reader: Reader, start: Mark): string {
  const code = reader.peek(1)
  const length = HEX_LENGTH[code]
  if (length === undefined) {
    const value = ESCAPES[code]
    if (code === '' || value === undefined) throw fail(reader, start, 'found unknown escape character')
    reader.skip(2)
    return value
  }
  reader.skip(2)
  const digits = reader.text.slice(reader.index, reader.index + length)
  if (!/^[0-9a-fA-F]+$/.test(digits) || digits.length !== length) throw fail(reader, start, 'did not find expected hexdecimal number')
  const point = Number.parseInt(digits, 16)
  if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff && length === 8)) {
    throw fail(reader, start, 'found invalid Unicode character escape code')
  }
  reader.skip(length)
  return String.fromCodePoint(point)
}

/** A scalar between single or double quotes. */
export function scanQuoted(reader: Reader): string {
  const start = reader.mark()
  const quote = reader.read()
  let value = ''
  for (;;) {
    if (atDocumentIndicator(reader)) throw fail(reader, start, 'found unexpected document indicator')
    if (reader.isEnd()) throw fail(reader, start, 'found unexpected end of stream')
    const gap = new Gap()
    while (!isBlankz(reader.peek())) {
      const c = reader.peek()
      if (quote === "'" && c === "'" && reader.peek(1) === "'") {
        value += "'"
        reader.skip(2)
      } else if (c === quote) break
      else if (quote === '"' && c === '\\') {
        if (isBreak(reader.peek(1))) {
          reader.skip()
          reader.readLine()
          // An escaped break joins the lines without a blank.
          gap.lineBreak('')
          break
        }
        value += readEscape(reader, start)
      } else value += reader.read()
    }
    if (reader.peek() === quote) break
    while (isBlank(reader.peek()) || isBreak(reader.peek())) {
      if (isBreak(reader.peek())) gap.lineBreak(reader.readLine())
      else gap.blank(reader.read())
    }
    value += gap.folded()
  }
  reader.skip()
  return value
}

interface BlockHeader {
  /** -1 strips the last break, 0 keeps one, 1 keeps all. */
  chomping: number
  increment: number
}

function scanHeader(reader: Reader, start: Mark): BlockHeader {
  let chomping = 0
  let increment = 0
  const sign = () => {
    const c = reader.peek()
    if (c !== '+' && c !== '-') return
    chomping = c === '+' ? 1 : -1
    reader.skip()
  }
  sign()
  if (/[0-9]/.test(reader.peek())) {
    if (reader.peek() === '0') throw fail(reader, start, 'found an indentation indicator equal to 0')
    increment = Number(reader.read())
    if (chomping === 0) sign()
  }
  while (isBlank(reader.peek())) reader.skip()
  if (reader.peek() === '#') while (!reader.isEnd() && !isBreak(reader.peek())) reader.skip()
  if (!reader.isEnd() && !isBreak(reader.peek())) throw fail(reader, start, 'did not find expected comment or line break')
  if (isBreak(reader.peek())) reader.readLine()
  return { chomping, increment }
}

/** Passes empty lines and the indentation of the next one; finds that indentation out when it is not known (0). */
function scanBreaks(reader: Reader, indent: number, outer: number, start: Mark): { breaks: string; indent: number } {
  let breaks = ''
  let deepest = 0
  for (;;) {
    while ((indent === 0 || reader.column < indent) && reader.peek() === ' ') reader.skip()
    deepest = Math.max(deepest, reader.column)
    if ((indent === 0 || reader.column < indent) && reader.peek() === '\t') {
      throw fail(reader, start, 'found a tab character where an indentation space is expected')
    }
    if (!isBreak(reader.peek())) break
    breaks += reader.readLine()
  }
  return { breaks, indent: indent === 0 ? Math.max(deepest, outer + 1, 1) : indent }
}

/** A literal (`|`) or folded (`>`) scalar. */
export function scanBlock(reader: Reader, { indent: outer }: Surroundings): string {
  const start = reader.mark()
  const literal = reader.read() === '|'
  const { chomping, increment } = scanHeader(reader, start)
  const known = increment ? Math.max(outer, 0) + increment : 0
  let { breaks, indent } = scanBreaks(reader, known, outer, start)
  let value = ''
  let leadingBreak = ''
  let leadingBlank = false
  while (reader.column === indent && !reader.isEnd()) {
    const blank = isBlank(reader.peek())
    if (!literal && leadingBreak.startsWith('\n') && !leadingBlank && !blank) {
      if (breaks === '') value += ' '
    } else value += leadingBreak
    value += breaks
    leadingBlank = blank
    while (!reader.isEnd() && !isBreak(reader.peek())) value += reader.read()
    leadingBreak = reader.isEnd() ? '' : reader.readLine()
    breaks = scanBreaks(reader, indent, outer, start).breaks
  }
  if (chomping !== -1) value += leadingBreak
  if (chomping === 1) value += breaks
  return value
}
