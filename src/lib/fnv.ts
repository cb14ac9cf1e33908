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

const MASK_128 = (1n << 128n) - 1n
const PRIME_128 = 0x0000000001000000000000000000013bn

/** Go's fnv.New128a: xor, then multiply. */
export function fnv128a(text: string): bigint {
  let hash = 0x6c62272e07bb014262b821756295c58dn
  for (const byte of Buffer.from(text)) hash = ((hash ^ BigInt(byte)) * PRIME_128) & MASK_128
  return hash
}
