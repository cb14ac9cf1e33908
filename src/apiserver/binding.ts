// Binding a Pod to a node: what the scheduler creates, past the strategies and the field owners.
// Upstream: pkg/registry/core/pod/storage/storage.go, BindingREST.
import type { Env } from '../api/contracts'
import type { Condition, KubeObject, Pod } from '../api/types'
import { conflict, notFound } from '../errors'
import { timestamp } from '../lib/time'
import { topologyLabels } from './admission/pod-topology-labels'
import type { Storage } from './storage'

/** Sets `spec.nodeName` and the condition PodScheduled. Throws NotFound, and Conflict when the Pod is another one, going, or has a node. */
export function bindPod(storage: Storage, env: Env, binding: KubeObject, dryRun: boolean): KubeObject {
  const { name, namespace, uid } = binding.metadata
  const node = (binding['target'] as { name?: string } | undefined)?.name ?? ''
  const pod = storage.get<Pod>('pods', namespace, name)
  if (!pod) throw notFound('pods', name)
  if (uid && uid !== pod.metadata.uid) {
    throw conflict('pods', name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid}`)
  }
  if (pod.metadata.deletionTimestamp) throw conflict('pods/binding', name, `pod ${name} is being deleted, cannot be assigned to a host`)
  if (pod.spec.nodeName) throw conflict('pods/binding', name, `pod ${name} is already assigned to node "${pod.spec.nodeName}"`)
  if (dryRun) return binding
  const { nominatedNodeName: _, ...status } = pod.status
  const old = status.conditions?.find((c) => c.type === 'PodScheduled')
  const scheduled: Condition = {
    lastProbeTime: null,
    lastTransitionTime: old?.status === 'True' ? old.lastTransitionTime : timestamp(env.now()),
    status: 'True',
    type: 'PodScheduled',
  }
  const conditions = [...(status.conditions ?? []).filter((c) => c.type !== 'PodScheduled'), scheduled]
  const labels = topologyLabels(storage.get('nodes', undefined, node))
  const metadata = Object.keys(labels).length > 0 ? { ...pod.metadata, labels: { ...pod.metadata.labels, ...labels } } : pod.metadata
  storage.put<Pod>('pods', { ...pod, metadata, spec: { ...pod.spec, nodeName: node }, status: { ...status, conditions } })
  return binding
}
