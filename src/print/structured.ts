// Objects as kubectl hands them to a structured printer: managed fields left out unless asked for, several in a List.
import type { KubeObject } from '../api/types'

export function withoutManagedFields<T extends KubeObject>(object: T): T {
  if (!object.metadata?.managedFields) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

export interface List {
  apiVersion: 'v1'
  items: KubeObject[]
  kind: 'List'
  metadata: { resourceVersion: string }
}

export function listOf(items: KubeObject[]): List {
  return { apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } }
}
