// Deletes what has lost its owners, and finishes foreground and orphaning deletions. Follows pkg/controller/garbagecollector.
import type { Change, Client, Controller, View } from '../api/contracts'
import type { KubeObject, OwnerReference } from '../api/types'
import { ApiError } from '../errors'
import { resourceOfKind } from './shared/resources'

const ORPHAN = 'orphan'
const FOREGROUND = 'foregroundDeletion'

/**
 * Keys: `uid/...` for an owner that is gone, `resource/namespace/name` for an object to look at (the namespace is empty for
 * objects of the whole cluster).
 */
function keysOf({ resource, before, after }: Change, view: View): string[] {
  if (!after) return before ? [`uid/${before.metadata.uid}`, ...waitingOwners(before, view)] : []
  const { deletionTimestamp, finalizers, ownerReferences } = after.metadata
  const key = `${resource}/${after.metadata.namespace ?? ''}/${after.metadata.name}`
  if (deletionTimestamp) return finalizers?.some((f) => f === ORPHAN || f === FOREGROUND) ? [key] : []
  if (!ownerReferences?.length || (before && before.metadata.ownerReferences === ownerReferences)) return []
  return ownerReferences.some((owner) => ownerOf(view, after, owner) === undefined) ? [key] : []
}

/** Owners in foreground deletion that a removed object may have been blocking. */
function waitingOwners(object: KubeObject, view: View): string[] {
  const keys: string[] = []
  for (const reference of object.metadata.ownerReferences ?? []) {
    const served = resourceOfKind(view, reference.apiVersion, reference.kind)
    const owner = served && ownerOf(view, object, reference)
    if (!owner?.metadata.finalizers?.includes(FOREGROUND)) continue
    keys.push(`${served!.resource}/${owner.metadata.namespace ?? ''}/${owner.metadata.name}`)
  }
  return keys
}

/** The object a reference means, if it still exists with that uid. */
function ownerOf(view: View, dependent: KubeObject, reference: OwnerReference): KubeObject | undefined {
  const served = resourceOfKind(view, reference.apiVersion, reference.kind)
  if (!served) return undefined
  const owner = view.get(served.resource, served.namespaced ? dependent.metadata.namespace : undefined, reference.name)
  return owner?.metadata.uid === reference.uid ? owner : undefined
}

export const garbageCollector: Controller = {
  name: 'garbage-collector-controller',
  watches: { '*': keysOf },
  reconcile(key, { api }) {
    const [resource, namespace, name] = key.split('/')
    if (resource === 'uid') {
      for (const dependent of api.dependents(namespace)) collect(api, dependent.resource, dependent.object, namespace)
      return
    }
    const object = api.get(resource, namespace || undefined, name)
    if (object) collect(api, resource, object)
  },
}

/** Of an owner whose kind nothing serves, or that no such object can have, nobody can say whether it is there. */
function isUnknown(view: View, { metadata }: KubeObject, { apiVersion, kind }: OwnerReference): boolean {
  const served = resourceOfKind(view, apiVersion, kind)
  return !served || (served.namespaced && metadata.namespace === undefined)
}

/** `gone`: the uid of an owner that was there until now. */
function collect(api: Client, resource: string, object: KubeObject, gone?: string): void {
  const { finalizers, deletionTimestamp, ownerReferences } = object.metadata
  if (deletionTimestamp) {
    if (finalizers?.includes(ORPHAN)) orphanDependents(api, object)
    else if (finalizers?.includes(FOREGROUND)) deleteDependents(api, object)
    return
  }
  if (!ownerReferences?.length) return
  if (ownerReferences.some((reference) => reference.uid !== gone && isUnknown(api, object, reference))) return
  const owners = ownerReferences.map((reference) => ({ reference, owner: ownerOf(api, object, reference) }))
  const waiting = owners.filter(({ owner }) => owner?.metadata.deletionTimestamp && owner.metadata.finalizers?.includes(FOREGROUND))
  const solid = owners.filter((o) => o.owner && !waiting.includes(o))
  if (solid.length) {
    if (solid.length < owners.length)
      keepOwners(
        api,
        object,
        solid.map((o) => o.reference),
      )
    return
  }
  const dependents = waiting.length ? api.dependents(object.metadata.uid) : []
  if (!dependents.length) {
    remove(api, resource, object, policyOf(finalizers))
    return
  }
  // Of objects that own each other one has to let the other go.
  if (dependents.some((dependent) => dependent.object.metadata.finalizers?.includes(FOREGROUND))) {
    keepOwners(
      api,
      object,
      ownerReferences.map((reference) => (reference.blockOwnerDeletion ? { ...reference, blockOwnerDeletion: false } : reference)),
    )
  }
  // An owner that waits for its dependents wants theirs gone first, too.
  remove(api, resource, object, 'Foreground')
}

function policyOf(finalizers: string[] | undefined): 'Orphan' | 'Foreground' | 'Background' {
  if (finalizers?.includes(ORPHAN)) return 'Orphan'
  return finalizers?.includes(FOREGROUND) ? 'Foreground' : 'Background'
}

function remove(api: Client, resource: string, object: KubeObject, propagationPolicy: 'Orphan' | 'Foreground' | 'Background'): void {
  const { namespace, name, uid } = object.metadata
  try {
    api.delete(resource, namespace, name, { propagationPolicy, uid })
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
}

function keepOwners(api: Client, object: KubeObject, ownerReferences: OwnerReference[]): void {
  const { ownerReferences: _, ...metadata } = object.metadata
  api.update({ ...object, metadata: ownerReferences.length ? { ...metadata, ownerReferences } : metadata })
}

function withoutFinalizer(api: Client, object: KubeObject, finalizer: string): void {
  const finalizers = object.metadata.finalizers?.filter((f) => f !== finalizer)
  api.update({ ...object, metadata: { ...object.metadata, finalizers } })
}

function orphanDependents(api: Client, owner: KubeObject): void {
  for (const { object } of api.dependents(owner.metadata.uid)) {
    keepOwners(
      api,
      object,
      object.metadata.ownerReferences!.filter((r) => r.uid !== owner.metadata.uid),
    )
  }
  withoutFinalizer(api, owner, ORPHAN)
}

/** Goes on when no dependent that blocks the owner's deletion is left; each one's removal brings the owner back here. */
function deleteDependents(api: Client, owner: KubeObject): void {
  const { uid } = owner.metadata
  const blocks = (object: KubeObject) => object.metadata.ownerReferences?.some((r) => r.uid === uid && r.blockOwnerDeletion)
  for (const { resource, object } of api.dependents(uid)) if (!object.metadata.deletionTimestamp) collect(api, resource, object)
  if (!api.dependents(uid).some(({ object }) => blocks(object))) withoutFinalizer(api, owner, FOREGROUND)
}
