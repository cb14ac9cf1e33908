// The state file on disk: opened without a lock to read, under the lock from read to rename to write; replaced whole or not at all.
import fs from 'node:fs'
import path from 'node:path'
import { CommandError } from '../errors'
import { Bytes, chunksOf, type Part } from './bytes'
import { DamagedState, FORMAT, type Header, Layout } from './layout'
import { acquireLock } from './lock'
import { State } from './state'

export function systemReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  const reasons: Record<string, string> = {
    EACCES: 'permission denied',
    EPERM: 'operation not permitted',
    EROFS: 'read-only file system',
    ENOSPC: 'no space left on device',
    EISDIR: 'is a directory',
    ENOTDIR: 'a part of its path is not a directory',
    EMFILE: 'too many open files',
  }
  return (code && reasons[code]) ?? message
}

/** The file's bytes; undefined when there is none. */
export function readBytes(file: string): Buffer | undefined {
  try {
    return fs.readFileSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new CommandError(`cannot read the state file ${file}: ${systemReason(error)}`)
  }
}

/** A text that differs whenever the file was replaced or changed; empty when there is none. */
export function fileStamp(file: string): string {
  try {
    const { ino, size, mtimeMs } = fs.statSync(file)
    return `${ino} ${size} ${mtimeMs}`
  } catch {
    return ''
  }
}

/** Reads the file; undefined when there is none. Throws CommandError naming file, line and remedy when it is damaged. */
export function readState(file: string): State | undefined {
  let bytes: Bytes
  try {
    bytes = Bytes.open(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new CommandError(`cannot read the state file ${file}: ${systemReason(error)}`)
  }
  return damageNamed(file, () => {
    const layout = new Layout(bytes)
    if (layout.header.format > FORMAT) {
      throw new CommandError(
        `the state file ${file} is of format ${layout.header.format}; this kubesim reads up to ${FORMAT}: update kubesim`,
      )
    }
    return new State(layout, layout.header)
  })
}

/** Runs `body`; damage it meets in the file becomes an error that says where, and what to do. */
export function damageNamed<T>(file: string, body: () => T): T {
  try {
    return body()
  } catch (error) {
    if (!(error instanceof DamagedState)) throw error
    throw new CommandError(
      `the state file ${file} is damaged at line ${error.line}: ${error.message}\nIt was left as it is. \`kubesim cluster recover\` saves every whole object; \`kubesim cluster reset\` starts anew.`,
    )
  }
}

export function emptyState(header: Omit<Header, 'format'> & { resourceVersion: number; clockOffset: number; playedUntil: number }): State {
  return new State(undefined, { ...header, format: FORMAT })
}

let temporaries = 0

/** Replaces the file by the state's bytes. */
export function writeState(file: string, state: State): void {
  replaceFile(file, state.serialise())
}

/** Replaces a file whole or not at all: temporary file beside it, flush, rename. Throws CommandError. */
export function replaceFile(file: string, parts: Part[]): void {
  const temporary = `${file}.${process.pid}.${++temporaries}.tmp`
  try {
    const fd = fs.openSync(temporary, 'wx', 0o600)
    try {
      writeParts(fd, parts)
      fs.fsyncSync(fd)
    } finally {
      fs.closeSync(fd)
    }
    fs.renameSync(temporary, file)
  } catch (error) {
    fs.rmSync(temporary, { force: true })
    throw new CommandError(`cannot write the state file ${file}: ${systemReason(error)}`)
  }
}

/** Writes in batches: many small parts in one call, large ones chunk by chunk. */
function writeParts(fd: number, parts: Part[]): void {
  let batch: Buffer[] = []
  let size = 0
  for (const part of parts) {
    for (const chunk of chunksOf(part)) {
      batch.push(chunk)
      size += chunk.length
      if (batch.length < 512 && size < 4 * 1024 * 1024) continue
      writeAll(fd, batch)
      batch = []
      size = 0
    }
  }
  writeAll(fd, batch)
}

function writeAll(fd: number, parts: Buffer[]): void {
  let left = parts.filter((p) => p.length)
  while (left.length) {
    let written = fs.writevSync(fd, left)
    let i = 0
    while (i < left.length && written >= left[i].length) written -= left[i++].length
    left = left.slice(i)
    if (written) left[0] = left[0].subarray(written)
  }
}

/** Runs `body` while no other process may write. The state's directory is made, readable by its owner alone. */
export function withLock<T>(file: string, body: () => T): T {
  let release: () => void
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    release = acquireLock(`${file}.lock`)
  } catch (error) {
    throw new CommandError(`cannot write the state file ${file}: ${systemReason(error)}`)
  }
  try {
    return body()
  } finally {
    release()
  }
}
