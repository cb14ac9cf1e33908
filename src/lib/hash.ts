// Hashes and made-up names: pod-template-hash, controller revisions, kube-proxy's chain names, UUIDs.
import crypto from 'node:crypto'
import { fnv32, fnv32a, safeEncode } from './fnv'

/** JSON with sorted keys and without absent or null fields: equal objects give equal text whatever the order of their keys. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  const record = value as Record<string, unknown>
  const keys = Object.keys(record).filter((key) => record[key] !== undefined && record[key] !== null)
  return `{${keys
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(record[key])}`)
    .join(',')}}`
}

/**
 * The hash a Deployment puts into its ReplicaSets' names and labels: at most 10 characters of the safe alphabet.
 * Upstream hashes Go's own printing of the PodTemplateSpec, pointers and all, which nothing but Go can print; here the
 * template's canonical JSON is hashed instead, so hashes have the same form and stability but other letters than a real cluster's.
 */
export function podTemplateHash(template: unknown, collisionCount?: number): string {
  const text = canonicalJson(template)
  return safeEncode(String(fnv32a(collisionCount === undefined ? text : `${text}${collisionCount}`)))
}

/**
 * The hash in a ControllerRevision's name (history.HashControllerRevision): FNV-1 over the revision's raw patch as Go's
 * encoding/json writes it, then the collision count, which controllers always give.
 */
export function controllerRevisionHash(data: unknown, collisionCount?: number): string {
  const text = canonicalJson(data).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return safeEncode(String(fnv32(collisionCount === undefined ? text : `${text}${collisionCount}`)))
}

/** A version 4 UUID from 16 bytes of `random` (numbers in [0, 1)). */
export function uuid(random: () => number): string {
  const bytes = Array.from({ length: 16 }, () => Math.floor(random() * 256))
  bytes[6] = (bytes[6] & 0x0f) | 0x40
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const hex = bytes.map((b) => b.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The first `length` characters of base32(sha256(text)): what follows KUBE-SVC- in kube-proxy's chain names. */
export function sha256Base32(text: string, length = 16): string {
  let bits = 0
  let count = 0
  let out = ''
  for (const byte of crypto.createHash('sha256').update(text).digest()) {
    bits = (bits << 8) | byte
    count += 8
    while (count >= 5) {
      count -= 5
      out += BASE32[(bits >>> count) & 31]
    }
    bits &= (1 << count) - 1
    if (out.length >= length) break
  }
  return out.slice(0, length)
}
