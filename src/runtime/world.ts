// What the runtime knows of its surroundings: objects, records, clock, and the network as one container sees it.
import type { Env, Records, View } from '../api/contracts'
import type { Pod } from '../api/types'

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

/** DNS and the proxy's rules; src/network stands behind it. */
export interface Network {
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

export interface World {
  view: View
  records: Records
  env: Env
  network: Network
  /** Called when a container changed by itself (exited, wants another wake time) outside a call of the kubelet. */
  touched?(pod: { namespace: string; name: string }): void
}
