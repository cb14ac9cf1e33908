// The entries of one state file in memory: read when asked for, changed in an overlay, written back by the file layer.
import type { Part } from './bytes'
import { type Stock, written } from './folding'
import { LabelIndex } from './label-index'
import { DamagedState, type Header, type Layout, merge } from './layout'
import { Lens } from './lens'
import { ALIKE, isFolded, SHAPES, Shape, type ShapeEntry, type ShapeId } from './shape'
import { Twin } from './twin'

/** Sees what is read and written, by who wants to know what something depends on and does. */
export interface Observer {
  read(key: string, value: unknown): void
  /** The keys under a prefix; `undefined`: more was looked at than can be told. */
  listed(prefix: string, keys: string[] | undefined): void
  wrote(key: string): void
}

/** The first part of a key. */
export function topicOf(key: string): string {
  return key.slice(0, key.indexOf('/'))
}

/** Sees entries one after the other, none of which is kept. */
export interface Visitor {
  whole(value: unknown): void
  /** An entry of a shape, shown by its lens; `whole` makes all of it. */
  alike(lens: Lens, whole: () => unknown): void
}

/** One path segment of the keys known so far; entries hang at the leaves. */
interface Branch {
  /** Made with the first; most branches are leaves. */
  children?: Map<string, Branch>
  value?: unknown
  /** Every entry below is in memory. */
  loaded: boolean
  /** The keys below in order, as they were when last asked for; and which came (true) or went since. */
  keys?: string[]
  news?: Map<string, boolean>
}

/** Entries are plain JSON under ASCII keys `table/part/...`, in key order. Values are shared: never change one in place. */
export class State {
  header: Header
  private readonly root: Branch = { loaded: false }
  private readonly dirty = new Map<string, unknown>()
  /** Keys that the tree does not know yet as they are in `dirty`, by their first part: much is written that nobody lists. */
  private readonly unlisted = new Map<string, string[]>()
  /** How often a place was searched by labels, and the indexes that came of it. */
  private readonly searched = new Map<string, number>()
  private readonly indexes: LabelIndex[] = []
  /** Answers of `get` from the file, found again without a walk through the parts of the key. */
  private readonly asked = new Map<string, unknown>()
  /** How often something was written of each topic. */
  private readonly revisions = new Map<string, number>()
  private readonly shapes = new Map<ShapeId, Shape | undefined>()
  /** The file does not have the header as it is, or there is no file. */
  unsaved = false
  /** Entries came, went or changed otherwise than by `set`: what is kept of them in others is to be made anew. */
  edited = false
  observer?: Observer

  constructor(
    private readonly layout: Layout | undefined,
    header: Header,
  ) {
    this.header = { ...header }
    if (!layout) this.root.loaded = true
  }

  get changed(): boolean {
    return this.dirty.size > 0 || this.unsaved
  }

  /** Notes that the clock was moved by so many milliseconds, to this cluster time. */
  advanceClock(by: number, now: number): void {
    this.header.clockOffset += by
    this.header.playedUntil = now
    this.unsaved = true
  }

  get(key: string): unknown {
    const held = this.held(key)
    const value = held instanceof Twin ? held.value : held
    this.observer?.read(key, value)
    return value
  }

  /** The entry, or the twin that stands for it. */
  held(key: string): unknown {
    const { dirty, asked } = this
    let value = dirty.get(key)
    if (value === undefined && !dirty.has(key)) {
      value = asked.get(key)
      if (value === undefined && !asked.has(key)) {
        value = this.find(key)
        asked.set(key, value)
      }
    }
    return value
  }

  private find(key: string): unknown {
    let branch = this.root
    let loaded = branch.loaded
    for (const part of key.split('/')) {
      const child = branch.children?.get(part)
      if (!child) {
        if (loaded) return undefined
        return this.read(key)
      }
      branch = child
      loaded ||= branch.loaded
    }
    if (branch.value !== undefined) return branch.value ?? undefined
    return loaded ? undefined : this.read(key)
  }

  private read(key: string): unknown {
    const { layout } = this
    if (!layout) return undefined
    const at = layout.seek(key)
    if (at >= layout.end || layout.keyAt(at) !== key) return undefined
    const value = this.unfolded(layout, at, key, layout.valueAt(at))
    this.put(key, value)
    return value
  }

  private unfolded(layout: Layout, at: number, key: string, value: unknown): unknown {
    if (!isFolded(value)) return value
    return this.shapeAt(layout, at, key, value['~']).unfold(value['='], key)
  }

  private shapeAt(layout: Layout, at: number, key: string, id: ShapeId): Shape {
    const shape = this.shape(id)
    if (!shape) throw new DamagedState(`the entry "${key}" is of a shape that is not in the file`, layout.lineAt(at))
    return shape
  }

  private shape(id: ShapeId): Shape | undefined {
    if (!this.shapes.has(id)) {
      const entry = this.get(SHAPES + id) as ShapeEntry | undefined
      this.shapes.set(id, entry && new Shape(entry.base, entry.by))
    }
    return this.shapes.get(id)
  }

  /** Stores a value, or a twin that stands for one; undefined removes the entry. */
  set(key: string, value: unknown): void {
    this.observer?.wrote(key)
    const before = this.dirty.get(key)
    this.dirty.set(key, value)
    const topic = topicOf(key)
    this.revisions.set(topic, this.revision(topic) + 1)
    for (const index of this.indexes) index.touch(key)
    if (before !== undefined && value !== undefined) return
    const waiting = this.unlisted.get(topic)
    if (waiting) waiting.push(key)
    else this.unlisted.set(topic, [key])
  }

  /** A number that is another one when something was written of the topic. */
  revision(topic: string): number {
    return this.revisions.get(topic) ?? 0
  }

  /** Brings into the tree what came or went of a topic since it was last listed. */
  private enlist(topic: string): void {
    const waiting = this.unlisted.get(topic)
    if (!waiting) return
    this.unlisted.delete(topic)
    for (const key of waiting) this.put(key, this.dirty.get(key) ?? null)
  }

  /** `null` marks a removed entry. */
  private put(key: string, value: unknown): void {
    let branch = this.root
    const path = [branch]
    for (let from = 0; from >= 0; ) {
      const slash = key.indexOf('/', from)
      branch = childOf(branch, slash < 0 ? key.slice(from) : key.slice(from, slash))
      path.push(branch)
      from = slash < 0 ? -1 : slash + 1
    }
    const listed = branch.value !== undefined && branch.value !== null
    branch.value = value
    if (listed === (value !== null)) return
    for (const b of path) {
      if (!b.keys) continue
      b.news ??= new Map()
      b.news.set(key, value !== null)
    }
  }

  /** The first parts of all keys: resources, and tables of records. */
  topics(): string[] {
    this.observer?.listed('', undefined)
    for (const topic of [...this.unlisted.keys()]) this.enlist(topic)
    if (!this.root.loaded) {
      this.load('')
      this.root.loaded = true
    }
    return [...(this.root.children?.keys() ?? [])].sort(compare)
  }

  /** Keys that start with `prefix`, which ends in `/`; in order. */
  keys(prefix: string): string[] {
    const keys = this.keysOf(prefix)
    this.observer?.listed(prefix, keys)
    return keys
  }

  private keysOf(prefix: string): string[] {
    this.enlist(topicOf(prefix))
    let branch = this.root
    let loaded = branch.loaded
    for (const part of prefix.split('/').slice(0, -1)) {
      if (loaded && !branch.children?.has(part)) return NONE
      branch = childOf(branch, part)
      loaded ||= branch.loaded
    }
    if (!loaded) {
      this.load(prefix)
      branch.loaded = true
    }
    if (!branch.keys) {
      const keys: string[] = []
      collect(branch, prefix.slice(0, -1), keys)
      branch.keys = keys.sort(compare)
    } else if (branch.news) branch.keys = renewed(branch.keys, branch.news)
    branch.news = undefined
    return branch.keys
  }

  /** Shows the entries whose keys start with `prefix`, which ends in `/`, in order. */
  visit(prefix: string, visitor: Visitor): void {
    this.observer?.listed(prefix, undefined)
    const { layout } = this
    if (!layout || this.isLoaded(prefix) || this.revision(topicOf(prefix)) > 0) {
      for (const key of this.keysOf(prefix)) visitor.whole(this.get(key))
      return
    }
    const lenses = new Map<ShapeId, Lens>()
    layout.each(prefix, (key, value, at) => {
      if (!isFolded(value)) return visitor.whole(value)
      const id = value['~']
      let lens = lenses.get(id)
      if (!lens) {
        lens = new Lens(this.shapeAt(layout, at, key, id))
        lenses.set(id, lens)
      }
      lens.show(value['='], key.slice(key.lastIndexOf('/') + 1))
      const { shape } = lens
      visitor.alike(lens, () => shape.unfold(value['='], key))
    })
  }

  /**
   * Keys that start with `prefix`, which ends in `/`, in order; those of objects that lack one of the label values `texts` may be left out.
   * Looks at the bytes of what is not in memory and parses none of it, unless it is asked often.
   */
  keysHolding(prefix: string, texts: string[]): string[] {
    if (texts.length === 0) return this.keys(prefix)
    this.observer?.listed(prefix, undefined)
    const asked = (this.searched.get(prefix) ?? 0) + 1
    this.searched.set(prefix, asked)
    if (asked > FEW_SEARCHES) return this.indexOf(prefix).holding(texts).sort(compare)
    return this.keysOfLines(prefix, texts)
  }

  /** The same for one text that is a value anywhere in the entries, or the last part of their keys. */
  keysNaming(prefix: string, text: string): string[] {
    this.observer?.listed(prefix, undefined)
    return this.keysOfLines(prefix, [text])
  }

  private keysOfLines(prefix: string, texts: string[]): string[] {
    const { layout } = this
    if (!layout || this.isLoaded(prefix)) return this.keysOf(prefix)
    const from = layout.seek(prefix)
    const range = layout.bytes.slice(from, layout.seek(`${prefix.slice(0, -1)}0`)) // '0' follows '/'
    // The rarest text tells most.
    const found = texts.map((text) => this.linesHolding(range, text)).reduce((a, b) => (b.size < a.size ? b : a))
    const keys = [...found].map((at) => layout.keyAt(from + at)).filter((key) => !this.dirty.has(key))
    for (const [key, value] of this.dirty) if (value !== undefined && key.startsWith(prefix)) keys.push(key)
    return keys.sort(compare)
  }

  private indexOf(prefix: string): LabelIndex {
    let index = this.indexes.find((each) => each.prefix === prefix)
    if (!index) {
      index = new LabelIndex(prefix, this.keysOf(prefix), (key) => this.get(key))
      this.indexes.push(index)
    }
    return index
  }

  private isLoaded(prefix: string): boolean {
    let branch: Branch | undefined = this.root
    for (const part of prefix.split('/').slice(0, -1)) {
      if (branch?.loaded) return true
      branch = branch?.children?.get(part)
    }
    return branch?.loaded === true
  }

  /** Where the lines in `range` start that may hold the text: those with it in them, and those of a shape that has it. */
  private linesHolding(range: Buffer, text: string): Set<number> {
    const lines = new Set<number>()
    // In a folded entry its own name stands only in the key.
    const needles = [JSON.stringify(text), `/${text}":`]
    for (const key of this.keys(SHAPES)) {
      const id = key.slice(SHAPES.length)
      if (this.shape(id)?.holds(text)) needles.push(`{"~":"${id}"`)
    }
    for (const needle of needles.map((each) => Buffer.from(each))) {
      for (let at = range.indexOf(needle); at >= 0; ) {
        const start = range.lastIndexOf(NEWLINE, at) + 1
        lines.add(start)
        const end = range.indexOf(NEWLINE, at)
        at = end < 0 ? -1 : range.indexOf(needle, end)
      }
    }
    return lines
  }

  private load(prefix: string): void {
    const { layout } = this
    if (!layout) return
    // Keys of one place follow each other.
    let place: string | undefined
    let parent = this.root
    layout.each(prefix, (key, read, at) => {
      const slash = key.lastIndexOf('/')
      if (place === undefined || slash !== place.length || !key.startsWith(place)) {
        place = key.slice(0, Math.max(0, slash))
        parent = this.branchAt(place)
      }
      parent.children ??= new Map()
      const name = key.slice(slash + 1)
      const known = parent.children.get(name)
      if (known?.value !== undefined) return
      const value = this.unfolded(layout, at, key, read)
      if (known) known.value = value
      else parent.children.set(name, { value, loaded: false })
      parent.keys = undefined
    })
  }

  private branchAt(path: string): Branch {
    let branch = this.root
    if (path === '') return branch
    for (const part of path.split('/')) branch = childOf(branch, part)
    return branch
  }

  private readonly stock: Stock = {
    shape: (id) => this.shape(id),
    add: (id, { base, by }) => this.shapes.set(id, new Shape(base, by)),
  }

  /** Gives back what reading the file holds open. */
  close(): void {
    this.layout?.bytes.close()
  }

  /** The new bytes of the file, in parts. */
  serialise(): Part[] {
    const shapes = this.dirty.size < ALIKE && this.keysOf(SHAPES).length === 0 ? undefined : this.stock
    return merge(this.layout, this.header, written(this.dirty, shapes))
  }
}

const NONE: string[] = []
/** More searches of one place are worth reading all of it: a search looks at its bytes and parses none. */
const FEW_SEARCHES = 24

function childOf(branch: Branch, part: string): Branch {
  let child = branch.children?.get(part)
  if (!child) {
    child = { loaded: false }
    branch.children ??= new Map()
    branch.children.set(part, child)
  }
  return child
}

const NEWLINE = 10

function collect(branch: Branch, path: string, into: string[]): void {
  if (branch.value !== undefined && branch.value !== null) into.push(path)
  for (const [part, child] of branch.children ?? []) collect(child, `${path}/${part}`, into)
}

/** Sorted keys after some came or went; whoever holds the old list keeps it. */
function renewed(keys: string[], news: Map<string, boolean>): string[] {
  const came = [...news.keys()].filter((key) => news.get(key)).sort(compare)
  const out: string[] = []
  let next = 0
  for (const key of keys) {
    while (next < came.length && came[next] < key) out.push(came[next++])
    if (!news.has(key)) out.push(key)
  }
  while (next < came.length) out.push(came[next++])
  return out
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
