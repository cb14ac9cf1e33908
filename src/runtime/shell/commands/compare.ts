// Commands on whole files and columns: diff, cmp, comm, paste, fold, expand, shuf, dd, truncate.
import { bytesOfText, textOfBytes } from '../../../lib/byte-text'
import type { Command, CommandIo } from '../../process'
import { deviceText } from '../devices'
import { attempt, isGnu, linesOf, parseFlags, readOperand } from './errors'

/** A run of lines: the same in both, only in the first, only in the second. Positions count from 0. */
interface Chunk {
  kind: ' ' | '-' | '+'
  a: number
  b: number
  lines: string[]
}

/** The longest common subsequence as chunks, removals before additions. */
function chunksOf(a: string[], b: string[]): Chunk[] {
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  const [x, y] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)]
  const table = Array.from({ length: x.length + 1 }, () => new Uint32Array(y.length + 1))
  for (let i = x.length - 1; i >= 0; i--)
    for (let j = y.length - 1; j >= 0; j--)
      table[i][j] = x[i] === y[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1])
  const chunks: Chunk[] = []
  let [i, j] = [0, 0]
  const add = (kind: Chunk['kind'], line: string) => {
    const last = chunks.at(-1)
    if (last?.kind === kind) last.lines.push(line)
    else chunks.push({ kind, a: head + i, b: head + j, lines: [line] })
  }
  while (i < x.length || j < y.length) {
    if (i < x.length && j < y.length && x[i] === y[j]) {
      add(' ', x[i])
      i++
      j++
    } else if (i < x.length && (j === y.length || table[i + 1][j] >= table[i][j + 1])) {
      add('-', x[i])
      i++
    } else {
      add('+', y[j])
      j++
    }
  }
  const start: Chunk = { kind: ' ', a: 0, b: 0, lines: a.slice(0, head) }
  const end: Chunk = { kind: ' ', a: a.length - tail, b: b.length - tail, lines: tail > 0 ? a.slice(-tail) : [] }
  return [start, ...chunks, end].filter((c) => c.lines.length > 0)
}

interface Hunk {
  a: number
  b: number
  lines: [Chunk['kind'], string][]
}

/** Changes with so many equal lines around them; those that touch stand together. */
function hunksOf(chunks: Chunk[], context: number): Hunk[] {
  const hunks: Hunk[] = []
  let open: Hunk | undefined
  for (const [n, chunk] of chunks.entries()) {
    if (chunk.kind !== ' ') {
      open ??= { a: chunk.a, b: chunk.b, lines: [] }
      open.lines.push(...chunk.lines.map((l): [Chunk['kind'], string] => [chunk.kind, l]))
      continue
    }
    const { lines } = chunk
    const last = n === chunks.length - 1
    if (open && (last || lines.length > 2 * context)) {
      open.lines.push(...lines.slice(0, context).map((l): [Chunk['kind'], string] => [' ', l]))
      hunks.push(open)
      open = undefined
    } else if (open) open.lines.push(...lines.map((l): [Chunk['kind'], string] => [' ', l]))
    if (open || last) continue
    const before = context > 0 ? lines.slice(-context) : []
    const skipped = lines.length - before.length
    open = { a: chunk.a + skipped, b: chunk.b + skipped, lines: before.map((l): [Chunk['kind'], string] => [' ', l]) }
  }
  if (open?.lines.some(([kind]) => kind !== ' ')) hunks.push(open)
  return hunks
}

function unified(io: CommandIo, names: string[], chunks: Chunk[], context: number): void {
  io.out(`--- ${names[0]}\n+++ ${names[1]}\n`)
  for (const { a, b, lines } of hunksOf(chunks, context)) {
    const count = (kind: string) => lines.filter(([k]) => k === ' ' || k === kind).length
    const range = (at: number, n: number) => (n === 1 ? String(at + 1) : `${n === 0 ? at : at + 1},${n}`)
    io.out(`@@ -${range(a, count('-'))} +${range(b, count('+'))} @@\n`)
    for (const [kind, line] of lines) io.out(`${kind}${line}\n`)
  }
}

/** `1,2c3` and its lines. */
function normal(io: CommandIo, chunks: Chunk[]): void {
  for (const { a, b, lines } of hunksOf(chunks, 0)) {
    const [out, into] = [lines.filter(([k]) => k === '-'), lines.filter(([k]) => k === '+')]
    const range = (at: number, n: number) => (n === 0 ? String(at) : n === 1 ? String(at + 1) : `${at + 1},${at + n}`)
    const letter = out.length === 0 ? 'a' : into.length === 0 ? 'd' : 'c'
    io.out(`${range(a, out.length)}${letter}${range(b, into.length)}\n`)
    for (const [, line] of out) io.out(`< ${line}\n`)
    if (letter === 'c') io.out('---\n')
    for (const [, line] of into) io.out(`> ${line}\n`)
  }
}

const diff: Command = (io) => {
  const { flags, values, rest } = parseFlags(io, 'UL')
  const texts: string[] = []
  for (const name of rest.slice(0, 2)) {
    const text = readOperand(io, name)
    if (text === undefined) return 2
    texts.push(flags.has('i') ? text.toLowerCase() : text)
  }
  if (texts.length < 2) {
    io.err(`diff: missing operand${rest.length > 0 ? ` after '${rest[0]}'` : ''}\n`)
    return 2
  }
  const fold = (line: string) => (flags.has('w') ? line.replace(/\s+/g, '') : flags.has('b') ? line.replace(/\s+/g, ' ').trimEnd() : line)
  const [a, b] = texts.map((t) => linesOf(t).map(fold))
  const chunks = chunksOf(a, b)
  if (chunks.every((c) => c.kind === ' ')) return 0
  if (flags.has('q')) io.out(`Files ${rest[0]} and ${rest[1]} differ\n`)
  else if (!isGnu(io) || flags.has('u') || flags.has('U')) unified(io, rest, chunks, Number(values['U'] ?? 3))
  else normal(io, chunks)
  return 1
}

const cmp: Command = (io) => {
  const { flags, rest } = parseFlags(io)
  const texts = rest.slice(0, 2).map((name) => readOperand(io, name))
  const [a, b] = texts
  if (a === undefined || b === undefined) return 2
  if (a === b) return 0
  if (flags.has('s')) return 1
  const [x, y] = [bytesOfText(a), bytesOfText(b)]
  let at = 0
  while (at < x.length && at < y.length && x[at] === y[at]) at++
  if (at === Math.min(x.length, y.length))
    io.err(`cmp: EOF on ${x.length < y.length ? rest[0] : rest[1]}${isGnu(io) ? ` after byte ${at}` : ''}\n`)
  else {
    const line = x.subarray(0, at).toString().split('\n').length
    io.out(`${rest[0]} ${rest[1]} differ: char ${at + 1}, line ${line}\n`)
  }
  return 1
}

const comm: Command = (io) => {
  const { flags, rest } = parseFlags(io)
  const texts = rest.slice(0, 2).map((name) => readOperand(io, name))
  if (texts.length < 2 || texts.includes(undefined)) return 1
  const [a, b] = texts.map((t) => linesOf(t!))
  const shown = ['1', '2', '3'].map((f) => !flags.has(f))
  const say = (column: number, line: string) => {
    if (shown[column]) io.out(`${'\t'.repeat(shown.slice(0, column).filter(Boolean).length)}${line}\n`)
  }
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (j === b.length || (i < a.length && a[i] < b[j])) say(0, a[i++])
    else if (i === a.length || a[i] > b[j]) say(1, b[j++])
    else {
      say(2, a[i++])
      j++
    }
  }
  return 0
}

const truncate: Command = (io) => {
  const { values, rest } = parseFlags(io, 's')
  const size = Number.parseInt(values['s'] ?? values['size'] ?? '0', 10)
  let status = 0
  for (const name of rest) {
    const text = io.files.read(io.path(name)) ?? ''
    const cut = textOfBytes(bytesOfText(text).subarray(0, size)).padEnd(size, '\0')
    if (
      !attempt(
        io,
        (why) => `${name}: ${isGnu(io) ? `cannot open: ${why}` : why}`,
        () => io.files.write(io.path(name), cut),
      )
    )
      status = 1
  }
  return status
}

/** Block sizes: `512`, `1k`, `1M`. */
function bytesOf(text: string | undefined, other: number): number {
  const parts = /^(\d+)([ckKMG]?)B?$/.exec(text ?? '')
  if (!parts) return other
  return Number(parts[1]) * ({ k: 1024, K: 1024, M: 1 << 20, G: 1 << 30 }[parts[2]] ?? 1)
}

/** More than this is not read from a device that never ends. */
const MOST_BYTES = 16 << 20

const dd: Command = (io) => {
  const operands = Object.fromEntries(io.args.map((a) => a.split(/=(.*)/s).slice(0, 2)) as [string, string][])
  const size = bytesOf(operands['bs'], 512)
  const count = operands['count'] === undefined ? Number.POSITIVE_INFINITY : bytesOf(operands['count'], 0)
  const from = operands['if']
  const limit = Math.min(count * size, MOST_BYTES)
  let data: string | undefined
  const device = from === undefined ? undefined : deviceText(from, io.process.env, limit)
  if (device !== undefined) data = device
  else data = from === undefined ? io.stdin : readOperand(io, from)
  if (data === undefined) return 1
  const start = bytesOf(operands['skip'], 0) * size
  const bytes = bytesOfText(data).subarray(start, start + limit)
  const taken = textOfBytes(bytes)
  const to = operands['of']
  if (to === undefined) io.out(taken)
  else if (
    !attempt(
      io,
      (why) => `can't open '${to}': ${why}`,
      () => io.files.write(io.path(to), taken),
    )
  )
    return 1
  const records = `${Math.floor(bytes.length / size)}+${bytes.length % size === 0 ? 0 : 1} records`
  if (operands['status'] !== 'none') io.err(`${records} in\n${records} out\n`)
  if (operands['status'] === undefined) io.err(`${bytes.length} bytes copied, ${(bytes.length / 1e9).toFixed(6)} seconds\n`)
  return 0
}

/** Pieces of so many lines or bytes: xaa, xab, and on. */
const split: Command = (io) => {
  const { values, flags, rest } = parseFlags(io, 'lbna')
  const text = readOperand(io, rest[0] ?? '-')
  if (text === undefined) return 1
  const size = values['b'] === undefined ? Number(values['l'] ?? 1000) : bytesOf(values['b'], 1)
  const bytes = bytesOfText(text)
  const lines = text.split(/(?<=\n)/).filter((line) => line !== '')
  const all = values['b'] === undefined ? lines.length : bytes.length
  const letters = Number(values['a'] ?? 2)
  for (let at = 0, n = 0; at < all; at += size, n++) {
    const piece = values['b'] === undefined ? lines.slice(at, at + size).join('') : textOfBytes(bytes.subarray(at, at + size))
    let suffix = ''
    for (let i = 0, left = n; i < letters; i++) {
      suffix = flags.has('d') ? `${left % 10}${suffix}` : String.fromCharCode(97 + (left % 26)) + suffix
      left = Math.floor(left / (flags.has('d') ? 10 : 26))
    }
    io.files.write(io.path(`${rest[1] ?? 'x'}${suffix}`), piece)
  }
  return 0
}

const paste: Command = (io) => {
  const { flags, values, rest } = parseFlags(io, 'd')
  const marks = [...(values['d'] ?? '\t').replace(/\\t/g, '\t').replace(/\\n/g, '\n')]
  const columns: string[][] = []
  for (const name of rest.length > 0 ? rest : ['-']) {
    const text = readOperand(io, name)
    if (text === undefined) return 1
    columns.push(linesOf(text))
  }
  const joined = (cells: string[]) => cells.reduce((line, cell, i) => line + marks[(i - 1) % marks.length] + cell)
  if (flags.has('s')) for (const column of columns) io.out(`${column.length > 0 ? joined(column) : ''}\n`)
  else for (let i = 0; i < Math.max(...columns.map((c) => c.length)); i++) io.out(`${joined(columns.map((c) => c[i] ?? ''))}\n`)
  return 0
}

/** For commands that change each line of their input. */
function eachLine(change: (line: string, values: Record<string, string>) => string, withValue: string): Command {
  return (io) => {
    const { values, rest } = parseFlags(io, withValue)
    for (const name of rest.length > 0 ? rest : ['-']) {
      const text = readOperand(io, name)
      if (text === undefined) return 1
      for (const line of linesOf(text)) io.out(`${change(line, values)}\n`)
    }
    return 0
  }
}

function expanded(line: string, values: Record<string, string>): string {
  const width = Number(values['t'] ?? 8)
  let out = ''
  for (const c of line) out += c === '\t' ? ' '.repeat(width - (out.length % width)) : c
  return out
}

const shuf: Command = (io) => {
  const { values, flags, rest } = parseFlags(io, 'ni')
  const range = /^(\d+)-(\d+)$/.exec(values['i'] ?? '')
  const lines = range
    ? Array.from({ length: Number(range[2]) - Number(range[1]) + 1 }, (_, i) => String(Number(range[1]) + i))
    : flags.has('e')
      ? [...rest]
      : linesOf(readOperand(io, rest[0] ?? '-') ?? '')
  for (let i = lines.length - 1; i > 0; i--) {
    const j = Math.floor(io.process.env.random() * (i + 1))
    ;[lines[i], lines[j]] = [lines[j], lines[i]]
  }
  for (const line of lines.slice(0, values['n'] === undefined ? undefined : Number(values['n']))) io.out(`${line}\n`)
  return 0
}

export const COMPARE: Record<string, Command> = {
  cmp,
  comm,
  dd,
  diff,
  dos2unix: (io) => {
    for (const name of io.args) io.files.write(io.path(name), (io.files.read(io.path(name)) ?? '').replaceAll('\r\n', '\n'))
    return 0
  },
  expand: eachLine(expanded, 't'),
  fold: eachLine((line, values) => line.replace(new RegExp(`.{${Number(values['w'] ?? 80)}}(?=.)`, 'g'), '$&\n'), 'w'),
  paste,
  shuf,
  split,
  truncate,
}
