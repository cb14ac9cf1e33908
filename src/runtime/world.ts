// What the runtime knows of its surroundings: objects, records, clock, and the network as one container sees it.
import type { Env, Records, View } from '../api/contracts'
import type { ClusterNetwork } from '../network/cluster-network'
import type { Witness } from './witness'

export type { Arrival, DnsRecord, DnsReply, Protocol, Sender } from '../network/cluster-network'

export interface World {
  /** The time for a shell's own waits, where time is only imagined. */
  clock?: () => number
  /** Set while a probe is watched, to learn whether it need be played again. */
  witness?: Witness
  view: View
  records: Records
  env: Env
  network: ClusterNetwork
  /** Called when a container changed by itself (exited, wants another wake time) outside a call of the kubelet. */
  touched?(pod: { namespace: string; name: string }): void
}
