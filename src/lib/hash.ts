// Hashes and made-up names: controller revisions, kube-proxy's chain names.
import { fnv32, safeEncode } from './fnv'
import { toCompactJson } from './json-emit'
import { sha256 } from './sha256'

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
 * The hash in a ControllerRevision's name (history.HashControllerRevision): FNV-1 over the revision's raw patch as Go's
 * encoding/json writes it, then the collision count, which controllers always give.
 */
export function controllerRevisionHash(data: unknown, collisionCount?: number): string {
  const text = canonicalJson(data).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return safeEncode(String(fnv32(collisionCount === undefined ? text : `${text}${collisionCount}`)))
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Names lately made, by their texts: rules name the same chain from many places. */
const chainNames = new Map<string, string>()
const MOST_NAMES = 4096

/** The first 16 characters of base32(sha256(text)): what follows KUBE-SVC- in kube-proxy's chain names. */
export function sha256Base32(text: string): string {
  let name = chainNames.get(text)
  if (name === undefined) {
    if (chainNames.size >= MOST_NAMES) chainNames.clear()
    name = base32(sha256(text), 16)
    chainNames.set(text, name)
  }
  return name
}

/** The first `length` characters. */
function base32(bytes: Uint8Array, length: number): string {
  let bits = 0
  let count = 0
  let out = ''
  for (const byte of bytes) {
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

const HEX_SUBSTITUTES: Record<string, string> = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' }

/** The first 40 bits of a text's sha256 in hex, vowels and their look-alikes replaced. Upstream: kubectl/pkg/util/hash. */
function contentHash(text: string): string {
  const hex = Buffer.from(sha256(text)).toString('hex', 0, 5)
  return hex.replace(/[013ae]/g, (char) => HEX_SUBSTITUTES[char])
}

/** The suffix that --append-hash and kustomize give a ConfigMap's name; kustomize gives no name, and `''` for no data. */
export function configMapHash({ name, data, binaryData }: { name: string; data: object | ''; binaryData?: object }): string {
  const binary = binaryData && Object.keys(binaryData).length > 0 ? { binaryData } : {}
  return contentHash(toCompactJson({ kind: 'ConfigMap', name, data, ...binary }))
}

/** The suffix that --append-hash and kustomize give a Secret's name; the values are base64. */
export function secretHash({ name, type, data }: { name: string; type: string; data: object | '' }): string {
  return contentHash(toCompactJson({ kind: 'Secret', type, name, data }))
}
