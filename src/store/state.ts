// The entries of one state file in memory: read when asked for, changed in an overlay, written back by the file layer.
import type { Part } from './bytes'
import { type Header, type Layout, merge } from './layout'

/** One path segment of the keys known so far; entries hang at the leaves. */
interface Branch {
  children: Map<string, Branch>
  value?: unknown
  /** Every entry below is in memory. */
  loaded: boolean
  /** The keys below in order, while nothing was added or removed. */
  keys?: string[]
}

/** Entries are plain JSON under ASCII keys `table/part/...`, in key order. Values are shared: never change one in place. */
export class State {
  header: Header
  private readonly root: Branch = { children: new Map(), loaded: false }
  private readonly dirty = new Map<string, unknown>()
  /** Answers of `get`, found again without a walk through the parts of the key. */
  private readonly asked = new Map<string, unknown>()
  private moved = false

  constructor(
    private readonly layout: Layout | undefined,
    header: Header,
  ) {
    this.header = { ...header }
    if (!layout) this.root.loaded = true
  }

  get changed(): boolean {
    return this.dirty.size > 0 || this.moved
  }

  /** Notes that the clock was moved by so many milliseconds, to this cluster time. */
  advanceClock(by: number, now: number): void {
    this.header.clockOffset += by
    this.header.playedUntil = now
    this.moved = true
  }

  get(key: string): unknown {
    const { asked } = this
    if (asked.has(key)) return asked.get(key)
    const value = this.find(key)
    asked.set(key, value)
    return value
  }

  private find(key: string): unknown {
    let branch = this.root
    let loaded = branch.loaded
    for (const part of key.split('/')) {
      const child = branch.children.get(part)
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
    const value = layout.valueAt(at)
    this.put(key, value)
    return value
  }

  /** Stores a value; undefined removes the entry. */
  set(key: string, value: unknown): void {
    this.asked.set(key, value)
    this.put(key, value === undefined ? null : value)
    this.dirty.set(key, value)
  }

  /** `null` marks a removed entry. */
  private put(key: string, value: unknown): void {
    let branch = this.root
    const path = [branch]
    for (const part of key.split('/')) {
      let child = branch.children.get(part)
      if (!child) {
        child = { children: new Map(), loaded: false }
        branch.children.set(part, child)
      }
      path.push(child)
      branch = child
    }
    const listed = branch.value !== undefined && branch.value !== null
    branch.value = value
    if (listed !== (value !== null)) for (const b of path) b.keys = undefined
  }

  /** The first parts of all keys: resources, and tables of records. */
  topics(): string[] {
    if (!this.root.loaded) {
      this.load('')
      this.root.loaded = true
    }
    return [...this.root.children.keys()].sort(compare)
  }

  /** Keys that start with `prefix`, which ends in `/`; in order. */
  keys(prefix: string): string[] {
    let branch = this.root
    let loaded = branch.loaded
    for (const part of prefix.split('/').slice(0, -1)) {
      let child = branch.children.get(part)
      if (!child) {
        if (loaded) return []
        child = { children: new Map(), loaded: false }
        branch.children.set(part, child)
      }
      branch = child
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
    }
    return branch.keys
  }

  private load(prefix: string): void {
    const { layout } = this
    if (!layout) return
    for (let at = layout.seek(prefix); at < layout.end; at = layout.next(at)) {
      const key = layout.keyAt(at)
      if (!key.startsWith(prefix)) break
      if (!this.isKnown(key)) this.put(key, layout.valueAt(at))
    }
  }

  private isKnown(key: string): boolean {
    let branch: Branch | undefined = this.root
    for (const part of key.split('/')) {
      branch = branch.children.get(part)
      if (!branch) return false
    }
    return branch.value !== undefined
  }

  /** Gives back what reading the file holds open. */
  close(): void {
    this.layout?.bytes.close()
  }

  /** The new bytes of the file, in parts. */
  serialise(): Part[] {
    const changes = [...this.dirty].sort(([a], [b]) => compare(a, b))
    return merge(this.layout, this.header, changes)
  }
}

function collect(branch: Branch, path: string, into: string[]): void {
  if (branch.value !== undefined && branch.value !== null) into.push(path)
  for (const [part, child] of branch.children) collect(child, `${path}/${part}`, into)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
