// The scheduler's picture of the nodes: what runs there, what is used, which host ports are taken.
import type { View } from '../../api/contracts'
import type { ContainerPort, Node, Pod } from '../../api/types'
import { type Amounts, addAmounts, amounts, podRequests } from '../../lib/pod-requests'

export interface NodeInfo {
  node: Node
  allocatable: Amounts
  pods: Pod[]
  used: Amounts
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

export function addPod(info: NodeInfo, pod: Pod): void {
  info.pods.push(pod)
  addAmounts(info.used, requestsOf(pod))
}

export function withoutPods(info: NodeInfo, gone: Set<Pod>): NodeInfo {
  const copy: NodeInfo = { ...info, pods: [], used: {} }
  for (const pod of info.pods) if (!gone.has(pod)) addPod(copy, pod)
  return copy
}

export function takeSnapshot(view: View, pods: Pod[]): NodeInfo[] {
  const infos = view
    .list<Node>('nodes')
    .map((node): NodeInfo => ({ node, allocatable: amounts(node.status?.allocatable), pods: [], used: {} }))
  const byName = new Map(infos.map((info) => [info.node.metadata.name, info]))
  for (const pod of pods) {
    const info = pod.spec.nodeName && !isOver(pod) ? byName.get(pod.spec.nodeName) : undefined
    if (info) addPod(info, pod)
  }
  return infos
}

export function hostPorts(pod: Pod): ContainerPort[] {
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always')].flatMap((c) =>
    (c.ports ?? []).filter((p) => p.hostPort),
  )
}
