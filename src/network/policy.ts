// NetworkPolicy as the cluster's network plugin (kindnet) enforces it: may this connection leave its Pod, and enter the other one?
// Follows the API's own definition (k8s.io/api/networking/v1 types.go) and sigs.k8s.io/kube-network-policies.
import type { View } from '../api/contracts'
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../api/networking'
import type { Namespace, Pod } from '../api/types'
import { matchesSelector } from '../lib/selectors'
import { inNetwork } from './address'

/** One end of a connection: its address, and the Pod behind it when it is one with a network of its own. */
export interface Peer {
  ip: string
  pod?: Pod
}

export type Direction = 'ingress' | 'egress'

/** A connection no policy allows: the Pod whose isolation refuses it and the policies that isolate it. */
export interface Denial {
  direction: Direction
  pod: Pod
  /** Names, in the Pod's namespace. */
  policies: string[]
}

/** Undefined when nothing forbids the connection. A Pod always reaches itself. */
export function denialOf(view: View, source: Peer, destination: Peer, protocol: string, port: number): Denial | undefined {
  if (source.pod && source.pod === destination.pod) return undefined
  return (
    denied(view, 'egress', source.pod, destination, destination, protocol, port) ??
    denied(view, 'ingress', destination.pod, source, destination, protocol, port)
  )
}

/** The policies that isolate a Pod in this direction. */
export function policiesFor(view: View, pod: Pod, direction: Direction): NetworkPolicy[] {
  const all = view.list<NetworkPolicy>('networkpolicies.networking.k8s.io', pod.metadata.namespace)
  return all.filter((p) => policyTypes(p).includes(direction) && matchesSelector(p.spec.podSelector ?? {}, pod.metadata.labels))
}

/** Without policyTypes a policy is about ingress, and about egress when it has such rules. */
function policyTypes(policy: NetworkPolicy): Direction[] {
  const given = policy.spec.policyTypes
  if (given?.length) return given.map((t) => t.toLowerCase() as Direction)
  return policy.spec.egress?.length ? ['ingress', 'egress'] : ['ingress']
}

function denied(
  view: View,
  direction: Direction,
  pod: Pod | undefined,
  peer: Peer,
  destination: Peer,
  protocol: string,
  port: number,
): Denial | undefined {
  if (!pod) return undefined
  const policies = policiesFor(view, pod, direction)
  if (policies.length === 0) return undefined
  for (const policy of policies) {
    for (const { peers, ports } of rulesOf(policy, direction)) {
      const peerFits = peers.length === 0 || peers.some((p) => matchesPeer(view, p, peer, policy.metadata.namespace!))
      if (peerFits && matchesPorts(ports, destination.pod, protocol, port)) return undefined
    }
  }
  return { direction, pod, policies: policies.map((p) => p.metadata.name) }
}

function rulesOf({ spec }: NetworkPolicy, direction: Direction): { peers: NetworkPolicyPeer[]; ports: NetworkPolicyPort[] }[] {
  if (direction === 'ingress') return (spec.ingress ?? []).map(({ from, ports }) => ({ peers: from ?? [], ports: ports ?? [] }))
  return (spec.egress ?? []).map(({ to, ports }) => ({ peers: to ?? [], ports: ports ?? [] }))
}

function matchesPeer(view: View, { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, peer: Peer, namespace: string): boolean {
  if (ipBlock) return inNetwork(peer.ip, ipBlock.cidr) && !(ipBlock.except ?? []).some((e) => inNetwork(peer.ip, e))
  if (!peer.pod) return false
  const { labels, namespace: own } = peer.pod.metadata
  if (namespaceSelector) {
    if (!matchesSelector(namespaceSelector, view.get<Namespace>('namespaces', undefined, own!)?.metadata.labels)) return false
  } else if (own !== namespace) return false
  return podSelector ? matchesSelector(podSelector, labels) : true
}

function matchesPorts(ports: NetworkPolicyPort[], destination: Pod | undefined, protocol: string, port: number): boolean {
  if (ports.length === 0) return true
  return ports.some((p) => {
    if ((p.protocol ?? 'TCP') !== protocol) return false
    if (p.port === undefined) return true
    if (typeof p.port === 'number') return p.endPort === undefined ? p.port === port : p.port <= port && port <= p.endPort
    return namedPort(destination, p.port, protocol) === port
  })
}

/** The number of a container port by its name, which only the Pod at the destination can say. */
function namedPort(pod: Pod | undefined, name: string, protocol: string): number | undefined {
  const containers = [...(pod?.spec.containers ?? []), ...(pod?.spec.initContainers ?? [])]
  for (const { ports } of containers) {
    const found = ports?.find((p) => p.name === name && (p.protocol ?? 'TCP') === protocol)
    if (found) return found.containerPort
  }
  return undefined
}
