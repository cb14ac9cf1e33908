// Which of the nodes that can take a Pod should: free room, balance, spreading, preferences. Upstream: the score plugins with their default weights.
import type { Env, View } from '../../api/contracts'
import type { Pod } from '../../api/types'
import { matchesTerm, nodeAffinityOf, tolerates } from '../../lib/node-match'
import { affinityScores } from './pod-affinity'
import { type NodeInfo, type Picture, requestsOf } from './snapshot'
import { crowding } from './topology-spread'

/** A container that asks for nothing counts as this much: 0.1 CPU, 200 MiB. */
const DEFAULT_REQUEST = { cpu: 100, memory: 200 * 1024 * 1024 }
const RESOURCES = ['cpu', 'memory'] as const

function shares(pod: Pod, { allocatable, used, silent }: NodeInfo): number[] {
  const own = requestsOf(pod)
  return RESOURCES.map((name) => {
    const capacity = allocatable[name] ?? 0
    if (capacity === 0) return 1
    const asked = (used[name] ?? 0) + silent[name] * DEFAULT_REQUEST[name] + (own[name] ?? DEFAULT_REQUEST[name])
    return Math.min(1, asked / capacity)
  })
}

function normalized(values: Map<string, number> | undefined, invert: boolean): (name: string) => number {
  if (!values || values.size === 0) return () => 0
  const low = Math.min(...values.values())
  const high = Math.max(...values.values())
  if (high === low) return () => (invert ? 100 : 0)
  return (name) => {
    const part = ((values.get(name) ?? low) - low) / (high - low)
    return 100 * (invert ? 1 - part : part)
  }
}

function preference(pod: Pod, infos: NodeInfo[]): Map<string, number> | undefined {
  const terms = nodeAffinityOf(pod)?.preferredDuringSchedulingIgnoredDuringExecution
  if (!terms?.length) return undefined
  return new Map(
    infos.map(({ node }) => [node.metadata.name, terms.reduce((sum, t) => sum + (matchesTerm(t.preference, node) ? t.weight : 0), 0)]),
  )
}

function softTaints(pod: Pod, infos: NodeInfo[]): Map<string, number> {
  const tolerations = (pod.spec.tolerations ?? []).filter((t) => !t.effect || t.effect === 'PreferNoSchedule')
  return new Map(
    infos.map(({ node }) => [
      node.metadata.name,
      (node.spec.taints ?? []).filter((t) => t.effect === 'PreferNoSchedule' && !tolerations.some((o) => tolerates(o, t))).length,
    ]),
  )
}

/** The best node; among equals chance decides, as in the scheduler. `infos` must not be empty. */
export function bestNode(view: View, env: Env, pod: Pod, infos: NodeInfo[], picture: Picture): NodeInfo {
  if (infos.length === 1) return infos[0]
  const spread = normalized(crowding(view, pod, infos, picture), true)
  const affinity = normalized(affinityScores(view, pod, infos), false)
  const preferred = normalized(preference(pod, infos), false)
  const tainted = normalized(softTaints(pod, infos), true)
  let best: NodeInfo[] = []
  let most = Number.NEGATIVE_INFINITY
  for (const info of infos) {
    const { name } = info.node.metadata
    const used = shares(pod, info)
    const free = Math.floor((100 * used.reduce((sum, share) => sum + (1 - share), 0)) / used.length)
    const balance = Math.floor(100 * (1 - Math.abs(used[0] - used[1]) / 2))
    const score = free + balance + Math.floor(2 * spread(name) + 2 * affinity(name) + 2 * preferred(name) + 3 * tainted(name))
    if (score > most) {
      most = score
      best = [info]
    } else if (score === most) best.push(info)
  }
  return best[Math.floor(env.random() * best.length)]
}
