// The requests of `kubesim hit`: each connection goes through DNS and the rules anew, each request to the program at its end.
import type { Node, Pod } from '../api/types'
import type { Cluster } from '../cluster'
import { isIP } from '../network/address'
import { clusterNetwork, hostPods } from '../network/cluster-network'
import { nodeIp, podOfIp } from '../network/ipam'
import { type Origin, type Route, route } from '../network/packet'
import { RULES, type RulesEntry, rulesOn } from '../network/proxy/rules'
import { addressOf } from '../runtime/connect'
import { answerHttp, listenerAt } from '../runtime/containers'
import type { World } from '../runtime/world'

export interface Plan {
  origin: Origin
  host: string
  port: number
  path: string
  requests: number
  /** Connections open at a time. */
  concurrency: number
  /** Connections carry more than one request. */
  keepAlive: boolean
}

export type Failure = 'not resolved' | 'refused' | 'timed out' | 'no route' | 'hung up'

export interface Tally {
  sent: number
  connections: number
  /** By `namespace/name` of the Pod. */
  pods: Map<string, { node: string; requests: number; connections: number }>
  failures: Map<Failure, number>
  statuses: Map<number, number>
  /** ms a request. */
  latencies: number[]
  affinity: boolean
}

type Listening = NonNullable<ReturnType<typeof listenerAt>>

interface Connection {
  at: Listening
  pod: string
  source: string
}

export class Hitter {
  readonly tally: Tally = {
    sent: 0,
    connections: 0,
    pods: new Map(),
    failures: new Map(),
    statuses: new Map(),
    latencies: [],
    affinity: false,
  }
  private readonly kept: (Connection | Failure)[] = []
  private chance?: () => number

  constructor(
    private readonly plan: Plan,
    private readonly clock: () => number,
  ) {}

  get done(): boolean {
    return this.tally.sent >= this.plan.requests
  }

  /** Sends the next requests, at most so many. */
  run(cluster: Cluster, most: number): void {
    const { plan, tally } = this
    for (let i = 0; i < most && !this.done; i++) {
      const started = this.clock()
      const slot = tally.sent % plan.concurrency
      const connection = plan.keepAlive ? (this.kept[slot] ?? this.open(cluster)) : this.open(cluster)
      if (plan.keepAlive) this.kept[slot] = connection
      tally.sent++
      const failure = typeof connection === 'string' ? connection : this.request(cluster, connection, started)
      if (failure) tally.failures.set(failure, (tally.failures.get(failure) ?? 0) + 1)
    }
  }

  /** The cluster with one source of chance for all batches: each reads the state anew, where a seeded one would begin again. */
  private worldOf(cluster: Cluster): World {
    this.chance ??= cluster.env.random
    const { view, records, touched } = cluster.world
    const env = { now: () => cluster.env.now(), random: this.chance }
    return { view, records, env, network: clusterNetwork({ view, records, env }), touched }
  }

  private open(cluster: Cluster): Connection | Failure {
    const { plan, tally } = this
    tally.connections++
    const world = this.worldOf(cluster)
    const ip = resolveFor(world, plan)
    if (ip === undefined) return 'not resolved'
    const way = route(world.view, world.records, world.env, { from: plan.origin, to: ip, port: plan.port, protocol: 'TCP' })
    if (way.hops.some((h) => h.rule.matches?.some((m) => 'remember' in m))) tally.affinity = true
    if (way.verdict === 'refused') return 'refused'
    if (way.verdict === 'unreachable') return 'no route'
    if (way.verdict !== 'delivered') return 'timed out'
    const at = listenerAt(world, podsAt(world, way), way.port, 'TCP', false)
    if (!at) return 'refused'
    const pod = `${at.pod.metadata.namespace}/${at.pod.metadata.name}`
    const known = tally.pods.get(pod) ?? { node: at.pod.spec.nodeName ?? '', requests: 0, connections: 0 }
    tally.pods.set(pod, { ...known, connections: known.connections + 1 })
    return { at, pod, source: way.source }
  }

  private request(cluster: Cluster, { at, pod, source }: Connection, started: number): Failure | undefined {
    const { plan, tally } = this
    let delay = 0
    if (at.listener.handler === 'http') {
      const headers = { host: plan.port === 80 ? plan.host : `${plan.host}:${plan.port}`, 'user-agent': 'kubesim-hit', accept: '*/*' }
      const reply = answerHttp(cluster.world, at, { method: 'GET', path: plan.path, headers, body: '', remoteAddress: source })
      if (reply.status === 0) return 'hung up'
      tally.statuses.set(reply.status, (tally.statuses.get(reply.status) ?? 0) + 1)
      delay = reply.delayMs ?? 0
    }
    tally.pods.get(pod)!.requests++
    tally.latencies.push(this.clock() - started + delay)
    return undefined
  }
}

function podsAt(world: World, way: Route): Pod[] {
  return way.pod ? [way.pod] : hostPods(world, way.node ?? '')
}

/** A client asks DNS for each connection and takes the first address. */
function resolveFor(world: World, { origin, host }: Plan): string | undefined {
  if (isIP(host)) return host
  const { view } = world
  if ('pod' in origin) {
    const { namespace, name } = origin.pod.metadata
    // The Pod that stands for "somebody in the cluster" has no files of its own.
    return view.get('pods', namespace, name) ? addressOf(world, { pod: origin.pod }, host) : world.network.resolve(origin.pod, host)?.[0]
  }
  const node = view.get<Node>('nodes', undefined, host)
  return node && nodeIp(node)
}

/** The Pods among which the rules choose for this target, reached or not; undefined when no Service is in the way. */
export function expectedPods(cluster: Cluster, plan: Plan): string[] | undefined {
  const { world } = cluster
  const ip = resolveFor(world, plan)
  if (ip === undefined) return undefined
  const way = route(world.view, world.records, world.env, { from: plan.origin, to: ip, port: plan.port, protocol: 'TCP' })
  const hop = way.hops.findLast((h) => /^KUBE-(SVC|SVL)-/.test(h.chain) && h.rule.target?.startsWith('KUBE-SEP-'))
  if (!hop?.service) return undefined
  const chains = rulesOn(world.records.get<RulesEntry>(RULES, hop.service), hop.node)?.nat ?? {}
  const endpoints = new Set((chains[hop.chain] ?? []).map((r) => r.target).filter((t) => t?.startsWith('KUBE-SEP-')))
  return [...endpoints].map((chain) => {
    const to = chains[chain!]?.find((r) => r.target === 'DNAT')?.to ?? ''
    const pod = podOfIp(world.view, world.records, to.slice(0, to.lastIndexOf(':')))
    return pod ? `${pod.metadata.namespace}/${pod.metadata.name}` : to
  })
}
