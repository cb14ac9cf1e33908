// Applying a strategic merge patch, and merging two of them: apimachinery's pkg/util/strategicpatch, mergeMap and below.
import type { Json } from '../../api/types'
import { badArgument, keyed, orderMerged, Places } from './strategic-order'
import { DELETE_PREFIX, DIRECTIVE, elementKind, lookup, ORDER_PREFIX, type PatchSchema, RETAIN_KEYS } from './strategic-schema'
import { deepEqual, fieldOf, goText, has, isObject, type JsonObject, PatchError, setField } from './value'

/**
 * `applying` a patch to an object resolves directives and drops nulls; merging a patch into another patch keeps both, so that
 * the result does to an object what the two would do one after the other.
 */
interface MergeOptions {
  applying: boolean
}

/** A value as it is stored when the target has none: without elements and fields that are directives. Undefined: leave it out. */
function withoutDirectives(value: Json): Json | undefined {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined)
  if (!isObject(value)) return value
  if (has(value, DIRECTIVE)) return undefined
  const out: JsonObject = {}
  for (const key of Object.keys(value)) {
    const inner = withoutDirectives(value[key])
    if (inner !== undefined) setField(out, key, inner)
  }
  return out
}

function withoutNullFields(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNullFields)
  if (!isObject(value)) return value
  const out: JsonObject = {}
  for (const key of Object.keys(value)) if (value[key] !== null) setField(out, key, withoutNullFields(value[key]))
  return out
}

function mergeObjects(original: JsonObject, patch: JsonObject, schema: PatchSchema, options: MergeOptions): JsonObject {
  if (has(patch, DIRECTIVE)) return followDirective(patch)
  const out: JsonObject = { ...original }
  const rest: JsonObject = { ...patch }
  applyRetainKeys(out, rest, options)
  for (const key of Object.keys(rest)) if (key.startsWith(ORDER_PREFIX)) applyOrder(out, rest, key, schema, options)
  for (const key of Object.keys(rest)) mergeField(out, key, rest[key], schema, options)
  return out
}

function followDirective(patch: JsonObject): JsonObject {
  const directive = patch[DIRECTIVE]
  if (directive === 'delete') return {}
  if (directive !== 'replace') {
    throw new PatchError(`unknown patch type: ${goText(directive)} in map: ${goText(patch)}`, 'other')
  }
  const { [DIRECTIVE]: _, ...rest } = patch
  return rest
}

function mergeField(out: JsonObject, patchKey: string, patched: Json, schema: PatchSchema, options: MergeOptions): void {
  const deleting = patchKey.startsWith(DELETE_PREFIX)
  if (deleting && !options.applying) {
    setField(out, patchKey, patched)
    return
  }
  const key = deleting ? afterSlash(patchKey, DELETE_PREFIX, 'invalid patch format of primitive list') : patchKey
  if (patched === null) {
    delete out[key]
    if (options.applying) return
  }
  const current = fieldOf(out, key)
  const sameShape = (isObject(current) && isObject(patched)) || (Array.isArray(current) && Array.isArray(patched))
  if (!sameShape) {
    if (deleting) return
    const value = withoutDirectives(options.applying ? withoutNullFields(patched) : patched)
    if (value === undefined) delete out[key]
    else setField(out, key, value)
    return
  }
  const field = lookup(schema, key)
  if (isObject(current) && isObject(patched)) {
    setField(out, key, field.strategy === 'replace' ? patched : mergeObjects(current, patched, field.schema, options))
  } else if (Array.isArray(current) && Array.isArray(patched)) {
    const merges = field.strategy === 'merge' || deleting
    setField(out, key, merges ? mergeLists(current, patched, field.schema, field.mergeKey, options, deleting) : patched)
  }
}

function afterSlash(key: string, prefix: string, failure: string): string {
  if (!key.startsWith(`${prefix}/`)) throw new PatchError(failure, 'bad-format')
  return key.slice(prefix.length + 1)
}

function applyRetainKeys(out: JsonObject, patch: JsonObject, options: MergeOptions): void {
  if (!has(patch, RETAIN_KEYS)) return
  const retained = patch[RETAIN_KEYS]
  delete patch[RETAIN_KEYS]
  if (!options.applying) {
    const before = fieldOf(out, RETAIN_KEYS)
    if (before === undefined) setField(out, RETAIN_KEYS, retained)
    else if (!deepEqual(before, retained)) {
      const pair = `${goText(before)} and ${goText(retained)}`
      throw new PatchError(`${pair} are not deep equal: this may happen when calculating the 3-way diff patch`)
    }
    return
  }
  const wrong = new PatchError('invalid patch format of retainKeys', 'bad-format')
  if (!Array.isArray(retained)) throw wrong
  for (const key of Object.keys(patch)) {
    if (patch[key] === null || key.startsWith(DELETE_PREFIX) || key.startsWith(ORDER_PREFIX)) continue
    if (!retained.includes(key)) throw wrong
  }
  for (const key of Object.keys(out)) if (!retained.includes(key)) delete out[key]
}

/** Merges the list a $setElementOrder directive is about, puts it in order, and takes both out of the patch. */
function applyOrder(out: JsonObject, patch: JsonObject, directive: string, schema: PatchSchema, options: MergeOptions): void {
  const wrong = new PatchError('invalid patch format of setElementOrder list', 'bad-format')
  const order = patch[directive]
  if (!options.applying) {
    if (has(out, directive) && !deepEqual(out[directive], order)) throw wrong
    setField(out, directive, order)
  }
  delete patch[directive]
  if (!Array.isArray(order)) throw badArgument([], order)
  const key = afterSlash(directive, ORDER_PREFIX, wrong.message)
  const current = fieldOf(out, key)
  const patched = fieldOf(patch, key)
  if (current !== undefined && !Array.isArray(current)) throw badArgument([], current)
  if (patched !== undefined && !Array.isArray(patched)) throw badArgument([], patched)
  const { schema: inner, strategy, mergeKey } = lookup(schema, key)
  checkOrder(patched ?? [], order, mergeKey)
  let merged: Json[]
  if (current && patched) merged = strategy === 'merge' ? mergeLists(current, patched, inner, mergeKey, options, false) : patched
  else if (current) merged = current
  else if (patched) merged = patched.map(withoutDirectives).filter((item) => item !== undefined)
  else return
  elementKind(current ?? [], patched ?? [])
  setField(out, key, orderMerged(merged, order, current ?? [], mergeKey))
  delete patch[key]
}

/** The patch's items must all be named by the order, in that order. */
function checkOrder(patched: Json[], order: Json[], mergeKey: string): void {
  if (patched.length === 0 || order.length === 0) return
  const items = patched.filter((item) => !(isObject(item) && fieldOf(item, DIRECTIVE) === 'delete'))
  let at = 0
  let next = 0
  // Directives may stand anywhere but after the last item that is named.
  while (at < items.length && next < order.length) {
    const item = items[at]
    if (isObject(item) && has(item, DIRECTIVE)) at++
    else if (sameItem(item, order[next++], mergeKey)) at++
  }
  if (at < items.length) {
    throw new PatchError(`The order in patch list:\n${goText(patched)}\n doesn't match ${ORDER_PREFIX} list:\n${goText(order)}\n`)
  }
}

function sameItem(left: Json, right: Json, mergeKey: string): boolean {
  return mergeKey === '' ? left === right : keyed(left, mergeKey)[mergeKey] === keyed(right, mergeKey)[mergeKey]
}

function mergeLists(
  current: Json[],
  patched: Json[],
  schema: PatchSchema,
  mergeKey: string,
  options: MergeOptions,
  deleting: boolean,
): Json[] {
  if (current.length === 0 && patched.length === 0) return current
  if (elementKind(current, patched) !== 'map') {
    if (deleting && options.applying) {
      const doomed = new Set(patched)
      return current.filter((item) => !doomed.has(item))
    }
    return orderMerged([...new Set([...current, ...patched])], patched, current, '')
  }
  if (mergeKey === '') throw new PatchError(`cannot merge lists without merge key for ${schema.name}`)
  const doomed: Json[] = []
  let replacing = false
  const items: Json[] = []
  for (const item of patched) {
    if (!isObject(item)) throw badArgument({}, item)
    if (!has(item, DIRECTIVE)) items.push(item)
    else if (item[DIRECTIVE] === 'delete') {
      doomed.push(keyed(item, mergeKey))
    } else if (item[DIRECTIVE] === 'replace') replacing = true
    else if (item[DIRECTIVE] === 'merge') throw new PatchError('merging lists cannot yet be specified in the patch')
    else throw new PatchError(`unknown patch type: ${goText(item[DIRECTIVE])} in map: ${goText(item)}`, 'other')
  }
  if (replacing) return orderMerged(items, [], items, mergeKey)
  const deleted = new Places(doomed, mergeKey)
  const live = current.filter((item) => deleted.of(item) < 0)
  const merged = [...live]
  const places = new Places(live, mergeKey)
  for (const item of items) {
    const at = places.of(keyed(item, mergeKey))
    const target = at < 0 ? undefined : merged[at]
    if (isObject(target) && isObject(item)) merged[at] = mergeObjects(target, item, schema, options)
    else places.add(item, merged.push(item) - 1)
  }
  return orderMerged(merged, items, live, mergeKey)
}

/** Applies a strategic merge patch to an object and returns the result. Throws PatchError. */
export function strategicMergePatch(original: JsonObject, patch: JsonObject, schema: PatchSchema): JsonObject {
  return mergeObjects(original, patch, schema, { applying: true })
}

/** One patch with the effect of `first` and then `second`; directives and nulls are kept. Throws PatchError. */
export function combineStrategicPatches(first: JsonObject, second: JsonObject, schema: PatchSchema): JsonObject {
  return mergeObjects(first, second, schema, { applying: false })
}
