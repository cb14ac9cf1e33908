// What a user who is not root may do with files: the kernel's checks, before the container's files are touched.
import type { FileStat, Files } from '../process'
import { FileError, joinPath, parentOf } from '../tree'
import type { Machine } from './machine'

export interface User {
  uid: number
  groups: number[]
}

export const READ = 4
export const WRITE = 2

/** The container's user, when the checks hold for it; undefined for root, and for images whose own directories belong to their user. */
function userOf(machine: Machine): User | undefined {
  const { uid, gid, groups } = machine.host.context.pids
  return uid === 0 || machine.host.image.user !== undefined ? undefined : { uid, groups: [gid, ...groups] }
}

/** The container's files as the shell's commands may use them. */
export function filesOfUser(machine: Machine): Files {
  const { files } = machine.host.context
  const user = userOf(machine)
  return user ? checked(files, user) : files
}

/** Whether a file that exists may be read or written by its mode. */
export function allowed(machine: Machine, path: string, wanted: number): boolean {
  const user = userOf(machine)
  if (!user || isDevice(path)) return true
  const stat = followed(machine.host.context.files, path)
  return !stat || permits(stat, user, wanted)
}

function permits(stat: FileStat, user: User, wanted: number): boolean {
  const shift = stat.uid === user.uid ? 6 : user.groups.includes(stat.gid) ? 3 : 0
  return ((stat.mode >> shift) & wanted) === wanted
}

const isDevice = (path: string) => path.startsWith('/dev/') || path.startsWith('/proc/') || path.startsWith('/sys/')

/** What a path is behind links. */
function followed(files: Files, path: string): FileStat | undefined {
  let at = path
  for (let links = 0; links < 10; links++) {
    const stat = files.stat(at)
    if (stat?.type !== 'link') return stat
    at = joinPath(parentOf(at), stat.target ?? '')
  }
  return undefined
}

/** Files that refuse what the user may not do. */
export function checked<F extends Files>(files: F, user: User): F {
  /** A new name in a directory, or one taken away: in a sticky one only by the owner. */
  function changeDirectory(path: string, removed?: FileStat): void {
    if (isDevice(path)) return
    let up = parentOf(path)
    while (up !== '/' && !removed && !files.exists(up)) up = parentOf(up)
    const stat = followed(files, up)
    if (stat && (stat.readOnly || files.stat(path)?.readOnly)) return
    if (stat && !permits(stat, user, WRITE)) throw new FileError('EACCES', path)
    if (stat && removed && stat.mode & 0o1000 && stat.uid !== user.uid && removed.uid !== user.uid) throw new FileError('EPERM', path)
  }
  function change(path: string): void {
    const stat = followed(files, path)
    if (!stat) changeDirectory(path)
    else if (stat.type === 'file' && !stat.readOnly && !isDevice(path) && !permits(stat, user, WRITE)) throw new FileError('EACCES', path)
  }
  const own = (path: string) => {
    const stat = followed(files, path)
    return !stat || !!stat.readOnly || stat.uid === user.uid
  }
  const guarded: Pick<Files, 'write' | 'append' | 'remove' | 'makeDirectory' | 'setMode' | 'setTime' | 'link'> = {
    write(path, content, mode) {
      change(path)
      files.write(path, content, mode)
    },
    append(path, content) {
      change(path)
      files.append(path, content)
    },
    remove(path) {
      const stat = files.stat(path)
      if (stat) changeDirectory(path, stat)
      files.remove(path)
    },
    makeDirectory(path) {
      if (!files.exists(path)) changeDirectory(path)
      files.makeDirectory(path)
    },
    setMode(path, mode) {
      if (!own(path)) throw new FileError('EPERM', path)
      files.setMode(path, mode)
    },
    setTime(path, at) {
      if (!own(path)) change(path)
      files.setTime(path, at)
    },
    link(path, target) {
      changeDirectory(path)
      files.link(path, target)
    },
  }
  const names = new Map<string, unknown>(Object.entries(guarded))
  return new Proxy(files, {
    get(target, name) {
      if (typeof name === 'string' && names.has(name)) return names.get(name)
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
