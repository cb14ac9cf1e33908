// What is true of a cluster after every command, read off its state file: each broken rule is one sentence.
import type { KubeObject, Pod, Service } from '../../src/api/types'
import { count, nothingTaken, placeOf, type Taken } from '../../src/controllers/scheduler/taken'
import { readState } from '../../src/store/file'
import { reach } from './reference-walk'

interface Slice extends KubeObject {
  endpoints: { addresses: string[]; conditions: { ready?: boolean }; targetRef?: { name: string } }[] | null
  ports: { name?: string; port?: number }[] | null
}

interface Replicas extends KubeObject {
  spec: { replicas: number }
  status: { replicas: number; readyReplicas?: number }
}

export interface Snapshot {
  objects: KubeObject[]
  /** How many entries each table of records has. */
  records: Record<string, number>
  /** What is written down of the Pods of each node; undefined until a Pod was placed. */
  taken?: Record<string, Taken>
}

export function snapshotOf(file: string): Snapshot {
  const state = readState(file)!
  try {
    const objects: KubeObject[] = []
    const records: Record<string, number> = {}
    let taken: Snapshot['taken']
    for (const topic of state.topics()) {
      const keys = state.keys(`${topic}/`)
      if (topic === '~taken') {
        taken = Object.fromEntries(
          keys.filter((key) => key !== '~taken/~').map((key) => [key.slice('~taken/'.length), state.get(key) as Taken]),
        )
      } else if (topic.startsWith('~')) records[topic] = keys.length
      else for (const key of keys) objects.push(state.get(key) as KubeObject)
    }
    return { objects, records, taken }
  } finally {
    state.close()
  }
}

const isReady = (pod: Pod) => pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false
const isDone = (pod: Pod) => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
const named = ({ kind, metadata }: KubeObject) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`
const sorted = (texts: string[]) => [...texts].sort().join(' ')

function selects(selector: Record<string, string>, pod: Pod): boolean {
  return Object.entries(selector).every(([key, value]) => pod.metadata.labels?.[key] === value)
}

/** `rules` is what iptables-save prints of the nat table on one node. */
export function broken({ objects, taken }: Snapshot, rules: string): string[] {
  const of = <T extends KubeObject>(kind: string) => objects.filter((o) => o.kind === kind) as T[]
  const pods = of<Pod>('Pod')
  return [
    ...uniqueAddresses(pods),
    ...ownersAlive(objects),
    ...uniqueVersions(objects),
    ...(taken ? sums(pods, taken) : []),
    ...[...of<Replicas>('ReplicaSet'), ...of<Replicas>('ReplicationController')].flatMap((set) => counters(set, pods)),
    ...of<Service>('Service').flatMap((service) => endpoints(service, pods, of<Slice>('EndpointSlice'), rules)),
  ]
}

function uniqueAddresses(pods: Pod[]): string[] {
  const seen = new Map<string, string>()
  return pods.flatMap((pod) => {
    const ip = pod.status?.podIP
    if (!ip || pod.spec.hostNetwork || isDone(pod)) return []
    const other = seen.get(ip)
    seen.set(ip, named(pod))
    return other ? [`${named(pod)} and ${other} both have ${ip}`] : []
  })
}

/** What was added up change by change is what there is. */
function sums(pods: Pod[], taken: Record<string, Taken>): string[] {
  const counted: Record<string, Taken> = {}
  for (const pod of pods) {
    const node = placeOf(pod)
    if (node === undefined) continue
    counted[node] ??= nothingTaken()
    count(counted[node], pod, 1)
  }
  const text = (of: Record<string, Taken>, node: string) => JSON.stringify(ordered(of[node] ?? nothingTaken()))
  return [...new Set([...Object.keys(counted), ...Object.keys(taken)])]
    .filter((node) => text(counted, node) !== text(taken, node))
    .map((node) => `${node} has ${text(counted, node)} taken, and ${text(taken, node)} is written down`)
}

function ordered({ pods, used, silent, repellent }: Taken): Taken {
  const amounts = Object.entries(used).filter(([, amount]) => amount !== 0)
  return { pods, used: Object.fromEntries(amounts.sort()), silent, repellent: [...repellent].sort() }
}

function ownersAlive(objects: KubeObject[]): string[] {
  const uids = new Set(objects.map((o) => o.metadata.uid))
  return objects.flatMap((o) =>
    (o.metadata.ownerReferences ?? [])
      .filter((owner) => !uids.has(owner.uid) && !o.metadata.deletionTimestamp)
      .map((owner) => `${named(o)} is owned by ${owner.kind} ${owner.name}, which is gone`),
  )
}

function uniqueVersions(objects: KubeObject[]): string[] {
  const seen = new Map<string, string>()
  return objects.flatMap((o) => {
    const other = seen.get(o.metadata.resourceVersion ?? '')
    seen.set(o.metadata.resourceVersion ?? '', named(o))
    return other ? [`${named(o)} and ${other} have one resourceVersion`] : []
  })
}

function counters(set: Replicas, pods: Pod[]): string[] {
  const mine = pods.filter((p) => p.metadata.ownerReferences?.some((o) => o.controller && o.uid === set.metadata.uid))
  const active = mine.filter((p) => !isDone(p) && !p.metadata.deletionTimestamp)
  const ready = active.filter(isReady).length
  const { replicas, readyReplicas = 0 } = set.status
  const out: string[] = []
  if (active.length !== set.spec.replicas) out.push(`${named(set)} wants ${set.spec.replicas} Pods and has ${active.length}`)
  if (replicas !== active.length) out.push(`${named(set)} counts ${replicas} Pods and has ${active.length}`)
  if (readyReplicas !== ready) out.push(`${named(set)} counts ${readyReplicas} ready Pods and has ${ready}`)
  return out
}

function endpoints(service: Service, pods: Pod[], slices: Slice[], rules: string): string[] {
  const { selector, clusterIP, ports = [] } = service.spec
  if (!selector || !clusterIP || clusterIP === 'None') return []
  const wanted = pods.filter(
    (p) =>
      p.metadata.namespace === service.metadata.namespace &&
      selects(selector, p) &&
      p.status?.podIP &&
      !isDone(p) &&
      !p.metadata.deletionTimestamp &&
      isReady(p),
  )
  const own = slices.filter(
    (s) =>
      s.metadata.namespace === service.metadata.namespace && s.metadata.labels?.['kubernetes.io/service-name'] === service.metadata.name,
  )
  const listed = own.flatMap((s) => (s.endpoints ?? []).filter((e) => e.conditions.ready).flatMap((e) => e.addresses))
  const addresses = wanted.map((p) => p.status!.podIP!)
  const out: string[] = []
  if (sorted(listed) !== sorted(addresses))
    out.push(`${named(service)} has the ready endpoints [${sorted(listed)}] and selects [${sorted(addresses)}]`)
  for (const port of ports) {
    const reached = reach(rules, clusterIP, port.port, (port.protocol ?? 'TCP').toLowerCase())
    const hosts = [...reached.keys()].map((destination) => destination.split(':')[0])
    if (sorted(hosts) !== sorted(addresses))
      out.push(`the rules of ${named(service)} lead to [${sorted(hosts)}], its endpoints are [${sorted(addresses)}]`)
    for (const [destination, share] of reached)
      if (Math.abs(share - 1 / addresses.length) > 1e-6)
        out.push(`${destination} gets ${share} of ${named(service)}, not 1 in ${addresses.length}`)
  }
  return out
}
