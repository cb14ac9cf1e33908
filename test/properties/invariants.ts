// What is true of a cluster after every command, read off its state file: each broken rule is one sentence.
import type { KubeObject, Pod, Service } from '../../src/api/types'
import { count, nothingTaken, placeOf, type Taken } from '../../src/controllers/scheduler/taken'
import { readState } from '../../src/store/file'
import { endsOf } from './packet-filter'

interface Slice extends KubeObject {
  endpoints:
    | {
        addresses: string[]
        conditions: { ready?: boolean; serving?: boolean; terminating?: boolean }
        targetRef?: { name: string; uid?: string }
      }[]
    | null
  ports: { name?: string; port?: number }[] | null
}

interface Replicas extends KubeObject {
  spec: { replicas: number }
  status: { replicas: number; readyReplicas?: number; observedGeneration?: number }
}

interface Counted extends KubeObject {
  spec: { parallelism?: number }
  status: Partial<Record<'active' | 'succeeded' | 'failed' | 'currentNumberScheduled' | 'numberReady' | 'observedGeneration', number>>
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

/** `rules` is what iptables-save prints on each node, by the node's address. */
export function broken({ objects, taken }: Snapshot, rules: Map<string, string>): string[] {
  const of = <T extends KubeObject>(kind: string) => objects.filter((o) => o.kind === kind) as T[]
  const pods = of<Pod>('Pod')
  const services = of<Service>('Service')
  return [
    ...uniqueAddresses(pods),
    ...uniquePlaces(services),
    ...ownersAlive(objects),
    ...placesAlive(objects, pods),
    ...uniqueVersions(objects),
    ...(taken ? sums(pods, taken) : []),
    ...[...of<Replicas>('ReplicaSet'), ...of<Replicas>('ReplicationController'), ...of<Replicas>('StatefulSet')].flatMap((set) =>
      counters(set, pods),
    ),
    ...of<Replicas>('Deployment').flatMap((deployment) => addedUp(deployment, of<Replicas>('ReplicaSet'))),
    ...[...of<Counted>('DaemonSet'), ...of<Counted>('Job')].flatMap((counted) => counts(counted, pods)),
    ...services.flatMap((service) => endpoints(service, pods, of<Slice>('EndpointSlice'), rules)),
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

/** Addresses and node ports of Services: each is one Service's. */
function uniquePlaces(services: Service[]): string[] {
  const seen = new Map<string, string>()
  return services.flatMap((service) => {
    const { clusterIP, ports = [] } = service.spec
    const own = [
      ...(clusterIP && clusterIP !== 'None' ? [clusterIP] : []),
      ...ports.flatMap((port) => (port.nodePort ? [`node port ${port.protocol ?? 'TCP'}/${port.nodePort}`] : [])),
    ]
    return own.flatMap((place) => {
      const other = seen.get(place)
      seen.set(place, named(service))
      return other ? [`${named(service)} and ${other} both have ${place}`] : []
    })
  })
}

/** Every object is in a namespace that is there, every Pod on a node that is. */
function placesAlive(objects: KubeObject[], pods: Pod[]): string[] {
  const known = (kind: string) => new Set(objects.filter((o) => o.kind === kind).map((o) => o.metadata.name))
  const [namespaces, nodes] = [known('Namespace'), known('Node')]
  return [
    ...objects.filter((o) => o.metadata.namespace && !namespaces.has(o.metadata.namespace)).map((o) => `${named(o)} is in no namespace`),
    ...pods.filter((p) => p.spec.nodeName && !nodes.has(p.spec.nodeName)).map((p) => `${named(p)} is on no node`),
  ]
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
  // A StatefulSet makes one Pod after another: none while one of them is not ready.
  const inOrder = set.kind === 'StatefulSet' && ready < active.length && active.length < (set.spec.replicas ?? 1)
  if (active.length !== set.spec.replicas && !inOrder && !isBlocked(set, mine, pods))
    out.push(`${named(set)} wants ${set.spec.replicas} Pods and has ${active.length}`)
  if (replicas !== active.length) out.push(`${named(set)} counts ${replicas} Pods and has ${active.length}`)
  if (readyReplicas !== ready) out.push(`${named(set)} counts ${readyReplicas} ready Pods and has ${ready}`)
  return out
}

/** A StatefulSet cannot make its next Pod while one of that name is there which is not its own, as one is whose labels were taken off. */
function isBlocked({ kind, metadata, spec }: Replicas, mine: Pod[], pods: Pod[]): boolean {
  if (kind !== 'StatefulSet') return false
  const called = (list: Pod[], i: number) =>
    list.some((p) => p.metadata.namespace === metadata.namespace && p.metadata.name === `${metadata.name}-${i}`)
  const next = Array.from({ length: spec.replicas }, (_, i) => i).find((i) => !called(mine, i))
  return next !== undefined && called(pods, next)
}

/** A Deployment's numbers are the sums of its ReplicaSets'. */
function addedUp(deployment: Replicas, sets: Replicas[]): string[] {
  const mine = sets.filter((s) => s.metadata.ownerReferences?.some((o) => o.controller && o.uid === deployment.metadata.uid))
  const sum = (field: 'replicas' | 'readyReplicas') => mine.reduce((total, s) => total + (s.status[field] ?? 0), 0)
  const out: string[] = []
  if (deployment.status.observedGeneration !== deployment.metadata.generation) out.push(`${named(deployment)} has not been looked at`)
  for (const field of ['replicas', 'readyReplicas'] as const) {
    const counted = deployment.status[field] ?? 0
    if (counted !== sum(field)) out.push(`${named(deployment)} counts ${counted} ${field}, its ReplicaSets have ${sum(field)}`)
  }
  return out
}

function counts(owner: Counted, pods: Pod[]): string[] {
  const mine = pods.filter((p) => p.metadata.ownerReferences?.some((o) => o.controller && o.uid === owner.metadata.uid))
  const active = mine.filter((p) => !isDone(p) && !p.metadata.deletionTimestamp)
  const { status } = owner
  const actual = owner.kind === 'Job' ? { active: active.length } : { numberReady: active.filter(isReady).length }
  return Object.entries(actual).flatMap(([field, count]) => {
    const said = status[field as 'active'] ?? 0
    return said === count ? [] : [`${named(owner)} counts ${said} ${field}, there are ${count}`]
  })
}

function endpoints(service: Service, pods: Pod[], slices: Slice[], rules: Map<string, string>): string[] {
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
  const all = own.flatMap((s) => s.endpoints ?? [])
  for (const { targetRef } of all) {
    if (targetRef && !pods.some((p) => p.metadata.uid === targetRef.uid))
      out.push(`${named(service)} leads to ${targetRef.name}, which is gone`)
  }
  // Who ends and still serves is led to when nobody is ready.
  const ending = all.filter((e) => e.conditions.serving && e.conditions.terminating).flatMap((e) => e.addresses)
  const usable = listed.length > 0 ? listed : ending
  for (const [ip, text] of rules)
    for (const port of ports)
      for (const [where, destination, number] of placesOf(clusterIP, port, ip)) {
        const start = {
          source: '10.244.9.9',
          destination,
          port: number,
          protocol: (port.protocol ?? 'TCP').toLowerCase(),
          own: [ip],
          fromNode: false,
        }
        const ends = endsOf(text, start)
        const hosts = [...ends.keys()].map((end) => end.split(':')[0])
        const wantedHosts = usable.length > 0 ? usable : ['REJECT']
        if (sorted(hosts) !== sorted(wantedHosts))
          out.push(`${where} of ${named(service)} on ${ip} leads to [${sorted(hosts)}], its endpoints are [${sorted(wantedHosts)}]`)
        for (const [end, share] of ends)
          if (Math.abs(share - 1 / wantedHosts.length) > 1e-6)
            out.push(`${end} gets ${share} of ${named(service)}, not 1 in ${wantedHosts.length}`)
      }
  return out
}

/** What a client may ask for: name, address, port. */
function placesOf(clusterIp: string, port: { port: number; nodePort?: number }, node: string): [string, string, number][] {
  return [['cluster IP', clusterIp, port.port], ...(port.nodePort ? [['node port', node, port.nodePort] as [string, string, number]] : [])]
}
