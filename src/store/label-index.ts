// Which entries under a prefix carry which label values: built when they are asked for again and again, and kept up with what changes.

/** Values of metadata.labels; of an entry that is no object none. */
function labelValues(entry: unknown): string[] {
  const { metadata } = (entry ?? {}) as { metadata?: { labels?: Record<string, string> } }
  return Object.values(metadata?.labels ?? {})
}

export class LabelIndex {
  private readonly keys = new Map<string, Set<string>>()
  private readonly values = new Map<string, string[]>()
  private readonly stale: Set<string>

  /** `get`: an entry as it is now; `keys`: all of them. */
  constructor(
    readonly prefix: string,
    keys: string[],
    private readonly get: (key: string) => unknown,
  ) {
    this.stale = new Set(keys)
  }

  /** An entry came, changed or went. */
  touch(key: string): void {
    if (key.startsWith(this.prefix)) this.stale.add(key)
  }

  /** The keys of the entries that carry all of these label values, in no order. */
  holding(texts: string[]): string[] {
    for (const key of this.stale) this.renew(key)
    this.stale.clear()
    const sets = texts.map((text) => this.keys.get(text) ?? new Set<string>())
    const [rarest] = sets.sort((a, b) => a.size - b.size)
    return [...rarest].filter((key) => sets.every((set) => set.has(key)))
  }

  private renew(key: string): void {
    for (const value of this.values.get(key) ?? []) this.keys.get(value)?.delete(key)
    const values = labelValues(this.get(key))
    this.values.set(key, values)
    for (const value of values) {
      const set = this.keys.get(value)
      if (set) set.add(key)
      else this.keys.set(value, new Set([key]))
    }
  }
}
