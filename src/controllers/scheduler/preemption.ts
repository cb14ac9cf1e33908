// Making room for a Pod of higher priority. Upstream: pkg/scheduler/framework/preemption and plugins/defaultpreemption.
import type { View } from '../../api/contracts'
import type { Pod } from '../../api/types'
import { affinityState } from './pod-affinity'
import { type CycleState, type Refusal, refusalOf } from './predicates'
import { type NodeInfo, withoutPods } from './snapshot'
import { spreadState } from './topology-spread'

export interface Preemption {
  /** The node to wait for, with the Pods that must go; undefined when no node can be freed. */
  victims?: { info: NodeInfo; pods: Pod[] }
  /** What stands behind `preemption: ` otherwise. */
  message?: string
}

function priorityOf(pod: Pod): number {
  return pod.spec.priority ?? 0
}

/** The fewest and least important Pods of lower priority whose going would let this one in. */
function victimsOn(view: View, pod: Pod, info: NodeInfo, infos: NodeInfo[], state: CycleState): Pod[] | undefined {
  const lower = info.pods.filter((p) => priorityOf(p) < priorityOf(pod)).sort((a, b) => priorityOf(b) - priorityOf(a))
  if (lower.length === 0) return undefined
  const fits = (gone: Set<Pod>) => {
    const reduced = withoutPods(info, gone)
    const others = infos.map((i) => (i === info ? reduced : i))
    const cycle = { ...state, affinity: affinityState(view, pod, others), spread: spreadState(pod, others) }
    return refusalOf(pod, reduced, cycle) === undefined
  }
  const gone = new Set(lower)
  if (!fits(gone)) return undefined
  for (const candidate of lower) {
    gone.delete(candidate)
    if (!fits(gone)) gone.add(candidate)
  }
  return [...gone]
}

/** Whom the Pod has put off its node goes still. */
function isMakingRoom(pod: Pod, infos: NodeInfo[], refusals: Map<NodeInfo, Refusal>): boolean {
  const info = infos.find(({ node }) => node.metadata.name === pod.status?.nominatedNodeName)
  if (!info || refusals.get(info)?.final) return false
  return info.pods.some(({ metadata, spec, status }) => {
    const preempted = status?.conditions?.some((c) => c.type === 'DisruptionTarget' && c.reason === 'PreemptionByScheduler')
    return metadata.deletionTimestamp && preempted && (spec.priority ?? 0) < priorityOf(pod)
  })
}

export function preempt(view: View, pod: Pod, infos: NodeInfo[], refusals: Map<NodeInfo, Refusal>, state: CycleState): Preemption {
  if (pod.spec.preemptionPolicy === 'Never') return { message: 'not eligible due to preemptionPolicy=Never.' }
  if (isMakingRoom(pod, infos, refusals)) return { message: 'not eligible due to a terminating pod on the nominated node.' }
  const reasons = new Map<string, number>()
  const note = (reason: string) => reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  let best: { info: NodeInfo; pods: Pod[] } | undefined
  const cost = (pods: Pod[]) => [Math.max(...pods.map(priorityOf)), pods.reduce((sum, p) => sum + priorityOf(p), 0), pods.length]
  for (const info of infos) {
    if (refusals.get(info)?.final) {
      note('Preemption is not helpful for scheduling')
      continue
    }
    const pods = victimsOn(view, pod, info, infos, state)
    if (!pods) {
      note('No preemption victims found for incoming pod')
      continue
    }
    if (!best || less(cost(pods), cost(best.pods))) best = { info, pods }
  }
  if (best) return { victims: best }
  return { message: `0/${infos.length} nodes are available: ${histogram(reasons)}.` }
}

function less(a: number[], b: number[]): boolean {
  const at = a.findIndex((value, i) => value !== b[i])
  return at >= 0 && a[at] < b[at]
}

/** `1 Insufficient cpu, 2 node(s) were unschedulable`, in the order of the texts. */
export function histogram(reasons: Map<string, number>): string {
  return [...reasons]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ')
}
