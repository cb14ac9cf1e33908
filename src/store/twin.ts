// Entries that are another one but for some texts in them: only these are kept until somebody looks, or the state is written.
import { type Phrase, said } from '../lib/wording'
import { type Leaf, Shape, type ShapeId } from './shape'

/** Leaves, ascending, that hold one text: what a phrase says. */
export interface Slot {
  leaves: number[]
  phrase: Phrase
}

/** What stands at a leaf, whatever the words, or what is made of them. */
type Side = Leaf | Phrase

/** What has to be the same in entries of two templates of one structure, each once; `apart`: they are not of one structure. */
type Pairing = [own: Side, other: Side][] | 'apart'

function pairingOf(own: Template, other: Template): Pairing {
  if (own.shape.structure.text !== other.shape.structure.text) return 'apart'
  const known = new Map<Side, Set<Side>>()
  const pairs: [Side, Side][] = []
  const others = other.sides()
  for (const [leaf, side] of own.sides().entries()) {
    const its = others[leaf]
    if (side === its && typeof side !== 'object') continue
    const paired = known.get(side)
    if (paired?.has(its)) continue
    if (paired) paired.add(its)
    else known.set(side, new Set([its]))
    pairs.push([side, its])
  }
  return pairs
}

function spoken(side: Side, words: string[]): Leaf {
  return typeof side === 'object' && side !== null ? said(side, words) : side
}

/** An entry and its slots, which other words fill with other texts. */
export class Template {
  readonly shape: Shape
  /** The leaves that change, ascending, and the slot of each. */
  private readonly changing: number[]
  private readonly slotAt: number[]
  private readonly folds = new Map<Shape, Fold>()
  private readonly pairings = new WeakMap<Template, Pairing>()

  constructor(
    readonly sample: unknown,
    readonly slots: Slot[],
  ) {
    this.shape = new Shape(sample)
    const order = slots.flatMap(({ leaves }, slot) => leaves.map((leaf): [number, number] => [leaf, slot]))
    order.sort((a, b) => a[0] - b[0])
    this.changing = order.map(([leaf]) => leaf)
    this.slotAt = order.map(([, slot]) => slot)
  }

  texts(words: string[]): string[] {
    return this.slots.map(({ phrase }) => said(phrase, words))
  }

  private values(words: string[]): string[] {
    const texts = this.texts(words)
    return this.slotAt.map((slot) => texts[slot])
  }

  /** The entry with these words. What does not change is shared with the sample. */
  filled(words: string[]): unknown {
    return this.shape.with(this.changing, this.values(words))
  }

  /** Is a value the entry with these words? */
  fits(words: string[], value: unknown): boolean {
    return this.shape.isWith(this.changing, this.values(words), value)
  }

  /** Is a twin the entry with these words? It is not made for that where both are built alike. */
  fitsTwin(words: string[], twin: Twin): boolean {
    const { template } = twin
    let pairing = this.pairings.get(template)
    if (!pairing) {
      pairing = pairingOf(this, template)
      this.pairings.set(template, pairing)
    }
    if (pairing === 'apart') return this.fits(words, twin.value)
    return pairing.every(([own, other]) => spoken(own, words) === spoken(other, twin.words))
  }

  /** What stands at each leaf: a phrase where it changes. */
  sides(): Side[] {
    const sides: Side[] = [...this.shape.structure.leaves]
    for (const [i, leaf] of this.changing.entries()) sides[leaf] = this.slots[this.slotAt[i]].phrase
    return sides
  }

  leaf(words: string[], leaf: number): Leaf {
    const at = this.changing.indexOf(leaf)
    return at < 0 ? this.shape.structure.leaves[leaf] : said(this.slots[this.slotAt[at]].phrase, words)
  }

  /** How its entries differ from a shape of the same structure. */
  foldOver(shape: Shape): Fold {
    let fold = this.folds.get(shape)
    if (!fold) {
      fold = new Fold(this, shape)
      this.folds.set(shape, fold)
    }
    return fold
  }
}

/** The folding of a template's entries over one shape: all but the texts is made once. */
class Fold {
  private readonly constants: string[]
  private readonly slots: { same: Leaf | undefined; leaves: number[]; list: string }[]
  private readonly base: Leaf[]

  constructor({ shape: { structure }, slots }: Template, shape: Shape) {
    this.base = shape.structure.leaves
    const free = new Set(slots.flatMap(({ leaves }) => leaves))
    const places = new Map<Leaf, number[]>()
    for (const [i, leaf] of structure.leaves.entries()) {
      if (free.has(i) || leaf === this.base[i]) continue
      const known = places.get(leaf)
      if (known) known.push(i)
      else places.set(leaf, [i])
    }
    this.constants = [...places].map(([value, at]) => JSON.stringify([value, ...at]))
    this.slots = slots.map(({ leaves }) => {
      const first = this.base[leaves[0]]
      return { same: leaves.every((leaf) => this.base[leaf] === first) ? first : undefined, leaves, list: leaves.join() }
    })
  }

  /** The folded entry as JSON; `name` is the last part of its key, `texts` what stands in the slots. */
  text(id: ShapeId, name: string, texts: string[]): string {
    const parts = [...this.constants]
    for (const [i, text] of texts.entries()) {
      const { same, leaves, list } = this.slots[i]
      if (text === same) continue
      const at = same === undefined ? leaves.filter((leaf) => this.base[leaf] !== text).join() : list
      if (at !== '') parts.push(`[${text === name ? '{}' : JSON.stringify(text)},${at}]`)
    }
    return `{"~":"${id}","=":[${parts.join()}]}`
  }
}

/** One such entry: its words, which it may share with others. */
export class Twin {
  private made: unknown

  constructor(
    readonly template: Template,
    readonly words: string[],
  ) {}

  /** The entry itself, made when first asked for. */
  get value(): unknown {
    this.made ??= this.template.filled(this.words)
    return this.made
  }
}
