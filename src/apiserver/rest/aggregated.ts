// The aggregated discovery document: all groups with all their resources in one answer. Upstream: apiserver/pkg/endpoints/discovery/aggregated.
import { builtinEntries, type ResourceEntry, type ResourceInfo } from '../../schema/resources'
import { compareVersions, type Discovery } from '../discovery'

interface Entry {
  resource: string
  [member: string]: unknown
}

/** GET /api (the core group) or /apis (all others), as apidiscovery.k8s.io/v2. */
export function aggregated(discovery: Discovery, core: boolean): unknown {
  const groups = new Map<string, Map<string, Entry[]>>()
  const add = (group: string, version: string, entry: Entry) => {
    if ((group === '') !== core) return
    const versions = groups.get(group) ?? new Map<string, Entry[]>()
    groups.set(group, versions)
    versions.set(version, [...(versions.get(version) ?? []), entry])
  }
  const builtin = builtinEntries()
  for (const entry of builtin) {
    if (entry.name.includes('/')) continue
    const [group, version] = split(entry.groupVersion)
    add(group, version, builtinEntry(entry, builtin))
  }
  for (const info of discovery.all()) if (info.custom) add(info.group, info.version, customEntry(info))
  const items = [...groups].map(([name, versions]) => ({
    metadata: { ...(name ? { name } : {}), creationTimestamp: null },
    versions: [...versions]
      .sort(([a], [b]) => compareVersions(a, b))
      .map(([version, resources]) => ({ version, resources, freshness: 'Current' })),
  }))
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items }
}

function split(groupVersion: string): [group: string, version: string] {
  const slash = groupVersion.indexOf('/')
  return slash < 0 ? ['', groupVersion] : [groupVersion.slice(0, slash), groupVersion.slice(slash + 1)]
}

function kindOf({ groupVersion, group, version, kind }: ResourceEntry): object {
  const [ownGroup, ownVersion] = split(groupVersion)
  return { group: group ?? ownGroup, version: version ?? ownVersion, kind }
}

function builtinEntry(entry: ResourceEntry, all: ResourceEntry[]): Entry {
  const { name, groupVersion: gv, namespaced, singularName, verbs, shortNames, categories } = entry
  const parts = all.filter((each) => each.groupVersion === gv && each.name.startsWith(`${name}/`))
  return {
    resource: name,
    responseKind: kindOf(entry),
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singularName,
    verbs,
    ...(shortNames ? { shortNames } : {}),
    ...(categories ? { categories } : {}),
    ...(parts.length
      ? {
          subresources: parts.map((part) => ({
            subresource: part.name.slice(name.length + 1),
            responseKind: kindOf(part),
            verbs: part.verbs,
          })),
        }
      : {}),
  }
}

function customEntry(info: ResourceInfo): Entry {
  const { group, version, kind } = info
  const own = { group, version, kind }
  const scale = { group: 'autoscaling', version: 'v1', kind: 'Scale' }
  const parts = info.subresources.map((name) => ({
    subresource: name,
    responseKind: name === 'scale' ? scale : own,
    verbs: ['get', 'patch', 'update'],
  }))
  return {
    resource: info.plural,
    responseKind: own,
    scope: info.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: info.singular,
    verbs: info.verbs,
    ...(info.shortNames.length ? { shortNames: info.shortNames } : {}),
    ...(info.categories.length ? { categories: info.categories } : {}),
    ...(parts.length ? { subresources: parts } : {}),
  }
}
