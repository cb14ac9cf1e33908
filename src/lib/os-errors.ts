// What Go says of an operating system's refusal, from Node's error codes.

const WORDS: Record<string, string> = {
  EACCES: 'permission denied',
  EEXIST: 'file exists',
  EFBIG: 'file too large',
  EINVAL: 'invalid argument',
  EIO: 'input/output error',
  EISDIR: 'is a directory',
  ELOOP: 'too many levels of symbolic links',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'file name too long',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on device',
  ENOTDIR: 'not a directory',
  EPERM: 'operation not permitted',
  EROFS: 'read-only file system',
}

export function goReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return (code && WORDS[code]) ?? message
}
