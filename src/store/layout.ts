// The state file's bytes: a header line, then one entry a line, sorted by key; found by binary search, never parsed as a whole.
//
//   {"kubesim":{"format":1,...},"entries":{
//   "pods/default/web-1":{...},
//   "services/default/web":{...}
//   }}

import type { Bytes, Part } from './bytes'

export const FORMAT = 1

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
  [counter: string]: unknown
}

const OPEN = ',"entries":{\n'
const CLOSE = '}}\n'
const NEWLINE = 10
const QUOTE = 34

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

  constructor(readonly bytes: Bytes) {
    const newline = bytes.indexOf(NEWLINE)
    const first = bytes.text(0, newline < 0 ? Math.min(bytes.length, 200) : newline + 1, 'utf8')
    if (bytes.length === 0) throw new DamagedState('the file is empty', 1)
    if (!first.startsWith('{"kubesim":') || !first.endsWith(OPEN))
      throw new DamagedState('the first line is not the header of a kubesim state file', 1)
    try {
      this.header = (JSON.parse(`${first.slice(0, -OPEN.length)}}`) as { kubesim: Header }).kubesim
    } catch {
      throw new DamagedState('the header is not valid JSON', 1)
    }
    this.start = newline + 1
    this.end = bytes.length - CLOSE.length
    if (this.end < this.start - 1 || bytes.text(this.end, bytes.length, 'latin1') !== CLOSE) {
      throw new DamagedState('the file is cut short: its last line is not `}}`', this.lineAt(bytes.length))
    }
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
    if (this.bytes.at(offset) !== QUOTE || close < 0) throw new DamagedState('an entry does not start with its key', this.lineAt(offset))
    return this.bytes.text(offset + 1, close, 'latin1')
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
      const before = middle > low ? this.bytes.lastIndexOf(NEWLINE, middle - 1) : -1
      const line = before >= low ? before + 1 : low
      if (this.keyAt(line) < key) low = this.next(line)
      else high = line
    }
    return low
  }

  /** The value of the entry line that starts at `offset`. */
  valueAt(offset: number): unknown {
    let stop = this.next(offset)
    while (stop > offset && (this.bytes.at(stop - 1) === NEWLINE || this.bytes.at(stop - 1) === 44)) stop--
    const close = this.bytes.indexOf(QUOTE, offset + 1)
    try {
      return JSON.parse(this.bytes.text(close + 2, stop, 'utf8'))
    } catch {
      throw new DamagedState(`the entry "${this.keyAt(offset)}" is not valid JSON`, this.lineAt(offset))
    }
  }
}

/** The file's bytes after changes: untouched lines keep their bytes. `undefined` values remove; keys must be sorted. */
export function merge(layout: Layout | undefined, header: Header, changes: [string, unknown][]): Part[] {
  const parts: Part[] = [Buffer.from(`{"kubesim":${JSON.stringify(header)}${OPEN}`)]
  // Every entry is written without its line's end; what separates it from the one before stands in front of it.
  let first = true
  let text: string[] = []
  function flush(): void {
    if (!text.length) return
    parts.push(Buffer.from((first ? '' : SEPARATOR) + text.join(SEPARATOR)))
    first = false
    text = []
  }
  function copy(layout: Layout, from: number, to: number): void {
    if (from >= to) return
    flush()
    if (!first) parts.push(Buffer.from(SEPARATOR))
    first = false
    // The file's last entry ends in a newline, every other in a comma and a newline.
    parts.push({ bytes: layout.bytes, from, to: to - (to === layout.end ? 1 : 2) })
  }
  let at = layout?.start ?? 0
  for (const [key, value] of changes) {
    if (layout) {
      const found = layout.seek(key)
      copy(layout, at, found)
      at = found < layout.end && layout.keyAt(found) === key ? layout.next(found) : found
    }
    if (value !== undefined) text.push(`${JSON.stringify(key)}:${JSON.stringify(value)}`)
  }
  if (layout) copy(layout, at, layout.end)
  flush()
  parts.push(Buffer.from(`${first ? '' : '\n'}${CLOSE}`))
  return parts
}

const SEPARATOR = ',\n'
