// Names and identities drawn from the environment's chance.
import type { Env } from '../api/contracts'
import { randomName } from './fnv'

/** Five characters as names.SimpleNameGenerator appends them. */
export function randomSuffix(env: Env): string {
  return drawn(env, undefined, () => randomName(5, () => env.random()))
}

/** A text from chance or an allocator, for a subject; a rehearsal hears how to get another one. */
export function drawn<S, T extends string | undefined>(env: Env, subject: S, make: (subject: S) => T): T {
  return env.rehearsal ? env.rehearsal.draw(subject, make) : make(subject)
}

/** A version 4 UUID. */
export function uuid(env: Env): string {
  return drawn(env, undefined, () => {
    const codes: number[] = []
    for (let i = 0; i < 36; i++) {
      if (i === 8 || i === 13 || i === 18 || i === 23) codes.push(DASH)
      else if (i === 14) codes.push(DIGITS[4])
      else if (i === 19) codes.push(DIGITS[((env.random() * 16) & 3) | 8])
      else codes.push(DIGITS[(env.random() * 16) & 15])
    }
    return String.fromCharCode(...codes)
  })
}

/** A container's: 64 hexadecimal digits. */
export function containerId(env: Env): string {
  return drawn(env, undefined, () => {
    let id = ''
    for (let i = 0; i < 8; i++)
      id += Math.floor(env.random() * 0x100000000)
        .toString(16)
        .padStart(8, '0')
    return id
  })
}

const DIGITS = [...'0123456789abcdef'].map((digit) => digit.charCodeAt(0))
const DASH = 45
