// The order in which Go prints a typed object's fields as JSON: that of its structs. Unstructured objects print sorted instead.
import type { KubeObject } from '../api/types'
import { parseData } from '../lib/data'
import source from './field-order.json'
import { type FieldType, structType, typeNameOf } from './types'

let orders: Record<string, string> | undefined

/** A copy whose keys stand in the order of Go's structs; maps are sorted. Kinds that commands never print typed stay as they are. What does not say what it is is told. */
export function inGoOrder<T extends KubeObject>(object: T, { apiVersion, kind } = object as { apiVersion: string; kind: string }): T {
  const type = typeNameOf(apiVersion, kind)
  return type ? (orderStruct(object as unknown as Record<string, unknown>, type) as unknown as T) : object
}

function orderStruct(value: Record<string, unknown>, type: string): Record<string, unknown> {
  orders ??= parseData<Record<string, string>>(source)
  const struct = structType(type)
  const listed = Object.hasOwn(orders, type) ? orders[type].split(' ') : Object.keys(value).sort()
  const keys = [...listed.filter((key) => Object.hasOwn(value, key)), ...Object.keys(value).filter((key) => !listed.includes(key))]
  return Object.fromEntries(
    keys.map((key) => {
      const field = struct?.fields.get(key)
      return [key, field ? orderValue(value[key], field.type) : value[key]]
    }),
  )
}

function orderValue(value: unknown, type: FieldType): unknown {
  if (Array.isArray(value)) return type.form === 'list' ? value.map((item) => orderValue(item, type.items)) : value
  if (typeof value !== 'object' || value === null) return value
  const record = value as Record<string, unknown>
  if (type.form === 'struct') return orderStruct(record, type.type)
  const keys = Object.keys(record).sort()
  return Object.fromEntries(keys.map((key) => [key, type.form === 'map' ? orderValue(record[key], type.values) : record[key]]))
}
