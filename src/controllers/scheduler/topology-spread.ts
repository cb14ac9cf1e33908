// Topology spread: constraints that must hold (filter) and those that should (score, with the cluster's own defaults).
// Upstream: pkg/scheduler/framework/plugins/podtopologyspread.
import type { View } from '../../api/contracts'
import type { LabelSelector, Node, Pod } from '../../api/types'
import { matchesNodeAffinity, untoleratedTaint } from '../../lib/node-match'
import { ownEntry } from '../../lib/own-entry'
import { matchesLabels, matchesSelector } from '../../lib/selectors'
import type { Refusal } from './predicates'
import type { NodeInfo, Picture, Rule } from './snapshot'

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
    keys.every(
      (key) =>
        ownEntry(pod.metadata.labels, key) === undefined || ownEntry(other.metadata.labels, key) === ownEntry(pod.metadata.labels, key),
    )
}

function counts(pod: Pod, constraint: SpreadConstraint, keys: string[], infos: NodeInfo[]): Map<string, number> {
  const matches = counted(pod, constraint)
  const out = new Map<string, number>()
  for (const { node, pods } of infos) {
    const labels = node.metadata.labels ?? {}
    if (!keys.every((key) => Object.hasOwn(labels, key))) continue
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
    const value = ownEntry(node.metadata.labels, constraint.topologyKey)
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
function defaultRule(view: View, pod: Pod): Rule | undefined {
  const { namespace, labels, ownerReferences } = pod.metadata
  const selectors: ((labels: Record<string, string> | undefined) => boolean)[] = []
  const texts: string[] = []
  for (const { spec } of view.servicesSelecting(pod.metadata.namespace as string, labels)) {
    const selector = spec.selector as Record<string, string>
    selectors.push((l) => matchesLabels(selector, l))
    texts.push(...Object.values(selector))
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
    texts.push(...Object.values((owner?.kind === 'ReplicationController' ? selector : selector.matchLabels) ?? {}))
  }
  if (selectors.length === 0) return undefined
  const matches = ({ metadata }: Pod) =>
    metadata.namespace === namespace && !metadata.deletionTimestamp && selectors.every((s) => s(metadata.labels))
  return { matches, namespace, texts }
}

/** A rule by which nodes count as crowded. */
export class CrowdRule {
  /** For each node the place of its topology it is in. */
  private readonly places: (number | undefined)[]
  private readonly counts: number[]
  private readonly members: number[]

  constructor(
    key: string,
    private readonly skew: number,
    infos: NodeInfo[],
    /** How many matching Pods a node has. */
    private readonly on: (info: NodeInfo) => number,
  ) {
    const numbers = new Map<string, number>()
    this.places = infos.map(({ node }) => {
      const value = ownEntry(node.metadata.labels, key)
      if (value === undefined) return undefined
      const known = numbers.get(value) ?? numbers.size
      numbers.set(value, known)
      return known
    })
    this.counts = infos.map((info, i) => (this.places[i] === undefined ? 0 : on(info)))
    this.members = Array.from({ length: numbers.size }, () => 0)
    for (const place of this.places) if (place !== undefined) this.members[place]++
  }

  /** Counts a node anew; undefined: it is none to choose any more. */
  count(node: number, info: NodeInfo | undefined): void {
    const place = this.places[node]
    if (place === undefined) return
    this.counts[node] = info ? this.on(info) : 0
    if (info) return
    this.members[place]--
    this.places[node] = undefined
  }

  /** Adds up what it says of every node. */
  addTo(sums: (number | undefined)[]): void {
    const { places, counts, members } = this
    const totals = members.map(() => 0)
    for (let i = 0; i < places.length; i++) {
      const place = places[i]
      if (place !== undefined) totals[place] += counts[i]
    }
    let size = 0
    for (const count of members) if (count > 0) size++
    const weight = Math.log(size + 2)
    for (let i = 0; i < places.length; i++) {
      const place = places[i]
      if (place !== undefined) sums[i] = (sums[i] ?? 0) + totals[place] * weight + (this.skew - 1)
    }
  }
}

export function crowdRules(view: View, pod: Pod, infos: NodeInfo[], picture: Picture): CrowdRule[] {
  const soft = constraintsOf(pod, 'ScheduleAnyway')
  if ((pod.spec.topologySpreadConstraints ?? []).length > 0) {
    return soft.map((c) => {
      const matches = counted(pod, c)
      return new CrowdRule(c.topologyKey, c.maxSkew, infos, ({ pods }) => pods.filter(matches).length)
    })
  }
  const owner = pod.metadata.ownerReferences?.find((r) => r.controller)
  const identity = JSON.stringify([pod.metadata.namespace, owner?.uid, pod.metadata.labels])
  const tally = picture.tally(identity, () => defaultRule(view, pod))
  const on = ({ node }: NodeInfo) => tally.byNode.get(node.metadata.name) ?? 0
  return [new CrowdRule(HOSTNAME, 3, infos, on), new CrowdRule(ZONE, 5, infos, on)]
}

/** How crowded each node is in the eyes of the soft constraints, in the order of the nodes: less is better. Undefined when there are none. */
export function crowding(rules: CrowdRule[], nodes: number): (number | undefined)[] | undefined {
  if (rules.length === 0) return undefined
  const sums = new Array<number | undefined>(nodes)
  for (const rule of rules) rule.addTo(sums)
  return sums
}
