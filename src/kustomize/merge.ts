// Strategic merge as kustomize does it, which is not quite the API server's: what a patch adds to a list goes before what was there.
// Upstream: kustomize kyaml/yaml/merge2, kyaml/yaml/walk.
import type { Json } from '../api/types'
import { fieldOf, isObject, type JsonObject, setField } from '../lib/patch/value'
import { type FieldShape, metaShape, type Shape, shapeOf } from '../schema/shape'
import { failure } from './failure'
import { text } from './resource'
import { nodeKind } from './transformers'

type Directive = 'merge' | 'replace' | 'delete'

function directive(value: Json | undefined): Directive {
  if (value === undefined) return 'merge'
  if (value === 'merge' || value === 'replace' || value === 'delete') return value
  throw failure(`unknown patch strategy '${text(value)}'`)
}

function withoutDirective(patch: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => key !== '$patch'))
}

/** The object under a patch; undefined when the patch deletes it. Throws CommandError. */
export function mergeObject(target: JsonObject, patch: JsonObject): JsonObject | undefined {
  const shape = shapeOf(text(target.apiVersion), text(target.kind))
  const merged = merge(target, patch, shape)
  return isObject(merged) ? merged : undefined
}

function fieldShape(shape: Shape | undefined, key: string): FieldShape | undefined {
  if (shape?.kind === 'map') return shape.field(key)
  return shape === undefined && key === 'metadata' ? { shape: metaShape(), patchStrategies: [], mergeKey: '' } : undefined
}

function merge(target: Json | undefined, patch: Json | undefined, shape: Shape | undefined, field?: FieldShape): Json | undefined {
  if (patch === undefined) return target
  if (patch === null) return undefined
  if (target !== undefined && target !== null && nodeKind(target) !== nodeKind(patch)) {
    throw failure(`wrong node kind: expected ${nodeKind(target)} but got ${nodeKind(patch)}: node contents:\n${JSON.stringify(patch)}\n`)
  }
  if (Array.isArray(patch)) return mergeList(target as Json[] | null | undefined, patch, shape, field)
  return isObject(patch) ? mergeMap(target as JsonObject | null | undefined, patch, shape) : patch
}

function mergeMap(target: JsonObject | null | undefined, patch: JsonObject, shape: Shape | undefined): Json | undefined {
  const what = directive(fieldOf(patch, '$patch'))
  if (what === 'delete') return undefined
  const changes = withoutDirective(patch)
  const base = what === 'replace' || !target ? {} : target
  const out: JsonObject = { ...base }
  for (const [key, change] of Object.entries(changes)) {
    const field = fieldShape(shape, key)
    const value = merge(fieldOf(base, key), change, field?.shape, field)
    if (value === undefined) delete out[key]
    else setField(out, key, value)
  }
  return out
}

function mergeList(target: Json[] | null | undefined, patch: Json[], shape: Shape | undefined, field?: FieldShape): Json | undefined {
  if (!field?.patchStrategies.includes('merge')) return patch
  const list = shape?.kind === 'list' ? shape : undefined
  const marks = patch.filter((item) => isObject(item) && Object.hasOwn(item, '$patch') && Object.keys(item).length === 1)
  const what = directive(marks.length ? fieldOf(marks[0] as JsonObject, '$patch') : undefined)
  if (what === 'delete') return undefined
  const changes = patch.filter((item) => !marks.includes(item))
  const base = what === 'replace' || !target ? [] : target
  const keys = list?.listType === 'map' && list.keys.length ? list.keys : field.mergeKey ? [field.mergeKey] : []
  if (!keys.length) return [...new Set([...changes, ...base])]
  const rest = [...base]
  const merged: Json[] = []
  for (const change of changes) {
    const at = rest.findIndex((item) => sameItem(item, change, keys))
    const old = at < 0 ? undefined : rest.splice(at, 1)[0]
    const value = merge(old, change, list?.element)
    if (value !== undefined && !(isObject(value) && !Object.keys(value).length)) merged.push(value)
  }
  return [...merged, ...rest]
}

/** Items are the same when no key differs and at least one is equal; a key that one of them leaves out is passed over. */
function sameItem(a: Json, b: Json, keys: string[]): boolean {
  if (!isObject(a) || !isObject(b)) return false
  const pairs = keys.map((key) => [fieldOf(a, key), fieldOf(b, key)])
  const both = pairs.filter(([x, y]) => x !== undefined && y !== undefined)
  return both.length > 0 && both.every(([x, y]) => text(x) === text(y))
}
