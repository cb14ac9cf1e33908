// Who manages which fields: what every create and update makes of metadata.managedFields.
import type { View } from '../api/contracts'
import type { KubeObject, ManagedFieldsEntry } from '../api/types'
import type { JsonObject } from '../lib/patch/value'
import { normalize } from '../schema/decode'
import type { ResourceInfo } from '../schema/resources'
import { groupVersion } from './discovery'
import { noteStatusWrite, reckonPending, updateManagers, type Writer } from './managed-fields'
import type { RequestOptions } from './options'
import { shapeOfResource } from './shapes'

/** A request's writer; requests for a kind with a status subresource own nothing of what the other part holds. */
export function writerOf(info: ResourceInfo, options: RequestOptions, time: string): Writer {
  const separate = info.subresources.includes('status')
  return {
    manager: options.manager,
    ...(options.applies ? { operation: 'Apply' } : {}),
    apiVersion: groupVersion(info),
    time,
    ...(options.subresource ? { subresource: options.subresource } : {}),
    resetFields: separate ? [options.subresource === 'status' ? 'spec' : 'status'] : [],
  }
}

/** The kind's object without any field set, as Go has it: with the structs and lists that are always there. */
export function emptyObject(info: ResourceInfo): KubeObject {
  return normalize({ apiVersion: groupVersion(info), kind: info.kind, metadata: {} } as KubeObject)
}

/** For the object asked for, defaulted, before admission and allocation. */
export function trackCreate(
  view: View,
  info: ResourceInfo,
  object: KubeObject,
  options: RequestOptions,
  now: string,
): ManagedFieldsEntry[] | undefined {
  // Who owns what does not depend on what makes the objects of one template differ.
  const { name: _n, uid: _u, creationTimestamp: _c, resourceVersion: _v, ...metadata } = object.metadata
  const key = options.trusted ? JSON.stringify([options.manager, { ...object, metadata }]) : undefined
  if (key !== undefined && key === lastCreated?.key) return lastCreated.entries?.map((entry) => ({ ...entry, time: now }))
  const entries = updateManagers(asJson(emptyObject(info)), asJson(object), shapeOfResource(view, info), writerOf(info, options, now), true)
  if (key !== undefined) lastCreated = { key, entries }
  return entries
}

/** What components created last: a controller makes many of one template in a row. */
let lastCreated: { key: string; entries: ManagedFieldsEntry[] | undefined } | undefined

/** For the object that is to replace `old`, defaulted, before admission and allocation. */
export function trackUpdate(
  view: View,
  info: ResourceInfo,
  object: KubeObject,
  old: KubeObject,
  options: RequestOptions,
  now: string,
): ManagedFieldsEntry[] | undefined {
  return updateManagers(
    asJson(withOwnership(view, info, old)),
    asJson(withOwnership(view, info, object)),
    shapeOfResource(view, info),
    writerOf(info, options, now),
  )
}

/** For a component's write of the status. */
export function trackStatus(info: ResourceInfo, old: KubeObject, options: RequestOptions, now: string): ManagedFieldsEntry[] {
  return noteStatusWrite(old.metadata.managedFields, writerOf(info, options, now))
}

/** The object with its managed fields as the API shows them. */
export function withOwnership(view: View, info: ResourceInfo, object: KubeObject): KubeObject {
  if (!object.metadata.managedFields?.some((e) => e.pending)) return object
  return reckonPending(asJson(object), shapeOfResource(view, info)) as unknown as KubeObject
}

function asJson(object: KubeObject): JsonObject {
  return object as unknown as JsonObject
}
