// Empties namespaces that are being deleted, pods first, then removes them. Follows pkg/controller/namespace/deletion.
import type { Change, Client, Controller, View } from '../api/contracts'
import type { Condition, KubeObject, Namespace } from '../api/types'
import { ApiError } from '../errors'
import { timestamp } from '../lib/time'
import { dropServiceLog } from '../runtime/service-links'
import { setStatusCondition } from './shared/conditions'
import { namespacedResources } from './shared/resources'

const FINALIZER = 'kubernetes'

function contentKeys({ resource, before, after }: Change, view: View): string[] {
  const namespace = before?.metadata.namespace
  if (after || !namespace || resource === 'events') return []
  return view.get('namespaces', undefined, namespace)?.metadata.deletionTimestamp ? [namespace] : []
}

export const namespaceController: Controller = {
  name: 'namespace-controller',
  watches: {
    namespaces: ({ after }) => (after?.metadata.deletionTimestamp ? [after.metadata.name] : []),
    '*': contentKeys,
  },
  reconcile(key, { api, env, records }) {
    const namespace = api.get<Namespace>('namespaces', undefined, key)
    if (!namespace?.metadata.deletionTimestamp || !namespace.spec.finalizers?.includes(FINALIZER)) return
    const remaining = empty(api, key)
    if (remaining.length) {
      // As long as there are pods nothing else is looked at, nor are they told of.
      const told = remaining.filter(({ resource }) => resource !== 'pods')
      const conditions = withConditions(namespace.status.conditions, told, timestamp(env.now()))
      api.updateStatus<Namespace>({ ...namespace, status: { ...namespace.status, phase: 'Terminating', conditions } })
      return
    }
    dropServiceLog(records, key)
    const finalizers = namespace.spec.finalizers.filter((f) => f !== FINALIZER)
    api.finalize({ ...namespace, spec: { ...namespace.spec, finalizers } })
  },
}

interface Remaining {
  resource: string
  objects: KubeObject[]
}

/** Deletes the contents; answers what is still there. Nothing but pods is touched while there are pods. */
function empty(api: Client, namespace: string): Remaining[] {
  const pods = deleteAll(api, 'pods', namespace)
  if (pods.length) return [{ resource: 'pods', objects: pods }]
  const remaining: Remaining[] = []
  for (const resource of namespacedResources(api)) {
    const objects = deleteAll(api, resource, namespace)
    if (objects.length) remaining.push({ resource, objects })
  }
  return remaining
}

function deleteAll(api: Client, resource: string, namespace: string): KubeObject[] {
  for (const object of api.list(resource, namespace)) {
    if (object.metadata.deletionTimestamp) continue
    try {
      api.delete(resource, namespace, object.metadata.name, { propagationPolicy: 'Background' })
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== 'NotFound') throw error
    }
  }
  return api.list(resource, namespace)
}

/** `pods.` for the core group, as upstream prints a GroupVersionResource without its version. */
function printed(resource: string): string {
  return resource.includes('.') ? resource : `${resource}.`
}

function withConditions(old: Condition[] | undefined, remaining: Remaining[], now: string): Condition[] {
  const counts = remaining.map(({ resource, objects }) => `${printed(resource)} has ${objects.length} resource instances`).sort()
  const holding = new Map<string, number>()
  for (const { objects } of remaining) {
    for (const object of objects) for (const f of object.metadata.finalizers ?? []) holding.set(f, (holding.get(f) ?? 0) + 1)
  }
  const finalizers = [...holding].map(([name, n]) => `${name} in ${n} resource instances`).sort()
  const states: Condition[] = [
    {
      type: 'NamespaceDeletionDiscoveryFailure',
      status: 'False',
      reason: 'ResourcesDiscovered',
      message: 'All resources successfully discovered',
    },
    {
      type: 'NamespaceDeletionGroupVersionParsingFailure',
      status: 'False',
      reason: 'ParsedGroupVersions',
      message: 'All legacy kube types successfully parsed',
    },
    {
      type: 'NamespaceDeletionContentFailure',
      status: 'False',
      reason: 'ContentDeleted',
      message: 'All content successfully deleted, may be waiting on finalization',
    },
    counts.length
      ? {
          type: 'NamespaceContentRemaining',
          status: 'True',
          reason: 'SomeResourcesRemain',
          message: `Some resources are remaining: ${counts.join(', ')}`,
        }
      : {
          type: 'NamespaceContentRemaining',
          status: 'False',
          reason: 'ContentRemoved',
          message: 'All content successfully removed',
        },
    finalizers.length
      ? {
          type: 'NamespaceFinalizersRemaining',
          status: 'True',
          reason: 'SomeFinalizersRemain',
          message: `Some content in the namespace has finalizers remaining: ${finalizers.join(', ')}`,
        }
      : {
          type: 'NamespaceFinalizersRemaining',
          status: 'False',
          reason: 'ContentHasNoFinalizers',
          message: 'All content-preserving finalizers finished',
        },
  ]
  let conditions = old
  for (const state of states) conditions = setStatusCondition(conditions, state, now)
  return conditions!
}
