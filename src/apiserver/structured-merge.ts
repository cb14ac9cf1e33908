// Objects under a known structure: which fields they set, how two differ, one laid over another, fields taken out.
// Upstream: sigs.k8s.io/structured-merge-diff, typed/{tofieldset,compare,merge,remove}.go.
import type { Json } from '../api/types'
import { below, emptySet, type FieldPath, type FieldSet, fieldElement, insert, isEmpty, keyElement, valueElement } from '../lib/field-set'
import { deepEqual, has, isObject, type JsonObject, setField } from '../lib/patch/value'
import type { ListShape, MapShape, Shape } from '../schema/shape'

/** An object that does not fit its structure; the message stands in the answer to an apply. */
export class StructureError extends Error {}

const ANY: Shape = { kind: 'any' }
const ANY_MAP: MapShape = {
  kind: 'map',
  name: 'object',
  struct: false,
  atomic: false,
  field: () => ({ shape: ANY, patchStrategies: [], mergeKey: '' }),
}
const ANY_LIST: ListShape = { kind: 'list', listType: 'atomic', keys: [], element: ANY }
const SCALAR: Shape = { kind: 'scalar', type: 'any' }

/** What a value of unknown structure turns out to be. */
function deduce(shape: Shape, value: Json | undefined): Shape {
  if (shape.kind !== 'any') return shape
  if (Array.isArray(value)) return ANY_LIST
  if (isObject(value)) return ANY_MAP
  return value === null || value === undefined ? ANY_MAP : SCALAR
}

function shapeAt(shape: MapShape, key: string): Shape {
  return shape.field(key)?.shape ?? ANY
}

/** How a list's item is told from others. Throws StructureError when it has nothing to be told by. */
export function itemElement(shape: ListShape, item: Json): string {
  if (shape.listType === 'set') {
    if (isObject(item)) throw new StructureError("associative list without keys has an element that's a map type")
    if (Array.isArray(item)) throw new StructureError('not supported: associative list with lists as elements')
    if (item === null) throw new StructureError("associative list without keys has an element that's an explicit null")
    return valueElement(item)
  }
  if (item === null) throw new StructureError('associative list with keys may not have a null element')
  if (!isObject(item)) throw new StructureError('associative list with keys may not have non-map elements')
  const keys: JsonObject = {}
  for (const name of shape.keys) {
    const fallback = shape.element.kind === 'map' ? shape.element.field(name)?.default : undefined
    const value = has(item, name) ? item[name] : fallback
    if (value !== undefined) keys[name] = value
  }
  if (Object.keys(keys).length === 0) {
    const names = `[${shape.keys.map((k) => JSON.stringify(k)).join(' ')}]`
    throw new StructureError(
      `associative list with keys has an element that omits all key fields ${names} (and doesn't have default values for any key fields)`,
    )
  }
  return keyElement(keys)
}

// ---------------------------------------------------------------- fields of an object

/** Every field the object states. Throws StructureError. */
export function toFieldSet(value: Json, shape: Shape): FieldSet {
  const set = emptySet()
  collect(value, shape, [], set)
  return set
}

function collect(value: Json, declared: Shape, path: FieldPath, set: FieldSet): void {
  const shape = deduce(declared, value)
  if (shape.kind === 'list') {
    if (shape.listType === 'atomic') insert(set, path)
    else if (Array.isArray(value)) collectItems(value, shape, path, set)
  } else if (shape.kind === 'map') {
    if (shape.atomic) insert(set, path)
    else if (isObject(value)) collectFields(value, shape, path, set)
  } else {
    insert(set, path)
  }
}

function collectFields(value: JsonObject, shape: MapShape, path: FieldPath, set: FieldSet): void {
  for (const key of Object.keys(value)) {
    const inner = [...path, fieldElement(key)]
    const field = value[key]
    collect(field, shapeAt(shape, key), inner, set)
    const empty = field === null || (isObject(field) && Object.keys(field).length === 0)
    // The keys of a map are members besides what is below them; the fields of a struct are not.
    if (empty || !shape.struct || !shape.field(key)) insert(set, inner)
  }
}

function collectItems(list: Json[], shape: ListShape, path: FieldPath, set: FieldSet): void {
  const elements = list.map((item) => itemElement(shape, item))
  const places = placesOf(elements)
  list.forEach((item, i) => {
    const inner = [...path, elements[i]]
    // Items that share a key are owned as one.
    if (places.get(elements[i])?.length === 1) collect(item, shape.element, inner, set)
    insert(set, inner)
  })
}

/** Where each element stands in a list. */
function placesOf(elements: string[]): Map<string, number[]> {
  const places = new Map<string, number[]>()
  for (const [i, element] of elements.entries()) {
    const known = places.get(element)
    if (known) known.push(i)
    else places.set(element, [i])
  }
  return places
}

// ---------------------------------------------------------------- comparison

export interface Comparison {
  added: FieldSet
  modified: FieldSet
  removed: FieldSet
}

/** Which fields `after` adds to, changes in and takes from `before`. */
export function compareObjects(before: Json, after: Json, shape: Shape): Comparison {
  const out: Comparison = { added: emptySet(), modified: emptySet(), removed: emptySet() }
  compare(before, after, shape, [], out)
  return out
}

function leaf(before: Json | undefined, after: Json | undefined, path: FieldPath, out: Comparison): void {
  if (before === undefined) insert(out.added, path)
  else if (after === undefined) insert(out.removed, path)
  else if (!deepEqual(before, after)) insert(out.modified, path)
}

function compare(before: Json | undefined, after: Json | undefined, declared: Shape, path: FieldPath, out: Comparison): void {
  if (before === after) return
  const left = deduce(declared, before)
  const right = deduce(declared, after)
  if (after === undefined) compareAs(left, before, after, path, out)
  else {
    if (before !== undefined && before !== null && after !== null && left.kind !== right.kind) compareAs(left, before, undefined, path, out)
    compareAs(right, before, after, path, out)
  }
}

function compareAs(shape: Shape, before: Json | undefined, after: Json | undefined, path: FieldPath, out: Comparison): void {
  if (shape.kind === 'map') compareMaps(shape, before, after, path, out)
  else if (shape.kind === 'list') compareLists(shape, before, after, path, out)
  else leaf(before, after, path, out)
}

function compareMaps(shape: MapShape, before: Json | undefined, after: Json | undefined, path: FieldPath, out: Comparison): void {
  const left = isObject(before) ? before : {}
  const right = isObject(after) ? after : {}
  const keys = new Set([...Object.keys(left), ...Object.keys(right)])
  if (shape.atomic || keys.size === 0) {
    leaf(before, after, path, out)
    return
  }
  for (const key of keys) {
    const [a, b] = [has(left, key) ? left[key] : undefined, has(right, key) ? right[key] : undefined]
    compare(a, b, shapeAt(shape, key), [...path, fieldElement(key)], out)
  }
  if (before === undefined) insert(out.added, path)
  else if (after === undefined) insert(out.removed, path)
}

function compareLists(shape: ListShape, before: Json | undefined, after: Json | undefined, path: FieldPath, out: Comparison): void {
  const left = Array.isArray(before) ? before : []
  const right = Array.isArray(after) ? after : []
  if (shape.listType === 'atomic' || (left.length === 0 && right.length === 0)) {
    leaf(before, after, path, out)
    return
  }
  const old = grouped(left, shape)
  const fresh = grouped(right, shape)
  for (const element of new Set([...old.keys(), ...fresh.keys()])) {
    compareItems(shape, old.get(element) ?? [], fresh.get(element) ?? [], [...path, element], out)
  }
  if (before === undefined) insert(out.added, path)
  else if (after === undefined) insert(out.removed, path)
}

function grouped(list: Json[], shape: ListShape): Map<string, Json[]> {
  const groups = new Map<string, Json[]>()
  for (const item of list) {
    const element = itemElement(shape, item)
    const group = groups.get(element)
    if (group) group.push(item)
    else groups.set(element, [item])
  }
  return groups
}

function compareItems(shape: ListShape, old: Json[], fresh: Json[], path: FieldPath, out: Comparison): void {
  if (old.length <= 1 && fresh.length <= 1) compare(old[0], fresh[0], shape.element, path, out)
  else if (old.length >= 2 && fresh.length >= 2) {
    if (!deepEqual(old, fresh)) insert(out.modified, path)
  } else if (old.length >= 2) {
    if (fresh.length > 0) compare(undefined, fresh[0], shape.element, path, out)
    insert(out.removed, path)
  } else {
    if (old.length > 0) compare(old[0], undefined, shape.element, path, out)
    insert(out.added, path)
  }
}

// ---------------------------------------------------------------- merging

/** `applied` laid over `live`: the applied values win, maps and keyed lists keep what only the live object has. Throws StructureError. */
export function mergeObjects(live: Json | undefined, applied: Json | undefined, declared: Shape): Json | undefined {
  if (applied === undefined) return live
  const shape = deduce(declared, applied)
  if (shape.kind === 'map' && !shape.atomic && (isObject(applied) || applied === null)) return mergeMaps(shape, live, applied)
  if (shape.kind === 'list' && shape.listType !== 'atomic' && (Array.isArray(applied) || applied === null))
    return mergeLists(shape, live, applied)
  return applied
}

function mergeMaps(shape: MapShape, live: Json | undefined, applied: JsonObject | null): Json | undefined {
  const left = isObject(live) ? live : {}
  const right = applied ?? {}
  const keys = new Set([...Object.keys(left), ...Object.keys(right)])
  // Both empty: the applied one, to keep the difference between empty and null.
  if (keys.size === 0) return applied
  const out: JsonObject = {}
  for (const key of keys) {
    const [a, b] = [has(left, key) ? left[key] : undefined, has(right, key) ? right[key] : undefined]
    const merged = mergeObjects(a, b, shapeAt(shape, key))
    if (merged !== undefined) setField(out, key, merged)
  }
  return out
}

function mergeLists(shape: ListShape, live: Json | undefined, applied: Json[] | null): Json | undefined {
  const left = Array.isArray(live) ? live : []
  const right = applied ?? []
  if (left.length === 0 && right.length === 0) return applied
  const leftElements = left.map((item) => itemElement(shape, item))
  const rightElements = right.map((item) => itemElement(shape, item))
  const seen = new Set<string>()
  rightElements.forEach((element) => {
    if (seen.size === seen.add(element).size) throw new StructureError(`duplicate entries for key ${describeElement(element)}`)
  })
  const places = placesOf(leftElements)
  return interleave(leftElements, rightElements).map(([i, j]) => {
    if (j < 0) return left[i]
    const [at, ...others] = places.get(rightElements[j]) ?? []
    // Items that share a key in the live object are replaced by the applied one.
    return mergeObjects(at !== undefined && others.length === 0 ? left[at] : undefined, right[j], shape.element) ?? null
  })
}

function describeElement(element: string): string {
  const rest = JSON.parse(element.slice(2)) as Record<string, unknown> | Json
  const text = (value: unknown) => (typeof value === 'string' ? JSON.stringify(value) : String(value))
  if (!element.startsWith('k:')) return `[=${text(rest)}]`
  return `[${Object.entries(rest as Record<string, unknown>).map(([name, value]) => `${name}=${text(value)}`)}]`
}

/** The order of a merged list, as pairs of places in the live (-1: none) and the applied list (-1: the live item stays as it is). */
function interleave(left: string[], right: string[]): [number, number][] {
  const out: [number, number][] = []
  const [live, applied] = [new Set(left), new Set(right)]
  const shared = right.filter((element) => live.has(element))
  const done = new Set<string>()
  let next = shared.shift()
  let i = 0
  let j = 0
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length) {
      if (left[i] === right[j]) {
        done.add(left[i])
        out.push([i++, j++])
        next = shared.shift()
        continue
      }
      if (applied.has(left[i]) && next !== undefined && next !== left[i]) {
        i++
        continue
      }
    }
    if (i < left.length) {
      if (!applied.has(left[i])) {
        out.push([i++, -1])
        continue
      }
      if (done.has(left[i])) i++
    }
    if (j < right.length) {
      done.add(right[j])
      if (next === right[j]) next = shared.shift()
      out.push([-1, j++])
    }
  }
  return out
}

// ---------------------------------------------------------------- removal

/** The object without the fields of the set; atomic values and empty containers on the way go with them, as upstream has it. */
export function removeFields(value: Json, set: FieldSet, declared: Shape): Json | undefined {
  const shape = deduce(declared, value)
  if (shape.kind === 'map' && isObject(value)) {
    if (shape.atomic) return undefined
    const out: JsonObject = {}
    for (const key of Object.keys(value)) {
      const element = fieldElement(key)
      if (set.members.has(element)) continue
      const inner = below(set, element)
      const left = isEmpty(inner) ? value[key] : removeFields(value[key], inner, shapeAt(shape, key))
      // Go leaves an explicit null where a container became empty, which still has an owner; decoding drops it.
      setField(out, key, left ?? null)
    }
    return Object.keys(out).length > 0 ? out : undefined
  }
  if (shape.kind === 'list' && Array.isArray(value)) {
    if (shape.listType === 'atomic') return undefined
    const out: Json[] = []
    for (const item of value) {
      const element = itemElement(shape, item)
      if (set.members.has(element)) continue
      const inner = below(set, element)
      out.push(isEmpty(inner) ? item : (removeFields(item, inner, shape.element) ?? null))
    }
    return out.length > 0 ? out : undefined
  }
  return value
}
