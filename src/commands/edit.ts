// kubectl edit: stored objects in the user's editor. Upstream: kubectl/pkg/cmd/edit/edit.go, util/editor/editoptions.go.
import type { Json, KubeObject } from '../api/types'
import { groupVersion } from '../apiserver/discovery'
import { patchObject } from '../apiserver/patch-requests'
import { patchSchemaOf } from '../apiserver/patch-schema'
import type { Command, CommandContext } from '../cli/context'
import { EDIT_PREAMBLE, type EditedObject, edit } from '../cli/edit-session'
import { saveConfiguration } from '../cli/last-applied'
import { recorded } from '../cli/record'
import { resultPrinter } from '../cli/result'
import { documentsOf, select } from '../cli/select'
import { validationOf } from '../cli/validation'
import { ApiError, CommandError, combine } from '../errors'
import { deepEqual } from '../lib/equal'
import { formatSharpV, quote } from '../lib/go-values'
import { toCompactJson } from '../lib/json-emit'
import { createMergePatch } from '../lib/patch/merge-patch'
import { createTwoWayPatch } from '../lib/patch/strategic-diff'
import { fieldOf, has, isObject, type JsonObject, PatchError } from '../lib/patch/value'

const CHANGED = 'At least one of apiVersion, kind and name was changed'

const OUTPUTS = ['json', 'kyaml', 'yaml']

/** What is edited is a document, in one of these languages. */
function checkOutput(output: string): void {
  if (output === '' || OUTPUTS.includes(output.toLowerCase())) return
  throw new CommandError(
    `unable to match a printer suitable for the output format ${quote(output)}, allowed formats are: ${OUTPUTS.join(',')}`,
  )
}

async function editCommand(context: CommandContext): Promise<void> {
  const { flags } = context
  const validation = validationOf(context)
  checkOutput(flags.string('output'))
  const print = resultPrinter(context, 'none')
  const documents = await documentsOf(context)
  const objects = context.cluster.read((cluster): EditedObject[] => {
    const { objects, failures } = select(context, cluster, documents, { allowAll: true })
    const failure = combine(failures)
    if (failure) throw failure
    return objects.map(({ info, object }) => ({ info, object: { ...object, apiVersion: groupVersion(info), kind: info.kind } }))
  })
  if (!objects.length) throw new CommandError('edit cancelled, no objects found')
  const manager = flags.string('field-manager')
  const subresource = flags.string('subresource')
  await edit(context, {
    objects,
    preamble: EDIT_PREAMBLE,
    save(edited, refuse) {
      const lines: string[] = []
      try {
        context.cluster.write((cluster) => {
          for (const object of edited) {
            const { info, object: before } = originalOf(objects, object)
            const after = recorded(context, saveConfiguration(withManagedFields(object, before), flags.bool('save-config')))
            requireNamespace(context, after)
            if (deepEqual(before, after)) {
              lines.push(print(after, 'skipped'))
              continue
            }
            const patch = difference(info.custom === true, before, after)
            if (flags.bool('output-patch')) lines.push(`Patch: ${toCompactJson(patch)}\n`)
            const { namespace, name } = before.metadata
            const options = { manager, validation, ...(subresource ? { subresource } : {}) }
            try {
              const patched = patchObject(cluster.server, info, namespace, name, info.custom ? 'merge' : 'strategic', patch, options)
              lines.push(print(patched, 'edited'))
            } catch (error) {
              if (!(error instanceof ApiError)) throw error
              refuse(info, name, error)
            }
          }
        })
      } finally {
        context.out(lines.join(''))
      }
    },
  })
}

function originalOf(objects: EditedObject[], object: KubeObject): EditedObject {
  const uid = object.metadata?.uid ?? ''
  const original = objects.find((o) => o.object.metadata.uid === uid)
  if (!original) throw new CommandError(`no original object found for &unstructured.Unstructured{Object:${formatSharpV(object)}}`)
  return original
}

function withManagedFields(object: KubeObject, before: KubeObject): KubeObject {
  const { managedFields } = before.metadata
  return managedFields ? { ...object, metadata: { ...object.metadata, managedFields } } : object
}

function requireNamespace(context: CommandContext, { metadata }: KubeObject): void {
  if (!metadata.namespace || metadata.namespace === context.namespace) return
  throw new CommandError(
    `the namespace from the provided object ${JSON.stringify(metadata.namespace)} does not match the namespace ${JSON.stringify(context.namespace)}. You must pass '--namespace=${metadata.namespace}' to perform this operation.`,
  )
}

/** The patch from what was shown to what was saved. Throws CommandError when it would make another object of it. */
function difference(custom: boolean, before: KubeObject, after: KubeObject): Json {
  const [original, modified] = [before, after] as unknown as JsonObject[]
  const schema = custom ? undefined : patchSchemaOf(before.apiVersion, before.kind)
  let patch: JsonObject
  try {
    patch = schema ? createTwoWayPatch(original, modified, schema) : createMergePatch(original, modified)
  } catch (error) {
    throw error instanceof PatchError ? new CommandError(error.message) : error
  }
  const metadata = fieldOf(patch, 'metadata')
  if (has(patch, 'apiVersion') || has(patch, 'kind') || (isObject(metadata) && has(metadata, 'name'))) throw new CommandError(CHANGED)
  return patch
}

export const command: Command = { run: editCommand }
