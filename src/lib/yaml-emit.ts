// Plain JSON as sigs.k8s.io/yaml prints it: go-yaml v2's block style, keys in its natural order, lists not indented.
import { formatG } from './go-format'
import { isSimpleKey, writeBare, writeIndent, writeIndicator, writeString, type YamlWriter } from './yaml-scalar'

/**
 * One YAML document, newline at its end. `undefined` members are left out, as encoding/json leaves out `omitempty` ones.
 * Upstream: sigs.k8s.io/yaml Marshal over go.yaml.in/yaml/v2.
 */
export function toYaml(value: unknown): string {
  const writer: YamlWriter = { out: '', column: 0, indent: -1, whitespace: true, indention: true }
  writeNode(writer, value, false)
  if (writer.column > 0) writer.out += '\n'
  return writer.out
}

function writeNode(writer: YamlWriter, value: unknown, inMapping: boolean): void {
  if (typeof value === 'string') writeScalar(writer, value)
  else if (value === null || value === undefined) writeBare(writer, 'null')
  else if (Array.isArray(value)) writeSequence(writer, value, inMapping)
  else if (typeof value === 'object') writeMapping(writer, value as Record<string, unknown>)
  else writeBare(writer, typeof value === 'number' && !isWhole(value) ? formatG(value) : String(value))
}

/** Whole numbers a 64-bit integer holds keep all their digits. */
function isWhole(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 64
}

function writeScalar(writer: YamlWriter, text: string): void {
  const indent = writer.indent
  writer.indent = indent < 0 ? 2 : indent + 2
  writeString(writer, text, false)
  writer.indent = indent
}

function writeSequence(writer: YamlWriter, items: unknown[], inMapping: boolean): void {
  if (items.length === 0) {
    writeIndicator(writer, '[]', true, false, false)
    return
  }
  const indent = writer.indent
  if (indent < 0) writer.indent = 0
  else if (!inMapping || writer.indention) writer.indent = indent + 2
  for (const item of items) {
    writeIndent(writer)
    writeIndicator(writer, '-', true, false, true)
    writeNode(writer, item, false)
  }
  writer.indent = indent
}

function writeMapping(writer: YamlWriter, object: Record<string, unknown>): void {
  const keys = sortedKeys(object)
  if (keys.length === 0) {
    writeIndicator(writer, '{}', true, false, false)
    return
  }
  const indent = writer.indent
  writer.indent = indent < 0 ? 0 : indent + 2
  for (const key of keys) {
    writeIndent(writer)
    if (isSimpleKey(key)) {
      writeString(writer, key, true)
      writeIndicator(writer, ':', false, false, false)
    } else {
      writeIndicator(writer, '?', true, false, true)
      writeScalar(writer, key)
      writeIndent(writer)
      writeIndicator(writer, ':', true, false, true)
    }
    writeNode(writer, object[key], true)
  }
  writer.indent = indent
}

const TAME = /^[A-Za-z]*$/

function sortedKeys(object: Record<string, unknown>): string[] {
  const keys = Object.keys(object).filter((key) => object[key] !== undefined)
  if (keys.every((key) => TAME.test(key))) return keys.sort()
  const split = keys.map((key) => ({ key, runes: Array.from(key) }))
  return split.sort((a, b) => compareAll(a.runes, b.runes)).map(({ key }) => key)
}

const isLetter = (char: string) => (char <= '\x7f' ? /[A-Za-z]/.test(char) : /\p{L}/u.test(char))
const isDigit = (char: string) => (char <= '\x7f' ? char >= '0' && char <= '9' : /\p{Nd}/u.test(char))

/** go-yaml's key order: letters after all else, runs of digits by their value (`a2` before `a10`). */
export function naturalOrder(left: string, right: string): number {
  return compareAll(Array.from(left), Array.from(right))
}

function compareAll(a: string[], b: string[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    if (a[i] === b[i]) continue
    const letters = [isLetter(a[i]), isLetter(b[i])]
    if (letters[0] && letters[1]) return compareRunes(a[i], b[i])
    if (letters[0] || letters[1]) return letters[1] ? -1 : 1
    return compareNumbers(a, b, i) || compareRunes(a[i], b[i])
  }
  return a.length - b.length
}

function compareRunes(a: string, b: string): number {
  return a.codePointAt(0)! - b.codePointAt(0)!
}

function compareNumbers(a: string[], b: string[], from: number): number {
  let start = 0
  if (a[from] === '0' || b[from] === '0') {
    for (let j = from - 1; j >= 0 && isDigit(a[j]); j--) {
      if (a[j] === '0') continue
      start = 1
      break
    }
  }
  const [aValue, aEnd] = readNumber(a, from, start)
  const [bValue, bEnd] = readNumber(b, from, start)
  if (aValue < bValue) return -1
  return aValue > bValue ? 1 : aEnd - bEnd
}

/** More digits than a double holds are counted as a 64-bit integer does. */
const MOST_DIGITS = 12

function readNumber(runes: string[], from: number, start: number): [value: number | bigint, end: number] {
  let end = from
  while (end < runes.length && isDigit(runes[end])) end++
  const digits = runes.slice(from, end).map((rune) => rune.codePointAt(0)! - 0x30)
  if (digits.length <= MOST_DIGITS && digits.every((digit) => digit < 10))
    return [digits.reduce((sum, digit) => sum * 10 + digit, start), end]
  return [digits.reduce((sum, digit) => BigInt.asIntN(64, sum * 10n + BigInt(digit)), BigInt(start)), end]
}
