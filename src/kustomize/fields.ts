// Kustomize's paths into objects: `spec/containers/image` goes into every item of a list on its way.
// Upstream: kustomize api/filters/fieldspec.
import type { Json } from '../api/types'
import { isObject } from '../lib/patch/value'
import { failure } from './failure'

/** `a/b\/c` -> a, b/c */
export function splitPath(path: string): string[] {
  return path
    .split(/(?<!\\)\//)
    .filter((part, i) => part !== '' || i > 0)
    .map((part) => part.replaceAll('\\/', '/'))
}

/**
 * The value with what stands at `path` changed. With `make` missing fields are made on the way and at its end.
 * Throws CommandError where the path meets a value that has no fields.
 */
export function updateAt(node: Json, path: string[], make: (() => Json) | undefined, change: (value: Json) => Json): Json {
  if (!path.length) return change(node)
  if (node === null) return node
  if (Array.isArray(node)) return node.map((item) => updateAt(item, path, make, change))
  if (!isObject(node)) throw failure('expected sequence or mapping node')
  const [head, ...rest] = path
  const name = head.replace(/\[\]$/, '')
  const creates = make !== undefined && name === head
  let value: Json | undefined = Object.hasOwn(node, name) ? node[name] : undefined
  if (value === undefined && !creates) return node
  if ((value === undefined || value === null) && creates) value = rest.length ? {} : make()
  return { ...node, [name]: updateAt(value ?? null, rest, make, change) }
}
