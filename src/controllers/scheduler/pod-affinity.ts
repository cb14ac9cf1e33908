// Pods that want to be, or must not be, beside others. Upstream: pkg/scheduler/framework/plugins/interpodaffinity.
import type { View } from '../../api/contracts'
import type { LabelSelector, Node, Pod } from '../../api/types'
import { ownEntry } from '../../lib/own-entry'
import { matchesSelector } from '../../lib/selectors'
import type { Refusal } from './predicates'
import type { NodeInfo } from './snapshot'

interface AffinityTerm {
  labelSelector?: LabelSelector
  namespaces?: string[]
  namespaceSelector?: LabelSelector
  topologyKey: string
  matchLabelKeys?: string[]
  mismatchLabelKeys?: string[]
}
interface PodAffinity {
  requiredDuringSchedulingIgnoredDuringExecution?: AffinityTerm[]
  preferredDuringSchedulingIgnoredDuringExecution?: { weight: number; podAffinityTerm: AffinityTerm }[]
}

function affinityOf(pod: Pod, kind: 'podAffinity' | 'podAntiAffinity'): PodAffinity | undefined {
  return (pod.spec.affinity as Record<string, PodAffinity> | undefined)?.[kind]
}

/** Does a term of `owner` speak of `other`? */
function speaksOf(view: View, owner: Pod, term: AffinityTerm, other: Pod): boolean {
  const namespace = other.metadata.namespace ?? ''
  const { namespaces = [], namespaceSelector } = term
  const own = namespaces.length === 0 && namespaceSelector === undefined && namespace === owner.metadata.namespace
  const labels = () => view.get('namespaces', undefined, namespace)?.metadata.labels
  if (!own && !namespaces.includes(namespace) && !(namespaceSelector && matchesSelector(namespaceSelector, labels()))) return false
  if (!term.labelSelector || !matchesSelector(term.labelSelector, other.metadata.labels)) return false
  const value = (pod: Pod, key: string) => ownEntry(pod.metadata.labels, key)
  return (
    (term.matchLabelKeys ?? []).every((k) => value(owner, k) === undefined || value(owner, k) === value(other, k)) &&
    (term.mismatchLabelKeys ?? []).every((k) => value(owner, k) === undefined || value(owner, k) !== value(other, k))
  )
}

interface Wanted {
  term: AffinityTerm
  /** Topology values at which a matching Pod runs. */
  at: Set<string>
}

export interface AffinityState {
  near: Wanted[]
  far: Wanted[]
  /** Topology key and value pairs that a running Pod's anti-affinity keeps this one away from. */
  kept: { key: string; value: string }[]
  /** The Pod fulfils all its own affinity terms, so it may be the first of its kind. */
  selfish: boolean
}

export function affinityState(view: View, pod: Pod, infos: NodeInfo[]): AffinityState {
  const places = (term: AffinityTerm): Set<string> => {
    const at = new Set<string>()
    for (const { node, pods } of infos) {
      const value = ownEntry(node.metadata.labels, term.topologyKey)
      if (value !== undefined && !at.has(value) && pods.some((other) => speaksOf(view, pod, term, other))) at.add(value)
    }
    return at
  }
  const required = (kind: 'podAffinity' | 'podAntiAffinity') => affinityOf(pod, kind)?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  const kept: AffinityState['kept'] = []
  for (const { node, repellent } of infos) {
    for (const other of repellent) {
      for (const term of affinityOf(other, 'podAntiAffinity')?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
        const value = ownEntry(node.metadata.labels, term.topologyKey)
        if (value !== undefined && speaksOf(view, other, term, pod)) kept.push({ key: term.topologyKey, value })
      }
    }
  }
  const near = required('podAffinity').map((term) => ({ term, at: places(term) }))
  return {
    near,
    far: required('podAntiAffinity').map((term) => ({ term, at: places(term) })),
    kept,
    selfish: near.every(({ term, at }) => at.size === 0 && speaksOf(view, pod, term, pod)),
  }
}

export function affinityProblem(_pod: Pod, node: Node, state: AffinityState): Refusal | undefined {
  const labels = node.metadata.labels ?? {}
  const missing = state.near.some(({ term, at }) => {
    const value = ownEntry(labels, term.topologyKey)
    return value === undefined || (!at.has(value) && !state.selfish)
  })
  if (missing) return { reasons: ["node(s) didn't match pod affinity rules"], final: true }
  if (state.far.some(({ term, at }) => labels[term.topologyKey] !== undefined && at.has(labels[term.topologyKey]))) {
    return { reasons: ["node(s) didn't match pod anti-affinity rules"], final: false }
  }
  if (state.kept.some(({ key, value }) => labels[key] === value)) {
    return { reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"], final: false }
  }
  return undefined
}

/** Sum of the preferred terms' weights, in the order of the nodes; undefined when nobody prefers anything. */
export function affinityScores(view: View, pod: Pod, infos: NodeInfo[]): number[] | undefined {
  const terms = [
    ...(affinityOf(pod, 'podAffinity')?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((t) => ({ ...t, sign: 1 })),
    ...(affinityOf(pod, 'podAntiAffinity')?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((t) => ({ ...t, sign: -1 })),
  ]
  if (terms.length === 0) return undefined
  const byPlace = new Map<string, number>()
  for (const { weight, podAffinityTerm: term, sign } of terms) {
    for (const { node, pods } of infos) {
      const value = ownEntry(node.metadata.labels, term.topologyKey)
      if (value === undefined) continue
      const hits = pods.filter((other) => speaksOf(view, pod, term, other)).length
      if (hits > 0) byPlace.set(`${term.topologyKey}=${value}`, (byPlace.get(`${term.topologyKey}=${value}`) ?? 0) + sign * weight * hits)
    }
  }
  const keys = new Set(terms.map((t) => t.podAffinityTerm.topologyKey))
  return infos.map(({ node }) => {
    let score = 0
    for (const key of keys) score += byPlace.get(`${key}=${node.metadata.labels?.[key]}`) ?? 0
    return score
  })
}
