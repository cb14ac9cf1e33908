// Topology spread: constraints that must hold (filter) and those that should (score, with the cluster's own defaults).
// Upstream: pkg/scheduler/framework/plugins/podtopologyspread.
import type { View } from '../../api/contracts'
import type { LabelSelector, Node, Pod } from '../../api/types'
import { matchesNodeAffinity, untoleratedTaint } from '../../lib/node-match'
import { matchesLabels, matchesSelector } from '../../lib/selectors'
import type { Refusal } from './predicates'
import type { NodeInfo, Picture } from './snapshot'

interface SpreadConstraint {
  maxSkew: number
  topologyKey: string
  whenUnsatisfiable: string
  labelSelector?: LabelSelector
  minDomains?: number
  nodeAffinityPolicy?: string
  nodeTaintsPolicy?: string
  matchLabelKeys?: string[]
}

interface Counted {
  constraint: SpreadConstraint
  matches(pod: Pod): boolean
  /** Topology value -> matching Pods. */
  counts: Map<string, number>
  least: number
}

export interface SpreadState {
  hard: Counted[]
}

const HOSTNAME = 'kubernetes.io/hostname'
const ZONE = 'topology.kubernetes.io/zone'

function constraintsOf(pod: Pod, action: string): SpreadConstraint[] {
  const all = (pod.spec.topologySpreadConstraints ?? []) as unknown as SpreadConstraint[]
  return all.filter((c) => c.whenUnsatisfiable === action)
}

function counted(pod: Pod, constraint: SpreadConstraint): (other: Pod) => boolean {
  const keys = constraint.matchLabelKeys ?? []
  return (other) =>
    other.metadata.namespace === pod.metadata.namespace &&
    !other.metadata.deletionTimestamp &&
    matchesSelector(constraint.labelSelector, other.metadata.labels) &&
    keys.every((key) => pod.metadata.labels?.[key] === undefined || other.metadata.labels?.[key] === pod.metadata.labels[key])
}

function counts(pod: Pod, constraint: SpreadConstraint, keys: string[], infos: NodeInfo[]): Map<string, number> {
  const matches = counted(pod, constraint)
  const out = new Map<string, number>()
  for (const { node, pods } of infos) {
    const labels = node.metadata.labels ?? {}
    if (!keys.every((key) => key in labels)) continue
    if ((constraint.nodeAffinityPolicy ?? 'Honor') === 'Honor' && !matchesNodeAffinity(pod, node)) continue
    if (constraint.nodeTaintsPolicy === 'Honor' && untoleratedTaint(pod, node, ['NoSchedule', 'NoExecute'])) continue
    const value = labels[constraint.topologyKey]
    out.set(value, (out.get(value) ?? 0) + pods.filter(matches).length)
  }
  return out
}

export function spreadState(pod: Pod, infos: NodeInfo[]): SpreadState {
  const constraints = constraintsOf(pod, 'DoNotSchedule')
  const keys = constraints.map((c) => c.topologyKey)
  return {
    hard: constraints.map((constraint) => {
      const found = counts(pod, constraint, keys, infos)
      const enough = found.size >= (constraint.minDomains ?? 1)
      const least = enough && found.size > 0 ? Math.min(...found.values()) : 0
      return { constraint, matches: counted(pod, constraint), counts: found, least }
    }),
  }
}

export function spreadProblem(pod: Pod, node: Node, state: SpreadState): Refusal | undefined {
  for (const { constraint, matches, counts: found, least } of state.hard) {
    const value = node.metadata.labels?.[constraint.topologyKey]
    if (value === undefined) {
      return { reasons: ["node(s) didn't match pod topology spread constraints (missing required label)"], final: true }
    }
    const own = matches(pod) ? 1 : 0
    if ((found.get(value) ?? 0) + own - least > constraint.maxSkew) {
      return { reasons: ["node(s) didn't match pod topology spread constraints"], final: false }
    }
  }
  return undefined
}

/** The selectors by which the default constraints count: Services and the owner of the Pod. */
function defaultMatch(view: View, pod: Pod): ((other: Pod) => boolean) | undefined {
  const { namespace, labels, ownerReferences } = pod.metadata
  const selectors: ((labels: Record<string, string> | undefined) => boolean)[] = []
  for (const service of view.list<{ spec: { selector?: Record<string, string> } } & Pod>('services', namespace)) {
    const selector = (service.spec as { selector?: Record<string, string> }).selector
    if (selector && Object.keys(selector).length > 0 && matchesLabels(selector, labels)) selectors.push((l) => matchesLabels(selector, l))
  }
  const owner = ownerReferences?.find((r) => r.controller)
  const resource = { ReplicaSet: 'replicasets.apps', StatefulSet: 'statefulsets.apps', ReplicationController: 'replicationcontrollers' }[
    owner?.kind ?? ''
  ]
  const object = owner && resource ? view.get(resource, namespace, owner.name) : undefined
  const selector = (object?.['spec'] as { selector?: LabelSelector & Record<string, string> } | undefined)?.selector
  if (selector) {
    if (owner?.kind === 'ReplicationController') selectors.push((l) => matchesLabels(selector, l))
    else selectors.push((l) => matchesSelector(selector, l))
  }
  if (selectors.length === 0) return undefined
  return (other) =>
    other.metadata.namespace === namespace && !other.metadata.deletionTimestamp && selectors.every((s) => s(other.metadata.labels))
}

interface CrowdRule {
  key: string
  skew: number
  /** How many matching Pods a node has. */
  on(info: NodeInfo): number
}

function crowdRules(view: View, pod: Pod, picture: Picture): CrowdRule[] {
  const soft = constraintsOf(pod, 'ScheduleAnyway')
  if ((pod.spec.topologySpreadConstraints ?? []).length > 0) {
    return soft.map((c) => {
      const matches = counted(pod, c)
      return { key: c.topologyKey, skew: c.maxSkew, on: ({ pods }) => pods.filter(matches).length }
    })
  }
  const owner = pod.metadata.ownerReferences?.find((r) => r.controller)
  const identity = JSON.stringify([pod.metadata.namespace, owner?.uid, pod.metadata.labels])
  const tally = picture.tally(identity, () => defaultMatch(view, pod) ?? (() => false))
  const on = ({ node }: NodeInfo) => tally.byNode.get(node.metadata.name) ?? 0
  return [
    { key: HOSTNAME, skew: 3, on },
    { key: ZONE, skew: 5, on },
  ]
}

/** How crowded each node is in the eyes of the soft constraints: less is better. Undefined when there are none. */
export function crowding(view: View, pod: Pod, infos: NodeInfo[], picture: Picture): Map<string, number> | undefined {
  const rules = crowdRules(view, pod, picture)
  if (rules.length === 0) return undefined
  const out = new Map<string, number>()
  for (const rule of rules) {
    const byValue = new Map<string, number>()
    for (const info of infos) {
      const value = info.node.metadata.labels?.[rule.key]
      if (value !== undefined) byValue.set(value, (byValue.get(value) ?? 0) + rule.on(info))
    }
    const weight = Math.log(byValue.size + 2)
    for (const { node } of infos) {
      const value = node.metadata.labels?.[rule.key]
      if (value === undefined) continue
      out.set(node.metadata.name, (out.get(node.metadata.name) ?? 0) + (byValue.get(value) ?? 0) * weight + (rule.skew - 1))
    }
  }
  return out
}
