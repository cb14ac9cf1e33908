// Mounted volumes: what lies behind each mount path of a container, with keys, modes and current content.
import type { ConfigMap, Container, KubeObject, Pod, Secret, Volume } from '../api/types'
import { fnv32a } from '../lib/fnv'
import { named } from '../lib/named'
import { ownEntry } from '../lib/own-entry'
import { podField, resourceField } from './environment'
import { hostPathProblem } from './host-paths'
import { serviceAccountToken } from './pod-files'
import type { ContainerRecord } from './process'
import { allVariables, type Environment } from './service-links'
import { type Entry, joinPath, normalPath, type Tree } from './tree'
import type { World } from './world'

export interface Mount {
  /** Where it is seen in the container. */
  path: string
  /** The part of the volume that is seen: subPath, or `/`. */
  inside: string
  readOnly: boolean
  /** Of the volume's root, when it is not 0755. */
  mode?: number
  /** Of a directory that the kubelet makes because a subPath names it: the volume's. */
  made?: number
  /** The group that owns what lies in it: fsGroup. */
  group?: number
  /** Record key of a writable volume. */
  key?: string
  /** Content of a volume that the kubelet writes. */
  content?: Tree
}

interface Item {
  key: string
  path: string
  mode?: number
}
interface KeySource {
  name?: string
  secretName?: string
  items?: Item[]
  optional?: boolean
  defaultMode?: number
}
interface DownwardItem {
  path: string
  mode?: number
  fieldRef?: { fieldPath: string }
  resourceFieldRef?: { containerName?: string; resource: string; divisor?: string }
}
interface ProjectedSource {
  configMap?: KeySource
  secret?: KeySource
  downwardAPI?: { items?: DownwardItem[] }
  serviceAccountToken?: { path: string; audience?: string; expirationSeconds?: number }
}

/** The mounts of a container, the deepest first. */
export function mountsOf(world: World, pod: Pod, container: Container, record: ContainerRecord | undefined): Mount[] {
  const mounts: Mount[] = []
  for (const mount of container.volumeMounts ?? []) {
    const volume = named(pod.spec.volumes, mount.name)
    if (!volume) continue
    const sub = mount.subPathExpr
      ? expandSubPath(mount.subPathExpr, record ? allVariables(world.records, record) : {})
      : (mount.subPath ?? '')
    const behind = sourceOf(world, pod, volume)
    const path = normalPath(mount.mountPath)
    // A part of a volume is bound when the container starts: the content it had then stays.
    const part = sub !== '' && behind.content ? (record?.parts?.[path] ?? partOf(behind.content(), sub)) : undefined
    mounts.push({
      path,
      inside: part ? '/' : normalPath(joinPath(behind.root ?? '/', sub)),
      readOnly: !!mount.readOnly || !!behind.content || !!behind.readOnly,
      ...rightsOf(world, pod, volume, sub),
      ...(behind.key === undefined ? {} : { key: behind.key }),
      // Most looks at a container's files end before a volume: its content is made when it is asked for.
      get content() {
        return part ? new Map(Object.entries(part)) : behind.content?.()
      },
    })
  }
  return mounts.sort((a, b) => b.path.length - a.path.length)
}

/** Everybody may write into what the kubelet makes; with fsGroup its group owns it, and all that comes into it. */
function rightsOf(world: World, pod: Pod, volume: Volume, sub: string): Pick<Mount, 'mode' | 'made' | 'group'> {
  if (volume['hostPath']) return {}
  const asked = ((pod.spec.securityContext ?? {}) as { fsGroup?: number }).fsGroup
  const fsGroup = asked === undefined || keepsItsOwner(world, pod, volume) ? undefined : asked
  const inMemory =
    ['secret', 'downwardAPI', 'projected'].some((source) => volume[source]) ||
    (volume['emptyDir'] as { medium?: string } | undefined)?.medium === 'Memory'
  const mode = (inMemory ? 0o1777 : 0o777) | (fsGroup === undefined ? 0 : 0o2000)
  return { ...(sub === '' ? { mode } : { made: mode }), ...(fsGroup === undefined ? {} : { group: fsGroup }) }
}

/** Claims of volumes of these kinds: the kubelet changes nobody's directory on a node or a file server. */
function keepsItsOwner(world: World, pod: Pod, volume: Volume): boolean {
  const claimed = volume['persistentVolumeClaim'] as { claimName: string } | undefined
  if (!claimed) return false
  const { namespace } = pod.metadata
  const claim = world.view.get<KubeObject & { spec?: { volumeName?: string } }>('persistentvolumeclaims', namespace, claimed.claimName)
  const volumeName = claim?.spec?.volumeName
  if (volumeName === undefined) return false
  const { spec } = world.view.get<KubeObject & { spec?: Record<string, unknown> }>('persistentvolumes', undefined, volumeName) ?? {}
  return !!spec?.['hostPath'] || !!spec?.['nfs']
}

/** The parts of volumes that a container sees by subPath, as they are when it starts: by mount path. */
export function partsOf(world: World, pod: Pod, container: Container, environment: Environment): ContainerRecord['parts'] {
  const parts: NonNullable<ContainerRecord['parts']> = {}
  for (const mount of container.volumeMounts ?? []) {
    const sub = mount.subPathExpr ? expandSubPath(mount.subPathExpr, allVariables(world.records, environment)) : (mount.subPath ?? '')
    const volume = sub === '' ? undefined : named(pod.spec.volumes, mount.name)
    const content = volume && sourceOf(world, pod, volume).content?.()
    if (content) parts[normalPath(mount.mountPath)] = partOf(content, sub)
  }
  return Object.keys(parts).length > 0 ? parts : undefined
}

/** What lies below a path of a tree, links followed; an empty directory when there is nothing, as the kubelet makes one. */
function partOf(tree: Tree, sub: string): Record<string, Entry> {
  let at = ''
  for (const name of sub.split('/').filter((part) => part !== '' && part !== '.')) {
    const link = tree.get(`${at}/${name}`)?.l
    at = link === undefined ? `${at}/${name}` : normalPath(joinPath(at || '/', link))
    // `..data/x` passes by a link of its own.
    const [, first, rest = ''] = /^\/([^/]+)(.*)$/s.exec(at)!
    const through = tree.get(`/${first}`)?.l
    if (through !== undefined) at = normalPath(`/${through}${rest}`)
  }
  const own = tree.get(at)
  if (own && !own.d) return { '/': own }
  const below = [...tree].filter(([path]) => path.startsWith(`${at}/`))
  return { '/': { d: 1 }, ...Object.fromEntries(below.map(([path, entry]) => [path.slice(at.length), entry])) }
}

function expandSubPath(expression: string, variables: Record<string, string>): string {
  return expression.replace(/\$\(([^)]*)\)/g, (whole, name: string) => ownEntry(variables, name) ?? whole)
}

/** A volume as a record key (writable) or as a tree (written by the kubelet). */
function sourceOf(world: World, pod: Pod, volume: Volume): { key?: string; content?: () => Tree; root?: string; readOnly?: boolean } {
  const hostPath = volume['hostPath'] as { path: string } | undefined
  if (hostPath) return { key: `volume/node/${pod.spec.nodeName ?? ''}`, root: normalPath(hostPath.path) }
  const claim = volume['persistentVolumeClaim'] as { claimName: string; readOnly?: boolean } | undefined
  if (claim) return { key: claimKey(world, pod, claim.claimName), readOnly: claim.readOnly }
  if (volume['ephemeral']) return { key: claimKey(world, pod, `${pod.metadata.name}-${volume.name}`) }
  if (!KEPT_BY_KUBELET.some((source) => volume[source])) return { key: `volume/pod/${pod.metadata.uid}/${volume.name}` }
  let made: Tree | undefined
  return { content: () => (made ??= keptByKubelet(world, pod, volume)) }
}

/** Claims that share a volume share its files: the volume's name, or the claim's while it has none. */
function claimKey(world: World, pod: Pod, name: string): string {
  const claim = world.view.get<KubeObject & { spec?: { volumeName?: string } }>('persistentvolumeclaims', pod.metadata.namespace, name)
  return `volume/claim/${claim?.spec?.volumeName ?? `${pod.metadata.namespace}~${name}`}`
}

const KEPT_BY_KUBELET = ['configMap', 'secret', 'downwardAPI', 'projected']

function keptByKubelet(world: World, pod: Pod, volume: Volume): Tree {
  const version = versionOf(pod, volume)
  const tree: Tree = new Map<string, Entry>([
    ['/', { d: 1 }],
    [`/${version}`, { d: 1 }],
    ['/..data', { l: version }],
  ])
  const configMap = volume['configMap'] as KeySource | undefined
  const secret = volume['secret'] as KeySource | undefined
  const downward = volume['downwardAPI'] as { items?: DownwardItem[]; defaultMode?: number } | undefined
  const projected = volume['projected'] as { sources?: ProjectedSource[]; defaultMode?: number } | undefined
  if (configMap) addKeys(tree, configMapData(world, pod, configMap.name), configMap, configMap.defaultMode)
  else if (secret) addKeys(tree, secretData(world, pod, secret.secretName), secret, secret.defaultMode)
  else if (downward) addFields(tree, world, pod, downward.items, downward.defaultMode)
  else if (projected) {
    for (const source of projected.sources ?? []) {
      if (source.configMap) addKeys(tree, configMapData(world, pod, source.configMap.name), source.configMap, projected.defaultMode)
      if (source.secret) addKeys(tree, secretData(world, pod, source.secret.name), source.secret, projected.defaultMode)
      if (source.downwardAPI) addFields(tree, world, pod, source.downwardAPI.items, projected.defaultMode)
      const token = source.serviceAccountToken
      if (token)
        put(tree, token.path, { t: serviceAccountToken(world, pod, token.audience, token.expirationSeconds) }, projected.defaultMode)
    }
  }
  return tree
}

/** The directory the kubelet's atomic writer keeps the current content in: named after the time the Pod came to its node, and by chance. */
function versionOf(pod: Pod, volume: Volume): string {
  const at = (pod.status?.startTime ?? pod.metadata.creationTimestamp ?? '').replace(/[-T:]/g, '_').replace('Z', '')
  return `..${at}.${fnv32a(`${pod.metadata.uid}/${volume.name}`)}`
}

interface Data {
  [key: string]: { t?: string; b?: string }
}

function configMapData(world: World, pod: Pod, name: string | undefined): Data {
  const map = world.view.get<ConfigMap>('configmaps', pod.metadata.namespace, name ?? '')
  const data: Data = {}
  for (const [key, t] of Object.entries(map?.data ?? {})) data[key] = { t }
  for (const [key, b] of Object.entries(map?.binaryData ?? {})) data[key] = { b }
  return data
}

function secretData(world: World, pod: Pod, name: string | undefined): Data {
  const secret = world.view.get<Secret>('secrets', pod.metadata.namespace, name ?? '')
  const data: Data = {}
  for (const [key, value] of Object.entries(secret?.data ?? {})) {
    const bytes = Buffer.from(value, 'base64')
    const text = bytes.toString('utf8')
    data[key] = Buffer.from(text, 'utf8').equals(bytes) ? { t: text } : { b: value }
  }
  return data
}

function addKeys(tree: Tree, data: Data, source: KeySource, defaultMode: number | undefined): void {
  if (source.items) {
    for (const item of source.items) {
      const value = ownEntry(data, item.key)
      if (value) put(tree, item.path, value, item.mode ?? defaultMode)
    }
  } else {
    for (const [key, value] of Object.entries(data)) put(tree, key, value, defaultMode)
  }
}

function addFields(tree: Tree, world: World, pod: Pod, items: DownwardItem[] | undefined, defaultMode: number | undefined): void {
  for (const item of items ?? []) {
    const { fieldRef, resourceFieldRef } = item
    let text = fieldRef ? podField(world, pod, fieldRef.fieldPath) : ''
    if (resourceFieldRef) {
      const container = named(pod.spec.containers, resourceFieldRef.containerName ?? '') ?? pod.spec.containers[0]
      text = resourceField(world, pod, container, resourceFieldRef.resource, resourceFieldRef.divisor)
    }
    put(tree, item.path, { t: text }, item.mode ?? defaultMode)
  }
}

/** As the kubelet's atomic writer leaves it: the file in a timestamped directory, `..data` pointing there, a link for each top name. */
function put(tree: Tree, path: string, value: { t?: string; b?: string }, mode = 0o644): void {
  const top = path.split('/', 1)[0]
  tree.set(`/${tree.get('/..data')!.l}/${path}`, { ...value, m: mode })
  tree.set(`/${top}`, { l: `..data/${top}` })
}

/** A volume that cannot be mounted, because a required ConfigMap, Secret or host path is missing: the kubelet's reason that the Pod cannot start (FailedMount). */
export function mountProblem(world: World, pod: Pod): string | undefined {
  for (const volume of pod.spec.volumes ?? []) {
    const host = hostPathProblem(world, pod, volume)
    if (host) return `MountVolume.SetUp failed for volume "${volume.name}" : ${host}`
    const projected = volume['projected'] as { sources?: ProjectedSource[] } | undefined
    const sources: ProjectedSource[] = projected?.sources ?? [
      { configMap: volume['configMap'] as KeySource | undefined, secret: volume['secret'] as KeySource | undefined },
    ]
    const problems = sources.flatMap(({ configMap, secret }) => {
      const secretName = secret?.secretName ?? secret?.name
      return [
        configMap &&
          missingKeys(
            'configmap',
            configMap.name,
            world.view.get<ConfigMap>('configmaps', pod.metadata.namespace, configMap.name ?? ''),
            configMap,
          ),
        secret && missingKeys('secret', secretName, world.view.get<Secret>('secrets', pod.metadata.namespace, secretName ?? ''), secret),
      ].filter((problem) => problem !== undefined)
    })
    // Sources of one volume are tried one by one, and their errors told together, each once.
    const told = [...new Set(problems)]
    if (told.length > 0)
      return `MountVolume.SetUp failed for volume "${volume.name}" : ${told.length === 1 ? told[0] : `[${told.join(', ')}]`}`
  }
  return undefined
}

function missingKeys(
  kind: string,
  name: string | undefined,
  object: ConfigMap | Secret | undefined,
  source: KeySource,
): string | undefined {
  if (source.optional) return undefined
  if (!object) return `${kind} "${name}" not found`
  const keys = { ...object.data, ...(object['binaryData'] as object | undefined) } as Record<string, unknown>
  const missing = source.items?.find((i) => !(i.key in keys))
  return missing ? `${kind} references non-existent ${kind === 'configmap' ? 'config' : 'secret'} key: ${missing.key}` : undefined
}
