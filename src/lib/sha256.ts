// SHA-256 (FIPS 180-4) of short texts: loading node:crypto takes longer than hashing all the names of a command's rules.

/** The first 32 bits of the fractional parts of the roots of the first primes. */
function fractions(count: number, root: number): Uint32Array {
  const out = new Uint32Array(count)
  let found = 0
  for (let n = 2; found < count; n++) {
    let prime = true
    for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false
    if (prime) out[found++] = (n ** (1 / root) % 1) * 2 ** 32
  }
  return out
}

const INITIAL = fractions(8, 2)
const ROUND = fractions(64, 3)
const words = new Uint32Array(64)

const rotated = (x: number, by: number) => (x >>> by) | (x << (32 - by))

/** The digest of a text's UTF-8, 32 bytes. */
export function sha256(text: string): Uint8Array {
  const message = Buffer.from(text)
  const length = ((message.length + 8) >> 6) * 64 + 64
  const padded = Buffer.alloc(length)
  message.copy(padded)
  padded[message.length] = 0x80
  padded.writeUInt32BE(Math.floor(message.length / 2 ** 29), length - 8)
  padded.writeUInt32BE((message.length << 3) >>> 0, length - 4)
  const hash = Uint32Array.from(INITIAL)
  for (let at = 0; at < length; at += 64) compress(hash, padded, at)
  const out = Buffer.alloc(32)
  for (let i = 0; i < 8; i++) out.writeUInt32BE(hash[i], i * 4)
  return out
}

function compress(hash: Uint32Array, block: Buffer, at: number): void {
  for (let i = 0, j = at; i < 16; i++, j += 4) words[i] = (block[j] << 24) | (block[j + 1] << 16) | (block[j + 2] << 8) | block[j + 3]
  for (let i = 16; i < 64; i++) {
    const x = words[i - 15]
    const y = words[i - 2]
    const s0 = rotated(x, 7) ^ rotated(x, 18) ^ (x >>> 3)
    const s1 = rotated(y, 17) ^ rotated(y, 19) ^ (y >>> 10)
    words[i] = words[i - 16] + s0 + words[i - 7] + s1
  }
  let a = hash[0]
  let b = hash[1]
  let c = hash[2]
  let d = hash[3]
  let e = hash[4]
  let f = hash[5]
  let g = hash[6]
  let h = hash[7]
  for (let i = 0; i < 64; i++) {
    const s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[i] + words[i]) | 0
    const s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  hash[0] += a
  hash[1] += b
  hash[2] += c
  hash[3] += d
  hash[4] += e
  hash[5] += f
  hash[6] += g
  hash[7] += h
}
