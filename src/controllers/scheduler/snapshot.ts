// The scheduler's picture of the nodes: what runs there, what is used, which host ports are taken.
import type { Change, View } from '../../api/contracts'
import type { ContainerPort, Node, Pod } from '../../api/types'
import { type Amounts, amounts } from '../../lib/pod-requests'
import { count, type Ledger, nothingTaken, placeOf, type Taken } from './taken'

export interface NodeInfo {
  node: Node
  allocatable: Amounts
  taken: Taken
  /** The Pods that run there, and those of them that keep others away (required anti-affinity). */
  readonly pods: Pod[]
  readonly repellent: Pod[]
}

export function withoutPods({ node, allocatable, pods, repellent }: NodeInfo, gone: Set<Pod>): NodeInfo {
  const taken = nothingTaken()
  const left = pods.filter((pod) => !gone.has(pod))
  for (const pod of left) count(taken, pod, 1)
  const names = new Set(left.map((pod) => pod.metadata.uid))
  return { node, allocatable, taken, pods: left, repellent: repellent.filter((pod) => names.has(pod.metadata.uid)) }
}

/** A rule that matches Pods, all of which are in the namespace and hold the texts. */
export interface Rule {
  matches(pod: Pod): boolean
  namespace?: string
  texts: string[]
}

/** How many Pods of each node a rule matches; kept up to date while Pods come and go. */
export interface Tally {
  matches(pod: Pod): boolean
  byNode: Map<string, number>
}

/** May the change of a Pod change who is where, or what a rule says of it? */
export function concernsPlaces({ before, after }: Change): boolean {
  const [was, is] = [before as Pod | undefined, after as Pod | undefined]
  const [from, to] = [placeOf(was), placeOf(is)]
  if (from === undefined && to === undefined) return false
  if (!was || !is || from !== to || was.spec !== is.spec || was.metadata.labels !== is.metadata.labels) return true
  return was.metadata.deletionTimestamp !== is.metadata.deletionTimestamp
}

const MOST_TALLIES = 16
const NONE: Pod[] = []

/**
 * The picture of all nodes. It is taken once and then follows the changes of Pods; a change of nodes asks for a new one. The Pods
 * themselves are read only for who asks for them.
 * A view's scheduler cache, as upstream's pkg/scheduler/backend/cache.
 */
export class Picture {
  readonly infos: NodeInfo[]
  private readonly tallies = new Map<string, Tally>()
  private byNode: Map<string, Pod[]> | undefined
  /** Counts what was taken in. */
  version = 0
  /** Pods (`namespace/name`) that no node had room for, and at which version: until the next one a look at them brings nothing new. */
  readonly refused = new Map<string, number>()

  constructor(
    private readonly view: View,
    ledger: Ledger,
  ) {
    this.infos = view.list<Node>('nodes').map((node) => this.infoOf(node, ledger.on(node.metadata.name)))
  }

  private infoOf(node: Node, taken: Taken): NodeInfo {
    const { view } = this
    const podsOn = (name: string) => this.placed().get(name) ?? NONE
    return {
      node,
      allocatable: amounts(node.status?.allocatable),
      taken,
      get pods() {
        return podsOn(node.metadata.name)
      },
      get repellent() {
        if (taken.repellent.length === 0) return NONE
        return taken.repellent.map((key) => view.get<Pod>('pods', ...splitKey(key))).filter((pod) => pod !== undefined)
      },
    }
  }

  /** All Pods that take room, by node. */
  private placed(): Map<string, Pod[]> {
    if (!this.byNode) {
      this.byNode = new Map()
      for (const pod of this.view.list<Pod>('pods')) this.place(pod)
    }
    return this.byNode
  }

  private place(pod: Pod): void {
    const node = placeOf(pod)
    if (node === undefined) return
    const pods = this.byNode?.get(node)
    if (pods) pods.push(pod)
    else this.byNode?.set(node, [pod])
  }

  /** Takes in the change of a Pod that concerns it. */
  follow({ before, after }: Change): void {
    const [was, is] = [before as Pod | undefined, after as Pod | undefined]
    const [from, to] = [placeOf(was), placeOf(is)]
    this.version++
    if (was && from !== undefined) {
      this.count(from, was, -1)
      const pods = this.byNode?.get(from)
      if (pods)
        this.byNode?.set(
          from,
          pods.filter((pod) => pod.metadata.uid !== was.metadata.uid),
        )
    }
    if (is && to !== undefined) {
      this.count(to, is, 1)
      this.place(is)
    }
  }

  private count(node: string, pod: Pod, by: number): void {
    for (const { matches, byNode } of this.tallies.values()) if (matches(pod)) byNode.set(node, (byNode.get(node) ?? 0) + by)
  }

  /** The tally of a rule that `key` identifies; no rule matches none. */
  tally(key: string, ruleOf: () => Rule | undefined): Tally {
    let tally = this.tallies.get(key)
    if (!tally) {
      const rule = ruleOf()
      tally = { matches: rule ? rule.matches : () => false, byNode: new Map() }
      const pods = rule ? this.view.list<Pod>('pods', rule.namespace, rule.texts) : NONE
      for (const pod of pods) {
        const node = placeOf(pod)
        if (node !== undefined && tally.matches(pod)) tally.byNode.set(node, (tally.byNode.get(node) ?? 0) + 1)
      }
      if (this.tallies.size >= MOST_TALLIES) this.tallies.delete(this.tallies.keys().next().value as string)
      this.tallies.set(key, tally)
    }
    return tally
  }

  /** Rules may mean something else from now on (Services or owners changed). */
  forgetTallies(): void {
    this.tallies.clear()
    this.version++
  }
}

function splitKey(key: string): [namespace: string, name: string] {
  const slash = key.indexOf('/')
  return [key.slice(0, slash), key.slice(slash + 1)]
}

export function hostPorts(pod: Pod): ContainerPort[] {
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always')].flatMap((c) =>
    (c.ports ?? []).filter((p) => p.hostPort),
  )
}
