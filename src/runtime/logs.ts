// What containers wrote: a bounded ring of lines with their times, for the current and the previous instance of each container.
import type { Env, Records } from '../api/contracts'

export interface LogLine {
  /** ms of cluster time. */
  at: number
  stream: 'stdout' | 'stderr'
  /** Without its newline. */
  text: string
  /** The container has not ended this line yet. */
  partial?: boolean
}

/** Each entry: time in ms, `o` or `e` (capital: the line is not ended yet), text. */
interface LogRecord {
  lines: string[]
  /** Lines that were dropped before them. */
  dropped?: number
}

const TABLE = 'logs'
/** The kubelet keeps 10 MiB a file; a state file that is read at every command keeps the end of it. */
const KEPT = 500

function keyOf(podUid: string, container: string, restartCount: number): string {
  return `${podUid}/${container}/${restartCount}`
}

/** Appends text that may hold several lines, as a pipe would carry it. */
export function appendLog(
  world: { records: Records; env: Env },
  podUid: string,
  container: string,
  restartCount: number,
  text: string,
  stream: 'stdout' | 'stderr' = 'stdout',
): void {
  if (text === '') return
  const key = keyOf(podUid, container, restartCount)
  const record = world.records.get<LogRecord>(TABLE, key) ?? { lines: [] }
  const full = record.lines.length >= KEPT * 2
  const lines = full ? record.lines.slice(-KEPT) : record.lines
  const dropped = (record.dropped ?? 0) + (full ? record.lines.length - KEPT : 0)
  const now = world.env.now()
  const letter = stream === 'stdout' ? 'o' : 'e'
  const parts = text.split('\n')
  const last = parts.pop()!
  for (const part of parts) push(lines, `${now}${letter}`, part, letter)
  if (last !== '') push(lines, `${now}${letter.toUpperCase()}`, last, letter)
  world.records.put<LogRecord>(TABLE, key, { lines, ...(dropped > 0 ? { dropped } : {}) })
}

export interface RepeatedLine {
  /** ms of cluster time. */
  at: number
  stream: 'stdout' | 'stderr'
  /** Without its newline; made only for lines that are kept. */
  text(): string
}

/** As `appendLog` for each of many whole lines, oldest first, without the work for those that the ring drops again. */
export function appendLines(records: Records, podUid: string, container: string, restartCount: number, added: RepeatedLine[]): void {
  if (added.length === 0) return
  const key = keyOf(podUid, container, restartCount)
  const record = records.get<LogRecord>(TABLE, key) ?? { lines: [] }
  let kept = record.lines.length
  for (let i = 0; i < added.length; i++) kept = (kept >= KEPT * 2 ? KEPT : kept) + 1
  const fresh = Math.min(kept, added.length)
  const old = kept - fresh
  const lines = old > 0 ? record.lines.slice(-old) : []
  for (const { at, stream, text } of added.slice(added.length - fresh)) lines.push(`${at}${stream === 'stdout' ? 'o' : 'e'}${text()}`)
  const dropped = (record.dropped ?? 0) + record.lines.length + added.length - kept
  records.put<LogRecord>(TABLE, key, { lines, ...(dropped > 0 ? { dropped } : {}) })
}

/** Is the last line of a log still without its end? */
export function endsOpen(records: Records, podUid: string, container: string, restartCount: number): boolean {
  const last = records.get<LogRecord>(TABLE, keyOf(podUid, container, restartCount))?.lines.at(-1)
  return last !== undefined && /^\d+[OE]/.test(last)
}

function push(lines: string[], head: string, text: string, letter: string): void {
  const before = lines.at(-1)
  const open = before === undefined ? null : /^(\d+)([OE])/.exec(before)
  if (open && open[2] === letter.toUpperCase()) {
    const ended = head.endsWith(letter)
    lines[lines.length - 1] = `${open[1]}${ended ? letter : open[2]}${before!.slice(open[0].length)}${text}`
  } else {
    lines.push(head + text)
  }
}

/** Lines of one instance, oldest first; undefined when nothing is known of it. */
export function readLog(records: Records, podUid: string, container: string, restartCount: number): LogLine[] | undefined {
  const record = records.get<LogRecord>(TABLE, keyOf(podUid, container, restartCount))
  return record?.lines.slice(-KEPT).map(parse)
}

function parse(line: string): LogLine {
  const [head, at, letter] = /^(\d+)([oeOE])/.exec(line)!
  const stream = letter.toLowerCase() === 'o' ? 'stdout' : 'stderr'
  return { at: Number(at), stream, text: line.slice(head.length), ...(letter < 'a' ? { partial: true } : {}) }
}

/** Reads on in a log that grows. */
export class LogCursor {
  /** Of all lines ever written. */
  private line = 0
  /** Characters of that line already given. */
  private column = 0

  constructor(
    private readonly podUid: string,
    private readonly container: string,
    private readonly restartCount: number,
  ) {}

  /** Passes over all that is there. */
  skip(records: Records): void {
    this.take(records)
  }

  /**
   * What has come since, a line (or what there is of one) an entry; whole lines have their newline. `whole`: what still lacks its end
   * is waited for.
   */
  take(records: Records, whole = false): LogLine[] {
    const record = records.get<LogRecord>(TABLE, keyOf(this.podUid, this.container, this.restartCount))
    if (!record) return []
    const dropped = record.dropped ?? 0
    const out: LogLine[] = []
    for (let i = Math.max(0, this.line - dropped); i < record.lines.length; i++) {
      const entry = parse(record.lines[i])
      if (whole && entry.partial && i === record.lines.length - 1) break
      const from = i + dropped === this.line ? this.column : 0
      const text = entry.text.slice(from) + (entry.partial ? '' : '\n')
      if (text !== '') out.push({ ...entry, text })
      this.line = i + dropped + (entry.partial ? 0 : 1)
      this.column = entry.partial ? entry.text.length : 0
    }
    return out
  }
}

/** Forgets instances older than the previous one. */
export function trimLogs(records: Records, podUid: string, container: string, restartCount: number): void {
  for (const [key] of records.list(TABLE, `${podUid}/${container}/`)) {
    if (Number(key.slice(key.lastIndexOf('/') + 1)) < restartCount - 1) records.put(TABLE, key, undefined)
  }
}

/** Forgets all logs of a Pod. */
export function removeLogs(records: Records, podUid: string): void {
  for (const [key] of records.list(TABLE, `${podUid}/`)) records.put(TABLE, key, undefined)
}
