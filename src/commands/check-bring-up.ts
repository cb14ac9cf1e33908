// A scratch cluster for `kubesim check`: manifests made in it in order, then its own time played until everything is ready.
import type { KubeObject, Pod, Service } from '../api/types'
import { decodeObject, placeInNamespace, recognise } from '../apiserver/decode'
import { groupVersion } from '../apiserver/discovery'
import { patchObject } from '../apiserver/patch-requests'
import { withLastApplied } from '../cli/last-applied'
import type { Document } from '../cli/manifests'
import { addSource } from '../cli/source-error'
import type { Cluster } from '../cluster'
import { threeWayPatch } from './apply-client'

/** What the manifests made: who answers for what. */
export interface BroughtUp {
  services: Service[]
  /** What the cluster refused, in kubectl's words. */
  refused: Error[]
  /** Kind and name of what was not ready in the end: `Deployment shop/web`, with how far it came. */
  unready: { object: string; state: string }[]
  /** Simulated time it took, ms. */
  took: number
}

const MANAGER = 'kubectl-client-side-apply'
/** What is ready must stay so for this long, ms: a container may yet end. */
const STEADY_MS = 15_000

/** Makes the objects as `kubectl apply -f` does, and lets at most `patience` ms of the cluster's time pass. */
export function bringUp(cluster: Cluster, documents: Document[], namespace: string, patience: number): BroughtUp {
  const refused: Error[] = []
  makeNamespaces(cluster, documents, namespace)
  const made = new Set<string>()
  for (const document of documents) {
    try {
      const object = applyOne(cluster, document, namespace)
      if (object.kind === 'Service') made.add(`${object.metadata.namespace}/${object.metadata.name}`)
      cluster.settle()
    } catch (error) {
      if (!(error instanceof Error)) throw error
      refused.push(error)
    }
  }
  const began = cluster.env.now()
  waitUntilReady(cluster, began + patience)
  return {
    services: cluster.view.list<Service>('services').filter((s) => made.has(`${s.metadata.namespace}/${s.metadata.name}`)),
    refused,
    unready: unready(cluster),
    took: cluster.env.now() - began,
  }
}

/** Namespaces the manifests use and do not bring: the cluster they are meant for has them. */
function makeNamespaces(cluster: Cluster, documents: Document[], namespace: string): void {
  const brought = new Set(documents.filter((d) => d.value.kind === 'Namespace').map((d) => metadataOf(d).name))
  const used = new Set([namespace, ...documents.map((d) => metadataOf(d).namespace ?? namespace)])
  for (const name of used) {
    if (brought.has(name) || cluster.view.get('namespaces', undefined, name)) continue
    const info = cluster.server.discovery.byKind('v1', 'Namespace')!
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
    cluster.server.create(decodeObject(cluster.server, info, object), { manager: MANAGER })
    cluster.settle()
  }
}

function metadataOf({ value }: Document): { name?: string; namespace?: string } {
  return (value.metadata ?? {}) as { name?: string; namespace?: string }
}

function applyOne({ server }: Cluster, { value, source, inList }: Document, namespace: string): KubeObject {
  const info = recognise(server, value, source, inList)
  const copy = { ...value, metadata: { ...(value.metadata as object) } } as KubeObject
  const object = withLastApplied(placeInNamespace(info, copy, namespace, false))
  const { name } = object.metadata
  const live = name ? server.storage.get(info.resource, info.namespaced ? object.metadata.namespace : undefined, name) : undefined
  try {
    if (!live) return server.create(decodeObject(server, info, { ...object }), { manager: MANAGER })
    const current = { ...live, apiVersion: groupVersion(info), kind: info.kind }
    const patch = threeWayPatch(info, current, object, true)
    const type = info.custom ? 'merge' : 'strategic'
    return patchObject(server, info, object.metadata.namespace, name, type, patch, { manager: MANAGER, validation: 'Strict' })
  } catch (error) {
    throw addSource(live ? 'patching' : 'creating', source, error)
  }
}

// ---------------------------------------------------------------- time

/** Plays what is due, event by event, until everything has been ready for a while or time is up. */
function waitUntilReady(cluster: Cluster, deadline: number): void {
  const { env } = cluster
  let readySince = unready(cluster).length === 0 ? env.now() : undefined
  while (env.now() < deadline) {
    const end = readySince === undefined ? deadline : Math.min(deadline, readySince + STEADY_MS)
    cluster.playUntil(Math.min(end, Math.max(cluster.nextDue() ?? end, env.now())))
    if (unready(cluster).length > 0) readySince = undefined
    else readySince ??= env.now()
    if (readySince !== undefined && env.now() >= readySince + STEADY_MS) return
  }
}

/** Where a workload says how many Pods it wants, and how many are ready. */
const WORKLOADS: [resource: string, wanted: (o: Counted) => number | undefined, ready: (o: Counted) => number | undefined][] = [
  ['deployments.apps', (o) => o.spec.replicas, (o) => o.status?.readyReplicas],
  ['statefulsets.apps', (o) => o.spec.replicas, (o) => o.status?.readyReplicas],
  ['replicasets.apps', (o) => o.spec.replicas, (o) => o.status?.readyReplicas],
  ['replicationcontrollers', (o) => o.spec.replicas, (o) => o.status?.readyReplicas],
  ['daemonsets.apps', (o) => o.status?.desiredNumberScheduled, (o) => o.status?.numberReady],
]

type Counted = KubeObject & {
  spec: { replicas?: number }
  status?: { readyReplicas?: number; desiredNumberScheduled?: number; numberReady?: number }
}

const OWN = new Set(['kube-system'])

function unready({ view }: Cluster): BroughtUp['unready'] {
  const out: BroughtUp['unready'] = []
  const isOwn = (o: KubeObject) => OWN.has(o.metadata.namespace ?? '') || o.metadata.ownerReferences?.some((r) => r.controller) === true
  for (const [resource, wanted, ready] of WORKLOADS) {
    for (const object of view.list<Counted>(resource)) {
      const [want, have] = [wanted(object) ?? 0, ready(object) ?? 0]
      if (!isOwn(object) && have < want) out.push({ object: labelOf(object), state: `${have} of ${want} Pods ready` })
    }
  }
  for (const pod of view.list<Pod>('pods')) {
    const { phase, conditions } = pod.status ?? {}
    const isReady = conditions?.some((c) => c.type === 'Ready' && c.status === 'True')
    if (!isOwn(pod) && phase !== 'Succeeded' && !isReady) out.push({ object: labelOf(pod), state: `${phase ?? 'Pending'}, not ready` })
  }
  return out
}

function labelOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`
}
