// Whether a node takes a Pod that was bound to it without the scheduler's judgement.
// Follows pkg/kubelet/lifecycle/predicate.go.
import type { Node, Pod } from '../../api/types'
import { matchesNodeAffinity, untoleratedTaint } from '../../lib/node-match'
import { type Amounts, amounts, podRequests, sumRequests } from '../../lib/pod-requests'
import { isTerminalPhase } from './phase'
import type { Session } from './state'

export interface Rejection {
  /** `OutOfcpu`, `NodeAffinity`, `TaintToleration`. */
  reason: string
  message: string
}

/** Pods that the scheduler bound were judged by it; static Pods run whatever there is. */
function wasJudged(pod: Pod): boolean {
  const annotations = pod.metadata.annotations ?? {}
  if ('kubernetes.io/config.source' in annotations || 'kubernetes.io/config.mirror' in annotations) return true
  return pod.status?.conditions?.some((c) => c.type === 'PodScheduled') ?? false
}

/** The first resource of which the node has too little for what the Pod asks for, beside all others. */
function missing({ api, pod, host }: Session, node: Node): { name: string; message: string } | undefined {
  const others = api
    .mentioning<Pod>('pods', undefined, host)
    .filter((p) => p.spec.nodeName === host && p.metadata.uid !== pod.metadata.uid && !isTerminalPhase(p.status?.phase))
  const used: Amounts = { ...sumRequests(others), pods: others.length }
  const capacities = amounts(node.status.allocatable)
  for (const [name, amount] of Object.entries({ pods: 1, ...podRequests(pod) })) {
    const capacity = capacities[name] ?? 0
    if (amount === 0 || (used[name] ?? 0) + amount <= capacity) continue
    const message = `Node didn't have enough resource: ${name}, requested: ${amount}, used: ${used[name] ?? 0}, capacity: ${capacity}`
    return { name, message }
  }
  return undefined
}

/** Why the Pod could not have on its node what it asks for. */
export function shortage(session: Session): string | undefined {
  const node = session.api.get<Node>('nodes', undefined, session.host)
  return node && missing(session, node)?.message
}

export function rejectionOf(session: Session): Rejection | undefined {
  const { api, pod, host } = session
  const node = wasJudged(pod) ? undefined : api.get<Node>('nodes', undefined, host)
  if (!node) return undefined
  const short = missing(session, node)
  if (short) return { reason: `OutOf${short.name}`, message: short.message }
  if (!matchesNodeAffinity(pod, node)) {
    return { reason: 'NodeAffinity', message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector" }
  }
  if (untoleratedTaint(pod, node, ['NoExecute'])) {
    return { reason: 'TaintToleration', message: "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate" }
  }
  return undefined
}
