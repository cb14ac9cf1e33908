// Which of the nodes that can take a Pod should: free room, balance, spreading, preferences. Upstream: the score plugins with their default weights.
import type { Env, View } from '../../api/contracts'
import type { Pod } from '../../api/types'
import { matchesTerm, nodeAffinityOf, tolerates } from '../../lib/node-match'
import type { Amounts } from '../../lib/pod-requests'
import { affinityScores } from './pod-affinity'
import type { NodeInfo, Picture } from './snapshot'
import { requestsOf } from './taken'
import { type CrowdRule, crowding, crowdRules } from './topology-spread'

/** A container that asks for nothing counts as this much: 0.1 CPU, 200 MiB. */
const DEFAULT_REQUEST = { cpu: 100, memory: 200 * 1024 * 1024 }

/** How full CPU and memory of a node would be with the Pod, 0 to 1. */
function shares(own: Amounts, { allocatable, taken: { used, silent } }: NodeInfo): [cpu: number, memory: number] {
  const share = (name: 'cpu' | 'memory') => {
    const capacity = allocatable[name] ?? 0
    if (capacity === 0) return 1
    const asked = (used[name] ?? 0) + silent[name] * DEFAULT_REQUEST[name] + (own[name] ?? DEFAULT_REQUEST[name])
    return Math.min(1, asked / capacity)
  }
  return [share('cpu'), share('memory')]
}

/** The values of all nodes, in the order of the nodes, brought to 0..100. Nodes without a value count as the lowest. */
function normalized(values: (number | undefined)[] | undefined, invert: boolean): (node: number) => number {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values ?? []) {
    if (value === undefined) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  if (!values || low === Number.POSITIVE_INFINITY) return () => 0
  if (high === low) return () => (invert ? 100 : 0)
  return (node) => {
    const part = ((values[node] ?? low) - low) / (high - low)
    return 100 * (invert ? 1 - part : part)
  }
}

function preference(pod: Pod, infos: NodeInfo[]): number[] | undefined {
  const terms = nodeAffinityOf(pod)?.preferredDuringSchedulingIgnoredDuringExecution
  if (!terms?.length) return undefined
  return infos.map(({ node }) => terms.reduce((sum, t) => sum + (matchesTerm(t.preference, node) ? t.weight : 0), 0))
}

function softTaints(pod: Pod, infos: NodeInfo[]): number[] {
  const tolerations = (pod.spec.tolerations ?? []).filter((t) => !t.effect || t.effect === 'PreferNoSchedule')
  return infos.map(({ node }) => {
    let count = 0
    for (const t of node.spec.taints ?? []) if (t.effect === 'PreferNoSchedule' && !tolerations.some((o) => tolerates(o, t))) count++
    return count
  })
}

/** The nodes that can take a Pod, judged for it; and for the next one like it, when only nodes are judged anew that took one since. */
export class Contest {
  private readonly own: Amounts
  private readonly rules: CrowdRule[]
  private readonly affinity: (node: number) => number
  private readonly preferred: (node: number) => number
  private readonly tainted: (node: number) => number
  /** Room and balance of each node. */
  private readonly base: number[]

  constructor(
    view: View,
    pod: Pod,
    private readonly infos: NodeInfo[],
    picture: Picture,
  ) {
    this.own = requestsOf(pod)
    this.rules = crowdRules(view, pod, infos, picture)
    this.affinity = normalized(affinityScores(view, pod, infos), false)
    this.preferred = normalized(preference(pod, infos), false)
    this.tainted = normalized(softTaints(pod, infos), true)
    this.base = infos.map((info) => this.roomOf(info))
  }

  private roomOf(info: NodeInfo): number {
    const [cpu, memory] = shares(this.own, info)
    return Math.floor((100 * (1 - cpu + (1 - memory))) / 2) + Math.floor(100 * (1 - Math.abs(cpu - memory) / 2))
  }

  /** A node took a Pod like this one; `fits`: it could take another. */
  took(info: NodeInfo, fits: boolean): void {
    const at = this.infos.indexOf(info)
    this.base[at] = fits ? this.roomOf(info) : Number.NaN
    for (const rule of this.rules) rule.count(at, fits ? info : undefined)
  }

  /** The best node; among equals chance decides, as in the scheduler. Undefined when there is none left. */
  best(env: Env): NodeInfo | undefined {
    const { infos, base } = this
    const spread = normalized(crowding(this.rules, infos.length), true)
    let best: number[] = []
    let most = Number.NEGATIVE_INFINITY
    let left = 0
    for (let i = 0; i < infos.length; i++) {
      if (Number.isNaN(base[i])) continue
      left++
      const score = base[i] + Math.floor(2 * spread(i) + 2 * this.affinity(i) + 2 * this.preferred(i) + 3 * this.tainted(i))
      if (score > most) {
        most = score
        best = [i]
      } else if (score === most) best.push(i)
    }
    if (left === 0) return undefined
    return infos[left === 1 ? best[0] : best[Math.floor(env.random() * best.length)]]
  }
}
