// A state file's bytes: small files whole in memory, large ones page by page as they are looked at.
import fs from 'node:fs'

/** Up to this size a file is read whole. */
const WHOLE = 512 * 1024
const PAGE = 64 * 1024
/** Pages kept; a scan of a large file would otherwise hold all of it. */
const MOST_PAGES = 512
/** What is copied is read so many bytes at a time. */
const PIECE = 256 * 1024

/** A part of a file that was open already could not be read. */
export class UnreadableState extends Error {
  constructor(readonly reason: Error) {
    super(reason.message)
  }
}

/** What was only read is as it was, whatever closing says. */
export function closeQuietly(fd: number): void {
  try {
    fs.closeSync(fd)
  } catch {
    // The descriptor is gone all the same.
  }
}

/** Reads of one immutable file; offsets in bytes. Files are replaced by rename, so an open one never changes. */
export class Bytes {
  private readonly pages = new Map<number, Buffer>()

  private constructor(
    readonly length: number,
    private readonly whole: Buffer | undefined,
    private readonly fd: number,
  ) {}

  static of(buffer: Buffer): Bytes {
    return new Bytes(buffer.length, buffer, -1)
  }

  /** The bytes of an open file of that length; `close` gives the descriptor back. Throws the file system's errors. */
  static open(fd: number, length: number): Bytes {
    if (length > WHOLE) return new Bytes(length, undefined, fd)
    try {
      return Bytes.of(fs.readFileSync(fd))
    } finally {
      closeQuietly(fd)
    }
  }

  close(): void {
    if (this.fd >= 0) closeQuietly(this.fd)
  }

  private page(index: number): Buffer {
    let page = this.pages.get(index)
    if (!page) {
      page = Buffer.allocUnsafe(Math.min(PAGE, this.length - index * PAGE))
      this.fill(page, index * PAGE)
      if (this.pages.size >= MOST_PAGES) this.pages.clear()
      this.pages.set(index, page)
    }
    return page
  }

  private fill(buffer: Buffer, position: number): void {
    for (let at = 0; at < buffer.length; ) {
      const read = this.read(buffer, at, position + at)
      if (read === 0) throw new UnreadableState(new Error('it became shorter while it was read'))
      at += read
    }
  }

  private read(buffer: Buffer, at: number, position: number): number {
    try {
      return fs.readSync(this.fd, buffer, at, buffer.length - at, position)
    } catch (error) {
      throw new UnreadableState(error as Error)
    }
  }

  at(offset: number): number {
    if (this.whole) return this.whole[offset]
    return this.page(Math.floor(offset / PAGE))[offset % PAGE]
  }

  /** Offset of the next such byte at or after `from`; -1 when there is none. */
  indexOf(byte: number, from = 0): number {
    if (this.whole) return this.whole.indexOf(byte, from)
    for (let index = Math.floor(from / PAGE); index * PAGE < this.length; index++) {
      const start = Math.max(0, from - index * PAGE)
      const found = this.page(index).indexOf(byte, start)
      if (found >= 0) return index * PAGE + found
    }
    return -1
  }

  /** Offset of the last such byte at or before `from`; -1 when there is none. */
  lastIndexOf(byte: number, from: number): number {
    if (this.whole) return this.whole.lastIndexOf(byte, from)
    for (let index = Math.floor(from / PAGE); index >= 0; index--) {
      const found = this.page(index).lastIndexOf(byte, Math.min(PAGE - 1, from - index * PAGE))
      if (found >= 0) return index * PAGE + found
    }
    return -1
  }

  text(from: number, to: number, encoding: 'latin1' | 'utf8'): string {
    return this.slice(from, to).toString(encoding)
  }

  /** A copy or view of a range; a large one is read past the pages. */
  slice(from: number, to: number): Buffer {
    if (this.whole) return this.whole.subarray(from, to)
    const first = Math.floor(from / PAGE)
    const last = Math.floor((to - 1) / PAGE)
    if (first === last) return this.page(first).subarray(from - first * PAGE, to - first * PAGE)
    const out = Buffer.allocUnsafe(Math.max(0, to - from))
    if (last - first > 4) this.fill(out, from)
    else
      for (let i = first; i <= last; i++)
        this.page(i).copy(out, Math.max(0, i * PAGE - from), Math.max(0, from - i * PAGE), Math.min(PAGE, to - i * PAGE))
    return out
  }

  /** A range piece by piece. A piece is good until the next is asked for: all are read into one buffer, whose pages are warm by then. */
  *pieces(from: number, to: number): Generator<Buffer> {
    if (this.whole) {
      yield this.whole.subarray(from, to)
      return
    }
    const buffer = Buffer.allocUnsafe(Math.min(PIECE, to - from))
    for (let at = from; at < to; at += PIECE) {
      const piece = buffer.subarray(0, Math.min(PIECE, to - at))
      this.fill(piece, at)
      yield piece
    }
  }
}

/** A stretch of the new file: bytes of its own, or a range taken over from the old one. */
export type Part = Buffer | { bytes: Bytes; from: number; to: number }
