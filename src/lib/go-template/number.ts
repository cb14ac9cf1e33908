// The constants of a Go template: numbers and characters. Upstream: text/template/parse/node.go newNumber.
import { quote, unquoteInside } from '../go-values'
import type { NumberNode } from './nodes'

const MAX_INT = (1n << 63n) - 1n
const MIN_INT = -(1n << 63n)
const MAX_UINT = (1n << 64n) - 1n

/** Throws Error with upstream's words. */
export function parseNumber(at: number, text: string): NumberNode {
  const integer = parseInteger(text)
  const node: NumberNode = { type: 'number', at, text }
  if (integer !== undefined) {
    if (integer >= 0n && integer <= MAX_UINT && !text.startsWith('+')) node.uint = integer
    if (integer >= MIN_INT && integer <= MAX_INT) node.int = integer
    if (node.uint !== undefined || node.int !== undefined) return { ...node, float: Number(integer) }
  }
  const float = parseFloatText(text)
  if (float === undefined) throw new Error(`illegal number syntax: ${quote(text)}`)
  if (!/[.eEpP]/.test(text)) throw new Error(`integer overflow: ${quote(text)}`)
  node.float = float
  if (Number.isInteger(float) && Math.abs(float) < 2 ** 63) node.int = BigInt(float)
  if (Number.isInteger(float) && float >= 0 && float < 2 ** 64) node.uint = BigInt(float)
  return node
}

/** A character between apostrophes. */
export function parseCharacter(at: number, text: string): NumberNode {
  const inside = unquoteInside(text.slice(1, -1), "'")
  if (inside === undefined || inside === '') throw new Error('invalid syntax')
  if (Array.from(inside).length !== 1) throw new Error(`malformed character constant: ${text}`)
  const code = inside.codePointAt(0)!
  return { type: 'number', at, text, int: BigInt(code), uint: BigInt(code), float: code }
}

/** strconv.ParseInt with base 0, of any size; undefined for what is no integer. */
function parseInteger(text: string): bigint | undefined {
  const match = /^([-+]?)(0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|0[0-7_]*|[1-9][0-9_]*)$/.exec(text)
  if (!match || !underscoresFit(match[2])) return undefined
  const digits = match[2].replaceAll('_', '').toLowerCase()
  const size = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits}` : digits)
  return match[1] === '-' ? -size : size
}

/** Underscores stand between digits, or after a base prefix. */
function underscoresFit(digits: string): boolean {
  return !/__|_$/.test(digits) && !digits.startsWith('_')
}

function parseFloatText(text: string): number | undefined {
  const hex = /^([-+]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([-+]?\d+)$/.exec(text)
  if (hex && hex[2] + hex[3] !== '') {
    const size = Number.parseInt(`0${hex[2]}${hex[3]}`, 16) * 2 ** (Number(hex[4]) - 4 * hex[3].length)
    return hex[1] === '-' ? -size : size
  }
  if (/_(?!\d)|(?<!\d)_/.test(text)) return undefined
  const plain = text.replaceAll('_', '')
  if (!/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(plain)) return undefined
  return Number.isFinite(Number(plain)) ? Number(plain) : undefined
}
