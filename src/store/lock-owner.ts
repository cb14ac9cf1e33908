// Who holds a lock, and whether they still live: process, start time, pid namespace, boot and host.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'

/** Without a sign of life from another host for so long, its lock is taken for abandoned, ms. */
const FOREIGN_MS = 10_000
/** The same for a lock from before a restart of this host, or one without a name. */
const NAMELESS_MS = 800

/** What a link's target says; numbers and names, never secrets. */
interface Owner {
  pid: number
  /** Start time in clock ticks since boot; empty where the system does not tell. */
  start: string
  /** The boot and the pid namespace in which `pid` means something; empty where the system does not tell. */
  place: string
  host: string
}

/** `stat` of /proc: the state letter and the start time, behind the command's name in brackets. */
function procStat(pid: number | 'self'): { state: string; start: string } | undefined {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0], start: fields[19] }
  } catch {
    return undefined
  }
}

function placeOf(): string {
  try {
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    return `${boot}/${fs.readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')}`
  } catch {
    return ''
  }
}

/** This host's name, where Linux tells it without node:os, which takes longer to load than a lock to take. */
function hostName(): string {
  try {
    return fs.readFileSync('/proc/sys/kernel/hostname', 'latin1').trim()
  } catch {
    return os.hostname()
  }
}

let own: Owner | undefined

function self(): Owner {
  own ??= { pid: process.pid, start: procStat('self')?.start ?? '', place: placeOf(), host: hostName() }
  return own
}

/** This process as a link's target. */
export function thisProcess(): string {
  const { pid, start, place, host } = self()
  return `kubesim pid=${pid} start=${start} place=${place} host=${encodeURIComponent(host)}`
}

function parse(text: string): Owner | undefined {
  const found = /^kubesim pid=(\d+) start=(\d*) place=([\w/-]*) host=(\S*)/.exec(text)
  if (found) return { pid: Number(found[1]), start: found[2], place: found[3], host: decodeURIComponent(found[4]) }
  try {
    // The lock files of kubesim 0.1.
    const { pid, host } = JSON.parse(text) as { pid: number; host: string }
    return { pid, start: '', place: host === hostName() ? self().place : '', host }
  } catch {
    return undefined
  }
}

/** `process 12 on host a`, for messages. */
export function ownerName(text: string): string {
  const owner = parse(text)
  return owner ? `process ${owner.pid} on ${owner.host}` : 'somebody'
}

/** Whether the owner of a lock lives, having been seen there for so many ms by one who waits. */
export function verdictOn(text: string, seenMs: number): 'alive' | 'dead' | 'unknown' {
  const owner = parse(text)
  if (!owner) return seenMs > NAMELESS_MS ? 'dead' : 'unknown'
  const here = self()
  if (owner.host !== here.host || owner.place !== here.place) {
    return seenMs > (owner.host === here.host ? NAMELESS_MS : FOREIGN_MS) ? 'dead' : 'unknown'
  }
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 'dead'
  }
  return isAnother(owner, seenMs) ? 'dead' : 'alive'
}

/** True when the process of that number is not the one that took the lock, or is a corpse its parent has not buried. */
function isAnother({ pid, start }: Owner, seenMs: number): boolean {
  const now = procStat(pid)
  if (now) return 'ZX'.includes(now.state) || (start !== '' && start !== now.start)
  // Elsewhere ps knows; it costs more, so it is asked only about an owner that does not move.
  return seenMs > NAMELESS_MS && !start && psSays(pid) === 'another'
}

function psSays(pid: number): 'kubesim' | 'another' | undefined {
  try {
    const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    return /node|kubesim|kubectl/i.test(command) ? 'kubesim' : 'another'
  } catch {
    return undefined
  }
}
