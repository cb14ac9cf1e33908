// What one play reads and does, written down while it is played.
import type { Change } from '../api/contracts'
import type { KubeObject } from '../api/types'
import { eventSuffix } from '../apiserver/events'
import type { Derived } from '../lib/wording'
import type { Observer, State } from '../store/state'

/** A text that came from chance or an allocator, and how another subject gets its own. */
interface Draw {
  text: string
  again(subject: unknown): string | undefined
}

/** A change that controllers with a picture of their own took note of. */
interface Noted {
  resource: string
  key: string
  before: KubeObject | undefined
}

/** What one play read and did, at `now` (ms). */
export class Recording implements Observer {
  readonly reads = new Map<string, unknown>()
  readonly lists = new Map<string, string[]>()
  readonly writes = new Map<string, unknown>()
  readonly draws: Draw[] = []
  readonly derived: Derived[] = []
  readonly queued: [worker: string, key: string][] = []
  readonly noted: Noted[] = []
  private readonly labels = new Set<string>()
  private readonly version: number
  private drawing = 0
  /** What it depends on cannot be told. */
  spoiled = false
  changes = 0
  result: string | undefined
  wake: number | undefined

  constructor(
    private readonly state: State,
    readonly identity: string[],
    readonly now: number,
  ) {
    this.version = state.header.resourceVersion
  }

  read(key: string, value: unknown): void {
    if (this.drawing > 0 || this.writes.has(key) || this.reads.has(key)) return
    this.reads.set(key, value)
  }

  listed(prefix: string, keys: string[] | undefined): void {
    if (this.drawing > 0 || this.lists.has(prefix)) return
    if (keys === undefined) this.spoiled = true
    else this.lists.set(prefix, keys)
    for (const written of this.writes.keys()) if (written.startsWith(prefix)) this.spoiled = true
  }

  wrote(key: string): void {
    if (this.drawing === 0) this.writes.set(key, undefined)
  }

  chance(): void {
    if (this.drawing === 0) this.spoiled = true
  }

  draw<S, T extends string | undefined>(subject: S, make: (subject: S) => T): T {
    let text: T
    this.drawing++
    try {
      text = make(subject)
    } finally {
      this.drawing--
    }
    if (text === undefined) this.spoiled = true
    else this.draws.push({ text, again: make as (subject: unknown) => T })
    return text
  }

  queue(worker: string, key: string): void {
    const label = `${worker}/${key}`
    if (this.labels.has(label)) return
    this.labels.add(label)
    this.queued.push([worker, key])
  }

  note(key: string, { resource, before }: Change): void {
    this.noted.push({ resource, key, before })
  }

  /** How many versions were given out. */
  get versions(): number {
    return this.state.header.resourceVersion - this.version
  }

  finish(): void {
    for (const key of this.writes.keys()) this.writes.set(key, this.state.get(key))
  }

  /** The names it is about: of its subject, `found` in what it read, drawn, and made of the versions given out. */
  words(found: string[]): string[] {
    return [
      ...this.identity,
      ...found,
      ...this.draws.map(({ text }) => text),
      ...Array.from({ length: this.versions }, (_, k) => versionWord(this.version, k)),
      ...Array.from({ length: this.versions }, (_, k) => suffixWord(this.now, this.version, k)),
    ]
  }
}

/** The version given out as number `k`, from 0, and the end of the name of an event that gets it. */
export const versionWord = (version: number, k: number) => String(version + k + 1)
export const suffixWord = (now: number, version: number, k: number) => eventSuffix(now, version + k)
