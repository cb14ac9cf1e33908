// The versions of objects between one state and the next, for who watches: lines beside the state file, written only while somebody looks.
// A state holds only what is; what was in between, a Pod that was pending for a moment, is told here. Nothing depends on it.
import fs from 'node:fs'
import { closeQuietly } from './bytes'
import { target } from './file'

/** A watcher says at least this often that it is there, and is taken for gone when it did not for so long, ms. */
export const SIGN_OF_LIFE_MS = 2_000
const GONE_MS = 10_000
/** Longer ones are begun anew, bytes. */
const LONGEST = 16 << 20

/** One version of an object: what it was, and what it became. */
export interface JournalEntry {
  resource: string
  before?: unknown
  after?: unknown
  /** The state's version by then. */
  version: number
}

function journalOf(file: string): string {
  return `${target(file)}.watch`
}

/** Does anybody look? A journal that nobody looks at any more is removed. */
export function isWatched(file: string): boolean {
  const journal = journalOf(file)
  try {
    const stat = fs.lstatSync(journal, { throwIfNoEntry: false })
    if (!stat?.isFile()) return false
    if (Date.now() - stat.mtimeMs < GONE_MS) return true
    fs.rmSync(journal, { force: true })
  } catch {
    // As if nobody looked.
  }
  return false
}

/** Tells who watches; call it under the state's lock, before the state is replaced. What cannot be told goes untold. */
export function tellWatchers(file: string, entries: JournalEntry[]): void {
  if (entries.length === 0) return
  let fd: number | undefined
  try {
    fd = fs.openSync(journalOf(file), fs.constants.O_WRONLY | fs.constants.O_APPEND | fs.constants.O_NOFOLLOW)
    const { size } = fs.fstatSync(fd)
    const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
    if (size + text.length > LONGEST) fs.ftruncateSync(fd)
    if (text.length <= LONGEST) fs.appendFileSync(fd, text)
  } catch {
    // They see the difference between two states.
  } finally {
    if (fd !== undefined) closeQuietly(fd)
  }
}

/** What one watcher reads. */
export class JournalReader {
  private at: number
  private waiting: JournalEntry[] = []

  constructor(private readonly file: string) {
    this.sign()
    this.at = this.size()
  }

  /** Says that somebody looks. */
  sign(): void {
    let fd: number | undefined
    try {
      // Nothing but a file of its own is written to.
      fd = fs.openSync(journalOf(this.file), fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_NOFOLLOW, 0o600)
      const now = Date.now() / 1000
      fs.futimesSync(fd, now, now)
    } catch {
      // The state can be read, its directory not be written: only the differences are seen.
    } finally {
      if (fd !== undefined) closeQuietly(fd)
    }
  }

  private size(): number {
    try {
      return fs.statSync(journalOf(this.file)).size
    } catch {
      return 0
    }
  }

  /** What happened since the last time, up to a version of the state. */
  take(version: number): JournalEntry[] {
    this.read()
    const told = this.waiting.filter((entry) => entry.version <= version)
    this.waiting = this.waiting.filter((entry) => entry.version > version)
    return told
  }

  private read(): void {
    let fd: number | undefined
    try {
      fd = fs.openSync(journalOf(this.file), fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW)
      const { size } = fs.fstatSync(fd)
      if (size < this.at) this.at = 0
      const bytes = Buffer.alloc(size - this.at)
      const length = fs.readSync(fd, bytes, 0, bytes.length, this.at)
      // Whole lines alone: each is written at once.
      const end = bytes.subarray(0, length).lastIndexOf(0x0a) + 1
      this.at += end
      for (const line of bytes.toString('utf8', 0, end).split('\n')) if (line) this.waiting.push(JSON.parse(line) as JournalEntry)
    } catch {
      this.waiting = []
    } finally {
      if (fd !== undefined) closeQuietly(fd)
    }
  }
}
