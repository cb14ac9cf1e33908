// The objects of a kustomization in order, no two of them with the same id.
// Upstream: kustomize api/resmap/reswrangler.go, api/types/selector.go.
import { BoundedRegExp } from '../lib/bounded-regexp'
import { parseLabelSelector, selectorMatches } from '../lib/label-selector'
import { isObject, type JsonObject } from '../lib/patch/value'
import { failure, wrapped } from './failure'
import type { Selector } from './kustomization'
import {
  effectiveNamespace,
  type Gvk,
  gvkOf,
  idSource,
  idText,
  labelsOf,
  metadataOf,
  type Resource,
  type ResourceId,
  sameId,
} from './resource'

export class ResourceMap {
  resources: Resource[] = []

  /** Throws CommandError when an object with the id is there already. */
  append(resource: Resource): void {
    const { id } = resource
    if (this.resources.some((r) => sameId(r.id, id))) {
      throw failure(`may not add resource with an already registered id: ${idText(id)}`)
    }
    this.resources.push(resource)
  }

  byAnyId(matches: (id: ResourceId) => boolean): Resource[] {
    return this.resources.filter((r) => [...r.previous, r.id].some(matches))
  }

  /** The one object that has or had an id. Throws CommandError. */
  one(id: ResourceId): Resource {
    const found = this.byAnyId((other) => sameId(other, id))
    if (found.length === 1) return found[0]
    const problem = found.length ? 'multiple matches' : 'no matches'
    throw failure(`${problem} for Id ${idText(id)}; failed to find unique target for patch ${idText(id)}`)
  }

  /** Adds what a generator made, or lets it replace or extend what is there. Throws CommandError. */
  absorb(made: Resource): void {
    const { id } = made
    const matches = this.byAnyId((other) => sameId(other, id))
    if (!matches.length) {
      if (made.behavior === 'merge' || made.behavior === 'replace') {
        throw failure(`id ${idSource(id)} does not exist; cannot merge or replace`)
      }
      this.append(made)
      return
    }
    if (matches.length > 1) throw failure(`found multiple objects that could accept merge of ${idText(id)}`)
    const [old] = matches
    if (made.behavior !== 'merge' && made.behavior !== 'replace') {
      throw failure(`id ${idSource(id)} exists; can not use behavior: '${made.behavior}', behavior must be merge or replace`)
    }
    inherit(made, old)
    this.resources[this.resources.indexOf(old)] = made
  }

  select(selector: Selector): Resource[] {
    const matcher = selectorMatcher(selector)
    return this.resources.filter((r) => matcher.metadata(r.value) && matcher.gvk(gvkOf(r.value)) && matcher.namespace(r) && matcher.name(r))
  }
}

/** What a replacing or merging object takes over from the one that was there. */
function inherit(made: Resource, old: Resource): void {
  const merged = (a: unknown, b: unknown): JsonObject => ({ ...(isObject(a) ? a : {}), ...(isObject(b) ? b : {}) })
  const [before, after] = [metadataOf(old.value), metadataOf(made.value)]
  const metadata: JsonObject = { ...after, name: before.name }
  for (const field of ['labels', 'annotations']) {
    const map = merged(before[field], after[field])
    if (Object.keys(map).length) metadata[field] = map
  }
  if (before.namespace) metadata.namespace = before.namespace
  else delete metadata.namespace
  const value: JsonObject = { ...made.value, metadata }
  if (made.behavior === 'merge') {
    for (const field of ['data', 'binaryData']) {
      const map = merged(old.value[field], value[field])
      if (Object.keys(map).length) value[field] = map
    }
  }
  made.value = value
  made.hashed &&= old.hashed
  made.previous = old.previous
  made.prefixes = old.prefixes
  made.suffixes = old.suffixes
}

export interface SelectorMatcher {
  gvk(gvk: Gvk): boolean
  /** Labels and annotations. */
  metadata(value: JsonObject): boolean
  id(id: ResourceId): boolean
  name(resource: Resource): boolean
  namespace(resource: Resource): boolean
}

function anchored(pattern: string | undefined): (value: string) => boolean {
  if (!pattern) return () => true
  const regex = wrapped('error parsing regexp', () => new BoundedRegExp(`^(?:${pattern})$`))
  return (value) => regex.test(value)
}

/** The patterns of a selector are regular expressions that must match whole names. Throws CommandError. */
export function selectorMatcher(selector: Selector): SelectorMatcher {
  const group = anchored(selector.group)
  const version = anchored(selector.version)
  const kind = anchored(selector.kind)
  const name = anchored(selector.name)
  const namespace = anchored(selector.namespace)
  const labels = parseLabelSelector(selector.labelSelector ?? '')
  const annotations = parseLabelSelector(selector.annotationSelector ?? '')
  const gvk = (g: Gvk) => group(g.group) && version(g.version) && kind(g.kind)
  return {
    gvk,
    metadata: (value) => selectorMatches(labels, labelsOf(value, 'labels')) && selectorMatches(annotations, labelsOf(value, 'annotations')),
    id: (id) => gvk(id) && name(id.name) && namespace(id.namespace),
    name: (r) => name(r.original.name) || name(r.id.name),
    namespace: (r) => namespace(effectiveNamespace(r.original)) || namespace(effectiveNamespace(r.id)),
  }
}
