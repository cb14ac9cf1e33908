// Objects as the API server's own types print: by the names of Go's fields, with what nobody gave. Some refusals show them so.
// Upstream: pkg/apis/core/types.go, whose structs have no names for JSON.
import { parseData } from '../lib/data'
import source from './internal-types.json'

/**
 * A type's fields, `Name:key:kind` in order: the name in Go, the key in a manifest, and `s`, `n`, `b`, `q`, `map`, `bytes`, `raw` or
 * another type, after `*` for a pointer or `[]` for a list. `+Type` stands for the fields of an embedded one.
 */
let types: Record<string, string> | undefined

const ZERO: Record<string, unknown> = { s: '', n: 0, b: false, q: '0', raw: {} }

/** `type` as in `PodSpec`; a value that is absent is Go's zero value. */
export function internalForm(type: string, value: object): Record<string, unknown> {
  types ??= parseData<Record<string, string>>(source)
  const out: Record<string, unknown> = {}
  for (const entry of types[type].split(' ')) {
    if (entry === '') continue
    if (entry[0] === '+') {
      Object.assign(out, entry === '+ObjectMeta' ? metaOf(value) : internalForm(entry.slice(1), value))
      continue
    }
    const [name, key, kind] = entry.split(':')
    out[name] = formOf(kind, (value as Record<string, unknown>)[key])
  }
  return out
}

const META = ['name', 'namespace', 'labels', 'annotations', 'ownerReferences', 'finalizers']

/** A template's metadata has its own names, in the order of its type. */
function metaOf(value: object): Record<string, unknown> {
  const meta = (value as { metadata?: Record<string, unknown> }).metadata ?? {}
  return Object.fromEntries(META.filter((key) => meta[key] !== undefined).map((key) => [key, sorted(meta[key])]))
}

function formOf(kind: string, value: unknown): unknown {
  const isNothing = value === undefined || value === null
  if (kind[0] === '*') return isNothing ? null : formOf(kind.slice(1), value)
  if (kind.startsWith('[]')) return isNothing ? null : (value as unknown[]).map((item) => formOf(kind.slice(2), item))
  if (kind === 'map') return isNothing ? null : sorted(value)
  if (Object.hasOwn(ZERO, kind)) return isNothing ? ZERO[kind] : kind === 'raw' ? sorted(value) : value
  return kind === 'bytes' ? (value ?? null) : internalForm(kind, (value ?? {}) as object)
}

/** Maps, and structs whose fields have names of their own. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const fields = value as Record<string, unknown>
  return Object.fromEntries(
    Object.keys(fields)
      .sort()
      .map((key) => [key, sorted(fields[key])]),
  )
}
