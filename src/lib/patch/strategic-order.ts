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

export function indexIn(list: Json[], item: Json, mergeKey: string): number {
  const wanted = identity(item, mergeKey)
  return list.findIndex((other) => identity(other, mergeKey) === wanted)
}

/** `list` in the order of `order`; items marked for deletion go last. */
export function ordered(list: Json[], order: Json[], mergeKey: string): Json[] {
  if (mergeKey !== '') for (const item of [...list, ...order]) keyed(item, mergeKey)
  const isDeletion = (item: Json) => mergeKey !== '' && isObject(item) && fieldOf(item, DIRECTIVE) === 'delete'
  const kept = list.filter((item) => !isDeletion(item))
  // Go's comparison calls items it cannot place smaller than any other; an insertion sort with it keeps them in place.
  const sorted: Json[] = []
  for (const item of kept) {
    let at = sorted.length
    while (at > 0 && isBefore(item, sorted[at - 1], order, mergeKey)) at--
    sorted.splice(at, 0, item)
  }
  return [...sorted, ...list.filter(isDeletion)]
}

function isBefore(left: Json, right: Json, order: Json[], mergeKey: string): boolean {
  const leftAt = indexIn(order, left, mergeKey)
  const rightAt = indexIn(order, right, mergeKey)
  return leftAt < 0 || rightAt < 0 || leftAt < rightAt
}

/** Weaves the items only the server has into those of the patch, by their places in the live list. */
function weave(serverOnly: Json[], patch: Json[], live: Json[], mergeKey: string): Json[] {
  const out: Json[] = []
  let i = 0
  let j = 0
  while (i < serverOnly.length || j < patch.length) {
    if (i >= serverOnly.length) out.push(patch[j++])
    else if (j >= patch.length) out.push(serverOnly[i++])
    else {
      const left = indexIn(live, serverOnly[i], mergeKey)
      const right = indexIn(live, patch[j], mergeKey)
      out.push(left >= 0 && right >= 0 && left < right ? serverOnly[i++] : patch[j++])
    }
  }
  return out
}

/** `merged` with the items of `order` in that order, and the others where the live list has them. */
export function orderMerged(merged: Json[], order: Json[], live: Json[], mergeKey: string): Json[] {
  if (mergeKey !== '') for (const item of merged) keyed(item, mergeKey)
  const inPatch = merged.filter((item) => indexIn(order, item, mergeKey) >= 0)
  const serverOnly = merged.filter((item) => indexIn(order, item, mergeKey) < 0)
  return weave(ordered(serverOnly, live, mergeKey), ordered(inPatch, order, mergeKey), live, mergeKey)
}
