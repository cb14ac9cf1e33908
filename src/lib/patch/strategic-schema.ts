// What strategic merge patch must know of a type: which lists merge by which key, which maps are replaced whole.
import type { Json } from '../../api/types'
import { goText, kindOf, PatchError } from './value'

/** One struct or map type. Implemented over src/schema; a lookup of an unknown field gives undefined. */
export interface PatchSchema {
  /** The Go type's name in error texts, e.g. `PodSpec`. */
  name: string
  field(key: string): PatchField | undefined
}

/** A field of a struct type. `schema` describes its value, or its elements when it is a list. */
export interface PatchField {
  schema: PatchSchema
  /** `merge`, `replace`; undefined for the default: maps merge, lists are replaced. */
  strategy?: string
  retainKeys: boolean
  mergeKey: string
}

export const DIRECTIVE = '$patch'
export const RETAIN_KEYS = '$retainKeys'
export const DELETE_PREFIX = '$deleteFromPrimitiveList'
export const ORDER_PREFIX = '$setElementOrder'

export function lookup(schema: PatchSchema, key: string): PatchField {
  const field = schema.field(key)
  if (!field) throw new PatchError(`unable to find api field in struct ${schema.name} for the json field ${JSON.stringify(key)}`)
  return field
}

/** The one kind of all elements of the lists. Throws PatchError for mixed, nested or no elements. */
export function elementKind(...lists: Json[][]): string {
  let kind: string | undefined
  for (const item of lists.flat(1)) {
    const current = kindOf(item)
    if (current === 'slice') throw new PatchError('lists of lists are not supported', 'unprocessable')
    if (kind !== undefined && kind !== current) {
      throw new PatchError(`list element types are not identical: [${lists.map(goText).join(' ')}]`)
    }
    kind = current
  }
  if (kind === undefined) throw new PatchError('no elements in any of the given slices')
  return kind
}
