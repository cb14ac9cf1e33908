// Devices that never end, read as far as anybody needs: zeros and random bytes.
import type { Env } from '../../api/contracts'
import { textOfBytes } from '../../lib/byte-text'

/** What a reader without a limit of its own gets, bytes. */
const ENOUGH = 65_536

/** The bytes of /dev/zero, /dev/urandom and /dev/random as text; undefined for any other path. */
export function deviceText(path: string, env: Env, size = ENOUGH): string | undefined {
  if (path === '/dev/zero') return '\0'.repeat(size)
  if (path !== '/dev/urandom' && path !== '/dev/random') return undefined
  return textOfBytes(Uint8Array.from({ length: size }, () => Math.floor(env.random() * 256)))
}
