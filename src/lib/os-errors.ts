// What Go says of an operating system's refusal, from Node's error codes.

export function goReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  const words: Record<string, string> = { EACCES: 'permission denied', EISDIR: 'is a directory', ENOENT: 'no such file or directory' }
  return (code && words[code]) ?? message
}
