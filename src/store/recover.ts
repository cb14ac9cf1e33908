// What can be saved of a damaged state file: every line that is whole.
import { FORMAT, type Header, headerFrom, headerLine, SUMS } from './layout'
import { isFolded, SHAPES } from './shape'
import { checkSum } from './sum'

export interface Recovered {
  /** The repaired file's bytes. */
  parts: Buffer[]
  /** How many entries are in it. */
  kept: number
  /** What was left out: the line's number and why. */
  lost: { line: number; why: string }[]
}

const NEWLINE = 10
const COMMA = 44
const RETURN = 13
const HEAD = '{"kubesim":'
const KEY = /^"((?:[^"\\]|\\.)*)":/
const MARKER = /^(<{7}|={7}|>{7}|\|{7})/

/** A key's line, the highest resourceVersion in it and the shape it is told apart from; or why it is left out. */
type Found = { key: string; line: Buffer; version: number; shape?: string } | string

/** `now` (ms) stands in for a header that cannot be read. */
export function recover(bytes: Buffer, now: number): Recovered {
  const entries = new Map<string, Buffer>()
  const lost: Recovered['lost'] = []
  let header: Header | undefined
  const shaped: { key: string; shape: string; line: number }[] = []
  let highest = 0
  let number = 0
  for (const line of linesOf(bytes)) {
    number++
    if (line.length === 0 || line.equals(CLOSE)) continue
    const leaveOut = (why: string) => lost.push({ line: number, why })
    if (line.toString('latin1', 0, HEAD.length) === HEAD) {
      const found = headerIn(line)
      if (!found) leaveOut('the header is not whole')
      else if (header) leaveOut('another header stands before it')
      else header = found
      continue
    }
    const found = entryIn(line)
    if (typeof found === 'string') leaveOut(found)
    else if (!entries.has(found.key)) {
      entries.set(found.key, found.line)
      highest = Math.max(highest, found.version)
      if (found.shape !== undefined) shaped.push({ key: found.key, shape: found.shape, line: number })
    } else if (!entries.get(found.key)?.equals(found.line)) leaveOut(`another entry ${JSON.stringify(found.key)} stands before it`)
  }
  for (const { key, shape, line } of shaped) {
    if (entries.has(SHAPES + shape)) continue
    entries.delete(key)
    lost.push({ line, why: `${key} cannot be read without the entry ${SHAPES}${shape}` })
  }
  // Sums over what may have been left out: who needs them makes them anew.
  if (lost.length > 0) for (const key of entries.keys()) if (key.startsWith(SUMS)) entries.delete(key)
  const whole = {
    clockOffset: 0,
    playedUntil: now,
    ...header,
    ...(lost.length > 0 ? { incomplete: true } : {}),
    format: FORMAT,
    resourceVersion: Math.max(header?.resourceVersion ?? 0, highest),
  }
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
  const body = sorted.flatMap(([, line], i) => [Buffer.from(i ? ',\n' : ''), line])
  return { parts: [headerLine(whole), ...body, Buffer.from(`${sorted.length ? '\n' : ''}}}\n`)], kept: sorted.length, lost }
}

const CLOSE = Buffer.from('}}')

function* linesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, at)
    const end = newline < 0 ? bytes.length : newline
    // Tools that write for Windows end lines with a carriage return too.
    yield bytes.subarray(at, end > at && bytes[end - 1] === RETURN ? end - 1 : end)
    at = end + 1
  }
}

function headerIn(line: Buffer): Header | undefined {
  const end = line.lastIndexOf(',"entries":{')
  const to = end < 0 ? line.length : end
  if (checkSum(line, HEAD.length, to) === 'wrong') return undefined
  try {
    return headerFrom(line.toString('utf8', HEAD.length, to))
  } catch {
    return undefined
  }
}

function entryIn(raw: Buffer): Found {
  const line = raw[raw.length - 1] === COMMA ? raw.subarray(0, -1) : raw
  const key = KEY.exec(line.toString('latin1', 0, 2000))?.[1]
  if (key === undefined) return MARKER.test(line.toString('latin1', 0, 7)) ? 'a conflict marker' : 'not a whole entry'
  if (checkSum(line, key.length + 3, line.length) === 'wrong') return `${key} does not match its checksum`
  try {
    const value = JSON.parse(line.toString('utf8', key.length + 3)) as { metadata?: { resourceVersion?: string } } | null
    const version = Number(value?.metadata?.resourceVersion ?? 0)
    return { key, line, version: Number.isSafeInteger(version) ? version : 0, ...(isFolded(value) ? { shape: value['~'] } : {}) }
  } catch {
    return 'not a whole entry'
  }
}
