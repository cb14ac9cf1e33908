// One writer at a time: a lock file beside the state, made exclusively, naming its owner so that a dead owner's lock is taken over.
import fs from 'node:fs'
import os from 'node:os'

const RETRY_MS = 4
const FOREIGN_STALE_MS = 10_000

interface Owner {
  pid: number
  host: string
}

const pause = new Int32Array(new SharedArrayBuffer(4))

function ownerOf(file: string): Owner | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Owner
  } catch {
    return undefined
  }
}

function isDead(file: string): boolean {
  const owner = ownerOf(file)
  if (owner && owner.host === os.hostname()) {
    try {
      process.kill(owner.pid, 0)
      return false
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ESRCH'
    }
  }
  // Another host's lock, or one whose owner died before writing its name: only age tells.
  try {
    return fs.statSync(file).mtimeMs < Date.now() - (owner ? FOREIGN_STALE_MS : 1000)
  } catch {
    return false
  }
}

/** Waits for the lock and returns what releases it. Throws the file system's error when the directory cannot be written. */
export function acquireLock(file: string): () => void {
  const text = JSON.stringify({ pid: process.pid, host: os.hostname() })
  for (let tries = 0; ; tries++) {
    try {
      fs.writeFileSync(file, text, { flag: 'wx', mode: 0o600 })
      return () => fs.rmSync(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    if (tries % 16 === 15 && isDead(file)) fs.rmSync(file, { force: true })
    Atomics.wait(pause, 0, 0, RETRY_MS)
  }
}
