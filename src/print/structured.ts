// Objects as kubectl hands them to a structured printer: managed fields left out unless asked for, several in a List.
import type { KubeObject } from '../api/types'
import { inGoOrder } from '../schema/go-order'
import { isList, type List } from './printer'

export type { List } from './printer'

export function withoutManagedFields<T extends KubeObject>(object: T): T {
  if (!object.metadata?.managedFields) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

/** What json, yaml and kyaml print of an object or a list. */
export function prepared(object: KubeObject | List, showManagedFields: boolean | undefined): KubeObject | List {
  if (showManagedFields) return object
  return isList(object) ? { ...object, items: object.items.map(withoutManagedFields) } : withoutManagedFields(object)
}

/** As Go's structs print: fields in their order. */
export function inTypedForm(shown: KubeObject | List): Record<string, unknown> {
  if (!isList(shown)) return inGoOrder(shown) as unknown as Record<string, unknown>
  const type = { apiVersion: shown.apiVersion, kind: shown.kind.replace(/List$/, '') }
  const items = shown.items.map((item) => inGoOrder(item, type))
  return { kind: shown.kind, apiVersion: shown.apiVersion, metadata: shown.metadata, items }
}

export function listOf(items: KubeObject[]): List {
  return { apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } }
}
