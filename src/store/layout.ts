// The state file's bytes: a header line, then one entry a line, sorted by key; found by binary search, never parsed as a whole.
//
//   {"kubesim":{"format":2,...},"entries":{
//   "pods/default/web-1":{...},
//   "services/default/web":{...}
//   }}
//
// Between a key and its value stand sixteen blanks and tabs: the line's checksum (sum.ts).

import type { Bytes, Part } from './bytes'
import { checkSum, longestLine, summedLine, writeLine } from './sum'

export const FORMAT = 2

/** Where the scheduler keeps what Pods take of each node: sums over entries, which nobody who edits one by hand keeps right. */
export const SUMS = '~taken/'
/** Stands among them once all are made; without it they are made anew. */
export const SUMS_MADE = `${SUMS}~`

export interface Header {
  format: number
  /** Milliseconds added to the wall clock. */
  clockOffset: number
  /** The cluster time (ms) at which something is next due; absent when nothing is. */
  nextDue?: number
  /** The cluster time (ms) up to which the past has been played. */
  playedUntil: number
  /** The last resourceVersion handed out. */
  resourceVersion: number
  /** State of the seeded random source; absent when chance is not seeded. */
  random?: number
  /** Lines were left out when the file was recovered, and nothing was written since. */
  incomplete?: boolean
  [counter: string]: unknown
}

const HEAD = '{"kubesim"'
const OPEN = ',"entries":{\n'
/** The header line is never longer, bytes; what is no state file is not searched for its end. */
const MOST_HEADER = 64 * 1024
const CLOSE = '}}\n'
/** Lines that searches remember. */
const MOST_PROBES = 4096
const NEWLINE = 10
const QUOTE = 34
const COMMA = 44

/** True when the bytes begin as kubesim writes them, rather than as some other JSON. */
export function beginsAsWritten(bytes: Bytes): boolean {
  const first = bytes.text(0, Math.min(bytes.length, MOST_HEADER), 'latin1')
  return first.startsWith(`${HEAD}:`) && first.includes(OPEN)
}

/** Where the file is not what it should be; `line` counts from 1. */
export class DamagedState extends Error {
  constructor(
    message: string,
    readonly line: number,
  ) {
    super(message)
  }
}

/** The bytes of a state file and where its entries lie in them. */
export class Layout {
  readonly header: Header
  /** Offsets of the first entry line and just behind the last one. */
  readonly start: number
  readonly end: number
  private readonly probes = new Map<number, { line: number; key: string; next: number }>()

  constructor(readonly bytes: Bytes) {
    if (bytes.length === 0) throw new DamagedState('the file is empty', 1)
    const newline = this.headerEnd()
    const line = bytes.slice(0, newline)
    const at = HEAD.length + 1
    const to = newline - OPEN.length + 1
    if (checkSum(line, at, to) === 'wrong') throw new DamagedState('the header does not match its checksum', 1)
    this.header = headerFrom(line.toString('utf8', at, to))
    this.start = newline + 1
    this.end = bytes.length - CLOSE.length
    if (this.end < this.start - 1 || bytes.text(this.end, bytes.length, 'latin1') !== CLOSE) {
      throw new DamagedState('the file is cut short: its last line is not `}}`', this.lineAt(bytes.length))
    }
  }

  /** Offset of the header line's newline. */
  private headerEnd(): number {
    const { bytes } = this
    if (bytes.text(0, Math.min(bytes.length, HEAD.length + 1), 'latin1') === `${HEAD}:`) {
      const newline = bytes.slice(0, Math.min(bytes.length, MOST_HEADER)).indexOf(NEWLINE)
      if (newline >= 0 && bytes.text(Math.max(0, newline + 1 - OPEN.length), newline + 1, 'latin1') === OPEN) return newline
    }
    throw new DamagedState('the first line is not the header of a kubesim state file', 1)
  }

  /** The number of the line that holds this offset, from 1. */
  lineAt(offset: number): number {
    let line = 1
    for (let at = this.bytes.indexOf(NEWLINE); at >= 0 && at < offset; at = this.bytes.indexOf(NEWLINE, at + 1)) line++
    return line
  }

  /** The key of the entry line that starts at `offset`. */
  keyAt(offset: number): string {
    const close = this.bytes.indexOf(QUOTE, offset + 1)
    if (this.bytes.at(offset) === QUOTE && close >= 0) return this.bytes.text(offset + 1, close, 'latin1')
    const start = this.bytes.text(offset, Math.min(offset + 7, this.end), 'latin1')
    throw new DamagedState(
      /^(<{7}|={7}|>{7}|\|{7})$/.test(start) ? 'a conflict marker of git stands in it' : 'an entry does not start with its key',
      this.lineAt(offset),
    )
  }

  /** Offset just behind the line that starts at `offset`, its newline included. */
  next(offset: number): number {
    const newline = this.bytes.indexOf(NEWLINE, offset)
    return newline < 0 || newline >= this.end ? this.end : newline + 1
  }

  /** Offset of the first entry whose key is not less than `key`; `end` when there is none. */
  seek(key: string): number {
    let low = this.start
    let high = this.end
    while (low < high) {
      let middle = (low + high) >>> 1
      if (low + high > 0xffffffff) middle = Math.floor((low + high) / 2)
      const probe = this.probe(low, middle)
      if (probe.key < key) low = probe.next
      else high = probe.line
    }
    return low
  }

  /** The line that holds `middle`, or `low` when that line starts before it. The first steps of every search are the same. */
  private probe(low: number, middle: number): { line: number; key: string; next: number } {
    const known = this.probes.get(middle)
    if (known && known.line >= low) return known
    const before = middle > low ? this.bytes.lastIndexOf(NEWLINE, middle - 1) : -1
    const line = before >= low ? before + 1 : low
    const probe = { line, key: this.keyAt(line), next: this.next(line) }
    if (this.probes.size < MOST_PROBES) this.probes.set(middle, probe)
    return probe
  }

  /** Offset behind the value of the entry line that starts at `offset`. */
  private valueEnd(offset: number): number {
    let stop = this.next(offset)
    while (stop > offset && (this.bytes.at(stop - 1) === NEWLINE || this.bytes.at(stop - 1) === COMMA)) stop--
    return stop
  }

  /** The value of the entry line that starts at `offset`. */
  valueAt(offset: number): unknown {
    const { line, at } = this.checkedLine(offset)
    try {
      return JSON.parse(line.toString('utf8', at))
    } catch {
      throw new DamagedState(`the entry "${this.keyAt(offset)}" is not valid JSON`, this.lineAt(offset))
    }
  }

  /** Shows the entries whose keys start with `prefix`, which ends in `/` or is empty, in order; `at` is the offset of their line. */
  each(prefix: string, show: (key: string, value: unknown, at: number) => void): void {
    const end = prefix === '' ? this.end : this.seek(`${prefix.slice(0, -1)}0`) // '0' follows '/'
    for (let from = this.seek(prefix); from < end; ) {
      // Whole lines, one at least.
      let to = end
      if (from + WINDOW < end) {
        const newline = this.bytes.lastIndexOf(NEWLINE, from + WINDOW)
        to = newline >= from ? newline + 1 : this.next(from + WINDOW)
      }
      this.eachIn(this.bytes.slice(from, to), from, show)
      from = to
    }
  }

  private eachIn(lines: Buffer, offset: number, show: (key: string, value: unknown, at: number) => void): void {
    for (let start = 0; start < lines.length; ) {
      const newline = lines.indexOf(NEWLINE, start)
      const next = newline < 0 ? lines.length : newline + 1
      const close = lines.indexOf(QUOTE, start + 1)
      let to = next
      while (to > start && (lines[to - 1] === NEWLINE || lines[to - 1] === COMMA)) to--
      const isWhole = lines[start] === QUOTE && close > start && close + 2 < to && checkSum(lines, close + 2, to, start) === 'right'
      const key = isWhole ? lines.toString('latin1', start + 1, close) : this.keyAt(offset + start)
      show(key, isWhole ? (parsed(lines, close + 2, to) ?? this.valueAt(offset + start)) : this.valueAt(offset + start), offset + start)
      start = next
    }
  }

  private checkedLine(offset: number): { line: Buffer; at: number; summed: boolean } {
    const line = this.bytes.slice(offset, this.valueEnd(offset))
    const at = line.indexOf(QUOTE, 1) + 2
    const sum = checkSum(line, at, line.length)
    if (sum === 'wrong')
      throw new DamagedState(
        `the entry "${this.keyAt(offset)}" does not match its checksum (whoever edits a line takes away the blanks behind its key)`,
        this.lineAt(offset),
      )
    return { line, at, summed: sum === 'right' }
  }

  /**
   * Looks at every line, as is done when somebody else may have touched the file. Answers whether some line was written by hand: it has no
   * sum. Throws DamagedState for the first that is not whole.
   */
  checkAll(): boolean {
    let before = ''
    let byHand = false
    for (let at = this.start; at < this.end; at = this.next(at)) {
      const key = this.keyAt(at)
      if (key <= before) {
        const fault = key === before ? 'stands in it twice' : `stands behind "${before}", out of order`
        throw new DamagedState(`the entry "${key}" ${fault}`, this.lineAt(at))
      }
      if (!this.checkedLine(at).summed) {
        this.valueAt(at)
        byHand = true
      }
      const next = this.next(at)
      const close = next === this.end ? '\n' : ',\n'
      if (this.bytes.text(next - close.length, next, 'latin1') !== close || (next === this.end && this.bytes.at(next - 2) === COMMA))
        throw new DamagedState(`the entry "${key}" does not end as ${next === this.end ? 'the last' : 'a'} line does`, this.lineAt(at))
      before = key
    }
    return byHand
  }
}

/** So many bytes are taken out of the file at a time where many entries are read. */
const WINDOW = 4 * 1024 * 1024

/** The JSON value; undefined when it is none. */
function parsed(lines: Buffer, from: number, to: number): unknown {
  try {
    return JSON.parse(lines.toString('utf8', from, to))
  } catch {
    return undefined
  }
}

/** Throws DamagedState. */
export function headerFrom(json: string): Header {
  try {
    const header = JSON.parse(json) as Header
    const numbers = [header.format, header.clockOffset, header.playedUntil, header.resourceVersion]
    if (numbers.every(Number.isFinite) && header.format >= 1) return header
  } catch {
    // Said below.
  }
  throw new DamagedState('the header is not valid', 1)
}

/** The first line. */
export function headerLine(header: Header): Buffer {
  return Buffer.concat([summedLine(HEAD, JSON.stringify(header)), Buffer.from(OPEN)])
}

/** The file's bytes after changes, given as JSON: untouched lines keep their bytes. `undefined` removes. */
export function merge(layout: Layout | undefined, header: Header, changes: Map<string, string | undefined>): Part[] {
  const lines = new Lines([headerLine(header)])
  function copy(layout: Layout, from: number, to: number): void {
    if (from >= to) return
    // The file's last entry ends in a newline, every other in a comma and a newline.
    lines.copy({ bytes: layout.bytes, from, to: to - (to === layout.end ? 1 : 2) })
  }
  let at = layout?.start ?? 0
  let next: string | undefined
  let nextAt = -1
  for (const key of [...changes.keys()].sort()) {
    const value = changes.get(key)
    if (layout) {
      // Keys that stand together in the file need no search.
      if (next === undefined || nextAt !== at) {
        next = at < layout.end ? layout.keyAt(at) : undefined
        nextAt = at
      }
      const found = next === undefined || key <= next ? at : layout.seek(key)
      copy(layout, at, found)
      at = found < layout.end && layout.keyAt(found) === key ? layout.next(found) : found
    }
    if (value !== undefined) lines.write(JSON.stringify(key), value)
  }
  if (layout) copy(layout, at, layout.end)
  return lines.close()
}

const FIRST_CHUNK = 16 * 1024
const LARGEST_CHUNK = 4 * 1024 * 1024

/** Entries one after the other. Each is written without its line's end; what separates it from the one before stands in front of it. */
class Lines {
  private first = true
  private chunk = Buffer.allocUnsafe(FIRST_CHUNK)
  private from = 0
  private at = 0

  constructor(private readonly parts: Part[]) {}

  copy(part: Part): void {
    this.separate()
    this.flush()
    this.parts.push(part)
  }

  write(key: string, value: string): void {
    this.separate()
    this.room(longestLine(key, value))
    this.at = writeLine(this.chunk, this.at, key, value)
  }

  close(): Part[] {
    this.flush()
    this.parts.push(Buffer.from(`${this.first ? '' : '\n'}${CLOSE}`))
    return this.parts
  }

  private separate(): void {
    if (!this.first) {
      this.room(2)
      this.chunk[this.at++] = COMMA
      this.chunk[this.at++] = NEWLINE
    }
    this.first = false
  }

  private room(bytes: number): void {
    if (this.chunk.length - this.at >= bytes) return
    this.flush()
    this.chunk = Buffer.allocUnsafe(Math.max(bytes, Math.min(LARGEST_CHUNK, this.chunk.length * 4)))
    this.from = 0
    this.at = 0
  }

  private flush(): void {
    if (this.at > this.from) this.parts.push(this.chunk.subarray(this.from, this.at))
    this.from = this.at
  }
}
