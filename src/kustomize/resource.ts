// An object on its way through a kustomization: what it is now, and the names it has had, by which others still refer to it.
// Upstream: kustomize api/resource/resource.go, kyaml/resid.
import type { JsonObject } from '../lib/patch/value'
import { isObject } from '../lib/patch/value'
import { builtinResources } from '../schema/resources'

export interface Gvk {
  group: string
  version: string
  kind: string
}

export interface ResourceId extends Gvk {
  name: string
  namespace: string
}

export type Behavior = 'create' | 'merge' | 'replace' | 'unspecified'

export class Resource {
  /** The oldest first; the present one is not among them. */
  previous: ResourceId[] = []
  prefixes: string[] = []
  suffixes: string[] = []
  /** Its name is to end with a hash of its contents. */
  hashed = false
  behavior: Behavior = 'unspecified'

  constructor(public value: JsonObject) {}

  get id(): ResourceId {
    const { name, namespace } = metadataOf(this.value)
    return { ...gvkOf(this.value), name: text(name), namespace: text(namespace) }
  }

  get original(): ResourceId {
    return this.previous[0] ?? this.id
  }

  /** To be called before a name, a namespace or a kind changes. */
  rememberId(): void {
    const { id } = this
    this.previous.push({ ...id, namespace: effectiveNamespace(id) })
  }

  set(field: 'name' | 'namespace', value: string): void {
    const metadata = { ...metadataOf(this.value) }
    if (value) metadata[field] = value
    else delete metadata[field]
    this.value = { ...this.value, metadata }
  }
}

export function text(value: unknown): string {
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value)
}

export function metadataOf(value: JsonObject): JsonObject {
  return isObject(value.metadata) ? value.metadata : {}
}

export function labelsOf(value: JsonObject, field: 'labels' | 'annotations'): Record<string, string> {
  const map = metadataOf(value)[field]
  return isObject(map) ? Object.fromEntries(Object.entries(map).map(([k, v]) => [k, text(v)])) : {}
}

export function gvkOf(value: JsonObject): Gvk {
  const apiVersion = text(value.apiVersion)
  const slash = apiVersion.indexOf('/')
  return { group: slash < 0 ? '' : apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1), kind: text(value.kind) }
}

let clusterScoped: Set<string> | undefined

/** Whether a kind is known not to live in namespaces; unknown kinds count as living in one. Kustomize knows old versions too. */
export function isClusterScoped({ group, kind }: Gvk): boolean {
  clusterScoped ??= new Set(
    builtinResources()
      .filter((r) => !r.namespaced)
      .map((r) => `${r.group}/${r.kind}`),
  )
  return clusterScoped.has(`${group}/${kind}`)
}

export const NO_NAMESPACE = '_non_namespaceable_'

export function effectiveNamespace(id: ResourceId): string {
  return isClusterScoped(id) ? NO_NAMESPACE : id.namespace || 'default'
}

export function sameNamespace(a: ResourceId, b: ResourceId): boolean {
  return effectiveNamespace(a) === effectiveNamespace(b)
}

export function sameId(a: ResourceId, b: ResourceId): boolean {
  return a.name === b.name && a.group === b.group && a.version === b.version && a.kind === b.kind && sameNamespace(a, b)
}

/** Empty fields of the selector match anything. */
export function selectedBy(gvk: Gvk, { group, version, kind }: Partial<Gvk>): boolean {
  return (!group || group === gvk.group) && (!version || version === gvk.version) && (!kind || kind === gvk.kind)
}

export function gvkText({ group, version, kind }: Partial<Gvk>): string {
  return [kind || '[noKind]', version || '[noVer]', group || '[noGrp]'].join('.')
}

/** `Deployment.v1.apps/web.[noNs]` */
export function idText(id: ResourceId): string {
  return `${gvkText(id)}/${id.name || '[noName]'}.${id.namespace || '[noNs]'}`
}

/** An id as Go's %#v prints it. */
export function idSource({ group, version, kind, name, namespace }: ResourceId): string {
  const scoped = isClusterScoped({ group, version, kind })
  const gvk = `resid.Gvk{Group:"${group}", Version:"${version}", Kind:"${kind}", isClusterScoped:${scoped}}`
  return `resid.ResId{Gvk:${gvk}, Name:"${name}", Namespace:"${namespace}"}`
}
