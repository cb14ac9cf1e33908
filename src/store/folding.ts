// The changed entries of a state as they are written: those that are built alike as what sets each apart from a shape.
import {
  ALIKE,
  type Leaf,
  SAMPLE,
  SHAPES,
  type Shape,
  type ShapeEntry,
  type ShapeId,
  shapeId,
  structureOf,
  variantId,
  variantsBy,
} from './shape'
import { type Template, Twin } from './twin'

/** The shapes of a state. */
export interface Stock {
  shape(id: ShapeId): Shape | undefined
  add(id: ShapeId, entry: ShapeEntry): void
}

/**
 * What was changed as JSON, entries of a shape as what sets them apart; undefined for what was removed. Without a stock of shapes all is
 * written whole.
 */
export function written(dirty: Map<string, unknown>, stock: Stock | undefined): Map<string, string | undefined> {
  const changes = new Map<string, string | undefined>()
  if (!stock) {
    for (const [key, value] of dirty) changes.set(key, value === undefined ? undefined : JSON.stringify(plain(value)))
    return changes
  }
  const alike = new Map<ShapeId, Alike[]>()
  const put = (id: ShapeId, each: Alike) => {
    const group = alike.get(id)
    if (group) group.push(each)
    else alike.set(id, [each])
  }
  const ids = new Map<Template, ShapeId>()
  for (const [key, value] of dirty) {
    if (value instanceof Twin) {
      const { template } = value
      let id = ids.get(template)
      if (id === undefined) {
        id = shapeId(template.shape.structure.text)
        ids.set(template, id)
      }
      put(id, { key, value, text: template.shape.structure.text })
      continue
    }
    const structure = typeof value === 'object' && value !== null ? structureOf(value) : undefined
    if (structure === undefined || structure.text.length < LEAST_KEYS) {
      changes.set(key, value === undefined ? undefined : JSON.stringify(value))
      continue
    }
    put(shapeId(structure.text), { key, value, text: structure.text, leaves: structure.leaves })
  }
  const made = (id: ShapeId, entry: ShapeEntry) => {
    stock.add(id, entry)
    changes.set(SHAPES + id, JSON.stringify(entry))
  }
  for (const [id, group] of alike) {
    if (group.length >= ALIKE) makeShapes(stock, id, group, made)
    for (const each of group) changes.set(each.key, fold(stock, id, each) ?? JSON.stringify(plain(each.value)))
  }
  return changes
}

function makeShapes(stock: Stock, id: ShapeId, group: Alike[], made: (id: ShapeId, entry: ShapeEntry) => void): void {
  const last = (of: Alike[]) => plain(of[of.length - 1].value)
  if (!stock.shape(id)) made(id, { base: last(group), by: variantsBy(group.slice(0, SAMPLE).map(leavesOf)) })
  const { by, structure } = stock.shape(id) as Shape
  if (by === undefined || structure.text !== group[0].text) return
  const sorts = new Map<ShapeId, Alike[]>()
  for (const each of group) {
    const variant = variantOf(id, by, each)
    const sort = sorts.get(variant)
    if (sort) sort.push(each)
    else sorts.set(variant, [each])
  }
  for (const [variant, sort] of sorts) if (sort.length >= ALIKE && !stock.shape(variant)) made(variant, { base: last(sort) })
}

function fold(stock: Stock, id: ShapeId, each: Alike): string | undefined {
  const shape = stock.shape(id)
  if (shape?.structure.text !== each.text) return undefined
  const variant = shape.by === undefined ? id : variantOf(id, shape.by, each)
  const better = stock.shape(variant)
  return better?.structure.text === each.text ? foldOver(variant, better, each) : foldOver(id, shape, each)
}

/** A changed entry, to be compared with others of its structure. */
interface Alike {
  key: string
  value: unknown
  /** The text of its structure; its leaves, unless it is a twin. */
  text: string
  leaves?: Leaf[]
}

function leavesOf({ value, leaves }: Alike): Leaf[] {
  return leaves ?? structureOf(plain(value)).leaves
}

function leafOf({ value, leaves }: Alike, leaf: number): Leaf {
  return value instanceof Twin ? value.template.leaf(value.words, leaf) : (leaves as Leaf[])[leaf]
}

/** Entries of one sort in one namespace have most in common. */
function variantOf(id: ShapeId, by: number, each: Alike): ShapeId {
  const [topic, namespace] = each.key.split('/', 2)
  return variantId(id, topic.startsWith('~') ? leafOf(each, by) : `${leafOf(each, by)} in ${namespace}`)
}

function foldOver(id: ShapeId, shape: Shape, { key, value, text, leaves = [] }: Alike): string | undefined {
  if (!(value instanceof Twin)) return shape.fold(id, key, { text, leaves })
  const { template, words } = value
  const folded = template.foldOver(shape).text(id, key.slice(key.lastIndexOf('/') + 1), template.texts(words))
  return folded.length < text.length ? folded : undefined
}

/** The value that an entry is, or stands for. */
function plain(value: unknown): unknown {
  return value instanceof Twin ? value.value : value
}

/** Entries whose keys take less, in characters, stay as they are. */
const LEAST_KEYS = 60
