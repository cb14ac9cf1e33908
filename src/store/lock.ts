// One writer at a time: a symbolic link beside the state whose target names its owner. Making it is one system call, so that it is
// there with its owner's name or not at all; a dead owner's lock is replaced by one rename; those who wait are served in turn.
import fs from 'node:fs'
import path from 'node:path'
import { ownerName, thisProcess, verdictOn } from './lock-owner'

/** How often a waiting process looks, ms. */
const LOOK_MS = 3
/** How long one owner may keep the lock while others wait, ms. */
const PATIENCE_MS = 60_000

/** The lock is held, and was all the time, by somebody who lives. */
export class LockBusy extends Error {
  constructor(readonly owner: string) {
    super(`${owner} has held it for ${PATIENCE_MS / 1000} seconds`)
  }
}

export interface Lock {
  /** False when another host took the lock for abandoned. */
  isHeld(): boolean
  /** Hands the lock to whoever waits longest. */
  release(): void
  /** True when the lock was a dead process's, which may have left files behind. */
  readonly inherited: boolean
}

const pause = new Int32Array(new SharedArrayBuffer(4))
let turns = 0

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}

/** Runs a file operation; undefined when it fails with one of these codes. */
function unless<T>(codes: string[], operation: () => T): T | undefined {
  try {
    return operation()
  } catch (error) {
    if (codes.includes(codeOf(error) ?? '')) return undefined
    throw error
  }
}

/** Makes the link; false when the name is taken. File systems without symbolic links get a file. */
function claim(file: string, owner: string): boolean {
  try {
    fs.symlinkSync(owner, file)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    if (!['EPERM', 'ENOSYS', 'EOPNOTSUPP', 'ENOTSUP', 'EINVAL', 'UNKNOWN'].includes(codeOf(error) ?? '')) throw error
  }
  return unless(['EEXIST'], () => fs.writeFileSync(file, owner, { flag: 'wx', mode: 0o600 }) ?? true) ?? false
}

/** Who holds it; undefined when nobody does. Empty when the name is not written yet. */
function ownerOf(file: string): string | undefined {
  try {
    return fs.readlinkSync(file)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    if (codeOf(error) !== 'EINVAL' && codeOf(error) !== 'UNKNOWN') throw error
  }
  return unless(['ENOENT'], () => fs.readFileSync(file, 'utf8'))
}

/** How long each owner was seen without a change, by this process's own monotonic clock: wall clocks jump and differ. */
class Watch {
  private owner: string | undefined
  private since = 0

  /** ms */
  seen(owner: string): number {
    if (owner !== this.owner) {
      this.owner = owner
      this.since = performance.now()
    }
    return performance.now() - this.since
  }
}

/**
 * Replaces a dead owner's link by ours; false when somebody else was faster. Only who holds the guard may replace, and a dead guard is
 * replaced in the same way, so that two processes never believe at once that they inherited.
 */
function inherit(file: string, dead: string, me: string): boolean {
  const guard = `${file}.guard`
  if (!claim(guard, me)) {
    const other = ownerOf(guard)
    if (other === undefined || other === me || !isGone(other, guards)) return false
    if (!inherit(guard, other, me)) return false
  }
  if (ownerOf(file) !== dead) {
    fs.rmSync(guard, { force: true })
    return false
  }
  unless(['ENOENT'], () => fs.renameSync(guard, file))
  return ownerOf(file) === me
}

const guards = new Watch()

function isGone(owner: string, watch: Watch): boolean {
  return verdictOn(owner, watch.seen(owner)) === 'dead'
}

class Held implements Lock {
  constructor(
    private readonly file: string,
    private readonly me: string,
    readonly inherited: boolean,
  ) {}

  isHeld(): boolean {
    return ownerOf(this.file) === this.me
  }

  release(): void {
    try {
      if (this.isHeld()) this.pass()
    } catch {
      // What the command did is done; a lock that stays is a dead process's as soon as this one ends.
    }
  }

  private pass(): void {
    const queue = queueOf(this.file)
    // Mostly nobody waits, and an error takes longer to make than this question.
    const tickets = fs.existsSync(queue) ? unless(['ENOENT', 'ENOTDIR'], () => fs.readdirSync(queue).sort()) : undefined
    for (const name of tickets ?? []) {
      const ticket = path.join(queue, name)
      const owner = ownerOf(ticket)
      if (owner === undefined) continue
      if (verdictOn(owner, 0) === 'dead') fs.rmSync(ticket, { force: true })
      else if (unless(['ENOENT'], () => fs.renameSync(ticket, this.file) ?? true)) return
    }
    if (tickets) unless(['ENOENT', 'ENOTEMPTY', 'EEXIST'], () => fs.rmdirSync(queue))
    unless(['ENOENT'], () => fs.unlinkSync(this.file))
  }
}

function queueOf(file: string): string {
  return `${file}.queue`
}

/** A place in the queue, behind everyone who is in it. */
function takeTicket(file: string, me: string): string {
  const queue = queueOf(file)
  for (;;) {
    unless(['EEXIST'], () => fs.mkdirSync(queue, { mode: 0o700 }))
    const names = unless(['ENOENT'], () => fs.readdirSync(queue))
    if (!names) continue
    const last = names.reduce((most, name) => Math.max(most, Number.parseInt(name, 10) || 0), 0)
    const ticket = path.join(queue, `${String(last + 1).padStart(12, '0')}-${process.pid}-${turns}`)
    // The last one to leave may remove the directory under us.
    if (unless(['ENOENT'], () => claim(ticket, me))) return ticket
  }
}

/** Looks at which a waiting process asks whether the owner lives: the first, and then now and then. */
const ASK_EVERY = 16

/**
 * Waits for the lock. Throws LockBusy when one live owner keeps it too long, and the file system's error when the directory cannot be
 * written.
 */
export function acquireLock(file: string): Lock {
  const me = `${thisProcess()} turn=${++turns}`
  const watch = new Watch()
  let ticket: string | undefined
  try {
    if (claim(file, me)) return new Held(file, me, false)
    for (let looks = 0; ; looks++) {
      const owner = ownerOf(file)
      if (owner === me || (owner === undefined && claim(file, me))) return new Held(file, me, false)
      if (owner === undefined) continue
      const held = watch.seen(owner)
      if (held > PATIENCE_MS) break
      // A lock of this very process is one it could not remove.
      const isDead = owner.startsWith(`${thisProcess()} `) || (looks % ASK_EVERY === 0 && verdictOn(owner, held) === 'dead')
      if (isDead && inherit(file, owner, me)) return new Held(file, me, true)
      ticket ??= takeTicket(file, me)
      Atomics.wait(pause, 0, 0, LOOK_MS)
    }
  } finally {
    if (ticket) fs.rmSync(ticket, { force: true })
  }
  const owner = ownerOf(file)
  // It may have been handed over in the last moment.
  if (owner === me) return new Held(file, me, false)
  throw new LockBusy(ownerName(owner ?? ''))
}
