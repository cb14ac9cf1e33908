// Commands that show bytes: od, hexdump, xxd, strings.
import { byteCount, bytesOfText, textOfBytes } from '../../../lib/byte-text'
import type { Command } from '../../process'
import { base, parseFlags, readOperand } from './errors'

/** Bytes as rows of sixteen: their offset in hexadecimal, and they. */
function* rowsOf(text: string): Iterable<{ at: number; bytes: Buffer }> {
  const bytes = bytesOfText(text)
  for (let at = 0; at < bytes.length; at += 16) yield { at, bytes: bytes.subarray(at, at + 16) }
}

function shownBytes(bytes: Buffer): string {
  return [...bytes].map((b) => (b >= 32 && b < 127 ? String.fromCharCode(b) : '.')).join('')
}

const hexdump: Command = (io) => {
  const { flags, rest } = parseFlags(io, 'ns')
  const text = readOperand(io, rest[0] ?? '-')
  if (text === undefined) return 1
  const canonical = flags.has('C') || base(io) === 'hd'
  const offset = (n: number) => n.toString(16).padStart(canonical ? 8 : 7, '0')
  for (const { at, bytes } of rowsOf(text)) {
    const hex = [...bytes].map((b) => b.toString(16).padStart(2, '0'))
    if (canonical)
      io.out(`${offset(at)}  ${hex.slice(0, 8).join(' ').padEnd(23)}  ${hex.slice(8).join(' ').padEnd(23)}  |${shownBytes(bytes)}|\n`)
    else {
      const words = Array.from({ length: Math.ceil(hex.length / 2) }, (_, i) => (hex[2 * i + 1] ?? '00') + hex[2 * i])
      io.out(`${offset(at)} ${words.join(' ')}\n`)
    }
  }
  io.out(`${offset(byteCount(text))}\n`)
  return 0
}

const xxd: Command = (io) => {
  const { flags, rest } = parseFlags(io, 'lcgs')
  const text = readOperand(io, rest[0] ?? '-')
  if (text === undefined) return 1
  if (flags.has('r')) {
    io.out(textOfBytes(Buffer.from(text.replace(/^[0-9a-f]+:\s|\s\s.*$/gm, '').replace(/\s/g, ''), 'hex')))
    return 0
  }
  if (flags.has('p')) {
    io.out(
      bytesOfText(text)
        .toString('hex')
        .replace(/.{1,60}/g, '$&\n'),
    )
    return 0
  }
  for (const { at, bytes } of rowsOf(text)) {
    const pairs = bytes
      .toString('hex')
      .replace(/.{1,4}/g, '$& ')
      .padEnd(40)
    io.out(`${at.toString(16).padStart(8, '0')}: ${pairs} ${shownBytes(bytes)}\n`)
  }
  return 0
}

const NAMED: Record<number, string> = { 0: '\\0', 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r' }

/** How od shows a row of bytes in a format: `x1`, `u2`, `o4`, `c`, `a`. */
function odRow(bytes: Buffer, format: string): string {
  const kind = format[0]
  if (kind === 'c' || kind === 'a')
    return [...bytes]
      .map((b) => (NAMED[b] ?? (b >= 32 && b < 127 ? String.fromCharCode(b) : b.toString(8).padStart(3, '0'))).padStart(4))
      .join('')
  const size = { C: 1, S: 2, I: 4, L: 8 }[format.slice(1)] ?? (Number(format.slice(1)) || 4)
  const base = kind === 'x' ? 16 : kind === 'o' ? 8 : 10
  // As wide as the largest value, digits of a fixed number but for decimals.
  const digits = (2n ** BigInt(8 * size) - 1n).toString(base).length
  const width = kind === 'd' ? digits + (size === 1 ? 1 : 1) : digits
  let out = ''
  for (let at = 0; at < bytes.length; at += size) {
    let value = 0n
    for (let i = size - 1; i >= 0; i--) value = value * 256n + BigInt(bytes[at + i] ?? 0)
    if (kind === 'd') value = BigInt.asIntN(8 * size, value)
    out += ` ${kind === 'x' || kind === 'o' ? value.toString(base).padStart(digits, '0') : String(value).padStart(width)}`
  }
  return out
}

const od: Command = (io) => {
  const { flags, values, rest } = parseFlags(io, 'AtNjw')
  const text = readOperand(io, rest[0] ?? '-')
  if (text === undefined) return 1
  const skip = Number(values['j'] ?? 0)
  const bytes = bytesOfText(text).subarray(skip, values['N'] === undefined ? undefined : skip + Number(values['N']))
  const radix = { x: 16, d: 10, n: 0 }[values['A'] ?? 'o'] ?? 8
  const offset = (n: number) => (radix === 0 ? '' : n.toString(radix).padStart(radix === 16 ? 6 : 7, '0'))
  const short: Record<string, string> = { c: 'c', x: 'x2', b: 'o1', d: 'u2', o: 'o2', a: 'a' }
  const asked = Object.keys(short).filter((flag) => flags.has(flag))
  const formats =
    values['t'] === undefined
      ? asked.length > 0
        ? asked.map((flag) => short[flag])
        : ['o2']
      : (values['t'].match(/[acdoux][1248CSIL]?z?/g) ?? ['o2'])
  const width = Number(values['w'] ?? 16) || 16
  let last = ''
  let starred = false
  for (let at = 0; at < bytes.length; at += width) {
    const row = bytes.subarray(at, at + width)
    const key = row.toString('latin1')
    // Equal rows are shown once.
    if (key === last && !flags.has('v') && row.length === width) {
      if (!starred) io.out('*\n')
      starred = true
      continue
    }
    last = key
    starred = false
    for (const [i, format] of formats.entries())
      io.out(`${i === 0 ? offset(skip + at) : ' '.repeat(offset(at).length)}${odRow(row, format)}\n`)
  }
  if (radix !== 0) io.out(`${offset(skip + bytes.length)}\n`)
  return 0
}

const strings: Command = (io) => {
  const { values, rest } = parseFlags(io, 'n')
  const text = readOperand(io, rest[0] ?? '-')
  if (text === undefined) return 1
  for (const found of text.match(new RegExp(`[\\t -~]{${values['n'] ?? 4},}`, 'g')) ?? []) io.out(`${found}\n`)
  return 0
}

export const DUMPS: Record<string, Command> = { hd: hexdump, hexdump, od, strings, xxd }
