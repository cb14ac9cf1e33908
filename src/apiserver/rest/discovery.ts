// The discovery documents of the API: versions, groups, resources. Upstream: apiserver/pkg/endpoints/discovery.
import { createHash } from 'node:crypto'
import { API_SERVER_ADDRESS } from '../../network/api-server-service'
import { builtinEntries, type ResourceEntry, type ResourceInfo } from '../../schema/resources'
import { compareVersions, type Discovery, groupVersion } from '../discovery'

/** GET /api */
export function coreVersions(): unknown {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: API_SERVER_ADDRESS }],
  }
}

interface Group {
  name: string
  versions: { groupVersion: string; version: string }[]
  preferredVersion: { groupVersion: string; version: string }
}

function groups(discovery: Discovery): Group[] {
  const versions = new Map<string, string[]>()
  for (const { group, version } of discovery.all()) {
    if (!group) continue
    const known = versions.get(group) ?? []
    if (!known.includes(version)) versions.set(group, [...known, version])
  }
  return [...versions].map(([name, list]) => {
    const all = list.sort(compareVersions).map((version) => ({ groupVersion: `${name}/${version}`, version }))
    return { name, versions: all, preferredVersion: all[0] }
  })
}

/** GET /apis */
export function groupList(discovery: Discovery): unknown {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups(discovery) }
}

/** GET /apis/GROUP; undefined for a group that is not served. */
export function groupDocument(discovery: Discovery, name: string): unknown {
  const group = groups(discovery).find((each) => each.name === name)
  return group && { kind: 'APIGroup', apiVersion: 'v1', ...group }
}

/** GET /api/v1, /apis/GROUP/VERSION; undefined for a version that is not served. */
export function resourceList(discovery: Discovery, wanted: string): unknown {
  const builtin = builtinEntries()
    .filter((entry) => entry.groupVersion === wanted)
    .map(builtinLine)
  const custom = discovery
    .all()
    .filter((info) => info.custom && groupVersion(info) === wanted)
    .flatMap(customLines)
  const resources = [...builtin, ...custom]
  if (resources.length === 0) return undefined
  return { kind: 'APIResourceList', ...(wanted === 'v1' ? {} : { apiVersion: 'v1' }), groupVersion: wanted, resources }
}

/** The storage's own group and version, where it is not the one asked for: events have one storage, HorizontalPodAutoscalers one version. */
const STORED: Record<string, string> = { 'events.k8s.io/v1': '/v1', 'autoscaling/v1': 'autoscaling/v2' }

/** What tells clients how objects are stored. Upstream: apiserver/pkg/endpoints/discovery/storageversionhash.go. */
function storageVersionHash(stored: string, kind: string): string {
  const type = `${stored.includes('/') ? stored : `/${stored}`}/${kind}`
  return createHash('sha256').update(type).digest().subarray(0, 8).toString('base64')
}

function builtinLine(entry: ResourceEntry): unknown {
  const { name, singularName, namespaced, group, version, kind, verbs, shortNames, categories, groupVersion } = entry
  return {
    name,
    singularName,
    namespaced,
    ...(group ? { group } : {}),
    ...(version ? { version } : {}),
    kind,
    verbs,
    ...(shortNames ? { shortNames } : {}),
    ...(categories ? { categories } : {}),
    ...(verbs.includes('watch') ? { storageVersionHash: storageVersionHash(STORED[groupVersion] ?? groupVersion, kind) } : {}),
  }
}

function customLines(info: ResourceInfo): unknown[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, subresources } = info
  const line = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length ? { shortNames } : {}),
    ...(categories.length ? { categories } : {}),
    storageVersionHash: storageVersionHash(`${info.group}/${info.storageVersion ?? info.version}`, kind),
  }
  const parts = subresources.map((name) => ({
    name: `${plural}/${name}`,
    singularName: '',
    namespaced,
    ...(name === 'scale' ? { group: 'autoscaling', version: 'v1', kind: 'Scale' } : { kind }),
    verbs: ['get', 'patch', 'update'],
  }))
  return [line, ...parts]
}

/** GET / */
export function rootPaths(discovery: Discovery): unknown {
  const paths = ['/.well-known/openid-configuration', '/api', '/api/v1', '/apis', '/healthz', '/livez', '/metrics', '/readyz', '/version']
  for (const group of groups(discovery)) {
    paths.push(`/apis/${group.name}`, ...group.versions.map((version) => `/apis/${version.groupVersion}`))
  }
  return { paths: [...new Set(paths)].sort() }
}
