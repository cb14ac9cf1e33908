// File entries as they are kept in the state, and arithmetic on paths.

/** One entry: text, bytes in base64, directory, link, or removed; mode, owner and time of change when they differ from the defaults. */
export interface Entry {
  t?: string
  b?: string
  d?: 1
  l?: string
  /** Removed: hides what lies below. */
  x?: 1
  /** A directory made anew over a removed one: what the image had there stays hidden. */
  o?: 1
  m?: number
  /** User and group, when they are not root. */
  u?: number
  g?: number
  at?: number
}

/** Entries by absolute path. Directories that hold something need no entry of their own. */
export type Tree = Map<string, Entry>

export function isOver(entry: Entry): boolean {
  return entry.x !== undefined
}

/** Absolute, without `.`, `..`, double or trailing slashes. */
export function normalPath(path: string): string {
  if (path.startsWith('/') && !path.includes('/.') && !path.includes('//') && (path.length === 1 || !path.endsWith('/'))) return path
  const out: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') out.pop()
    else if (part !== '' && part !== '.') out.push(part)
  }
  return `/${out.join('/')}`
}

export function joinPath(base: string, path: string): string {
  return normalPath(path.startsWith('/') && base === '/' ? path : `${base}/${path}`)
}

export function parentOf(path: string): string {
  const at = path.lastIndexOf('/')
  return at <= 0 ? '/' : path.slice(0, at)
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** What a system call refused; `code` is the errno's name. */
export class FileError extends Error {
  constructor(
    readonly code: 'ENOENT' | 'EISDIR' | 'ENOTDIR' | 'EROFS' | 'EBUSY' | 'ENOTEMPTY' | 'EEXIST' | 'ELOOP' | 'EACCES' | 'EPERM',
    readonly path: string,
  ) {
    super(`${MESSAGES[code]}`)
  }
}

const MESSAGES: Record<FileError['code'], string> = {
  ENOENT: 'No such file or directory',
  EISDIR: 'Is a directory',
  ENOTDIR: 'Not a directory',
  EROFS: 'Read-only file system',
  EBUSY: 'Device or resource busy',
  ENOTEMPTY: 'Directory not empty',
  EEXIST: 'File exists',
  ELOOP: 'Too many levels of symbolic links',
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
}
