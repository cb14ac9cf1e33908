// A recording with words in place of names: does it fit another subject, and what does it do for one.
import type { Change, Played } from '../api/contracts'
import type { KubeObject } from '../api/types'
import type { MutableEnv } from '../env'
import { deepEqual } from '../lib/equal'
import { type Phrase, said, Wording } from '../lib/wording'
import { structureOf } from '../store/shape'
import { type State, topicOf } from '../store/state'
import { Template, Twin } from '../store/twin'
import { type Recording, suffixWord, versionWord } from './recording'

/** What the cluster does for a rehearsal. */
export interface Stage {
  readonly state: State
  readonly env: MutableEnv
  enqueue(worker: string, key: string): void
  /** Tells controllers that keep a picture of their own; true when one took note. */
  follow(change: Change): boolean
  changed(count: number): void
}

/** A text of the script: as it is, or with words to fill in. */
type Line = string | Phrase

const read = (line: Line, words: string[]) => (typeof line === 'string' ? line : said(line, words))

/** A value of the script: the same for all, or a template. */
type Figure = Template | { constant: unknown }

const isSame = (one: unknown, other: unknown) => one === other || deepEqual(one, other)
const isLike = (figure: Figure, words: string[], value: unknown) =>
  figure instanceof Template ? figure.fits(words, value) : isSame(figure.constant, value)
/** The same of what the state holds, which may be a twin. */
const isLikeHeld = (figure: Figure, words: string[], held: unknown) => {
  if (!(held instanceof Twin)) return isLike(figure, words, held)
  return figure instanceof Template ? figure.fitsTwin(words, held) : isSame(figure.constant, held.value)
}

/** Where in what is read under a subject's name a word stands that is its own. */
interface Place {
  key: Line
  path: string[]
  text: string
}

/** The ends of the names of its events, by which their recorder knows them again. */
const OWN_WORD = /^[0-9a-f]{16}$/

function placesOf(recording: Recording): Place[] {
  const places: Place[] = []
  const names = new Wording(recording.identity, 0, 0)
  const look = (key: Line, path: string[], value: unknown): void => {
    if (typeof value === 'string') {
      if (OWN_WORD.test(value)) places.push({ key, path, text: value })
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, item] of Object.entries(value)) look(key, [...path, name], item)
    }
  }
  for (const [text, value] of recording.reads) {
    const key = names.phrase(text)
    if (key) look(key, [], value)
  }
  return places
}

function textAt(value: unknown, path: string[]): string | undefined {
  let at = value
  for (const name of path) at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined
  return typeof at === 'string' ? at : undefined
}

/** What is read of a topic whoever the subject is. */
interface Common {
  reads: { key: string; constant: unknown }[]
  lists: { prefix: string; keys: string[] }[]
  /** The topic's revision when all was as it had been read. */
  good?: number
}

/** A recording with words in place of names: what the next one reads and does. */
export class Script {
  /** The numbers of the known words that were others in a play that went just so. */
  private readonly proven = new Set<number>()
  private readonly own: string[]
  private readonly places: Place[]
  /** How many words there are before those drawn. */
  private readonly known: number
  private readonly count: number
  private readonly reads: { key: Line; figure: Figure; late: boolean }[] = []
  private readonly lists: { prefix: Line; lines: Line[]; late: boolean }[] = []
  private readonly common = new Map<string, Common>()
  private readonly writes: { key: Line; figure: Figure }[] = []
  private readonly queued: [worker: string, key: Line][]
  /** `before` is given where the play itself wrote what was there. */
  private readonly noted: { resource: string; key: Line; before?: Figure }[]
  private readonly result: Line | undefined
  private readonly versions: number
  /** The numbers of the words made of versions that stand somewhere. */
  private readonly spokenOf: number[]

  constructor(private readonly recording: Recording) {
    const { identity, draws, derived, versions } = recording
    this.places = placesOf(recording)
    const words = recording.words(this.places.map(({ text }) => text))
    this.versions = versions
    this.known = identity.length + this.places.length
    this.own = words.slice(0, this.known)
    this.count = words.length
    const exact = this.known + draws.length
    const wording = new Wording(words, exact, exact + versions, derived)
    const line = (text: string): Line => wording.phrase(text) ?? text
    const late = (line: Line | undefined) =>
      line !== undefined && typeof line !== 'string' && line.parts.some((p) => typeof p === 'number' && p >= this.known)
    for (const [text, value] of recording.reads) {
      const key = line(text)
      const figure = figureOf(value, wording)
      if (typeof key === 'string' && !(figure instanceof Template)) {
        this.commonOf(key).reads.push({ key, constant: figure.constant })
        continue
      }
      this.reads.push({ key, figure, late: late(key) || (figure instanceof Template && figure.slots.some(({ phrase }) => late(phrase))) })
    }
    for (const [text, keys] of recording.lists) {
      const prefix = line(text)
      if (typeof prefix === 'string') {
        this.commonOf(prefix).lists.push({ prefix, keys })
        continue
      }
      const lines = keys.map(line)
      this.lists.push({ prefix, lines, late: late(prefix) || lines.some(late) })
    }
    for (const [text, value] of recording.writes) this.writes.push({ key: line(text), figure: figureOf(value, wording) })
    this.queued = recording.queued.map(([worker, key]) => [worker, line(key)])
    const changed = new Set<string>()
    this.noted = recording.noted.map(({ resource, key, before }) => {
      const first = !changed.has(key)
      changed.add(key)
      return { resource, key: line(key), ...(first ? {} : { before: figureOf(before, wording) }) }
    })
    this.result = recording.result === undefined ? undefined : line(recording.result)
    this.spokenOf = wording.found().filter((word) => word >= exact)
  }

  /** The subject's names and those found under them; undefined when there are not as many. */
  wordsFor(names: string[], lookUp: (key: string) => unknown): string[] | undefined {
    if (names.length + this.places.length !== this.known) return undefined
    const words = [...names]
    for (const { key, path } of this.places) {
      const text = textAt(lookUp(read(key, names)), path)
      if (text === undefined) return undefined
      words.push(text)
    }
    return words
  }

  private commonOf(key: string): Common {
    const topic = topicOf(key)
    let common = this.common.get(topic)
    if (!common) {
      common = { reads: [], lists: [] }
      this.common.set(topic, common)
    }
    return common
  }

  /** Is all that any play reads as it was? Thousands of Services are not looked at again while none is written. */
  private fitsCommon(state: State): boolean {
    for (const [topic, common] of this.common) {
      const revision = state.revision(topic)
      if (common.good === revision) continue
      for (const { key, constant } of common.reads) if (!isSame(constant, state.get(key))) return false
      for (const { prefix, keys } of common.lists) if (state.keys(prefix) !== keys) return false
      common.good = revision
    }
    return true
  }

  /** Does a play with these words read what this one read? `late`: what it reads under names that it draws. */
  fits(state: State, words: string[], late: boolean): boolean {
    if (!late && !this.fitsCommon(state)) return false
    for (const { key, figure, late: isLate } of this.reads) {
      if (isLate !== late) continue
      if (!isLikeHeld(figure, words, state.held(read(key, words)))) return false
    }
    for (const { prefix, lines, late: isLate } of this.lists) {
      if (isLate !== late) continue
      const found = state.keys(read(prefix, words))
      if (found.length !== lines.length || lines.some((line, i) => read(line, words) !== found[i])) return false
    }
    return true
  }

  /** Was it seen that only these words make the difference? What is the same word everywhere so far may stand in other texts by chance. */
  isProvenFor(words: string[]): boolean {
    return this.proven.size > 0 && this.own.every((word, i) => word === words[i] || this.proven.has(i))
  }

  /** Plays it for another subject; undefined, before anything was written, when it cannot be. */
  perform(stage: Stage, subject: unknown, words: string[]): Played | undefined {
    const { state } = stage
    for (const { again } of this.recording.draws) {
      const text = again(subject)
      if (text === undefined) return undefined
      words.push(text)
    }
    const { header } = state
    const version = header.resourceVersion
    const exact = words.length
    for (const word of this.spokenOf) {
      const k = word - exact
      words[word] = k < this.versions ? versionWord(version, k) : suffixWord(this.recording.now, version, k - this.versions)
    }
    if (!this.fits(state, words, true)) return undefined
    const found = this.noted.map(({ key, before }) => (before ? undefined : state.get(read(key, words))))
    for (const { key, figure } of this.writes) {
      state.set(read(key, words), figure instanceof Template ? new Twin(figure, words) : figure.constant)
    }
    header.resourceVersion += this.versions
    stage.changed(this.recording.changes)
    for (const [i, { resource, key, before }] of this.noted.entries()) {
      const after = state.get(read(key, words)) as KubeObject | undefined
      const was = (before instanceof Template ? before.filled(words) : before ? before.constant : found[i]) as KubeObject | undefined
      stage.follow({ resource, ...(was ? { before: was } : {}), ...(after ? { after } : {}) })
    }
    for (const [worker, key] of this.queued) stage.enqueue(worker, read(key, words))
    return { result: this.result === undefined ? undefined : read(this.result, words), wake: this.recording.wake }
  }

  /** Did another play do what this one says? Then it is proven for the words in which they differ. */
  isProvenBy(other: Recording): boolean {
    const words = this.wordsFor(other.identity, (key) => other.reads.get(key))
    if (!words || !this.tells(other, other.words(words.slice(other.identity.length)))) return false
    // Chance may be all that tells plays apart.
    this.proven.add(-1)
    for (const [i, word] of words.entries()) if (word !== this.own[i]) this.proven.add(i)
    return true
  }

  private tells(other: Recording, words: string[]): boolean {
    const { recording } = this
    if (other.versions !== this.versions || words.length !== this.count) return false
    if (other.wake !== recording.wake || other.changes !== recording.changes) return false
    if (other.result !== (this.result === undefined ? undefined : read(this.result, words))) return false
    if (other.writes.size !== this.writes.length || other.queued.length !== this.queued.length) return false
    if (other.noted.length !== this.noted.length) return false
    return (
      this.queued.every(([worker, key], i) => other.queued[i][0] === worker && other.queued[i][1] === read(key, words)) &&
      this.noted.every(({ key }, i) => other.noted[i].key === read(key, words)) &&
      this.writes.every(({ key, figure }) => {
        const own = read(key, words)
        return other.writes.has(own) && isLike(figure, words, other.writes.get(own))
      })
    )
  }
}

function figureOf(value: unknown, wording: Wording): Figure {
  if (value === undefined) return { constant: undefined }
  const { leaves } = structureOf(value)
  const places = new Map<Phrase, number[]>()
  for (const [i, leaf] of leaves.entries()) {
    const phrase = typeof leaf === 'string' ? wording.phrase(leaf) : undefined
    if (!phrase) continue
    const known = places.get(phrase)
    if (known) known.push(i)
    else places.set(phrase, [i])
  }
  if (places.size === 0) return { constant: value }
  // Fields that are undefined would be counted as leaves.
  return new Template(
    defined(value),
    [...places].map(([phrase, at]) => ({ phrase, leaves: at })),
  )
}

/** The value without fields that are undefined; what has none stays the same object, which is soon compared. */
function defined(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = value.map(defined)
    return items.every((item, i) => item === value[i]) ? value : items
  }
  const fields = Object.entries(value)
  const kept = fields.filter(([, item]) => item !== undefined).map(([key, item]): [string, unknown] => [key, defined(item)])
  const same = kept.length === fields.length && kept.every(([, item], i) => item === fields[i][1])
  return same ? value : Object.fromEntries(kept)
}
