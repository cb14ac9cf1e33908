// What a kustomization does to all of its objects: namespace, prefix and suffix, labels, annotations, replica counts, images.
// Upstream: kustomize api/internal/builtins, api/filters.
import type { Json } from '../api/types'
import { isObject, type JsonObject } from '../lib/patch/value'
import { failure, wrapped } from './failure'
import {
  annotationFields,
  METADATA_LABELS,
  NAMESPACE_FIELDS,
  REPLICA_FIELDS,
  selectorLabels,
  templateLabels,
  volumeClaimTemplateLabels,
} from './field-specs'
import { splitPath, updateAt } from './fields'
import type { FieldSpec, Image, Kustomization, Label } from './kustomization'
import { effectiveNamespace, gvkOf, gvkText, idText, isClusterScoped, type Resource, sameId, selectedBy } from './resource'
import type { ResourceMap } from './resource-map'

function applyField(resource: Resource, spec: FieldSpec, make: () => Json, change: (value: Json) => Json): void {
  if (!selectedBy(gvkOf(resource.value), spec)) return
  resource.value = wrapped(
    (message) => `considering field '${spec.path}' of object ${idText(resource.id)}: ${message}`,
    () => updateAt(resource.value, splitPath(spec.path), spec.create ? make : undefined, change) as JsonObject,
  )
}

/** Throws CommandError when two objects come to have one id. */
export function setNamespace(map: ResourceMap, namespace: string): void {
  for (const resource of map.resources) {
    resource.rememberId()
    if (!isClusterScoped(gvkOf(resource.value))) resource.set('namespace', namespace)
    const { kind } = gvkOf(resource.value)
    if (kind === 'RoleBinding' || kind === 'ClusterRoleBinding') setSubjects(resource, namespace)
    for (const spec of NAMESPACE_FIELDS) {
      applyField(
        resource,
        spec,
        () => '',
        () => namespace,
      )
    }
    const { id } = resource
    const same = map.resources.filter((r) => sameId(r.id, id))
    if (same.length !== 1) {
      throw failure(`namespace transformation produces ID conflict: [${same.map((r) => JSON.stringify(r.value)).join(' ')}]`)
    }
  }
}

/** Only subjects named `default` move along; others get their namespace with the account they name. */
function setSubjects(resource: Resource, namespace: string): void {
  const { subjects } = resource.value
  if (!Array.isArray(subjects)) return
  const moved = subjects.map((s) => (isObject(s) && s.name === 'default' ? { ...s, namespace } : s))
  resource.value = { ...resource.value, subjects: moved }
}

const UNFIXED = [{ kind: 'CustomResourceDefinition' }, { group: 'apiregistration.k8s.io', kind: 'APIService' }, { kind: 'Namespace' }]

function affixable(resource: Resource): boolean {
  return !UNFIXED.some((gvk) => selectedBy(resource.original, gvk))
}

export function addPrefix(map: ResourceMap, prefix: string): void {
  for (const resource of map.resources.filter(affixable)) {
    resource.prefixes.push(prefix)
    resource.rememberId()
    resource.set('name', `${prefix}${resource.id.name}`)
  }
}

export function addSuffix(map: ResourceMap, suffix: string): void {
  for (const resource of map.resources.filter(affixable)) {
    resource.suffixes.push(suffix)
    resource.rememberId()
    resource.set('name', `${resource.id.name}${suffix}`)
  }
}

function setEntries(map: ResourceMap, entries: Record<string, string>, specs: FieldSpec[]): void {
  const put = (value: Json): Json => {
    if (value !== null && !isObject(value)) throw failure(`wrong node kind: expected MappingNode but got ${nodeKind(value)}`)
    return { ...value, ...entries }
  }
  if (!Object.keys(entries).length) return
  for (const resource of map.resources) for (const spec of specs) applyField(resource, spec, () => ({}), put)
}

export function nodeKind(value: Json | undefined): string {
  if (Array.isArray(value)) return 'SequenceNode'
  return isObject(value) ? 'MappingNode' : 'ScalarNode'
}

/** Specs of the first list go before equal ones of the second. Throws CommandError when they differ on whether to make the field. */
function mergedSpecs(first: FieldSpec[], second: FieldSpec[]): FieldSpec[] {
  const out = [...first]
  for (const spec of second) {
    const known = out.find(
      (s) => s.path === spec.path && selectedBy({ group: s.group ?? '', version: s.version ?? '', kind: s.kind ?? '' }, spec),
    )
    if (!known) out.push(spec)
    else if ((known.create ?? false) !== (spec.create ?? false)) throw failure('failed to merge labels: conflicting fieldspecs')
  }
  return out
}

function labelSpecs({ fields = [], includeSelectors, includeTemplates, includeVolumeClaimTemplates }: Label): FieldSpec[] {
  if (includeSelectors) return mergedSpecs(fields, selectorLabels())
  let specs = fields
  if (includeTemplates) specs = mergedSpecs(specs, templateLabels())
  if (includeVolumeClaimTemplates) specs = mergedSpecs(specs, volumeClaimTemplateLabels())
  return mergedSpecs(specs, METADATA_LABELS)
}

/** Throws CommandError. */
export function addLabels(map: ResourceMap, { labels = [], commonLabels = {} }: Kustomization): void {
  for (const label of labels) setEntries(map, label.pairs ?? {}, labelSpecs(label))
  setEntries(map, commonLabels, selectorLabels())
}

export function addAnnotations(map: ResourceMap, annotations: Record<string, string>): void {
  setEntries(map, annotations, annotationFields())
}

/** Throws CommandError when no workload has or had the name. */
export function setReplicas(map: ResourceMap, { name = '', count = 0 }: { name?: string; count?: number }): void {
  let found = false
  for (const spec of REPLICA_FIELDS) {
    for (const resource of map.byAnyId((id) => id.name === name && selectedBy(id, spec))) {
      found = true
      applyField(
        resource,
        spec,
        () => 0,
        () => count,
      )
    }
  }
  if (found) return
  const kinds = REPLICA_FIELDS.map(gvkText).join(' ')
  throw failure(`resource with name ${name} does not match a config with the following GVK [${kinds}]`)
}

/** `host:port/name:tag@digest` taken apart. */
function splitImage(image: string): { name: string; tag: string; digest: string } {
  const at = image.indexOf('@', Math.max(image.indexOf('/'), 0))
  const named = at < 0 ? image : image.slice(0, at)
  const colon = named.indexOf(':', Math.max(named.indexOf('/'), 0))
  return {
    name: colon < 0 ? named : named.slice(0, colon),
    tag: colon < 0 ? '' : named.slice(colon + 1),
    digest: at < 0 ? '' : image.slice(at + 1),
  }
}

function imageMatcher(name: string): (image: string) => boolean {
  try {
    const regex = new RegExp(`^${name}(:[a-zA-Z0-9_.{}-]*)?(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?$`)
    return (image) => regex.test(image)
  } catch {
    return () => false
  }
}

function renamed(image: string, change: Image): string {
  const parts = splitImage(image)
  const name = change.newName || parts.name
  let { tag, digest } = parts
  if (change.newTag || change.digest) [tag, digest] = [change.newTag ?? '', change.digest ?? '']
  else if (change.tagSuffix) [tag, digest] = [tag + change.tagSuffix, '']
  return name + (tag && `:${tag}`) + (digest && `@${digest}`)
}

const IMAGE_VOLUMES = ['spec/volumes[]/image/reference', 'spec/template/spec/volumes[]/image/reference']

/** The images of all containers, wherever they are, and of image volumes. Throws CommandError. */
export function setImages(map: ResourceMap, change: Image): void {
  const matches = imageMatcher(change.name ?? '')
  const update = (value: Json): Json => (typeof value === 'string' && matches(value) ? renamed(value, change) : value)
  const item = (value: Json): Json => (isObject(value) && Object.hasOwn(value, 'image') ? { ...value, image: update(value.image) } : value)
  const walk = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(walk)
    if (!isObject(value)) return value
    const entries = Object.entries(value).map(([key, child]): [string, Json] => {
      const walked = walk(child)
      const containers = key === 'containers' || key === 'initContainers'
      return [key, containers && Array.isArray(walked) ? walked.map(item) : walked]
    })
    return Object.fromEntries(entries)
  }
  for (const resource of map.resources) {
    if (gvkOf(resource.value).kind === 'CustomResourceDefinition') continue
    resource.value = walk(resource.value) as JsonObject
    for (const path of IMAGE_VOLUMES) applyField(resource, { path }, () => '', update)
  }
}

/** The name's place in order under `legacy` sorting. */
export function legacyOrder(map: ResourceMap, orderFirst: string[], orderLast: string[]): Resource[] {
  const ranks = new Map<string, number>()
  for (const [i, kind] of orderFirst.entries()) ranks.set(kind, i - orderFirst.length)
  for (const [i, kind] of orderLast.entries()) ranks.set(kind, i + 1)
  const keys = new Map(
    map.resources.map((resource) => {
      const { id } = resource
      const gvk = `${id.group || '~G'}_${id.version || '~V'}_${id.kind || '~K'}`
      return [resource, { rank: ranks.get(id.kind) ?? 0, gvk, name: `${id.namespace || '~X'}|${id.name || '~N'}` }]
    }),
  )
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  return [...map.resources].sort((a, b) => {
    const [x, y] = [keys.get(a), keys.get(b)]
    if (!x || !y) return 0
    return x.rank - y.rank || compare(x.gvk, y.gvk) || compare(x.name, y.name)
  })
}

/** The objects by namespace, cluster-scoped ones under the name that is none. */
export function byNamespace(resources: Resource[]): Map<string, Resource[]> {
  const out = new Map<string, Resource[]>()
  for (const resource of resources) {
    const namespace = effectiveNamespace(resource.id)
    out.set(namespace, [...(out.get(namespace) ?? []), resource])
  }
  return out
}
