// The network as what runs in containers uses it: names to addresses, packets to Pods.
import type { Pod } from '../api/types'
import { CLASS_IN, dataText, qualified, type ResourceRecord, typeName, typeNumber } from './dns/message'
import { resolvConf } from './dns/resolv-conf'
import { ask, candidates, type Network, resolve } from './dns/resolver'
import { route } from './packet'

export type Protocol = 'TCP' | 'UDP' | 'SCTP'

/** Who sends: a Pod, or a node itself (kubelet, a Pod on the host network, a shell on the node). */
export interface Sender {
  pod?: Pod
  node?: string
}

/** Where a packet arrives after the proxy's rules. */
export type Arrival =
  | {
      outcome: 'delivered'
      /** Destination after DNAT. */
      ip: string
      port: number
      /** Pods that own the address: one, or all host-network Pods of a node; none for an address outside the cluster. */
      pods: Pod[]
      /** Source address as the receiver sees it (after masquerade). */
      source: string
    }
  | { outcome: 'refused' | 'timeout' | 'unreachable'; ip: string; port: number }

/** A record of a DNS answer; `data` is what follows the type in a zone file. */
export interface DnsRecord {
  name: string
  ttl: number
  type: string
  data: string
}

/** What came of one DNS question. `timeout`: no server answered. */
export interface DnsReply {
  server: string
  outcome: 'answered' | 'timeout' | 'refused'
  rcode: string
  authoritative: boolean
  answers: DnsRecord[]
  authority: DnsRecord[]
  additional: DnsRecord[]
}

/** DNS and the proxy's rules, as what runs in the cluster asks them. */
export interface ClusterNetwork {
  /** Addresses of a name as this Pod's resolver finds them (search list walked), undefined when there is none or DNS is down. */
  resolve(pod: Pod, host: string): string[] | undefined
  /** Sends the first packet of a connection to an IP address. */
  walk(from: Sender, ip: string, port: number, protocol: Protocol): Arrival
  /** Asks one question, the name taken as it is; `server` instead of the Pod's first name server. */
  query(pod: Pod, name: string, type: string, server?: string): DnsReply
  /** The names a resolver tries for a name, in order, and the servers it asks. */
  search(pod: Pod, name: string): { names: string[]; servers: string[] }
  /** What an ICMP echo request meets. */
  ping(pod: Pod, ip: string): 'answers' | 'silent' | 'unreachable'
}

/** An address of a node leads to its host-network Pods; one outside of the cluster to nobody, without being refused. */
export function clusterNetwork(network: Network): ClusterNetwork {
  const { view, records, env } = network
  return {
    resolve: (pod, host) => resolve(network, pod, host),
    query: (pod, name, type, server) => query(network, pod, name, type, server),
    search(pod, name) {
      const conf = resolvConf(pod)
      return { names: candidates(name, conf), servers: conf.nameservers }
    },
    ping(pod, ip) {
      const { verdict } = route(view, records, env, { from: { pod }, to: ip, port: 0, protocol: 'ICMP' })
      return verdict === 'delivered' ? 'answers' : verdict === 'unreachable' || verdict === 'refused' ? 'unreachable' : 'silent'
    },
    walk(from, ip, port, protocol) {
      const origin = from.pod ? { pod: from.pod } : { node: from.node ?? '' }
      const way = route(view, records, env, { from: origin, to: ip, port, protocol })
      switch (way.verdict) {
        case 'refused':
        case 'unreachable':
          return { outcome: way.verdict, ip, port }
        case 'dropped':
        case 'lost':
          return { outcome: 'timeout', ip, port }
      }
      const pods = way.pod ? [way.pod] : way.node !== undefined ? hostPods(network, way.node) : []
      return { outcome: 'delivered', ip: way.ip, port: way.port, pods, source: way.source }
    },
  }
}

function query(network: Network, pod: Pod, name: string, type: string, server: string | undefined): DnsReply {
  const conf = resolvConf(pod)
  const question = { name: qualified(name), type: typeNumber(type) ?? 1, class: CLASS_IN }
  const asked = ask(network, { pod }, server === undefined ? conf : { ...conf, nameservers: [server] }, question)
  const { answer, route: way } = asked
  if (!answer) {
    const outcome = way?.verdict === 'refused' || (way?.verdict === 'delivered' && !asked.fault) ? 'refused' : 'timeout'
    return { server: asked.server, outcome, rcode: '', authoritative: false, answers: [], authority: [], additional: [] }
  }
  const shown = (records: ResourceRecord[]) =>
    records.map((r) => ({ name: r.name, ttl: r.ttl, type: r.type === 'other' ? typeName(r.number) : r.type, data: dataText(r) }))
  const { rcode, authoritative } = answer
  return {
    server: asked.server,
    outcome: 'answered',
    rcode,
    authoritative,
    answers: shown(answer.answers),
    authority: shown(answer.authority),
    additional: shown(answer.additional),
  }
}

/** The living Pods that share a node's own network. */
export function hostPods({ view }: Network, node: string): Pod[] {
  return view.list<Pod>('pods').filter((p) => {
    const phase = p.status?.phase
    return p.spec.hostNetwork === true && p.spec.nodeName === node && phase !== 'Succeeded' && phase !== 'Failed'
  })
}
