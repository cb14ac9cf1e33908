// Rules of the packet filter as data: what kube-proxy programs, what iptables-save prints and what packets are walked through.

export type Table = 'mangle' | 'filter' | 'nat'
export type Protocol = 'tcp' | 'udp' | 'sctp'

/** One match of a rule; their order in the rule is the order iptables-save prints. */
export type Match =
  | { comment: string }
  /** A comment that clusters with more than a thousand endpoints leave out. */
  | { endpointComment: string }
  /** Destination port of the rule's protocol; 0 loads the protocol's match without a port. */
  | { port: number }
  | { dstType: 'LOCAL' }
  | { srcType: 'LOCAL' }
  | { ctstate: string; not?: true }
  | { mark: string; not?: true }
  /** A random match with probability 1/n. */
  | { oneIn: number }
  /** Session affinity: the source was seen on this list within so many seconds, or is put on it. */
  | { recent: string; seconds: number }
  | { remember: string }
  | { nfacct: string }

export interface Rule {
  source?: string
  notSource?: string
  destination?: string
  protocol?: Protocol
  matches?: Match[]
  /** A chain or one of ACCEPT, DROP, REJECT, RETURN, MARK, MASQUERADE, DNAT; none only counts. */
  target?: string
  /** DNAT's new destination, `ip:port`. */
  to?: string
  /** MARK's `value/mask`. */
  xmark?: string
}

export type Chains = Record<string, Rule[]>

/** What one Service adds: rules for chains that all share, and chains of its own. */
export interface ServiceRules {
  nat: Chains
  filter: Chains
}

/**
 * Record table `rules`, one entry a Service, key `namespace/name`. An entry may be there for slices whose Service is not.
 * `all` holds on every node; `nodes` when nodes differ (local traffic policies, topology hints, load balancer source ranges).
 */
export interface RulesEntry {
  /** Names of the Service's EndpointSlices. */
  slices: string[]
  /** Endpoints of all ports together: kube-proxy counts them to tell a large cluster. */
  endpoints: number
  all?: ServiceRules
  nodes?: Record<string, ServiceRules>
}
export const RULES = 'rules'

/**
 * Record table `portals`: `tcp/10.96.0.10:53`, or `tcp/*:30080` for a port of the node itself, -> keys of the Services with
 * rules for it, so that a packet finds its rules without reading all of them.
 */
export const PORTALS = 'portals'

export function portalKey(protocol: string, ip: string, port: number): string {
  return `${protocol}/${ip}:${port}`
}

export function rulesOn(entry: RulesEntry | undefined, node: string): ServiceRules | undefined {
  return entry?.all ?? entry?.nodes?.[node]
}

/** Above this many endpoints kube-proxy leaves comments out (largeClusterEndpointsThreshold). */
export const LARGE_CLUSTER = 1000
