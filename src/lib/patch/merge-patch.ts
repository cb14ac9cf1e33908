// JSON merge patch (RFC 7386) as evanphx/json-patch does it, and the three-way form kubectl apply uses for custom resources.
import type { Json } from '../../api/types'
import { deepEqual, fieldOf, has, isObject, type JsonObject, PatchError, setField } from './value'

/** A new value without the null fields of its objects; null items of lists stay. */
function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  const out: JsonObject = {}
  for (const key of Object.keys(value)) if (value[key] !== null) setField(out, key, withoutNulls(value[key]))
  return out
}

/** The target after the patch: objects merge, null removes a field, everything else replaces. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  // A list in an object's place is taken as it is, nulls and all: evanphx/json-patch looks into it in the place of anything else only.
  if (!isObject(patch)) return isObject(target) ? patch : withoutNulls(patch)
  if (!isObject(target)) return withoutNulls(patch)
  const out: JsonObject = { ...target }
  for (const key of Object.keys(patch)) {
    const value = patch[key]
    const current = fieldOf(target, key)
    if (value === null) delete out[key]
    else setField(out, key, current === undefined || current === null ? withoutNulls(value) : mergePatch(current, value))
  }
  return out
}

/** The merge patch that makes `modified` out of `original` (jsonpatch.CreateMergePatch). */
export function createMergePatch(original: JsonObject, modified: JsonObject): JsonObject {
  const patch: JsonObject = {}
  for (const key of Object.keys(modified)) {
    const before = fieldOf(original, key)
    const after = modified[key]
    if (before === undefined) setField(patch, key, after)
    else if (isObject(before) && isObject(after)) {
      const inner = createMergePatch(before, after)
      if (Object.keys(inner).length > 0) setField(patch, key, inner)
    } else if (!deepEqual(before, after)) setField(patch, key, after)
  }
  for (const key of Object.keys(original)) if (!has(modified, key)) setField(patch, key, null)
  return patch
}

/** Only the nulls of a patch, or all but them. */
function filterNulls(patch: JsonObject, keepNull: boolean): JsonObject {
  const out: JsonObject = {}
  for (const key of Object.keys(patch)) {
    const value = patch[key]
    if (value === null) {
      if (keepNull) setField(out, key, null)
    } else if (isObject(value) && Object.keys(value).length > 0) {
      const inner = filterNulls(value, keepNull)
      if (Object.keys(inner).length > 0) setField(out, key, inner)
    } else if (!keepNull) {
      setField(out, key, value)
    }
  }
  return out
}

/**
 * jsonmergepatch.CreateThreeWayJSONMergePatch: what `modified` adds to or changes in `current`, and what it no longer has of
 * `original` (the last applied configuration). Throws PatchError of kind `precondition`.
 */
export function createThreeWayMergePatch(
  original: JsonObject,
  modified: JsonObject,
  current: JsonObject,
  preconditions: ((patch: JsonObject) => boolean)[] = [],
): JsonObject {
  const changes = filterNulls(createMergePatch(current, modified), false)
  const deletions = filterNulls(createMergePatch(original, modified), true)
  // Laid over the deletions as over any object, which takes nulls out of lists.
  const patch = mergePatch(deletions, changes) as JsonObject
  for (const holds of preconditions) if (!holds(patch)) throw new PatchError('precondition failed', 'precondition')
  return patch
}
