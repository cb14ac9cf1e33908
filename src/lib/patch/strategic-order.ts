// The order of merged lists under strategic merge patch: $setElementOrder, then the patch's order, then the live object's.
import type { Json } from '../../api/types'
import { DIRECTIVE } from './strategic-schema'
import { fieldOf, goText, goType, has, isObject, type JsonObject, PatchError } from './value'

export function noMergeKey(item: JsonObject, key: string): PatchError {
  return new PatchError(`map: ${goText(item)} does not contain declared merge key: ${key}`)
}

export function badArgument(expected: Json, actual: Json): PatchError {
  return new PatchError(`expected a ${goType(expected)}, but received a ${goType(actual)}`)
}

/** The item as a map that has the merge key. Throws PatchError. */
export function keyed(item: Json, mergeKey: string): JsonObject {
  if (!isObject(item)) throw badArgument({}, item)
  if (!has(item, mergeKey)) throw noMergeKey(item, mergeKey)
  return item
}

/** What identifies an item: its merge key's value, or for lists of scalars the item itself. */
function identity(item: Json, mergeKey: string): Json | undefined {
  if (mergeKey === '') return item
  return isObject(item) ? fieldOf(item, mergeKey) : undefined
}

/** Where a list has which items: what looks up thousands in thousands has no time to search for each. */
export class Places {
  private readonly first = new Map<Json | undefined, number>()

  constructor(
    list: Json[],
    private readonly mergeKey: string,
  ) {
    for (const [at, item] of list.entries()) this.add(item, at)
  }

  /** The first place of an item that is identified as this one; -1 when there is none. */
  of(item: Json): number {
    return this.first.get(identity(item, this.mergeKey)) ?? -1
  }

  add(item: Json, at: number): void {
    const id = identity(item, this.mergeKey)
    if (!this.first.has(id)) this.first.set(id, at)
  }
}

/** `list` in the order of `order`; items marked for deletion go last. */
export function ordered(list: Json[], order: Json[], mergeKey: string): Json[] {
  if (mergeKey !== '') for (const item of [...list, ...order]) keyed(item, mergeKey)
  const isDeletion = (item: Json) => mergeKey !== '' && isObject(item) && fieldOf(item, DIRECTIVE) === 'delete'
  const kept = list.filter((item) => !isDeletion(item))
  const places = new Places(order, mergeKey)
  const ranked = kept.map((item) => ({ item, rank: places.of(item) }))
  const sorted = ranked.every(({ rank }) => rank >= 0) ? ranked.sort((a, b) => a.rank - b.rank) : insertionSorted(ranked)
  return [...sorted.map(({ item }) => item), ...list.filter(isDeletion)]
}

/** Go's comparison calls items it cannot place smaller than any other; an insertion sort with it keeps them in place. */
function insertionSorted<T extends { rank: number }>(list: T[]): T[] {
  const sorted: T[] = []
  for (const item of list) {
    let at = sorted.length
    while (at > 0 && (item.rank < 0 || sorted[at - 1].rank < 0 || item.rank < sorted[at - 1].rank)) at--
    sorted.splice(at, 0, item)
  }
  return sorted
}

/** Weaves the items only the server has into those of the patch, by their places in the live list. */
function weave(serverOnly: Json[], patch: Json[], live: Json[], mergeKey: string): Json[] {
  const out: Json[] = []
  const places = new Places(live, mergeKey)
  let i = 0
  let j = 0
  while (i < serverOnly.length || j < patch.length) {
    if (i >= serverOnly.length) out.push(patch[j++])
    else if (j >= patch.length) out.push(serverOnly[i++])
    else {
      const left = places.of(serverOnly[i])
      const right = places.of(patch[j])
      out.push(left >= 0 && right >= 0 && left < right ? serverOnly[i++] : patch[j++])
    }
  }
  return out
}

/** `merged` with the items of `order` in that order, and the others where the live list has them. */
export function orderMerged(merged: Json[], order: Json[], live: Json[], mergeKey: string): Json[] {
  if (mergeKey !== '') for (const item of merged) keyed(item, mergeKey)
  const places = new Places(order, mergeKey)
  const inPatch = merged.filter((item) => places.of(item) >= 0)
  const serverOnly = merged.filter((item) => places.of(item) < 0)
  return weave(ordered(serverOnly, live, mergeKey), ordered(inPatch, order, mergeKey), live, mergeKey)
}
