// --overrides: JSON merged into a generated object. Upstream: kubectl/pkg/cmd/util/override_options.go.
import type { Json, KubeObject } from '../api/types'
import { patchSchemaOf } from '../apiserver/patch-schema'
import { CommandError } from '../errors'
import { jsonPatch, type PatchOperation } from '../lib/patch/json-patch'
import { mergePatch } from '../lib/patch/merge-patch'
import { strategicMergePatch } from '../lib/patch/strategic-merge'
import { isObject, type JsonObject, PatchError } from '../lib/patch/value'
import { decodeAs, jsonTypeName } from '../schema/decode'
import { typeNameOf } from '../schema/types'
import type { CommandContext } from './context'

/** Merges --overrides into a new object, as --override-type says. Throws CommandError for text that is no JSON or does not fit. */
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
  let after: Json
  try {
    after = patched(object, type, patch as Json)
  } catch (error) {
    if (!(error instanceof PatchError)) throw error
    throw new CommandError(error.message)
  }
  return madeOf(after) as T
}

/** The outcome as the built-in object it has to be. Throws CommandError. */
function madeOf(after: Json): KubeObject {
  if (!isObject(after)) {
    const into = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
    const why = `json: cannot unmarshal ${jsonTypeName(after)} into Go value of type ${into}`
    throw new CommandError(`couldn't get version/kind; json parse error: ${why}`)
  }
  const { apiVersion, kind } = after as { apiVersion?: string; kind?: string }
  const type = typeNameOf(apiVersion ?? '', kind ?? '')
  if (!type) throw new CommandError(`no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`)
  const { error } = decodeAs(after, type)
  if (error !== undefined) throw new CommandError(error)
  return after as unknown as KubeObject
}

function patched(object: KubeObject, type: string, patch: Json): Json {
  const target = object as unknown as JsonObject
  if (type === 'json') return jsonPatch(target, patchOperations(patch))
  if (type === 'merge' && (patch === null || typeof patch !== 'object')) throw new CommandError('Invalid JSON Patch')
  if (type === 'strategic' && !isObject(patch)) throw new CommandError('invalid JSON document')
  const schema = type === 'strategic' ? patchSchemaOf(object.apiVersion, object.kind) : undefined
  return schema ? strategicMergePatch(target, patch as JsonObject, schema) : mergePatch(target, patch as JsonObject)
}

/** jsonpatch.DecodePatch of what is JSON. Throws CommandError for what is no list of operations. */
export function patchOperations(patch: Json): PatchOperation[] {
  if (patch === null) return []
  const decoding = (value: Json, type: string) =>
    new CommandError(`json: cannot unmarshal ${jsonTypeName(value)} into Go value of type jsonpatch.${type}`)
  if (!Array.isArray(patch)) throw decoding(patch, 'Patch')
  return patch.map((operation) => {
    if (operation !== null && !isObject(operation)) throw decoding(operation, 'Operation')
    return (operation ?? {}) as unknown as PatchOperation
  })
}
