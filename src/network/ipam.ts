// Addresses of Pods and nodes: CNI's host-local allocation from a node's Pod network, MAC addresses, and who owns an address.
import type { Records, View } from '../api/contracts'
import type { Node, Pod } from '../api/types'
import { ipv4Network, ipv4Number, ipv4Text } from './address'

/** Record table: Pod IP -> its owner. Only Pods with a network of their own are in it. */
const OWNERS = 'pod-ips'
/** Record table: node -> the address handed out last. */
const LAST = 'pod-ip-last'

interface Owner {
  /** `namespace/name` */
  pod: string
  uid: string
}

function podCidr(view: View, node: string): string | undefined {
  return view.get<Node>('nodes', undefined, node)?.spec.podCIDR
}

/**
 * The next free address of the node's Pod network for this Pod, remembered until `releasePodIp`. Undefined when none is left
 * (host-local: `no IP addresses available in range set`) or the node has no Pod network. Addresses go round: a released one is not
 * handed out again before the others were; network, gateway (.1) and broadcast addresses never are.
 * Follows containernetworking/plugins plugins/ipam/host-local/backend/allocator.
 */
export function allocatePodIp(view: View, records: Records, node: string, pod: Pod): string | undefined {
  const cidr = podCidr(view, node)
  if (!cidr) return undefined
  const { first, last } = ipv4Network(cidr)
  const lowest = first + 2
  const highest = last - 1
  const size = highest - lowest + 1
  const before = records.get<string>(LAST, node)
  const start = before ? ipv4Number(before) + 1 : lowest
  for (let i = 0; i < size; i++) {
    const ip = ipv4Text(lowest + ((start - lowest + i) % size))
    if (records.get<Owner>(OWNERS, ip)) continue
    records.put<Owner>(OWNERS, ip, { pod: `${pod.metadata.namespace}/${pod.metadata.name}`, uid: pod.metadata.uid })
    records.put(LAST, node, ip)
    return ip
  }
  return undefined
}

/** Frees the address if this Pod (by uid) still owns it. */
export function releasePodIp(records: Records, ip: string, uid: string): void {
  if (records.get<Owner>(OWNERS, ip)?.uid === uid) records.put<Owner>(OWNERS, ip, undefined)
}

/** The gateway of a node's Pod network: what a Pod sees as source of masqueraded or node traffic from its own node. */
export function podGateway(node: Node): string | undefined {
  return node.spec.podCIDR ? ipv4Text(ipv4Network(node.spec.podCIDR).first + 1) : undefined
}

/** The MAC address of a Pod's interface, as CNI derives it from its IP: `0a:58` and the four bytes. */
export function podMac(ip: string): string {
  return ['0a', '58', ...ip.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))].join(':')
}

/** The address of a node inside the cluster. */
export function nodeIp(node: Node): string | undefined {
  return node.status?.addresses?.find((a) => a.type === 'InternalIP')?.address
}

export function nodeOfIp(view: View, ip: string): Node | undefined {
  return view.list<Node>('nodes').find((n) => nodeIp(n) === ip)
}

/** The living Pod behind an address that is a Pod's own; Pods on the host's network are not found by it. */
export function podOfIp(view: View, records: Records, ip: string): Pod | undefined {
  const owner = records.get<Owner>(OWNERS, ip)
  if (owner) {
    const [namespace, name] = owner.pod.split('/')
    const pod = view.get<Pod>('pods', namespace, name)
    if (pod?.metadata.uid === owner.uid) return isOver(pod) ? undefined : pod
  }
  // Addresses that were written into a status by hand, which the allocator does not know.
  return view.list<Pod>('pods').find((p) => p.status?.podIP === ip && !p.spec.hostNetwork && !isOver(p))
}

function isOver(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}
