// patches, patchesStrategicMerge and patchesJson6902. Upstream: kustomize api/internal/builtins/Patch*Transformer.go.
import type { Json } from '../api/types'
import { jsonPatch, type PatchOperation } from '../lib/patch/json-patch'
import { isObject, type JsonObject } from '../lib/patch/value'
import { toYaml } from '../lib/yaml-emit'
import { parseYaml } from '../schema/yaml'
import { failure, messageOf, wrapped } from './failure'
import type { Patch, Selector } from './kustomization'
import type { Loader } from './loader'
import { mergeObject } from './merge'
import { objectsIn, objectsOfFile } from './read'
import { gvkText, idText, metadataOf, Resource, text } from './resource'
import type { ResourceMap } from './resource-map'

interface Options {
  allowNameChange?: boolean
  allowKindChange?: boolean
}

/** Merges a patch into one object; its name, kind and namespace stay unless the options let them change. */
function applyMerge(map: ResourceMap, resource: Resource, patch: JsonObject, options: Options): void {
  const { name, namespace, kind } = resource.id
  if (options.allowNameChange || options.allowKindChange) resource.rememberId()
  const merged = mergeObject(resource.value, patch)
  if (!merged) {
    map.resources = map.resources.filter((r) => r !== resource)
    return
  }
  resource.value = { ...merged, kind: options.allowKindChange ? merged.kind : kind }
  if (!options.allowNameChange) resource.set('name', name)
  resource.set('namespace', namespace)
}

function operationsOf(source: string): PatchOperation[] | undefined {
  let value: unknown
  try {
    value = parseYaml(source)
  } catch {
    return undefined
  }
  return Array.isArray(value) && value.length && value.every((item) => isObject(item)) ? (value as unknown as PatchOperation[]) : undefined
}

/** Kustomize keeps notes in the annotations while it builds, so that paths into them exist. */
function applyOperations(resource: Resource, operations: PatchOperation[], noted: boolean): void {
  const metadata = metadataOf(resource.value)
  const before = noted && !isObject(metadata.annotations) ? { ...metadata, annotations: {} } : metadata
  const patched = wrapped(
    (message) => message,
    () => jsonPatch({ ...resource.value, metadata: before }, operations),
  ) as JsonObject
  const { annotations, ...rest } = metadataOf(patched)
  const empty = isObject(annotations) && !Object.keys(annotations).length
  resource.value = empty ? { ...patched, metadata: rest } : patched
}

function isNoted(resource: Resource): boolean {
  return resource.previous.length > 0 || resource.hashed || resource.behavior !== 'unspecified'
}

function selectorText(selector: Selector): string {
  const id = `${gvkText(selector)}/${selector.name || '[noName]'}.${selector.namespace || '[noNs]'}`
  return `${id}:a=${selector.annotationSelector ?? ''}:l=${selector.labelSelector ?? ''}`
}

/** What a kustomization asks of its objects, read and checked but not yet done. */
export type Transform = (map: ResourceMap) => void

/** The configuration of a built-in transformer as kustomize hands it over: YAML without the fields that are empty. */
function configText(config: Record<string, unknown>): string {
  const filled = (value: unknown) => value !== undefined && value !== '' && value !== false
  const kept = (value: unknown): unknown => {
    if (!isObject(value)) return value
    const entries = Object.entries(value).filter(([, each]) => filled(each))
    return Object.fromEntries(entries.map(([key, each]) => [key, kept(each)]))
  }
  return toYaml(kept(config))
}

/** Runs `read` on the configuration of a built-in transformer, which what fails in it quotes. */
function configured(transformer: string, config: Record<string, unknown>, read: (text: string) => Transform): Transform {
  const text = configText(config)
  return wrapped(`trouble configuring builtin ${transformer} with config: \`\n${text}\``, () => read(text))
}

function sourceOf(loader: Loader, { path, patch = '' }: Patch, config: string): { source: string; where: string } {
  const inline = patch.trim()
  if (!inline && !path) throw failure(`must specify one of patch and path in\n${config}`)
  if (inline && path) throw failure(`patch and path can't be set at the same time\n${config}`)
  if (!path) return { source: inline, where: `[patch: ${JSON.stringify(inline)}]` }
  const loaded = wrapped(`failed to get the patch file from path(${path})`, () => loader.load(path))
  return { source: loaded.toString('utf8'), where: `[path: ${JSON.stringify(path)}]` }
}

/** An entry of `patches`: strategic merges or JSON patch operations. Throws CommandError, now for what cannot be read, then for what does not fit. */
export function readPatch(loader: Loader, entry: Patch): Transform {
  const { path, patch, target, options } = entry
  return configured('PatchTransformer', { path, patch, target, options }, (config) => {
    const { source, where } = sourceOf(loader, entry, config)
    const operations = operationsOf(source)
    if (operations) return (map) => applyToSelected(map, operations, where, target)
    let patches: JsonObject[]
    try {
      patches = objectsIn(source)
    } catch (error) {
      messageOf(error)
      throw failure(`unable to parse SM or JSON patch from ${where}`)
    }
    return (map) => mergeEach(map, patches, where, entry)
  })
}

function applyToSelected(map: ResourceMap, operations: PatchOperation[], where: string, target: Selector | undefined): void {
  if (!target) throw failure(`must specify a target for JSON patch ${where}`)
  for (const resource of map.select(target)) {
    resource.rememberId()
    applyOperations(resource, operations, true)
  }
}

function mergeEach(map: ResourceMap, patches: JsonObject[], where: string, { target, options = {} }: Patch): void {
  if (!target) {
    for (const patch of patches) {
      const { id } = new Resource(patch)
      const found = wrapped(`no resource matches strategic merge patch ${JSON.stringify(idText(id))}`, () => map.one(id))
      applyMerge(map, found, patch, options)
    }
    return
  }
  if (patches.length > 1) {
    throw failure(`Multiple Strategic-Merge Patches in one \`patches\` entry is not allowed to set \`patches.target\` field: ${where}`)
  }
  const [patch] = patches
  const selected = wrapped(`unable to find patch target ${JSON.stringify(selectorText(target))} in \`resources\``, () => map.select(target))
  if (!patch) return
  for (const resource of selected) {
    const { apiVersion } = resource.value
    applyMerge(map, resource, { ...patch, apiVersion }, options)
  }
}

/** The entries of `patchesStrategicMerge`: patches themselves or names of files with them. Throws CommandError as readPatch does. */
export function readStrategicMerges(loader: Loader, paths: string[]): Transform {
  return configured('PatchStrategicMergeTransformer', { paths }, () => {
    const patches = paths.flatMap((entry) => {
      try {
        return objectsIn(entry)
      } catch (error) {
        messageOf(error)
        return objectsOfFile(loader, entry)
      }
    })
    return (map) => {
      for (const patch of patches) applyMerge(map, map.one(new Resource(patch).id), patch, {})
    }
  })
}

/** An entry of `patchesJson6902`. Throws CommandError as readPatch does. */
export function readJson6902(loader: Loader, { target, path, patch = '' }: Patch): Transform {
  return configured('PatchJson6902Transformer', { target, path, jsonOp: patch }, () => {
    if (!target?.name) throw failure('must specify the target name')
    if (!path && !patch) throw failure('empty file path and empty jsonOp')
    if (path && patch) throw failure('must specify a file path or jsonOp, not both')
    const source = path ? loader.load(path).toString('utf8') : patch
    if (!source) throw failure(`patch file '${path}' empty seems to be empty`)
    const operations = wrapped('yaml', () => parseYaml(source)) as Json
    if (!Array.isArray(operations) || !operations.length) throw failure(`patch appears to be empty; file=${path ?? ''}, JsonOp=${source}`)
    return (map) => {
      for (const resource of map.select(target)) {
        applyOperations(resource, operations as unknown as PatchOperation[], isNoted(resource))
      }
    }
  })
}

/** Whether an object carries `config.kubernetes.io/local-config`: it helps building and is not part of the result. */
export function isLocal(resource: Resource): boolean {
  const { annotations } = metadataOf(resource.value)
  if (!isObject(annotations) || !Object.hasOwn(annotations, 'config.kubernetes.io/local-config')) return false
  return text(annotations['config.kubernetes.io/local-config']) !== 'false'
}
