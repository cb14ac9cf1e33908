// Values without types become Go's structs. Upstream: apimachinery/pkg/runtime/converter.go (FromUnstructured).
import type { Json } from '../api/types'
import { badBase64At } from '../lib/base64'
import { has, isObject, kindOf } from '../lib/patch/value'
import type { Shape } from '../schema/shape'

const BOXES: Record<string, string> = { string: 'string', boolean: 'bool', int32: 'int32', int64: 'int64', double: 'float64' }

/** Why a value cannot become the Go type its structure stands for, in the converter's words; undefined when it can. */
export function misfit(value: Json, shape: Shape): string | undefined {
  const kind = kindOf(value)
  if (kind === 'nil' || shape.kind === 'any') return undefined
  if (shape.kind === 'map') {
    if (!isObject(value)) return shape.struct ? `cannot restore struct from: ${kind}` : `cannot restore map from ${kind}`
    for (const key of Object.keys(value).sort()) {
      const field = shape.field(key)
      const problem = field && misfit(value[key], field.shape)
      if (problem) return problem
    }
    return undefined
  }
  if (shape.kind === 'list') {
    if (!Array.isArray(value)) return `cannot restore slice from ${kind}`
    for (const item of value) {
      const problem = misfit(item, shape.element)
      if (problem) return problem
    }
    return undefined
  }
  return scalarMisfit(value, kind, shape.type)
}

function scalarMisfit(value: Json, kind: string, type: string): string | undefined {
  if (type === 'byte' && typeof value === 'string') {
    const bad = badBase64At(value)
    return bad < 0 ? undefined : `error decoding from json: illegal base64 data at input byte ${bad}`
  }
  if (type === 'int-or-string' && kind === 'float64') return `json: cannot unmarshal number ${value} into Go value of type int32`
  if (!has(BOXES, type)) return undefined
  const wanted = BOXES[type]
  const number = kind === 'int64' || kind === 'float64'
  if (kind === wanted || (number && wanted === 'float64') || (kind === 'int64' && wanted === 'int32')) return undefined
  if (number && (wanted === 'int32' || wanted === 'int64')) return `cannot convert ${kind} to ${wanted}`
  if (kind === 'int64' && wanted === 'string') return 'cannot convert int64 to string'
  return `unrecognized type: ${wanted}`
}
