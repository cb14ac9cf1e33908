// Which nodes can take a Pod, and why the others cannot, in the scheduler's words and in the order of its plugins.
// Upstream: pkg/scheduler/framework/plugins.
import type { ContainerPort, Pod } from '../../api/types'
import { matchesNodeAffinity, nodeAffinityOf, tolerates, untoleratedTaint } from '../../lib/node-match'
import { type AffinityState, affinityProblem } from './pod-affinity'
import { hostPorts, type NodeInfo } from './snapshot'
import { requestsOf } from './taken'
import { type SpreadState, spreadProblem } from './topology-spread'
import { type ClaimState, restrictionProblem, volumeProblem } from './volumes'

/** Why a node is out. `final`: taking Pods away from it would not help. */
export interface Refusal {
  reasons: string[]
  final: boolean
}

export interface CycleState {
  /** The host ports that the Pod wants, and what it asks for of each resource. */
  ports: ContainerPort[]
  requests: [resource: string, amount: number][]
  claims: ClaimState
  /** The nodes that the Pod names, when it does. */
  named: Set<string> | undefined
  affinity: AffinityState
  spread: SpreadState
}

function refusal(reason: string, final: boolean): Refusal {
  return { reasons: [reason], final }
}

function portsClash(a: ContainerPort, b: ContainerPort): boolean {
  if (a.hostPort !== b.hostPort || (a.protocol || 'TCP') !== (b.protocol || 'TCP')) return false
  const [left, right] = [a.hostIP || '0.0.0.0', b.hostIP || '0.0.0.0']
  return left === right || left === '0.0.0.0' || right === '0.0.0.0'
}

/** What of a Pod every node is asked about. */
export function demandsOf(pod: Pod): Pick<CycleState, 'ports' | 'requests'> {
  return { ports: hostPorts(pod), requests: Object.entries(requestsOf(pod)).filter(([, amount]) => amount !== 0) }
}

function resourceProblem(requests: CycleState['requests'], info: NodeInfo): Refusal | undefined {
  const reasons: string[] = []
  let final = false
  const allowed = info.allocatable['pods'] ?? 0
  if (info.taken.pods + 1 > allowed) reasons.push('Too many pods')
  for (const [name, amount] of requests) {
    const capacity = info.allocatable[name] ?? 0
    if (amount > capacity - (info.taken.used[name] ?? 0)) {
      reasons.push(`Insufficient ${name}`)
      // More than the whole node has: no victim makes room for it.
      if (amount > capacity) final = true
    }
  }
  return reasons.length ? { reasons, final } : undefined
}

/** The nodes that required affinity names, when each of its terms names some; none when the terms contradict themselves. */
export function namedNodes(pod: Pod): Set<string> | undefined {
  const terms = nodeAffinityOf(pod)?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  const names = terms.map(({ matchFields = [] }) => {
    const fields = matchFields.filter(({ key, operator }) => key === 'metadata.name' && operator === 'In')
    const lists = fields.map(({ values = [] }) => values)
    return lists.length ? lists.reduce((all, list) => all.filter((name) => list.includes(name))) : undefined
  })
  return terms.length && names.every((list) => list !== undefined) ? new Set(names.flat()) : undefined
}

const UNSCHEDULABLE = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

/** The first plugin that refuses the node; undefined when the Pod fits. */
export function refusalOf(pod: Pod, info: NodeInfo, state: CycleState): Refusal | undefined {
  const { node } = info
  if (state.named && !state.named.has(node.metadata.name)) return refusal("node(s) didn't satisfy plugin(s) [NodeAffinity]", true)
  if (node.spec.unschedulable && !(pod.spec.tolerations ?? []).some((t) => tolerates(t, UNSCHEDULABLE))) {
    return refusal('node(s) were unschedulable', true)
  }
  if (untoleratedTaint(pod, node, ['NoSchedule', 'NoExecute'])) return refusal('node(s) had untolerated taint(s)', true)
  if (!matchesNodeAffinity(pod, node)) return refusal("node(s) didn't match Pod's node affinity/selector", true)
  if (state.ports.length > 0) {
    const taken = info.pods.flatMap(hostPorts)
    if (state.ports.some((port) => taken.some((other) => portsClash(port, other)))) {
      return refusal("node(s) didn't have free ports for the requested pod ports", false)
    }
  }
  return (
    resourceProblem(state.requests, info) ??
    restrictionProblem(state.claims, info) ??
    volumeProblem(state.claims, node) ??
    spreadProblem(pod, node, state.spread) ??
    affinityProblem(pod, node, state.affinity)
  )
}
