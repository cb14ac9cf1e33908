// FNV hashes and the safe alphabet for names, as Kubernetes uses them (hash/fnv, apimachinery's util/rand).

const PRIME = 16777619
const OFFSET = 2166136261
const SAFE = 'bcdfghjklmnpqrstvwxz2456789'

/** Go's fnv.New32: multiply, then xor. The result is unsigned. */
export function fnv32(text: string): number {
  let hash = OFFSET
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash, PRIME) ^ byte
  return hash >>> 0
}

/** Go's fnv.New32a: xor, then multiply. The result is unsigned. */
export function fnv32a(text: string): number {
  return fnv32aOf(Buffer.from(text, 'utf8'))
}

/** The same of bytes. */
export function fnv32aOf(bytes: Uint8Array): number {
  let hash = OFFSET
  for (const byte of bytes) hash = Math.imul(hash ^ byte, PRIME)
  return hash >>> 0
}

/** rand.SafeEncodeString: each character becomes one of an alphabet without vowels and look-alikes. */
export function safeEncode(text: string): string {
  let out = ''
  for (let i = 0; i < text.length; i++) out += SAFE[text.charCodeAt(i) % SAFE.length]
  return out
}

/** rand.String: `n` characters of the safe alphabet. `random` gives numbers in [0, 1). */
export function randomName(n: number, random: () => number): string {
  let out = ''
  for (let i = 0; i < n; i++) out += SAFE[Math.floor(random() * SAFE.length)]
  return out
}
