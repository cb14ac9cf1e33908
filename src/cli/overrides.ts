// --overrides: JSON merged into a generated object. Upstream: kubectl/pkg/cmd/util/override_options.go.
import type { KubeObject } from '../api/types'
import { patchSchemaOf } from '../apiserver/patch-schema'
import { CommandError } from '../errors'
import { jsonPatch, type PatchOperation } from '../lib/patch/json-patch'
import { mergePatch } from '../lib/patch/merge-patch'
import { strategicMergePatch } from '../lib/patch/strategic-merge'
import type { JsonObject } from '../lib/patch/value'
import type { CommandContext } from './context'

/** Merges --overrides into a new object, as --override-type says. Throws CommandError for text that is no JSON. */
export function overridden<T extends KubeObject>(context: CommandContext, object: T): T {
  const text = context.flags.string('overrides')
  if (!text) return object
  const type = context.flags.string('override-type')
  if (!['json', 'merge', 'strategic'].includes(type)) throw new CommandError(`invalid override type: ${type}`)
  let patch: unknown
  try {
    patch = JSON.parse(text)
  } catch {
    throw new CommandError('Invalid JSON Patch')
  }
  const target = object as unknown as JsonObject
  if (type === 'json') return jsonPatch(target, patch as PatchOperation[]) as unknown as T
  const schema = type === 'strategic' ? patchSchemaOf(object.apiVersion, object.kind) : undefined
  const merged = schema ? strategicMergePatch(target, patch as JsonObject, schema) : mergePatch(target, patch as JsonObject)
  return merged as unknown as T
}
