// The state file on disk: opened without a lock to read, under the lock from read to rename to write; replaced whole or not at all.
import fs from 'node:fs'
import path from 'node:path'
import { CommandError } from '../errors'
import { goReason } from '../lib/os-errors'
import { Bytes, closeQuietly, type Part, UnreadableState } from './bytes'
import { DamagedState, FORMAT, SUMS_MADE } from './layout'
import { acquireLock, type Lock, LockBusy } from './lock'
import { relaid } from './migrate'
import { State } from './state'

/** No state is larger, bytes: a fleet of a hundred thousand Pods takes a tenth of it. */
const MOST_BYTES = 4 * 1024 ** 3

/** Where the system's own word would not help. */
const REASONS: Record<string, string> = {
  ENOTDIR: 'a part of its path is not a directory',
  ENXIO: 'is a socket or a device, not a regular file',
}

export function systemReason(error: unknown): string {
  return REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? goReason(error)
}

const REMEDIES: Record<string, string> = {
  EACCES: 'name a file you may write with --state or $KUBESIM_STATE',
  EPERM: 'name a file you may write with --state or $KUBESIM_STATE',
  EROFS: 'name a file elsewhere with --state or $KUBESIM_STATE',
  ENOSPC: 'make room and run the command again',
  EDQUOT: 'make room and run the command again',
  ENXIO: 'name a file with --state or $KUBESIM_STATE',
  EISDIR: 'name a file in it with --state or $KUBESIM_STATE',
  ENOTDIR: 'name another file with --state or $KUBESIM_STATE',
}

function failure(verb: 'read' | 'write', file: string, error: unknown, what = 'state file'): CommandError {
  const remedy = REMEDIES[(error as NodeJS.ErrnoException).code ?? '']
  return new CommandError(`cannot ${verb} the ${what} ${file}: ${systemReason(error)}${remedy ? `; ${remedy}` : ''}`)
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}

/** The file a name means: a link is followed, so that it stays one and every name of a state has one lock. */
export function target(file: string): string {
  return whereIs(file).real
}

/** The same, and what is there. */
function whereIs(file: string): { real: string; stat?: fs.Stats } {
  let at = file
  for (let links = 0; links < 40; links++) {
    let stat: fs.Stats | undefined
    try {
      stat = fs.lstatSync(at, { throwIfNoEntry: false })
      if (!stat?.isSymbolicLink()) return { real: at, stat }
      at = path.resolve(path.dirname(at), fs.readlinkSync(at))
    } catch {
      return { real: at, stat }
    }
  }
  throw Object.assign(new Error('ELOOP'), { code: 'ELOOP' })
}

/** An open regular file of ours; undefined when there is none. Throws CommandError for anything else, without having read from it. */
function openRegular(file: string): { fd: number; stat: fs.Stats } | undefined {
  let fd: number
  try {
    // A FIFO would wait for its other end.
    fd = fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0))
  } catch (error) {
    if (isMissing(error)) return undefined
    throw failure('read', file, error)
  }
  try {
    const stat = fs.fstatSync(fd)
    if (stat.isDirectory()) throw failure('read', file, { code: 'EISDIR' })
    if (!stat.isFile()) throw failure('read', file, { code: 'ENXIO' })
    if (stat.size > MOST_BYTES)
      throw new CommandError(`cannot read the state file ${file}: it has ${stat.size} bytes, more than any state; ${REMEDIES.EISDIR}`)
    requireOwner(file, stat.uid)
    return { fd, stat }
  } catch (error) {
    closeQuietly(fd)
    throw error instanceof CommandError ? error : failure('read', file, error)
  }
}

/** A state may name programs to run: one that somebody else wrote is not used unasked. What sudo's caller owns is the caller's. */
function requireOwner(file: string, owner: number): void {
  const me = process.geteuid?.()
  if (me === undefined || owner === me || process.env.KUBESIM_ANY_OWNER) return
  if (me === 0 && owner === Number(process.env.SUDO_UID ?? Number.NaN)) return
  throw new CommandError(
    `the state file ${file} belongs to another user (uid ${owner}, and this is uid ${me}); copy it and name the copy with --state, or set KUBESIM_ANY_OWNER=1 to use it all the same`,
  )
}

/** The file's bytes; undefined when there is none. Throws CommandError. */
export function readBytes(file: string): Buffer | undefined {
  const opened = openRegular(file)
  if (!opened) return undefined
  try {
    return fs.readFileSync(opened.fd)
  } catch (error) {
    throw failure('read', file, error)
  } finally {
    closeQuietly(opened.fd)
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

/** States read from a file that is not laid out as this kubesim writes it; the file is kept when they are written. */
const relaidStates = new WeakSet<State>()

/** Reads the file; undefined when there is none. Throws CommandError naming file, line and remedy when it is damaged. */
export function readState(file: string): State | undefined {
  const opened = openRegular(file)
  if (!opened) return undefined
  let bytes: Bytes
  try {
    bytes = Bytes.open(opened.fd, opened.stat.size)
  } catch (error) {
    throw failure('read', file, error)
  }
  try {
    return damageNamed(file, () => stateOf(file, bytes, opened.stat.mtimeMs))
  } catch (error) {
    bytes.close()
    throw error
  }
}

function stateOf(file: string, bytes: Bytes, changedAt: number): State {
  const { layout, isNew } = relaid(bytes)
  const { format } = layout.header
  if (format > FORMAT)
    throw new CommandError(`the state file ${file} is of format ${format}; this kubesim reads up to ${FORMAT}: update kubesim`)
  const byHand = (isNew || !isOurTime(changedAt)) && layout.checkAll()
  const state = new State(layout, layout.header)
  state.edited = isNew || byHand || layout.header.incomplete === true
  delete state.header.incomplete
  if (state.edited) state.set(SUMS_MADE, undefined)
  if (isNew) relaidStates.add(state)
  return state
}

/**
 * The time of change that kubesim gives its files is a multiple of this, ms; the kernel's own times hardly ever are. So a file that
 * somebody else touched is seen by its time, and nothing in the state tells when it was written: a seeded run gives the same bytes.
 * A 64th of a second is a whole number of microseconds, which is what Node sets, and exact in a double.
 */
const TICK = 1000 / 64

function isOurTime(changedAt: number): boolean {
  return changedAt % TICK === 0
}

/** The time of change (ms) for what replaces a file last changed at `before`: now, and later than that. */
function nextChange(before: number): number {
  return Math.max(Math.floor(Date.now() / TICK), Math.floor(before / TICK) + 1) * TICK
}

/** Runs `body`; damage it meets in the file becomes an error that says where, and what to do. */
export function damageNamed<T>(file: string, body: () => T): T {
  try {
    return body()
  } catch (error) {
    if (error instanceof UnreadableState) throw failure('read', file, error.reason)
    if (!(error instanceof DamagedState)) throw error
    throw new CommandError(
      `the state file ${file} is damaged at line ${error.line}: ${error.message}\nIt was left as it is. \`kubesim cluster recover\` saves every whole object; \`kubesim cluster reset\` starts anew.`,
    )
  }
}

/** Replaces the file by the state's bytes; a file of an older layout is kept beside it. Throws CommandError. */
export function writeState(file: string, state: State): void {
  if (relaidStates.delete(state)) keepBeside(file, `.before-format-${FORMAT}`)
  const { header } = state
  header.format = FORMAT
  replaceFile(file, state.serialise(), { ours: true })
}

let temporaries = 0

/**
 * Replaces a file whole or not at all: temporary file beside it, flush, rename. Its time of change becomes one of kubesim's when it is
 * `ours`; errors call it `what`. Throws CommandError.
 */
export function replaceFile(file: string, parts: Part[], { ours = false, what }: { ours?: boolean; what?: string } = {}): void {
  let temporary: string | undefined
  try {
    const { real, stat } = whereIs(file)
    // Nothing but a regular file is replaced.
    if (stat && !stat.isFile()) throw Object.assign(new Error(), { code: stat.isDirectory() ? 'EISDIR' : 'ENXIO' })
    temporary = `${real}.${process.pid}.${++temporaries}.tmp`
    writeTemporary(temporary, parts, ours ? nextChange(stat?.mtimeMs ?? 0) : undefined)
    requireLock(real)
    fs.renameSync(temporary, real)
    syncDirectory(path.dirname(real))
  } catch (error) {
    if (temporary) removeQuietly(temporary)
    throw error instanceof CommandError ? error : failure('write', file, error, what)
  }
}

function writeTemporary(temporary: string, parts: Part[], changedAt?: number): void {
  const fd = fs.openSync(temporary, 'wx', 0o600)
  try {
    // The umask may have taken the owner's own rights away.
    fs.fchmodSync(fd, 0o600)
    writeParts(fd, parts)
    if (changedAt !== undefined) fs.futimesSync(fd, changedAt / 1000, changedAt / 1000)
    fs.fsyncSync(fd)
  } finally {
    fs.closeSync(fd)
  }
}

/** After this a power cut does not bring the old file back. The file is in place already: what fails here changes nothing. */
function syncDirectory(directory: string): void {
  try {
    const fd = fs.openSync(directory, 'r')
    try {
      fs.fsyncSync(fd)
    } finally {
      fs.closeSync(fd)
    }
  } catch {
    // Some systems do not open directories.
  }
}

function removeQuietly(file: string): void {
  try {
    fs.rmSync(file, { force: true })
  } catch {
    // What went wrong before is what the user hears of.
  }
}

/** Ranges longer than this are copied piece by piece, bytes. */
const LONG = 64 * 1024

/** Writes in batches: many small parts in one call, long ranges of the old file piece by piece. */
function writeParts(fd: number, parts: Part[]): void {
  let batch: Buffer[] = []
  let size = 0
  const flush = () => {
    writeAll(fd, batch)
    batch = []
    size = 0
  }
  for (const part of parts) {
    if (!Buffer.isBuffer(part) && part.to - part.from > LONG) {
      flush()
      for (const piece of part.bytes.pieces(part.from, part.to)) writeAll(fd, [piece])
      continue
    }
    const bytes = Buffer.isBuffer(part) ? part : part.bytes.slice(part.from, part.to)
    batch.push(bytes)
    size += bytes.length
    if (batch.length === 512 || size >= 4 * 1024 * 1024) flush()
  }
  flush()
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

/** The locks this process holds, by the file they guard. */
const held = new Map<string, Lock>()

/** What was read under a lock is not written when another host has taken the lock for abandoned since. */
function requireLock(real: string): void {
  if (held.get(real)?.isHeld() === false)
    throw new CommandError(`the state file ${real} was taken over by another host while this command ran; nothing was saved: run it again`)
}

/** Runs `body` while no other process may write. The state's directory is made, readable by its owner alone. */
export function withLock<T>(file: string, body: () => T): T {
  let lock: Lock
  let real = file
  try {
    real = target(file)
    makeDirectory(path.dirname(real))
    if (held.has(real)) throw new Error('this process holds its lock already')
    lock = acquireLock(`${real}.lock`)
    held.set(real, lock)
    if (lock.inherited) sweep(real)
  } catch (error) {
    if (error instanceof LockBusy)
      throw new CommandError(`the state file ${file} is in use: ${error.message}; wait for it or end it, and run the command again`)
    throw failure('write', file, error)
  }
  try {
    return body()
  } finally {
    held.delete(real)
    lock.release()
  }
}

function makeDirectory(directory: string): void {
  const first = fs.mkdirSync(directory, { recursive: true, mode: 0o700 })
  // The umask may have taken the owner's own rights away.
  if (first) fs.chmodSync(directory, 0o700)
}

/** Removes what a writer that died left half written; call it under the lock. */
function sweep(real: string): void {
  for (const { full } of temporariesOf(real)) removeQuietly(full)
}

/** The same for a file that has no lock: what belongs to a live process stays. */
export function sweepDead(real: string): void {
  for (const { full, pid } of temporariesOf(real)) if (!isRunning(pid)) removeQuietly(full)
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

function temporariesOf(real: string): { full: string; pid: number }[] {
  const [directory, base] = [path.dirname(real), path.basename(real)]
  let names: string[]
  try {
    names = fs.readdirSync(directory)
  } catch {
    return []
  }
  return names.flatMap((name) => {
    const found = name.startsWith(`${base}.`) && /^(\d+)\.\d+\.tmp$/.exec(name.slice(base.length + 1))
    return found ? [{ full: path.join(directory, name), pid: Number(found[1]) }] : []
  })
}

/** True when there is a file of which every line is whole. */
export function isWhole(file: string): boolean {
  const bytes = readBytes(file)
  if (!bytes) return false
  try {
    relaid(Bytes.of(bytes)).layout.checkAll()
    return true
  } catch (error) {
    if (error instanceof DamagedState) return false
    throw error
  }
}

/** Keeps a file's bytes beside it, under a name ending in `suffix` that is free. Answers the name. */
export function keepBeside(file: string, suffix: string): string | undefined {
  const bytes = readBytes(file)
  if (!bytes) return undefined
  for (let n = 1; ; n++) {
    const copy = `${target(file)}${suffix}${n > 1 ? `-${n}` : ''}`
    if (fs.existsSync(copy)) continue
    replaceFile(copy, [bytes])
    return copy
  }
}
