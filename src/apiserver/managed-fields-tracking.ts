// Who manages which fields: what every create and update makes of metadata.managedFields.
import type { View } from '../api/contracts'
import type { KubeObject, ManagedFieldsEntry, ObjectMeta, Pod } from '../api/types'
import type { FieldSet } from '../lib/field-set'
import * as sets from '../lib/field-set'
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
  const sent = options.subresource === 'scale' && !info.custom ? asScaled : (same: KubeObject) => same
  return updateManagers(
    asJson(withOwnership(view, info, old)),
    asJson(sent(withOwnership(view, info, withPending(object, old)))),
    shapeOfResource(view, info),
    writerOf(info, options, now),
  )
}

/** What was read with entries that are not reckoned yet, and comes back decoded without their mark. */
function withPending(object: KubeObject, old: KubeObject): KubeObject {
  const { managedFields } = object.metadata
  const pending = old.metadata.managedFields?.filter((entry) => entry.pending) ?? []
  if (!managedFields || pending.length === 0) return object
  const isUnreckoned = ({ subresource, fieldsV1 }: ManagedFieldsEntry) => subresource === 'status' && !('f:status' in (fieldsV1 ?? {}))
  const marked = (entry: ManagedFieldsEntry) =>
    pending.find(({ manager, operation }) => manager === entry.manager && operation === entry.operation)
  const restored = managedFields.map((entry) => (isUnreckoned(entry) ? (marked(entry) ?? entry) : entry))
  return { ...object, metadata: { ...object.metadata, managedFields: restored } }
}

/** A Scale does not say that there are to be none. */
function asScaled(object: KubeObject): KubeObject {
  const { replicas, ...spec } = (object.spec ?? {}) as { replicas?: number }
  return replicas === 0 ? ({ ...object, spec } as KubeObject) : object
}

/** For a component's write of the status, and of the annotations that it writes with it. */
export function trackStatus(
  info: ResourceInfo,
  { annotations: given = {} }: ObjectMeta,
  old: KubeObject,
  options: RequestOptions,
  now: string,
): ManagedFieldsEntry[] {
  const { annotations: before = {} } = old.metadata
  const annotated = Object.keys(given).filter((key) => given[key] !== before[key])
  return noteStatusWrite(old.metadata.managedFields, writerOf(info, options, now), annotated, !Object.keys(before).length)
}

/** The object with its managed fields as the API shows them. */
export function withOwnership(view: View, info: ResourceInfo, object: KubeObject): KubeObject {
  if (!object.metadata.managedFields?.some((e) => e.pending)) return object
  const share = info.resource === 'pods' ? shareOfPod(object as Pod) : undefined
  const first = asJson(emptyObject(info)).status ?? {}
  return reckonPending(asJson(object), shapeOfResource(view, info), first, share) as unknown as KubeObject
}

const CONDITIONS = ['f:status', 'f:conditions']
const SCHEDULED = [...CONDITIONS, 'k:{"type":"PodScheduled"}']

/**
 * Which of the fields of a Pod's status that nobody owns yet a component has written. The API server itself sets the quality of service
 * and the first phase, and says of a Pod that it binds that it is scheduled: that belongs to nobody.
 */
function shareOfPod({ status }: Pod): (manager: string, left: FieldSet) => FieldSet {
  return (manager, left) => {
    const scheduling = [
      [...CONDITIONS],
      SCHEDULED,
      ...sets.paths(sets.below(at(left, CONDITIONS), SCHEDULED[2])).map((p) => [...SCHEDULED, ...p]),
    ]
    if (manager === 'kube-scheduler') return sets.intersection(left, sets.setOf(...scheduling, ['f:status', 'f:nominatedNodeName']))
    const isBound = status?.conditions?.some(({ type, status: is }) => type === 'PodScheduled' && is === 'True')
    const unowned: string[][] = [['f:status', 'f:qosClass'], CONDITIONS]
    if (status?.phase === 'Pending') unowned.push(['f:status', 'f:phase'])
    if (isBound) unowned.push(...scheduling.filter((path) => path.at(-1) !== 'f:observedGeneration'))
    return sets.difference(left, sets.setOf(...unowned))
  }
}

function at(set: FieldSet, path: string[]): FieldSet {
  return path.reduce((inner, element) => sets.below(inner, element), set)
}

function asJson(object: KubeObject): JsonObject {
  return object as unknown as JsonObject
}
