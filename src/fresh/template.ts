// A fresh cluster comes up the same way every time, but for its time and what it draws by chance. Its state is kept as text with blanks
// for these, made when kubesim is built (make.ts); filling them in takes a fraction of what the controllers take to bring a cluster up.
import type { Env } from '../api/contracts'
import { eventSuffix } from '../apiserver/events'
import { parseData } from '../lib/data'
import { containerId, randomSuffix, uuid } from '../lib/random'
import { microTimestamp, timestamp } from '../lib/time'
import { stateWith } from '../store/fresh-state'
import type { Header } from '../store/layout'
import type { State } from '../store/state'
import MADE from './template.json'

export interface Template {
  nodes: number
  /** How many numbers are drawn on the way. */
  draws: number
  /** JSON with blanks. */
  header: string
  /** Keys and values as JSON, with blanks. */
  entries: [key: string, value: string][]
}

/** Stands before and behind a blank: a letter and a number. */
export const MARK = '\x7f'

/** What stands in for a blank. Of chance: from which draw on it is made. Of time: how many ms, or versions, it is later. */
export const FILLED: Record<string, (number: number, now: number, chance: (from: number) => Env) => string> = {
  u: (from, _, chance) => uuid(chance(from)),
  c: (from, _, chance) => containerId(chance(from)),
  s: (from, _, chance) => randomSuffix(chance(from)),
  t: (later, now) => timestamp(now + later),
  m: (later, now) => microTimestamp(now + later),
  d: (later, now) => String(now + later),
  f: (later, now) => String(Math.floor(now / 1000) * 1000 + later),
  e: (version, now) => eventSuffix(now, version),
}

/** The state of a fresh cluster of so many nodes as of now; undefined when there is no template of it. `header` is that of an empty state. */
export function filledIn(nodes: number, header: Header, env: Env): State | undefined {
  const template = parseData<Template>(MADE)
  return template.nodes === nodes ? fill(template, header, env) : undefined
}

export function fill(template: Template, header: Header, env: Env): State {
  const now = env.now()
  const drawn = Array.from({ length: template.draws }, () => env.random())
  const chance = (from: number): Env => {
    let at = from
    return { ...env, random: () => drawn[at++] }
  }
  const known = new Map<string, string>()
  const blank = (name: string): string => {
    const text = known.get(name) ?? FILLED[name[0]](Number(name.slice(1)), now, chance)
    known.set(name, text)
    return text
  }
  const whole = (text: string) =>
    text
      .split(MARK)
      .map((part, i) => (i % 2 === 0 ? part : blank(part)))
      .join('')
  const entries = new Map(template.entries.map(([key, value]) => [whole(key), whole(value)]))
  return stateWith({ ...header, ...JSON.parse(whole(template.header)) }, entries)
}
