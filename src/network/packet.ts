// The way of a new connection's first packet: the node's rules in the order the kernel runs them, routing, policies, delivery.
import type { Env, Records, View } from '../api/contracts'
import type { Node, Pod } from '../api/types'
import { type Fault, networkFault } from '../faults'
import { inNetwork } from './address'
import { nodeIp, podGateway, podOfIp } from './ipam'
import { type Denial, denialOf } from './policy'
import { baseTables, TAILS } from './proxy/base-rules'
import { threshold } from './proxy/iptables-save'
import { type Match, PORTALS, portalKey, RULES, type Rule, type RulesEntry, rulesOn, type ServiceRules } from './proxy/rules'

/** Where a connection starts. From outside it arrives at a node: the one whose address it goes to, unless `at` names another. */
export type Origin = { pod: Pod } | { node: string } | { outside: string; at?: string }

export interface Packet {
  from: Origin
  /** Destination address. */
  to: string
  /** Destination port; 0 for ICMP. */
  port: number
  protocol: 'TCP' | 'UDP' | 'SCTP' | 'ICMP'
}

/** A rule that matched and sent the packet on, or decided it. */
export interface Hop {
  node: string
  table: 'nat' | 'filter'
  chain: string
  rule: Rule
  /** Key of the Service the rule belongs to. */
  service?: string
}

export interface Route {
  /**
   * delivered: it reaches a Pod or a node (whether anybody listens there is theirs). refused: REJECT. dropped: DROP or a policy.
   * lost: no rule and nobody's address, nothing answers. unreachable: a Pod address that no Pod has. outside: it leaves the cluster.
   */
  verdict: 'delivered' | 'refused' | 'dropped' | 'lost' | 'unreachable' | 'outside'
  /** Destination after address translation. */
  ip: string
  port: number
  /** The Pod with that address, or the node whose own address it is. */
  pod?: Pod
  node?: string
  /** The node whose rules applied. */
  via: string
  /** Source address as the destination sees it. */
  source: string
  masqueraded: boolean
  hops: Hop[]
  denial?: Denial
  /** The fault that swallowed it, at its source or at its end. */
  fault?: Fault
}

/** Record table of session affinity: `node/chain/source` -> cluster time (ms) it was seen last. The kernel's `recent` lists. */
const AFFINITY = 'affinity'
/** Services and nothing else get addresses from here. */
const SERVICE_CIDR = '10.96.0.0/12'
/** The Pod networks of up to a thousand nodes. */
const POD_RANGE = '10.244.0.0/14'

/**
 * Sends one packet of a new connection and says what becomes of it. Draws from `env.random` for each random match and keeps session
 * affinity in `records`; otherwise pure. Work grows with the rules of the Services that claim the address, not with the cluster.
 */
export function route(view: View, records: Records, env: Env, packet: Packet): Route {
  return new Walk(view, records, env, packet).run()
}

let base: ReturnType<typeof baseTables> | undefined

class Walk {
  private readonly node: Node | undefined
  private readonly source: string
  private readonly sourcePod: Pod | undefined
  private readonly hops: Hop[] = []
  private to: string
  private port: number
  private mark = 0
  private translated = false
  private candidates: [string, ServiceRules][] = []

  constructor(
    private readonly view: View,
    private readonly records: Records,
    private readonly env: Env,
    private readonly packet: Packet,
  ) {
    this.to = packet.to
    this.port = packet.port
    const { from } = packet
    this.node = this.nodeOf(from)
    const ownPod = 'pod' in from && !from.pod.spec.hostNetwork ? from.pod : undefined
    this.sourcePod = ownPod
    this.source = 'outside' in from ? from.outside : (ownPod?.status.podIP ?? this.ownAddress())
    this.findCandidates()
  }

  private nodeOf(from: Origin): Node | undefined {
    const name = 'pod' in from ? from.pod.spec.nodeName : 'node' in from ? from.node : from.at
    if (name !== undefined) return this.view.get<Node>('nodes', undefined, name)
    const nodes = this.view.list<Node>('nodes')
    return nodes.find((n) => nodeIp(n) === this.to) ?? nodes[0]
  }

  private ownAddress(): string {
    if (this.to.startsWith('127.')) return '127.0.0.1'
    return (this.node && nodeIp(this.node)) ?? '127.0.0.1'
  }

  run(): Route {
    const cut = this.sourcePod && this.cutOff(this.sourcePod)
    if (cut) return this.end('dropped', { fault: cut })
    const fromNode = this.sourcePod === undefined && !('outside' in this.packet.from)
    this.chain('nat', fromNode ? 'OUTPUT' : 'PREROUTING')
    const here = this.isLocal(this.to)
    const hooks = [...(fromNode ? ['OUTPUT'] : []), ...(here ? ['INPUT'] : fromNode ? [] : ['FORWARD'])]
    for (const hook of hooks) {
      const decided = this.chain('filter', hook)
      if (decided === 'REJECT') return this.end('refused')
      if (decided === 'DROP') return this.end('dropped')
    }
    const masqueraded = !here && this.chain('nat', 'POSTROUTING') === 'MASQUERADE'
    return this.deliver(here, masqueraded)
  }

  private deliver(here: boolean, masqueraded: boolean): Route {
    if (here) return this.end('delivered', { node: this.node?.metadata.name })
    if (inNetwork(this.to, POD_RANGE)) {
      const pod = podOfIp(this.view, this.records, this.to)
      if (!pod) return this.end('unreachable')
      return this.toPod(pod, masqueraded)
    }
    const node = this.view.list<Node>('nodes').find((n) => nodeIp(n) === this.to)
    const seen = this.sourcePod || masqueraded ? (this.ownNodeIp() ?? this.source) : this.source
    const denial = this.sourcePod && denialOf(this.view, this.sourcePeer(), { ip: this.to }, this.packet.protocol, this.port)
    if (denial) return this.end('dropped', { denial })
    if (node) return this.atOtherNode(node.metadata.name, seen)
    if (inNetwork(this.to, SERVICE_CIDR)) return this.end('lost')
    return this.end('outside', { source: seen, masqueraded: seen !== this.source })
  }

  /** The other node's own rules apply to what arrives there. */
  private atOtherNode(node: string, source: string): Route {
    const packet: Packet = { ...this.packet, from: { outside: source, at: node }, to: this.to, port: this.port }
    const there = new Walk(this.view, this.records, this.env, packet).run()
    const masqueraded = there.masqueraded || source !== this.source
    return { ...there, via: this.node?.metadata.name ?? '', masqueraded, hops: [...this.hops, ...there.hops] }
  }

  private toPod(pod: Pod, masqueraded: boolean): Route {
    const sameNode = pod.spec.nodeName === this.node?.metadata.name
    const fromNode = this.sourcePod === undefined && !('outside' in this.packet.from)
    const hop = sameNode ? this.node && podGateway(this.node) : this.ownNodeIp()
    const source = (masqueraded || fromNode) && hop ? hop : this.source
    // A policy sees the packet before its own node masquerades it; the other node sees what arrives. A node always reaches its own Pods.
    const peer = sameNode ? this.sourcePeer() : { ip: source, pod: source === this.source ? this.sourcePod : undefined }
    const egress = this.sourcePod && denialOf(this.view, this.sourcePeer(), { ip: this.to, pod }, this.packet.protocol, this.port)
    const exempt = fromNode && sameNode
    const denial = egress ?? (exempt ? undefined : denialOf(this.view, peer, { ip: this.to, pod }, this.packet.protocol, this.port))
    if (denial) return this.end('dropped', { pod, source, masqueraded, denial })
    const cut = this.cutOff(pod)
    if (cut) return this.end('dropped', { pod, source, masqueraded: masqueraded && source !== this.source, fault: cut })
    return this.end('delivered', { pod, source, masqueraded: masqueraded && source !== this.source })
  }

  private cutOff(pod: Pod): Fault | undefined {
    return networkFault({ records: this.records, env: this.env }, pod)
  }

  private sourcePeer() {
    return { ip: this.source, pod: this.sourcePod }
  }

  private ownNodeIp(): string | undefined {
    return this.node && nodeIp(this.node)
  }

  private end(verdict: Route['verdict'], more: Partial<Route> = {}): Route {
    const via = this.node?.metadata.name ?? ''
    return { verdict, ip: this.to, port: this.port, via, source: this.source, masqueraded: false, hops: this.hops, ...more }
  }

  /** Addresses of the node itself. */
  private isLocal(ip: string): boolean {
    return ip.startsWith('127.') || (this.node !== undefined && (ip === nodeIp(this.node) || ip === podGateway(this.node)))
  }

  /** The Services with rules for the packet as it is now. */
  private findCandidates(): void {
    const protocol = this.packet.protocol.toLowerCase()
    const keys = new Set<string>()
    for (const ip of [this.to, '*']) {
      for (const key of this.records.get<string[]>(PORTALS, portalKey(protocol, ip, this.port)) ?? []) keys.add(key)
    }
    this.candidates = []
    for (const key of keys) {
      const rules = rulesOn(this.records.get<RulesEntry>(RULES, key), this.node?.metadata.name ?? '')
      if (rules) this.candidates.push([key, rules])
    }
  }

  /** Runs a chain; the target that ended the walk through its hook, or undefined when it came to its end or returned. */
  private chain(table: 'nat' | 'filter', chain: string): string | undefined {
    base ??= baseTables()
    const parts: [string | undefined, Rule[] | undefined][] = [[undefined, base[table].chains[chain]]]
    for (const [service, rules] of this.candidates) parts.push([service, rules[table][chain]])
    parts.push([undefined, TAILS[table][chain]])
    for (const [service, rules] of parts) {
      const decided = this.rules(table, rules, chain, service)
      if (decided !== undefined) return decided === 'RETURN' ? undefined : decided
    }
    return undefined
  }

  private rules(table: 'nat' | 'filter', rules: Rule[] | undefined, chain: string, service: string | undefined): string | undefined {
    for (const rule of rules ?? []) {
      if (!this.fits(rule) || rule.target === undefined) continue
      this.hops.push({ node: this.node?.metadata.name ?? '', table, chain, rule, service })
      switch (rule.target) {
        case 'MARK': {
          const [value, mask] = rule.xmark!.split('/').map(Number)
          this.mark = (this.mark & ~mask) ^ value
          continue
        }
        case 'DNAT':
          this.translate(rule.to!)
          return 'DNAT'
        case 'ACCEPT':
        case 'DROP':
        case 'REJECT':
        case 'RETURN':
        case 'MASQUERADE':
          return rule.target
      }
      const decided = this.chain(table, rule.target)
      if (decided !== undefined) return decided
    }
    return undefined
  }

  private translate(to: string): void {
    const at = to.lastIndexOf(':')
    this.to = to.slice(0, at)
    this.port = Number(to.slice(at + 1))
    this.translated = true
    this.findCandidates()
  }

  private fits(rule: Rule): boolean {
    if (rule.destination && !isIn(this.to, rule.destination)) return false
    if (rule.protocol && rule.protocol !== this.packet.protocol.toLowerCase()) return false
    if (rule.source && !isIn(this.source, rule.source)) return false
    if (rule.notSource && isIn(this.source, rule.notSource)) return false
    return (rule.matches ?? []).every((match) => this.matches(match))
  }

  private matches(match: Match): boolean {
    if ('port' in match) return match.port === 0 || match.port === this.port
    if ('oneIn' in match) return Math.floor(this.env.random() * 2 ** 31) < threshold(match.oneIn)
    if ('dstType' in match) return this.isLocal(this.to)
    if ('srcType' in match) return this.isLocal(this.source)
    if ('recent' in match) {
      const seen = this.records.get<number>(AFFINITY, this.affinityKey(match.recent))
      return seen !== undefined && this.env.now() - seen <= match.seconds * 1000
    }
    if ('remember' in match) {
      this.records.put(AFFINITY, this.affinityKey(match.remember), this.env.now())
      return true
    }
    if ('ctstate' in match) {
      const states = match.ctstate.split(',')
      const has = states.includes('NEW') || (this.translated && states.includes('DNAT'))
      return has !== (match.not ?? false)
    }
    if ('mark' in match) {
      const [value, mask] = match.mark.split('/').map(Number)
      return ((this.mark & mask) === value) !== (match.not ?? false)
    }
    return true
  }

  private affinityKey(list: string): string {
    return `${this.node?.metadata.name ?? ''}/${list}/${this.source}`
  }
}

function isIn(ip: string, network: string): boolean {
  return network.endsWith('/32') ? ip === network.slice(0, -3) : inNetwork(ip, network)
}
