// What Go says of an operating system's refusal, from Node's error codes.

const WORDS: Record<string, string> = {
  EACCES: 'permission denied',
  EBUSY: 'device or resource busy',
  EDQUOT: 'disk quota exceeded',
  EEXIST: 'file exists',
  EFBIG: 'file too large',
  EINTR: 'interrupted system call',
  EINVAL: 'invalid argument',
  EIO: 'input/output error',
  EISDIR: 'is a directory',
  ELOOP: 'too many levels of symbolic links',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'file name too long',
  ENFILE: 'too many open files in system',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on device',
  ENOTDIR: 'not a directory',
  ENXIO: 'no such device or address',
  EPERM: 'operation not permitted',
  EROFS: 'read-only file system',
  ESTALE: 'stale NFS file handle',
  ETIMEDOUT: 'connection timed out',
}

export function goReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return (code && WORDS[code]) ?? message
}

/** Why a file could not be read: a directory can be opened, and is then refused. */
export function fileFailure(name: string, error: unknown): string {
  const verb = (error as NodeJS.ErrnoException).code === 'EISDIR' ? 'read' : 'open'
  return `${verb} ${name}: ${goReason(error)}`
}
