// One object that shows, one after the other, entries of the same shape: for who looks at a few fields of each of ten thousand.
import type { Folded, Node, Shape } from './shape'

/** A field was asked for whose name itself differs from entry to entry: only the whole entry tells. */
export class NotShown extends Error {}

/** What it shows is good until the next entry is shown. */
export class Lens {
  /** The entry, as far as it is looked at. */
  readonly value: unknown
  /** The numbers of the leaves in which the entry shown differs from the shape's own. */
  readonly changed: number[] = []
  private readonly base: unknown[]
  private readonly current: unknown[]
  private asked?: Set<number>
  private shown: Parameters<Lens['show']> = [[], '']

  constructor(readonly shape: Shape) {
    this.base = shape.structure.leaves
    this.current = [...this.base]
    this.value = this.partOf(shape.root)
  }

  /** Shows the entry behind differences from the shape, of that name. */
  show(differences: Folded['='], name: string): void {
    const { changed, current, base } = this
    this.shown = [differences, name]
    for (const leaf of changed) current[leaf] = base[leaf]
    changed.length = 0
    for (const difference of differences) {
      const value = typeof difference[0] === 'object' && difference[0] !== null ? name : difference[0]
      for (let i = 1; i < difference.length; i++) {
        const leaf = difference[i] as number
        current[leaf] = value
        changed.push(leaf)
      }
    }
  }

  /** Shows the shape's own entry in place of the one that is shown; answers how to show that again. */
  hide(): Parameters<Lens['show']> {
    const { shown } = this
    this.show([], '')
    return shown
  }

  /** The numbers of the leaves that `look` asks for. Throws NotShown. */
  askedBy(look: () => void): Set<number> {
    const asked = new Set<number>()
    this.asked = asked
    try {
      look()
    } finally {
      this.asked = undefined
    }
    return asked
  }

  private leaf(number: number): unknown {
    this.asked?.add(number)
    return this.current[number]
  }

  private partOf(node: Node): unknown {
    const own = node.items ? [] : {}
    const parts: [string | number, Node][] = node.items ? node.items.map((item, i) => [i, item]) : (node.fields as [string, Node][])
    for (const [name, part] of parts) {
      const get = part.renamed
        ? () => {
            throw new NotShown()
          }
        : part.items || part.fields
          ? undefined
          : () => this.leaf(part.from)
      Object.defineProperty(own, name, get ? { get, enumerable: true } : { value: this.partOf(part), enumerable: true })
    }
    return own
  }
}
