// Commands that show bytes: od, hexdump, xxd, strings.
import type { Command } from '../../process'
import { base, parseFlags, readOperand } from './errors'

/** Bytes as rows of sixteen: their offset in hexadecimal, and they. */
function* rowsOf(text: string): Iterable<{ at: number; bytes: Buffer }> {
  const bytes = Buffer.from(text)
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
  io.out(`${offset(Buffer.byteLength(text))}\n`)
  return 0
}

const xxd: Command = (io) => {
  const { flags, rest } = parseFlags(io, 'lcgs')
  const text = readOperand(io, rest[0] ?? '-')
  if (text === undefined) return 1
  if (flags.has('r')) {
    io.out(Buffer.from(text.replace(/^[0-9a-f]+:\s|\s\s.*$/gm, '').replace(/\s/g, ''), 'hex').toString())
    return 0
  }
  if (flags.has('p')) {
    io.out(
      Buffer.from(text)
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

const od: Command = (io) => {
  const { flags, values, rest } = parseFlags(io, 'AtNjw')
  const text = readOperand(io, rest[0] ?? '-')
  if (text === undefined) return 1
  const radix = { x: 16, d: 10, n: 0 }[values['A'] ?? 'o'] ?? 8
  const offset = (n: number) => (radix === 0 ? '' : n.toString(radix).padStart(radix === 16 ? 6 : 7, '0'))
  const kind = flags.has('c') ? 'c' : (values['t'] ?? (flags.has('x') ? 'x2' : 'o2'))
  for (const { at, bytes } of rowsOf(text)) {
    let row: string
    if (kind.startsWith('c'))
      row = [...bytes]
        .map((b) => (NAMED[b] ?? (b >= 32 && b < 127 ? String.fromCharCode(b) : b.toString(8).padStart(3, '0'))).padStart(4))
        .join('')
    else if (kind === 'x1') row = [...bytes].map((b) => ` ${b.toString(16).padStart(2, '0')}`).join('')
    else {
      const words = Array.from({ length: Math.ceil(bytes.length / 2) }, (_, i) => bytes[2 * i] + (bytes[2 * i + 1] ?? 0) * 256)
      row = words.map((w) => (kind.startsWith('x') ? ` ${w.toString(16).padStart(4, '0')}` : ` ${w.toString(8).padStart(6, '0')}`)).join('')
    }
    io.out(`${offset(at)}${row}\n`)
  }
  if (radix !== 0) io.out(`${offset(Buffer.byteLength(text))}\n`)
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
