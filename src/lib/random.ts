// Names and identities drawn from the environment's chance.
import type { Env } from '../api/contracts'
import { randomName } from './fnv'

/** Five characters as names.SimpleNameGenerator appends them. */
export function randomSuffix(env: Env): string {
  return randomName(5, () => env.random())
}

/** A version 4 UUID. */
export function uuid(env: Env): string {
  const digit = (mask: number, set = 0) => (((env.random() * 16) & mask) | set).toString(16)
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (c) => (c === 'x' ? digit(15) : digit(3, 8)))
}
