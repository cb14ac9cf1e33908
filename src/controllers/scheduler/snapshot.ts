// The scheduler's picture of the nodes: what runs there, what is used, which host ports are taken.
import type { View } from '../../api/contracts'
import type { ContainerPort, Node, Pod } from '../../api/types'
import { type Amounts, addAmounts, amounts, podRequests } from '../../lib/pod-requests'

export interface NodeInfo {
  node: Node
  allocatable: Amounts
  pods: Pod[]
  used: Amounts
  /** How many of the Pods ask for no CPU, and for no memory. */
  silent: { cpu: number; memory: number }
  /** Those of the Pods that keep others away (required anti-affinity). */
  repellent: Pod[]
}

const requested = new Map<string, { generation: number | undefined; amounts: Amounts }>()
const REMEMBERED = 5000

/** A Pod's requests; remembered, since they are asked for often and seldom change. */
export function requestsOf(pod: Pod): Amounts {
  const { uid, generation } = pod.metadata
  const known = requested.get(uid)
  if (known && known.generation === generation) return known.amounts
  if (requested.size > REMEMBERED) requested.clear()
  const asked = podRequests(pod)
  requested.set(uid, { generation, amounts: asked })
  return asked
}

export function isOver(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}

function repels(pod: Pod): boolean {
  const affinity = pod.spec.affinity as { podAntiAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: unknown[] } } | undefined
  return (affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).length > 0
}

export function addPod(info: NodeInfo, pod: Pod): void {
  const asked = requestsOf(pod)
  info.pods.push(pod)
  addAmounts(info.used, asked)
  if (!asked.cpu) info.silent.cpu++
  if (!asked.memory) info.silent.memory++
  if (repels(pod)) info.repellent.push(pod)
}

function emptyInfo(node: Node): NodeInfo {
  return { node, allocatable: amounts(node.status?.allocatable), pods: [], used: {}, silent: { cpu: 0, memory: 0 }, repellent: [] }
}

export function withoutPods(info: NodeInfo, gone: Set<Pod>): NodeInfo {
  const copy = emptyInfo(info.node)
  for (const pod of info.pods) if (!gone.has(pod)) addPod(copy, pod)
  return copy
}

/** How many Pods of each node a rule matches; kept up to date while Pods come and go. */
export interface Tally {
  matches(pod: Pod): boolean
  byNode: Map<string, number>
}

const MOST_TALLIES = 16

/**
 * The picture of all nodes. It is taken once and then follows the changes of Pods; a change of nodes asks for a new one.
 * A view's scheduler cache, as upstream's pkg/scheduler/backend/cache.
 */
export class Picture {
  readonly infos: NodeInfo[]
  private readonly byName: Map<string, NodeInfo>
  /** By uid: the Pod as it was counted, and where. */
  private readonly placed = new Map<string, { info: NodeInfo; pod: Pod }>()
  private readonly tallies = new Map<string, Tally>()
  /** Counts what was taken in. */
  version = 0

  constructor(view: View) {
    this.infos = view.list<Node>('nodes').map(emptyInfo)
    this.byName = new Map(this.infos.map((info) => [info.node.metadata.name, info]))
    for (const pod of view.list<Pod>('pods')) this.put(pod)
  }

  /** Takes in a Pod that is new or changed; false when nothing of it counts. */
  put(pod: Pod): boolean {
    const known = this.placed.get(pod.metadata.uid)
    const info = pod.spec.nodeName && !isOver(pod) ? this.byName.get(pod.spec.nodeName) : undefined
    if (known && known.info === info && known.pod.spec === pod.spec && known.pod.metadata.labels === pod.metadata.labels) {
      if (known.pod.metadata.deletionTimestamp === pod.metadata.deletionTimestamp) return false
    }
    if (known) this.remove(pod)
    if (!info) return known !== undefined
    addPod(info, pod)
    this.version++
    this.placed.set(pod.metadata.uid, { info, pod })
    this.count(info, pod, 1)
    return true
  }

  remove(pod: Pod): boolean {
    const known = this.placed.get(pod.metadata.uid)
    if (!known) return false
    const { info } = known
    this.version++
    this.placed.delete(pod.metadata.uid)
    Object.assign(info, withoutPods(info, new Set([known.pod])))
    this.count(info, known.pod, -1)
    return true
  }

  private count(info: NodeInfo, pod: Pod, by: number): void {
    const { name } = info.node.metadata
    for (const { matches, byNode } of this.tallies.values()) if (matches(pod)) byNode.set(name, (byNode.get(name) ?? 0) + by)
  }

  /** The tally of a rule that `key` identifies. */
  tally(key: string, matches: () => (pod: Pod) => boolean): Tally {
    let tally = this.tallies.get(key)
    if (!tally) {
      const rule = matches()
      tally = { matches: rule, byNode: new Map(this.infos.map(({ node, pods }) => [node.metadata.name, pods.filter(rule).length])) }
      if (this.tallies.size >= MOST_TALLIES) this.tallies.delete(this.tallies.keys().next().value as string)
      this.tallies.set(key, tally)
    }
    return tally
  }

  /** Rules may mean something else from now on (Services or owners changed). */
  forgetTallies(): void {
    this.tallies.clear()
    this.version++
  }
}

export function hostPorts(pod: Pod): ContainerPort[] {
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always')].flatMap((c) =>
    (c.ports ?? []).filter((p) => p.hostPort),
  )
}
