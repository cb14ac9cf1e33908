// Owner references: who controls an object, taking it over, letting it go. Follows pkg/controller/controller_ref_manager.go.
import type { Client, View } from '../../api/contracts'
import type { KubeObject, LabelSelector, OwnerReference } from '../../api/types'
import { matchesSelector } from '../../lib/selectors'

export function keyOf(object: KubeObject): string {
  const { namespace, name } = object.metadata
  return namespace ? `${namespace}/${name}` : name
}

/** Namespace and name of a key; the namespace is undefined for objects of the whole cluster. */
export function splitKey(key: string): [string | undefined, string] {
  const slash = key.indexOf('/')
  return slash < 0 ? [undefined, key] : [key.slice(0, slash), key.slice(slash + 1)]
}

/** metav1.GetControllerOf */
export function controllerOf(object: KubeObject | undefined): OwnerReference | undefined {
  return object?.metadata.ownerReferences?.find((o) => o.controller)
}

export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid
}

/** metav1.NewControllerRef */
export function controllerRef(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  }
}

/** Makes `owner` the controller of an orphan. */
export function adopt<T extends KubeObject>(api: Client, object: T, owner: KubeObject): T {
  const others = (object.metadata.ownerReferences ?? []).filter((o) => o.uid !== owner.metadata.uid)
  return api.update({ ...object, metadata: { ...object.metadata, ownerReferences: [...others, controllerRef(owner)] } })
}

/** Removes the reference to `owner`. */
export function release<T extends KubeObject>(api: Client, object: T, owner: KubeObject): T {
  const others = (object.metadata.ownerReferences ?? []).filter((o) => o.uid !== owner.metadata.uid)
  const { ownerReferences: _, ...metadata } = object.metadata
  return api.update({ ...object, metadata: others.length ? { ...metadata, ownerReferences: others } : metadata } as T)
}

/** Objects of a namespace that match and that nobody controls. */
export function orphans<T extends KubeObject>(view: View, resource: string, namespace: string, selector: LabelSelector | undefined): T[] {
  const found = view.list<T>(resource, namespace, Object.values(selector?.matchLabels ?? {}))
  return found.filter((o) => !controllerOf(o) && matchesSelector(selector, o.metadata.labels))
}

/** The keys of the `kind` owners that controlled an object before and after a change. */
export function controllerKeys(change: { before?: KubeObject; after?: KubeObject }, kind: string, group: string): string[] {
  const keys: string[] = []
  for (const object of [change.before, change.after]) {
    const owner = controllerOf(object)
    if (!object || owner?.kind !== kind || groupOf(owner.apiVersion) !== group) continue
    const key = object.metadata.namespace ? `${object.metadata.namespace}/${owner.name}` : owner.name
    if (!keys.includes(key)) keys.push(key)
  }
  return keys
}

/** `apps` of `apps/v1`; empty for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? '' : apiVersion.slice(0, slash)
}
