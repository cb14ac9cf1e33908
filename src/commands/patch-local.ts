// kubectl patch without the server: --local and dry runs of the client, as the patch libraries themselves answer.
// Upstream: kubectl/pkg/cmd/patch/patch.go (getPatchedJSON), gopkg.in/evanphx/json-patch.v4, apimachinery/pkg/util/strategicpatch.
import type { Json, KubeObject } from '../api/types'
import { groupVersion } from '../apiserver/discovery'
import type { PatchType } from '../apiserver/patch'
import { patchSchema } from '../apiserver/patch-schema'
import { undecodableText } from '../cli/document-check'
import { patchOperations } from '../cli/overrides'
import { CommandError } from '../errors'
import { toCompactJson } from '../lib/json-emit'
import { jsonPatch, type PatchOperation } from '../lib/patch/json-patch'
import { mergePatch } from '../lib/patch/merge-patch'
import { strategicMergePatch } from '../lib/patch/strategic-merge'
import { isObject, type JsonObject, PatchError } from '../lib/patch/value'
import type { ResourceInfo } from '../schema/resources'
import { shapeOf } from '../schema/shape'
import { BrokenJson } from './patch-text'

/** The patched object, of whatever types its fields then are. Throws CommandError. */
export function patchLocally(info: ResourceInfo, before: KubeObject, type: PatchType, patch: Json | BrokenJson): KubeObject {
  let after: Json
  try {
    const original = before as unknown as JsonObject
    if (type === 'json') after = jsonPatch(original, operationsOf(patch))
    else if (type === 'merge') after = merged(original, patch)
    else after = strategicallyMerged(info, original, patch)
  } catch (error) {
    if (!(error instanceof PatchError)) throw error
    const key = /doc is missing key: (.*)$/.exec(error.message)
    throw new CommandError(key ? `Object to be patched is missing field (${key[1]})` : error.message)
  }
  const why = undecodableText(after, () => toCompactJson(after))
  if (why !== undefined) throw new CommandError(why)
  return after as unknown as KubeObject
}

function operationsOf(patch: Json | BrokenJson): PatchOperation[] {
  if (patch instanceof BrokenJson) throw new CommandError(patch.why)
  return patchOperations(patch)
}

/** jsonpatch.MergePatch: a list takes the place of the document, any other value is refused. */
function merged(original: JsonObject, patch: Json | BrokenJson): Json {
  if (patch instanceof BrokenJson || !(isObject(patch) || Array.isArray(patch))) throw new CommandError('Invalid JSON Patch')
  return mergePatch(original, patch)
}

function strategicallyMerged(info: ResourceInfo, original: JsonObject, patch: Json | BrokenJson): JsonObject {
  const shape = info.custom ? undefined : shapeOf(groupVersion(info), info.kind)
  if (!shape) {
    const kind = `${info.group}/${info.version}, Kind=${info.kind}`
    throw new CommandError(`strategic merge patch is not supported for ${kind} locally, try --type merge`)
  }
  if (patch === null) return original
  if (patch instanceof BrokenJson || !isObject(patch)) throw new CommandError('invalid JSON document')
  return strategicMergePatch(original, patch, patchSchema(shape))
}
