// Entries that are built alike, written as what sets each apart: a shape is one of them kept whole, under `~shapes/`, and the others are
// stored as their differences from it. Ten thousand Pods of one template take a tenth of their JSON so; states of a few objects have no
// shapes and are plain JSON.
import { deepEqual } from '../lib/equal'

/** A structure's name: a hash of its keys and nesting. Two that share one share no shape: structures are compared before one is used. */
export type ShapeId = string

/** Where shapes stand among the entries. */
export const SHAPES = '~shapes/'

/** So many entries of one structure written at once make it a shape. */
export const ALIKE = 64

/** An entry as its shape and the differences: each a value and the leaves, by number, that hold it; `{}` is the last part of its key. */
export interface Folded {
  '~': ShapeId
  '=': [value: unknown, ...leaves: number[]][]
}

/** What stands under a shape's name. */
export interface ShapeEntry {
  base: unknown
  /** A leaf that tells its variants apart, each a shape of its own: an event's reason, say. */
  by?: number
}

export type Leaf = string | number | boolean | null

/** A value's keys and nesting as one text, and what hangs in it, in order. Keys that name a list's item (`k:{…}`) hang in it, too. */
export interface Structure {
  text: string
  leaves: Leaf[]
}

export function structureOf(value: unknown): Structure {
  const leaves: Leaf[] = []
  return { text: outline(value, leaves), leaves }
}

function outline(value: unknown, leaves: Leaf[]): string {
  if (typeof value !== 'object' || value === null) {
    leaves.push(value as Leaf)
    return ''
  }
  let text: string
  if (Array.isArray(value)) {
    text = '['
    for (const item of value) text += `${outline(item, leaves)},`
    return `${text}]`
  }
  text = '{'
  for (const key of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[key]
    if (item === undefined) continue
    if (key.startsWith('k:{')) {
      leaves.push(key)
      text += ':'
    } else text += `${JSON.stringify(key)}:`
    text += `${outline(item, leaves)},`
  }
  return `${text}}`
}

export function shapeId(text: string): ShapeId {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(36)
}

/** A part of a shape's entry: its own value, and the numbers of the leaves in it, `from` up to `to`. */
export interface Node {
  value: unknown
  from: number
  to: number
  /** Key and part in turn; a number stands for a key that is a leaf. */
  fields?: [key: string | number, node: Node][]
  /** A key is a leaf. */
  renamed?: boolean
  items?: Node[]
}

/** One of the entries that are built alike, kept whole. */
export class Shape {
  readonly structure: Structure
  readonly root: Node

  constructor(
    base: unknown,
    readonly by?: number,
  ) {
    this.structure = structureOf(base)
    this.root = nodeOf(base, { at: 0 })
  }

  /** May an entry that does not name this text be one that holds it? */
  holds(text: string): boolean {
    return this.structure.leaves.includes(text)
  }

  /** The differences of a value of this structure; undefined when they take more than its keys do. */
  fold(id: ShapeId, key: string, { leaves, text: keys }: Structure): string | undefined {
    const name = lastPart(key)
    const base = this.structure.leaves
    const places = new Map<Leaf, number[]>()
    for (let i = 0; i < leaves.length; i++) {
      if (leaves[i] === base[i]) continue
      const known = places.get(leaves[i])
      if (known) known.push(i)
      else places.set(leaves[i], [i])
    }
    const folded: Folded = { '~': id, '=': [...places].map(([value, at]) => [value === name ? {} : value, ...at]) }
    const text = JSON.stringify(folded)
    return text.length < keys.length ? text : undefined
  }

  /** The value behind differences. What is as in the shape is shared with it. */
  unfold(differences: Folded['='], key: string): unknown {
    const changed: [number, unknown][] = []
    for (const difference of differences) {
      const value = typeof difference[0] === 'object' && difference[0] !== null ? lastPart(key) : difference[0]
      for (let i = 1; i < difference.length; i++) changed.push([difference[i] as number, value])
    }
    changed.sort((a, b) => a[0] - b[0])
    return this.with(
      changed.map(([leaf]) => leaf),
      changed.map(([, value]) => value),
    )
  }

  /** The shape's own entry with other values at some leaves, ascending. What is as in the shape is shared with it. */
  with(leaves: number[], values: unknown[]): unknown {
    return rebuilt(this.root, { leaves, values, at: 0 })
  }

  /** Is a value what `with` makes of these leaves? */
  isWith(leaves: number[], values: unknown[], value: unknown): boolean {
    const cursor = { leaves, values, at: 0 }
    return resembles(this.root, value, cursor) && cursor.at === leaves.length
  }
}

function lastPart(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1)
}

function nodeOf(value: unknown, count: { at: number }): Node {
  const from = count.at
  if (typeof value !== 'object' || value === null) return { value, from, to: ++count.at }
  if (Array.isArray(value)) {
    const items = value.map((item) => nodeOf(item, count))
    return { value, from, to: count.at, items }
  }
  const fields = Object.entries(value).map(([key, item]): [string | number, Node] => {
    const name = key.startsWith('k:{') ? count.at++ : key
    return [name, nodeOf(item, count)]
  })
  // What assignment to it would not make a field is put back as keys are.
  const renamed = fields.some(([name]) => typeof name === 'number' || name === '__proto__')
  return { value, from, to: count.at, fields, renamed }
}

/** The changed leaves in order, and how many of them have been used. */
interface Cursor {
  leaves: number[]
  values: unknown[]
  at: number
}

function rebuilt(node: Node, cursor: Cursor): unknown {
  const { leaves } = cursor
  if (cursor.at >= leaves.length || leaves[cursor.at] >= node.to) return node.value
  if (node.items) return node.items.map((item) => rebuilt(item, cursor))
  if (!node.fields) return cursor.values[cursor.at++]
  if (node.renamed) return withNewKeys(node, cursor)
  // A copy in one step, and then only what differs.
  const out = { ...(node.value as Record<string, unknown>) }
  for (const [name, item] of node.fields) {
    if (leaves[cursor.at] >= item.to) continue
    out[name as string] = rebuilt(item, cursor)
    if (cursor.at >= leaves.length || leaves[cursor.at] >= node.to) break
  }
  return out
}

function withNewKeys({ value, fields = [] }: Node, cursor: Cursor): unknown {
  const names = Object.keys(value as object)
  const out: Record<string, unknown> = {}
  for (let i = 0; i < fields.length; i++) {
    const [name, item] = fields[i]
    const isNew = typeof name === 'number' && cursor.leaves[cursor.at] === name
    const key = isNew ? (cursor.values[cursor.at++] as string) : names[i]
    const part = rebuilt(item, cursor)
    if (key === '__proto__') Object.defineProperty(out, key, { value: part, enumerable: true, writable: true, configurable: true })
    else out[key] = part
  }
  return out
}

function resembles(node: Node, value: unknown, cursor: Cursor): boolean {
  const { leaves } = cursor
  if (cursor.at >= leaves.length || leaves[cursor.at] >= node.to) return value === node.value || deepEqual(value, node.value)
  if (node.items) {
    if (!Array.isArray(value) || value.length !== node.items.length) return false
    for (let i = 0; i < value.length; i++) if (!resembles(node.items[i], value[i], cursor)) return false
    return true
  }
  if (!node.fields) return cursor.values[cursor.at++] === value
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  let count = 0
  const own = node.value as Record<string, unknown>
  const names = node.renamed ? Object.keys(own) : undefined
  for (let i = 0; i < node.fields.length; i++) {
    const [name, item] = node.fields[i]
    let key = names ? names[i] : (name as string)
    if (typeof name === 'number' && leaves[cursor.at] === name) key = cursor.values[cursor.at++] as string
    const part = (value as Record<string, unknown>)[key]
    if (part !== undefined) count++
    if (!resembles(item, part, cursor)) return false
  }
  for (const key in value) if ((value as Record<string, unknown>)[key] !== undefined) count--
  return count === 0
}

export function isFolded(value: unknown): value is Folded {
  return typeof value === 'object' && value !== null && '~' in value && '=' in value
}

export function variantId(id: ShapeId, leaf: unknown): ShapeId {
  return shapeId(`${id} ${leaf}`)
}

/** More variants than this are no variants. */
const MOST_VARIANTS = 16
/** So many entries are looked at to find what tells variants apart, and so many characters it has to save in each. */
export const SAMPLE = 512
const LEAST_SAVED = 20
/** So many leaves are compared with each other: the lines of a long log all differ, and are no variants. */
const MOST_CANDIDATES = 64

/** The leaf by which entries of one structure fall into few sorts that are alike in most else; undefined when there is none. */
export function variantsBy(structures: Leaf[][]): number | undefined {
  const sample = structures
  const candidates: number[] = []
  for (let leaf = 0; leaf < sample[0].length && candidates.length < MOST_CANDIDATES; leaf++) {
    const count = new Set(sample.map((leaves) => leaves[leaf])).size
    if (count > 1 && count <= MOST_VARIANTS) candidates.push(leaf)
  }
  let best: { by: number; saved: number } | undefined
  for (const by of candidates) {
    const saved = candidates.reduce((sum, leaf) => sum + (follows(sample, by, leaf) ? String(sample[0][leaf]).length + 5 : 0), 0)
    if (saved >= LEAST_SAVED && saved > (best?.saved ?? 0)) best = { by, saved }
  }
  return best?.by
}

/** Does the leaf have one value for every value of `by`? */
function follows(sample: Leaf[][], by: number, leaf: number): boolean {
  const values = new Map<Leaf, Leaf>()
  for (const leaves of sample) {
    const known = values.get(leaves[by])
    if (known === undefined) values.set(leaves[by], leaves[leaf])
    else if (known !== leaves[leaf]) return false
  }
  return true
}
