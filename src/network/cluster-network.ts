// The network as what runs in containers uses it: names to addresses, packets to Pods.
import type { Pod } from '../api/types'
import { type Network, resolve } from './dns/resolver'
import { route } from './packet'

/** Where a packet arrives; `src/runtime` calls it by the same shape. */
export type Arrival =
  | { outcome: 'delivered'; ip: string; port: number; pods: Pod[]; source: string }
  | { outcome: 'refused' | 'timeout' | 'unreachable'; ip: string; port: number }

export interface ClusterNetwork {
  resolve(pod: Pod, host: string): string[] | undefined
  walk(from: { pod?: Pod; node?: string }, ip: string, port: number, protocol: 'TCP' | 'UDP' | 'SCTP'): Arrival
}

/** An address of a node leads to its host-network Pods; one outside of the cluster to nobody, without being refused. */
export function clusterNetwork(network: Network): ClusterNetwork {
  const { view, records, env } = network
  return {
    resolve: (pod, host) => resolve(network, pod, host),
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

/** The living Pods that share a node's own network. */
export function hostPods({ view }: Network, node: string): Pod[] {
  return view.list<Pod>('pods').filter((p) => {
    const phase = p.status?.phase
    return p.spec.hostNetwork === true && p.spec.nodeName === node && phase !== 'Succeeded' && phase !== 'Failed'
  })
}
