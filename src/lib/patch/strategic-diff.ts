// Making strategic merge patches: two-way and three-way (apimachinery's pkg/util/strategicpatch, diffMaps and above).
import type { Json } from '../../api/types'
import { combineStrategicPatches } from './strategic-merge'
import { keyed, ordered, Places } from './strategic-order'
import { DELETE_PREFIX, DIRECTIVE, elementKind, lookup, ORDER_PREFIX, type PatchSchema, RETAIN_KEYS } from './strategic-schema'
import { deepEqual, fieldOf, goText, has, isObject, type JsonObject, kindOf, PatchError, setField, sortedByText } from './value'

interface DiffOptions {
  /** Leave out what is only in the original. */
  ignoreDeletions?: boolean
  /** Leave out what is new or different in the modified. */
  ignoreChanges?: boolean
  setOrder?: boolean
  retainKeys?: boolean
}

function diffObjects(original: JsonObject, modified: JsonObject, schema: PatchSchema, options: DiffOptions): JsonObject {
  const patch: JsonObject = {}
  for (const key of Object.keys(modified)) {
    const before = fieldOf(original, key)
    const after = modified[key]
    if (before === undefined || typeOf(before) !== typeOf(after)) {
      if (!options.ignoreChanges) setField(patch, key, after)
    } else if (key === DIRECTIVE) {
      if (typeof after !== 'string') throw new PatchError(`invalid value for special key: ${DIRECTIVE}`)
      if (before !== after) setField(patch, key, after)
    } else if (isObject(before) && isObject(after)) {
      diffObjectField(patch, key, before, after, schema, options)
    } else if (Array.isArray(before) && Array.isArray(after)) {
      diffListField(patch, key, before, after, schema, options)
    } else if (!options.ignoreChanges && before !== after) {
      setField(patch, key, after)
    }
  }
  if (!options.ignoreDeletions) for (const key of Object.keys(original)) if (!has(modified, key)) setField(patch, key, null)
  const retained = options.retainKeys ? Object.keys(modified).filter((key) => modified[key] !== null) : []
  const clears = Object.keys(original).some((key) => original[key] !== null && !has(modified, key))
  if (retained.length > 0 && (Object.keys(patch).length > 0 || clears)) setField(patch, RETAIN_KEYS, retained.sort())
  return patch
}

function typeOf(value: Json): string {
  const kind = kindOf(value)
  return kind === 'float64' ? 'int64' : kind
}

function diffObjectField(
  patch: JsonObject,
  key: string,
  before: JsonObject,
  after: JsonObject,
  schema: PatchSchema,
  options: DiffOptions,
): void {
  const field = schema.field(key)
  // Without knowledge of the field only a difference is a problem.
  if (!field && deepEqual(before, after)) return
  const { strategy, retainKeys, schema: inner } = field ?? lookup(schema, key)
  if (strategy === 'replace') {
    if (!options.ignoreChanges) setField(patch, key, after)
    return
  }
  const difference = diffObjects(before, after, inner, { ...options, retainKeys })
  if (Object.keys(difference).length > 0) setField(patch, key, difference)
}

function diffListField(patch: JsonObject, key: string, before: Json[], after: Json[], schema: PatchSchema, options: DiffOptions): void {
  const field = schema.field(key)
  if (!field && deepEqual(before, after)) return
  const { strategy, retainKeys, mergeKey, schema: inner } = field ?? lookup(schema, key)
  if (strategy !== 'merge') {
    if (!options.ignoreChanges && !deepEqual(before, after)) setField(patch, key, after)
    return
  }
  const { items, deletions, order } = diffLists(before, after, inner, mergeKey, { ...options, retainKeys })
  if (items.length > 0) setField(patch, key, items)
  if (deletions.length > 0) setField(patch, `${DELETE_PREFIX}/${key}`, deletions)
  if (order.length > 0) setField(patch, `${ORDER_PREFIX}/${key}`, order)
}

interface ListDiff {
  items: Json[]
  deletions: Json[]
  order: Json[]
}

function diffLists(before: Json[], after: Json[], schema: PatchSchema, mergeKey: string, options: DiffOptions): ListDiff {
  if (before.length === 0) return { items: options.ignoreChanges ? [] : after, deletions: [], order: [] }
  if (elementKind(before, after) === 'map') return diffListsOfMaps(before, after, schema, mergeKey, options)
  const [old, fresh] = [new Set(before), new Set(after)]
  const added = sortedByText(after, goText).filter((item) => !old.has(item))
  const items = options.ignoreChanges ? [] : ordered(added, after, '')
  // Go sorts the list in its place and compares it then: an order is stated when it differs from the sorted one.
  const sorted = sortedByText(before, goText)
  const removed = sorted.filter((item) => !fresh.has(item))
  const deletions = options.ignoreDeletions ? [] : [...new Set(removed)]
  const reorders = (!options.ignoreDeletions && deletions.length > 0) || (!options.ignoreChanges && !deepEqual(sorted, after))
  return { items, deletions, order: options.setOrder && reorders ? after : [] }
}

/**
 * Sorted by merge key as Go's insertion sort does with upstream's comparison, which calls equal keys smaller: items that share
 * a merge key (a port number under two protocols) come out in reverse, and are paired up in that order.
 */
function sortedByKey(list: Json[], mergeKey: string): JsonObject[] {
  return sortedByText(list.map((item) => keyed(item, mergeKey)).reverse(), (item) => goText(item[mergeKey]))
}

function diffListsOfMaps(before: Json[], after: Json[], schema: PatchSchema, mergeKey: string, options: DiffOptions): ListDiff {
  const old = sortedByKey(before, mergeKey)
  const fresh = sortedByKey(after, mergeKey)
  const changed: Json[] = []
  const deletions: Json[] = []
  let i = 0
  let j = 0
  while (i < old.length || j < fresh.length) {
    const left = i < old.length ? goText(old[i][mergeKey]) : undefined
    const right = j < fresh.length ? goText(fresh[j][mergeKey]) : undefined
    if (left !== undefined && left === right) {
      const difference = diffObjects(old[i], fresh[j], schema, options)
      if (Object.keys(difference).length > 0) {
        setField(difference, mergeKey, fresh[j][mergeKey])
        changed.push(difference)
      }
      i++
      j++
    } else if (left === undefined || (right !== undefined && left > right)) {
      if (!options.ignoreChanges) changed.push(fresh[j])
      j++
    } else {
      if (!options.ignoreDeletions) deletions.push({ [DIRECTIVE]: 'delete', [mergeKey]: old[i][mergeKey] })
      i++
    }
  }
  const items = [...ordered(changed, after, mergeKey), ...deletions]
  const sameOrder =
    before.length === after.length && before.every((item, i) => keyed(item, mergeKey)[mergeKey] === keyed(after[i], mergeKey)[mergeKey])
  const reorders = (!options.ignoreChanges && (items.length > 0 || !sameOrder)) || (!options.ignoreDeletions && items.length > 0)
  const order = options.setOrder && reorders ? after.map((item) => ({ [mergeKey]: keyed(item, mergeKey)[mergeKey] })) : []
  return { items, deletions: [], order }
}

/** The patch that makes `modified` out of `original` (CreateTwoWayMergePatch). Throws PatchError. */
export function createTwoWayPatch(original: JsonObject, modified: JsonObject, schema: PatchSchema): JsonObject {
  return diffObjects(original, modified, schema, { setOrder: true })
}

export interface ThreeWayOptions {
  /** When false, a field that `modified` and `current` changed in different ways is a conflict. */
  overwrite?: boolean
  /** Each must hold for the finished patch. */
  preconditions?: ((patch: JsonObject) => boolean)[]
}

/**
 * CreateThreeWayMergePatch, as kubectl apply needs it: what `modified` adds to or changes in `current`, and what it no longer
 * has of `original`, the last applied configuration. Throws PatchError, of kind `precondition` or `conflict` where one fails.
 */
export function createThreeWayPatch(
  original: JsonObject,
  modified: JsonObject,
  current: JsonObject,
  schema: PatchSchema,
  { overwrite = true, preconditions = [] }: ThreeWayOptions = {},
): JsonObject {
  const changes = diffObjects(current, modified, schema, { ignoreDeletions: true, setOrder: true })
  const deletions = diffObjects(original, modified, schema, { ignoreChanges: true, setOrder: true })
  const patch = combineStrategicPatches(deletions, changes, schema)
  for (const holds of preconditions) {
    if (!holds(patch)) throw new PatchError(`precondition failed for: ${goText(patch)}`, 'precondition')
  }
  if (!overwrite) {
    const drift = diffObjects(original, current, schema, {})
    if (conflicts(patch, drift, schema)) {
      throw new PatchError(
        `patch:\n${goText(patch)}\nconflicts with changes made from original to current:\n${goText(drift)}\n`,
        'conflict',
      )
    }
  }
  return patch
}

/** MergingMapsHaveConflicts: the patches set or remove the same field differently. */
function conflicts(left: JsonObject, right: JsonObject, schema: PatchSchema): boolean {
  if (fieldOf(left, DIRECTIVE) !== fieldOf(right, DIRECTIVE)) return true
  return Object.keys(left).some((key) => {
    if (key === DIRECTIVE || key === RETAIN_KEYS || !has(right, key)) return false
    return valuesConflict(left[key], right[key], schema, key)
  })
}

function valuesConflict(left: Json, right: Json, schema: PatchSchema, key: string): boolean {
  if (isObject(left) && isObject(right)) {
    const field = lookup(schema, key)
    return field.strategy !== 'replace' && conflicts(left, right, field.schema)
  }
  if (!Array.isArray(left) || !Array.isArray(right)) return !deepEqual(left, right)
  if (key.startsWith('$')) return false
  const field = lookup(schema, key)
  if (field.strategy !== 'merge') return !deepEqual(left, right)
  if (elementKind(left, right) !== 'map') return false
  for (const item of right) keyed(item, field.mergeKey)
  const places = new Places(right, field.mergeKey)
  return left.some((item) => {
    const mine = keyed(item, field.mergeKey)
    const at = places.of(mine)
    const other = at < 0 ? undefined : right[at]
    return other !== undefined && isObject(other) && conflicts(mine, other, field.schema)
  })
}
