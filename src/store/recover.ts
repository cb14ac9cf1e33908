// What can be saved of a damaged state file: every line that is whole.
import { FORMAT, type Header } from './layout'

export interface Recovered {
  /** The repaired file's text. */
  text: string
  /** How many entries are in it. */
  kept: number
  /** What was left out: the line's number and why. */
  lost: { line: number; why: string }[]
}

const ENTRY = /^"((?:[^"\\]|\\.)*)":(.*?),?$/s

/** `now` (ms) stands in for a header that cannot be read. */
export function recover(text: string, now: number): Recovered {
  const lines = text.split('\n')
  const entries = new Map<string, string>()
  const lost: Recovered['lost'] = []
  let header: Header | undefined
  let highest = 0
  for (const [i, line] of lines.entries()) {
    if (line === '' || line === '}}') continue
    if (line.startsWith('{"kubesim":')) {
      header ??= headerOf(line)
      if (!header) lost.push({ line: i + 1, why: 'the header is not valid JSON' })
      continue
    }
    const entry = ENTRY.exec(line)
    const value = entry ? parsedValue(entry[2]) : undefined
    if (!entry || value === undefined) {
      lost.push({ line: i + 1, why: /^(<{7}|={7}|>{7})/.test(line) ? 'a conflict marker' : 'not a whole entry' })
      continue
    }
    const [, key, body] = entry
    if (entries.has(key)) {
      if (entries.get(key) !== body) lost.push({ line: i + 1, why: `another entry ${JSON.stringify(key)} stands before it` })
      continue
    }
    entries.set(key, body)
    const version = Number((value as { metadata?: { resourceVersion?: string } }).metadata?.resourceVersion ?? 0)
    if (version > highest) highest = version
  }
  header ??= { format: FORMAT, clockOffset: 0, playedUntil: now, resourceVersion: highest }
  header.resourceVersion = Math.max(header.resourceVersion, highest)
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
  const body = sorted.map(([key, value]) => `"${key}":${value}`).join(',\n')
  return { text: `{"kubesim":${JSON.stringify(header)},"entries":{\n${body}${body ? '\n' : ''}}}\n`, kept: entries.size, lost }
}

function headerOf(line: string): Header | undefined {
  const end = line.lastIndexOf(',"entries":{')
  try {
    const header = (JSON.parse(`${end < 0 ? line : line.slice(0, end)}}`) as { kubesim: Header }).kubesim
    return typeof header.resourceVersion === 'number' && typeof header.playedUntil === 'number' ? header : undefined
  } catch {
    return undefined
  }
}

function parsedValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
