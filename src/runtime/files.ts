// The file system of one container: image below, what it wrote on top, volumes over both. Follows how the kubelet lays out mounts.
import type { Records } from '../api/contracts'
import type { Container, Pod } from '../api/types'
import { bytesOfText, hasRawBytes, textOfBytes } from '../lib/byte-text'
import { containerUser } from './container-user'
import { imageOf } from './images/index'
import { podFiles, processFiles } from './pod-files'
import type { ContainerRecord, FileStat, Files } from './process'
import { baseFiles } from './shell/base-files'
import { type Entry, FileError, isOver, joinPath, normalPath, parentOf, type Tree } from './tree'
import { type Mount, mountsOf } from './volumes'
import type { World } from './world'

export { FileError, normalPath } from './tree'

/** Record table: `<pod uid>/<container>` for what a container wrote, `volume/...` for writable volumes. */
const TABLE = 'files'

export function filesOf(world: World, pod: Pod, container: Container, record?: ContainerRecord): Files {
  return new ContainerFiles(world, pod, container, record)
}

/** With the bytes of files, for cp. */
export function containerFiles(world: World, pod: Pod, container: Container, record: ContainerRecord): ContainerFiles {
  return new ContainerFiles(world, pod, container, record)
}

export function releaseContainerFiles(records: Records, podUid: string, container: string): void {
  records.put(TABLE, `${podUid}/${container}`, undefined)
}

/** Removes what a Pod's containers and its emptyDir volumes held. */
export function releasePodFiles(records: Records, podUid: string): void {
  for (const [key] of records.list(TABLE, `${podUid}/`)) records.put(TABLE, key, undefined)
  for (const [key] of records.list(TABLE, `volume/pod/${podUid}/`)) records.put(TABLE, key, undefined)
}

/** When the files of images were made, ms. */
const IMAGE_BUILT = Date.UTC(2024, 9, 2, 15, 13, 19)

/** Where a path leads: a layer that can be read, and perhaps the key of the record that takes writes. */
interface Place {
  mount?: Mount
  /** Path inside the layer, absolute. */
  path: string
}

export class ContainerFiles implements Files {
  private readonly mounts: Mount[]
  private readonly own: string
  private base?: Tree
  private special?: Tree

  constructor(
    private readonly world: World,
    private readonly pod: Pod,
    private readonly container: Container,
    private readonly record: ContainerRecord | undefined,
  ) {
    this.own = `${pod.metadata.uid}/${container.name}`
    this.mounts = mountsOf(world, pod, container, record)
  }

  private image(): Tree {
    if (this.base) return this.base
    const found = imageOf(this.container.image, this.world.records)
    const tree: Tree = 'missing' in found ? new Map() : baseFiles(found.image)
    this.base = tree
    return tree
  }

  private fixed(): Tree {
    this.special ??= podFiles(this.world, this.pod, this.container)
    return this.special
  }

  private layer(key: string): Record<string, Entry> {
    return this.world.records.get<Record<string, Entry>>(TABLE, key) ?? {}
  }

  private place(path: string): Place {
    for (const mount of this.mounts) {
      if (path === mount.path || path.startsWith(mount.path === '/' ? '/' : `${mount.path}/`)) {
        const rest = path.slice(mount.path.length) || '/'
        return { mount, path: normalPath(joinPath(mount.inside, rest)) }
      }
    }
    return { path }
  }

  /** The entry at a path whose parents are no links. */
  private entry(path: string): Entry | undefined {
    const { mount, path: inside } = this.place(path)
    if (mount?.content) return mount.content.get(inside) ?? (hasBelow(mount.content.keys(), inside) ? { d: 1 } : undefined)
    const written = this.layer(mount?.key ?? this.own)
    const entry = written[inside]
    if (entry) return isOver(entry) ? undefined : entry
    // The kubelet makes what a subPath names.
    if (mount && path === mount.path) return { d: 1, ...(mount.made === undefined ? {} : { m: mount.made }) }
    if (mount) return inside === '/' || hasBelow(Object.keys(written), inside, written) ? { d: 1 } : undefined
    const below = this.fixed().get(path) ?? processFiles(this.world, this.pod, this.record, path) ?? this.image().get(path)
    if (below) return this.hidden(written, path) ? undefined : below
    if (path === '/' || this.mounts.some((m) => m.path.startsWith(`${path}/`)) || hasBelow(Object.keys(written), path, written))
      return { d: 1 }
    return undefined
  }

  /** A removed directory hides what the image has below it. */
  private hidden(written: Record<string, Entry>, path: string): boolean {
    for (let up = parentOf(path); up !== '/'; up = parentOf(up)) {
      const entry = written[up]
      if (entry) return isOver(entry) || !!entry.o
    }
    return false
  }

  /** Follows links in all parts but, unless asked, the last. */
  private resolve(path: string, last = true, depth = 0): string {
    if (depth > 40) throw new FileError('ELOOP', path)
    const parts = normalPath(path).split('/').filter(Boolean)
    let at = ''
    for (const [i, part] of parts.entries()) {
      const next = `${at}/${part}`
      if (i < parts.length - 1 || last) {
        const target = this.entry(next)?.l
        if (target !== undefined) {
          const rest = parts.slice(i + 1).join('/')
          const base = target.startsWith('/') ? target : joinPath(at || '/', target)
          return this.resolve(rest ? joinPath(base, rest) : base, last, depth + 1)
        }
      }
      at = next
    }
    return at || '/'
  }

  read(path: string): string | undefined {
    const entry = this.entry(this.resolve(path))
    if (!entry || entry.d) return undefined
    return entry.b !== undefined ? textOfBytes(Buffer.from(entry.b, 'base64')) : (entry.t ?? '')
  }

  exists(path: string): boolean {
    return this.entry(this.resolve(path)) !== undefined
  }

  isDirectory(path: string): boolean {
    return !!this.entry(this.resolve(path))?.d
  }

  stat(path: string): FileStat | undefined {
    const where = this.resolve(path, false)
    const entry = this.entry(where)
    if (!entry) return undefined
    const type = entry.d ? 'directory' : entry.l !== undefined ? 'link' : 'file'
    const size = entry.d
      ? 4096
      : (entry.l?.length ?? (entry.b !== undefined ? Math.floor((entry.b.length * 3) / 4) : Buffer.byteLength(entry.t ?? '')))
    const { mount, path: inside } = this.place(where)
    const usual = entry.d ? ((inside === '/' ? mount?.mode : undefined) ?? 0o755) : entry.l !== undefined ? 0o777 : 0o644
    const own = entry.m ?? usual
    // What the kubelet writes its group may read.
    const mode = mount?.content && mount.group !== undefined && !entry.d ? own | 0o440 : own
    const built = !mount && this.image().get(where) === entry
    const changedAt = entry.at ?? (built ? IMAGE_BUILT : (this.record?.startedAt ?? Date.parse(this.pod.metadata.creationTimestamp)))
    return {
      type,
      mode,
      uid: entry.u ?? 0,
      gid: entry.g ?? (mount && (inside === '/' || mount.content) ? (mount.group ?? 0) : 0),
      size,
      changedAt,
      ...(entry.l === undefined ? {} : { target: entry.l }),
      ...(this.readOnly(where) ? { readOnly: true } : {}),
    }
  }

  list(path: string): string[] | undefined {
    const where = this.resolve(path)
    if (!this.entry(where)?.d) return undefined
    const names = new Set<string>()
    const prefix = where === '/' ? '/' : `${where}/`
    const { mount, path: inside } = this.place(where)
    const insidePrefix = inside === '/' ? '/' : `${inside}/`
    if (mount?.content) addNames(names, mount.content.keys(), insidePrefix)
    else {
      const written = this.layer(mount?.key ?? this.own)
      if (!mount && !written[where]?.o && !this.hidden(written, where)) {
        for (const tree of [this.image(), this.fixed()]) addNames(names, tree.keys(), prefix)
        if (where === '/proc' || where.startsWith('/proc/')) for (const n of processNames(where)) names.add(n)
      }
      for (const [key, entry] of Object.entries(written)) {
        if (!key.startsWith(insidePrefix)) continue
        const rest = key.slice(insidePrefix.length)
        if (isOver(entry)) {
          if (!rest.includes('/')) names.delete(rest)
        } else if (rest) names.add(rest.split('/')[0])
      }
    }
    addNames(names, this.mounts.map((m) => m.path).values(), prefix)
    return [...names].filter(Boolean).sort()
  }

  private readOnly(path: string): boolean {
    const { mount } = this.place(path)
    if (mount) return mount.readOnly
    if (path.startsWith('/proc/') || path.startsWith('/sys/')) return true
    return (this.container.securityContext?.['readOnlyRootFilesystem'] as boolean | undefined) === true && !this.fixed().has(path)
  }

  /** Stores an entry (undefined marks it removed) in the layer of a resolved path. */
  private store(path: string, entry: Entry | undefined, at = this.world.env.now()): void {
    if (this.readOnly(path)) throw new FileError('EROFS', path)
    const { mount, path: inside } = this.place(path)
    const key = mount?.key ?? this.own
    const layer = { ...this.layer(key) }
    if (entry) layer[inside] = { ...entry, at }
    else {
      const prefix = `${inside}/`
      for (const name of Object.keys(layer)) if (name === inside || name.startsWith(prefix)) delete layer[name]
      if (!mount) layer[inside] = { x: 1 }
    }
    this.world.records.put(TABLE, key, layer)
    if (mount) this.notify()
  }

  /** Wakes processes of the Pod's other containers that follow files of a shared volume. */
  private notify(): void {
    const now = this.world.env.now()
    const prefix = `${this.pod.metadata.uid}/`
    for (const [key, other] of this.world.records.list<ContainerRecord>('containers', prefix)) {
      if (!other.watchesFiles || other.exit || other.name === this.container.name) continue
      this.world.records.put<ContainerRecord>('containers', key, { ...other, wakeAt: now })
      this.world.touched?.({ namespace: other.namespace, name: other.pod })
    }
  }

  private target(path: string): string {
    const where = this.resolve(path)
    const parent = parentOf(where)
    const up = this.entry(parent)
    if (!up) throw new FileError('ENOENT', path)
    if (!up.d) throw new FileError('ENOTDIR', path)
    return where
  }

  write(path: string, content: string, mode?: number): void {
    if (path === '/dev/null' || path.startsWith('/dev/std') || path === '/dev/tty') return
    const where = this.target(path)
    const before = this.entry(where)
    if (before?.d) throw new FileError('EISDIR', path)
    const kept = mode ?? before?.m
    const held = hasRawBytes(content) ? { b: bytesOfText(content).toString('base64') } : { t: content }
    const owner = before ? { ...(before.u ? { u: before.u } : {}), ...(before.g ? { g: before.g } : {}) } : this.owner(where)
    this.store(where, { ...held, ...(kept === undefined ? {} : { m: kept }), ...owner })
  }

  append(path: string, content: string): void {
    if (path === '/dev/null') return
    this.write(path, (this.read(path) ?? '') + content)
  }

  readBytes(path: string): Buffer | undefined {
    const entry = this.entry(this.resolve(path))
    if (!entry || entry.d) return undefined
    return entry.b !== undefined ? Buffer.from(entry.b, 'base64') : Buffer.from(entry.t ?? '', 'utf8')
  }

  remove(path: string): void {
    const where = this.resolve(path, false)
    if (!this.entry(where)) throw new FileError('ENOENT', path)
    if (this.mounts.some((m) => m.path === where || m.path.startsWith(`${where}/`))) throw new FileError('EBUSY', path)
    this.store(where, undefined)
  }

  makeDirectory(path: string): void {
    const where = this.resolve(path)
    const before = this.entry(where)
    if (before?.d) return
    if (before) throw new FileError('EEXIST', path)
    const parent = parentOf(where)
    if (!this.entry(parent)) this.makeDirectory(parent)
    else if (!this.entry(parent)!.d) throw new FileError('ENOTDIR', path)
    const { mount, path: inside } = this.place(where)
    const opaque = !mount && !!this.layer(this.own)[inside]?.x
    const shared = mount?.group === undefined ? {} : { m: 0o2755 }
    this.store(where, { d: 1, ...(opaque ? { o: 1 } : {}), ...shared, ...this.owner(where) })
  }

  setMode(path: string, mode: number): void {
    const where = this.resolve(path)
    const entry = this.entry(where)
    if (!entry) throw new FileError('ENOENT', path)
    this.store(where, { ...entry, m: mode })
  }

  setOwner(path: string, uid: number | undefined, gid: number | undefined): void {
    const where = this.resolve(path, false)
    const entry = this.entry(where)
    if (!entry) throw new FileError('ENOENT', path)
    const { u = 0, g = 0, ...rest } = entry
    const [user, group] = [uid ?? u, gid ?? g]
    this.store(where, { ...rest, ...(user ? { u: user } : {}), ...(group ? { g: group } : {}) })
  }

  /** Whose a new file is: the container's user's, and its group's or the one that owns the volume. */
  private owner(where: string): { u?: number; g?: number } {
    const { uid, gid } = containerUser(this.world, this.pod, this.container)
    const group = this.place(where).mount?.group ?? gid
    return { ...(uid ? { u: uid } : {}), ...(group ? { g: group } : {}) }
  }

  setTime(path: string, at: number): void {
    const where = this.resolve(path)
    const entry = this.entry(where)
    if (!entry) throw new FileError('ENOENT', path)
    this.store(where, entry, at)
  }

  link(path: string, target: string): void {
    const where = this.resolve(path, false)
    if (this.entry(where)) throw new FileError('EEXIST', path)
    if (!this.entry(parentOf(where))?.d) throw new FileError('ENOENT', path)
    this.store(where, { l: target })
  }
}

function hasBelow(keys: Iterable<string>, path: string, entries?: Record<string, Entry>): boolean {
  const prefix = path === '/' ? '/' : `${path}/`
  for (const key of keys) if (key.startsWith(prefix) && !(entries && isOver(entries[key]))) return true
  return false
}

function addNames(names: Set<string>, keys: Iterable<string>, prefix: string): void {
  for (const key of keys) if (key.startsWith(prefix) && key.length > prefix.length) names.add(key.slice(prefix.length).split('/', 1)[0])
}

function processNames(path: string): string[] {
  if (path === '/proc') return ['1', 'cpuinfo', 'loadavg', 'meminfo', 'mounts', 'net', 'self', 'stat', 'sys', 'uptime', 'version']
  return path === '/proc/1' || path === '/proc/self' ? ['cmdline', 'comm', 'environ', 'mounts', 'status'] : []
}
