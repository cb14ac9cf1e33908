// JSON as KYAML, the flow-style dialect of YAML behind `-o kyaml`. Upstream: sigs.k8s.io/yaml/kyaml.

import { formatG } from './go-format'
import { isPrint } from './go-values'
import { resolvesToNonString } from './yaml-scalar'

const STEP = '  '

/** One document with its `---` header, newline at its end; `sort` false keeps the members of the top level in their order. */
export function toKyaml(value: unknown, sort = true, below = true): string {
  return `---\n${node(value, 0, sort, below)}\n`
}

/** `sort` is about the node's own members, `below` about all in it. */
function node(value: unknown, depth: number, sort: boolean, below: boolean): string {
  if (typeof value === 'string') return quoted(value, depth + 1)
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return sequence(value, depth, below)
  if (typeof value === 'object') return mapping(value as Record<string, unknown>, depth, sort, below)
  return typeof value === 'number' && !Number.isInteger(value) ? formatG(value) : String(value)
}

/** Lists of only maps and lists stand cuddled: `[{...}, {...}]`. */
function sequence(items: unknown[], depth: number, sort: boolean): string {
  if (items.length === 0) return '[]'
  if (items.every((item) => typeof item === 'object' && item !== null))
    return `[${items.map((item) => node(item, depth, sort, sort)).join(', ')}]`
  const lines = items.map((item) => `${STEP.repeat(depth + 1)}${node(item, depth + 1, sort, sort)},\n`)
  return `[\n${lines.join('')}${STEP.repeat(depth)}]`
}

function mapping(object: Record<string, unknown>, depth: number, sort: boolean, below: boolean): string {
  const keys = Object.keys(object).filter((key) => object[key] !== undefined)
  if (keys.length === 0) return '{}'
  if (sort) keys.sort()
  const lines = keys.map((key) => `${STEP.repeat(depth + 1)}${memberName(key)}: ${node(object[key], depth + 1, below, below)},\n`)
  return `{\n${lines.join('')}${STEP.repeat(depth)}}`
}

function memberName(key: string): string {
  const bare = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_./-]*[\p{L}\p{N}_])?$/u.test(key) && !isAmbiguous(key)
  return bare ? key : `"${Array.from(key, (char) => escaped(char, '\\n', '\\t')).join('')}"`
}

const WORDS = new Set(['null', '~', '', 'true', 'y', 'yes', 'on', 'false', 'n', 'no', 'off', 't', 'f', '.inf', '-.inf', '+.inf', '.nan'])

/** Whether some YAML parser could take the bare text for another type. */
function isAmbiguous(text: string): boolean {
  if (WORDS.has(text.toLowerCase()) || resolvesToNonString(text)) return true
  const plain = text.replaceAll('_', '')
  if (/^[+-]?(inf|infinity|nan)$/i.test(plain) || /^[+-]?0x[0-9a-f]*\.?[0-9a-f]*p[+-]?\d+$/i.test(plain)) return true
  return /^[-+.\d]/.test(plain) && resolvesToNonString(plain)
}

/** Text of several lines is folded after each line break, its lines indented. */
function quoted(text: string, depth: number): string {
  if (!text.includes('\n')) return `"${Array.from(text, (char) => escaped(char, '\\n', '\t')).join('')}"`
  const indent = STEP.repeat(depth)
  let out = '"\\\n'
  for (const char of text) {
    if (out.endsWith('\n')) out += indent + (/^[\s\x85]$/.test(char) && char !== '\n' && char !== '\ufeff' ? '\\' : ' ')
    out += escaped(char, '\\n\\\n', '\t')
  }
  return `${out}${out.endsWith('\n') ? '' : '\\\n'}${indent}"`
}

const SHORT: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\r': '\\r',
  '\v': '\\v',
  '\0': '\\0',
  '\x1b': '\\e',
  '\x85': '\\N',
  '\xa0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
}

function escaped(char: string, lineBreak: string, tab: string): string {
  if (char === '\n') return lineBreak
  if (char === '\t') return tab
  const short = SHORT[char]
  if (short) return short
  if (isPrint(char)) return char
  const hex = char.codePointAt(0)!.toString(16)
  if (char < ' ' || char === '\x7f') return `\\x${hex.padStart(2, '0')}`
  return char.length === 1 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}
