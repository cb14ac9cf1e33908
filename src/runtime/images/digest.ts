// Digests of images and containers.

/** A made-up but lasting digest: 64 hexadecimal digits that depend on the text alone. */
export function digestOf(text: string): string {
  let out = ''
  for (let round = 0; round < 8; round++) {
    let hash = 0x811c9dc5 ^ (round * 0x9e3779b1)
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    out += ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, '0')
  }
  return out
}
