// Files that the command line names, read up to a bound: what never ends (/dev/zero) or is a giant is refused, not held.
import fs from 'node:fs'

/** bytes */
export const MOST_INPUT = 128 * 1024 * 1024
const CHUNK = 1024 * 1024

export function tooLarge(): Error {
  return new Error(`larger than ${MOST_INPUT} bytes`)
}

/** The file's bytes. Throws the file system's errors, and one that tells the bound. */
export function readBounded(file: string): Buffer {
  const fd = fs.openSync(file, 'r')
  try {
    const stat = fs.fstatSync(fd)
    if (stat.size > MOST_INPUT) throw tooLarge()
    if (stat.isFile() && stat.size > 0) return fs.readFileSync(fd)
    return readStream(fd)
  } finally {
    fs.closeSync(fd)
  }
}

/** Pipes, devices, and files of /proc, which tell no size. */
function readStream(fd: number): Buffer {
  const parts: Buffer[] = []
  for (let size = 0; size <= MOST_INPUT; ) {
    const part = Buffer.allocUnsafe(CHUNK)
    const read = fs.readSync(fd, part, 0, CHUNK, null)
    if (read === 0) return Buffer.concat(parts)
    parts.push(part.subarray(0, read))
    size += read
  }
  throw tooLarge()
}
