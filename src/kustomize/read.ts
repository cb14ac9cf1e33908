// The objects in a YAML text, as kustomize takes them: named, lists taken apart.
// Upstream: kustomize api/resource/factory.go, kyaml/kio/byteio_reader.go.
import { isObject, type JsonObject } from '../lib/patch/value'
import { parseLaterYaml, splitDocuments } from '../schema/yaml'
import { failure, messageOf, wrapped } from './failure'
import type { Loader } from './loader'
import { labelsOf, metadataOf, Resource, text } from './resource'

/** Go's %v of the metadata it has read. */
function metaText(value: JsonObject): string {
  const map = (field: 'labels' | 'annotations') =>
    Object.entries(labelsOf(value, field))
      .map(([k, v]) => `${k}:${v}`)
      .sort()
      .join(' ')
  const { name, namespace } = metadataOf(value)
  return `{{${text(value.apiVersion)} ${text(value.kind)}} {{${text(name)} ${text(namespace)}} map[${map('labels')}] map[${map('annotations')}]}}`
}

function checked(value: unknown): JsonObject[] {
  if (value === null || value === undefined) return []
  if (!isObject(value))
    throw failure(`wrong node kind: expected MappingNode but got ${Array.isArray(value) ? 'SequenceNode' : 'ScalarNode'}`)
  if (!Object.keys(value).length) return []
  const kind = text(value.kind)
  if (!kind) throw failure(`missing kind in object ${metaText(value)}`)
  if (!kind.endsWith('List') && !text(metadataOf(value).name)) throw failure(`missing metadata.name in object ${metaText(value)}`)
  return [value]
}

function inlined(values: JsonObject[]): JsonObject[] {
  const queue = [...values]
  const out: JsonObject[] = []
  for (let value = queue.shift(); value; value = queue.shift()) {
    const kind = text(value.kind)
    if (!kind.endsWith('List') || value.items === undefined) {
      out.push(value)
      continue
    }
    if (value.items === null) continue
    if (!Array.isArray(value.items)) throw failure(`expected array in ${kind}/items, but found ${typeof value.items}`)
    queue.push(...value.items.flatMap(checked))
  }
  return out
}

/** Throws CommandError for what is not YAML, not an object, or has no kind or name. */
export function objectsIn(source: string): JsonObject[] {
  const values = splitDocuments(source).flatMap((part) => checked(wrapped('MalformedYAMLError: yaml', () => parseLaterYaml(part))))
  return inlined(values)
}

/** The objects of a file of the kustomization. */
export function objectsOfFile(loader: Loader, file: string): JsonObject[] {
  const source = loader.load(file).toString('utf8')
  try {
    return objectsIn(source)
  } catch (error) {
    const message = messageOf(error)
    throw failure(message.startsWith('MalformedYAMLError') ? `${message} in File: ${file}` : message)
  }
}

export function resourcesOf(values: JsonObject[]): Resource[] {
  return values.map((value) => new Resource(value))
}
