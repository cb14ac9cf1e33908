// What controllers ask about pods: ready, available, active, and which to delete first. Follows pkg/controller/controller_utils.go.
import type { Condition, Pod } from '../../api/types'
import { fromTime } from '../../lib/time'
import { conditionOf } from './conditions'

export function podCondition(pod: Pod, type: string): Condition | undefined {
  return conditionOf(pod.status?.conditions, type)
}

export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True'
}

/** Succeeded or Failed. */
export function isPodTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}

/** Neither finished nor being deleted. */
export function isPodActive(pod: Pod): boolean {
  return !pod.metadata.deletionTimestamp && !isPodTerminal(pod)
}

/** Being deleted while it has not finished. */
export function isPodTerminating(pod: Pod): boolean {
  return !!pod.metadata.deletionTimestamp && !isPodTerminal(pod)
}

/** Cluster time (ms) from which a pod counts as available; undefined while it is not ready. */
export function availableFrom(pod: Pod, minReadySeconds: number | undefined): number | undefined {
  const ready = podCondition(pod, 'Ready')
  if (ready?.status !== 'True') return undefined
  return minReadySeconds ? fromTime(ready.lastTransitionTime) + minReadySeconds * 1000 : 0
}

export function isPodAvailable(pod: Pod, minReadySeconds: number | undefined, now: number): boolean {
  const from = availableFrom(pod, minReadySeconds)
  return from !== undefined && from <= now
}

const PHASE_RANK: Record<string, number> = { Pending: 0, Unknown: 1, Running: 2 }

/** Facts that order pods for deletion, computed once a pod. */
interface Rank {
  pod: Pod
  assigned: boolean
  phase: number
  ready: boolean
  cost: number
  /** Active related pods on the same node. */
  doubled: number
  readyTime: number
  restarts: number
  created: number
}

function rankOf(pod: Pod, doubled: number): Rank {
  const ready = isPodReady(pod)
  let restarts = 0
  for (const c of pod.status?.containerStatuses ?? []) restarts = Math.max(restarts, c.restartCount)
  return {
    pod,
    assigned: !!pod.spec.nodeName,
    phase: PHASE_RANK[pod.status?.phase ?? 'Pending'] ?? 0,
    ready,
    cost: Number.parseInt(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? '0', 10) || 0,
    doubled,
    readyTime: ready ? fromTime(podCondition(pod, 'Ready')?.lastTransitionTime) : 0,
    restarts,
    created: fromTime(pod.metadata.creationTimestamp),
  }
}

/** Times are compared by powers of two of their age, so that pods of about the same age are picked at random (by UID). */
function byAge(a: Rank, b: Rank, timeA: number, timeB: number, now: number): number {
  if (!timeA || !timeB) return timeB - timeA
  const rank = (time: number) => (now > time ? Math.floor(Math.log2((now - time) * 1e6)) : -1)
  const difference = rank(timeA) - rank(timeB)
  if (difference !== 0) return difference
  return a.pod.metadata.uid < b.pod.metadata.uid ? -1 : 1
}

function compareRanks(a: Rank, b: Rank, now: number): number {
  if (a.assigned !== b.assigned) return a.assigned ? 1 : -1
  if (a.phase !== b.phase) return a.phase - b.phase
  if (a.ready !== b.ready) return a.ready ? 1 : -1
  if (a.cost !== b.cost) return a.cost - b.cost
  if (a.doubled !== b.doubled) return b.doubled - a.doubled
  if (a.ready && b.ready && a.readyTime !== b.readyTime) return byAge(a, b, a.readyTime, b.readyTime, now)
  if (a.restarts !== b.restarts) return b.restarts - a.restarts
  if (a.created !== b.created) return byAge(a, b, a.created, b.created, now)
  return 0
}

/**
 * ActivePodsWithRanks: the first `count` of `pods` to delete - unassigned, pending, not ready, cheap, doubled up on a node
 * (by `related` pods), recently ready, often restarted, new.
 */
export function podsToDelete(pods: Pod[], related: Pod[], count: number, now: number): Pod[] {
  if (count >= pods.length) return pods
  const onNode = new Map<string, number>()
  for (const pod of related) {
    const node = pod.spec.nodeName
    if (node && isPodActive(pod)) onNode.set(node, (onNode.get(node) ?? 0) + 1)
  }
  return pods
    .map((pod) => rankOf(pod, onNode.get(pod.spec.nodeName ?? '') ?? 0))
    .sort((a, b) => compareRanks(a, b, now))
    .slice(0, count)
    .map((rank) => rank.pod)
}

/** Did a change of a pod touch what workload controllers look at (labels, owners, phase, readiness, deletion)? */
export function concernsWorkloads(before: Pod | undefined, after: Pod | undefined): boolean {
  if (!before || !after) return true
  const a = before.metadata
  const b = after.metadata
  if (a.deletionTimestamp !== b.deletionTimestamp || before.status?.phase !== after.status?.phase) return true
  if (JSON.stringify(a.labels) !== JSON.stringify(b.labels) || JSON.stringify(a.ownerReferences) !== JSON.stringify(b.ownerReferences))
    return true
  const ready = podCondition(before, 'Ready')
  const nowReady = podCondition(after, 'Ready')
  return ready?.status !== nowReady?.status || ready?.lastTransitionTime !== nowReady?.lastTransitionTime
}
