// Which endpoints of a Service port a node uses. Follows pkg/proxy/endpointslicecache.go and topology.go (CategorizeEndpoints).
import type { EndpointSlice } from '../../api/types'
import { isIPv4 } from '../address'
import { isIgnored, type ServicePortInfo, usesClusterEndpoints, usesLocalEndpoints } from './service-port'

export interface Endpoint {
  /** `ip:port` */
  address: string
  ip: string
  node?: string
  ready: boolean
  serving: boolean
  terminating: boolean
  zoneHints: string[]
  nodeHints: string[]
}

/** A node as endpoints are chosen for it. */
export interface ProxyNode {
  name: string
  ip?: string
  zone?: string
}

/** Endpoints by `port name/protocol`, each list in the order of its addresses' text, which is the order of the rules. */
export function endpointsByPort(slices: EndpointSlice[]): Map<string, Endpoint[]> {
  const byPort = new Map<string, Map<string, Endpoint>>()
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4' || isIgnored(slice)) continue
    for (const port of slice.ports ?? []) {
      if (!port.port) continue
      const key = `${port.name ?? ''}/${(port.protocol ?? 'TCP').toLowerCase()}`
      const found = byPort.get(key) ?? byPort.set(key, new Map()).get(key)!
      for (const { addresses, conditions, hints, nodeName } of slice.endpoints ?? []) {
        const ip = addresses[0]
        if (!ip || !isIPv4(ip)) continue
        const address = `${ip}:${port.port}`
        const terminating = conditions?.terminating === true
        // An address two slices share is a Pod on its way from one to the other, or a new Pod with the address of one that ends.
        if (found.has(address) && terminating) continue
        found.set(address, {
          address,
          ip,
          node: nodeName,
          ready: conditions?.ready !== false,
          serving: conditions?.serving !== false,
          terminating,
          zoneHints: (hints?.forZones ?? []).map((z) => z.name),
          nodeHints: (hints?.forNodes ?? []).map((n) => n.name),
        })
      }
    }
  }
  const sorted = new Map<string, Endpoint[]>()
  for (const [key, found] of byPort) {
    sorted.set(
      key,
      [...found.values()].sort((a, b) => (a.address < b.address ? -1 : 1)),
    )
  }
  return sorted
}

export interface UsableEndpoints {
  /** For traffic policy Cluster, topology applied; empty when the port never uses it. */
  cluster: Endpoint[]
  /** For traffic policy Local. */
  local: Endpoint[]
  /** Both without repetition: those that need a chain on this node. */
  reachable: Endpoint[]
  /** True when there is a usable endpoint on any node. */
  any: boolean
}

const fallback = (e: Endpoint) => e.serving && e.terminating

/** Ready endpoints, or, when there are none, those that still serve while they terminate (for Cluster and Local apart). */
export function usableEndpoints(endpoints: Endpoint[], port: ServicePortInfo, node: ProxyNode): UsableEndpoints {
  const ready = endpoints.filter((e) => e.ready)
  let cluster: Endpoint[] = []
  if (usesClusterEndpoints(port)) {
    cluster = nearest(ready, node)
    if (cluster.length === 0) cluster = endpoints.filter(fallback)
  }
  if (!usesLocalEndpoints(port)) return { cluster, local: [], reachable: cluster, any: cluster.length > 0 }

  const here = endpoints.filter((e) => e.node === node.name)
  let local = here.filter((e) => e.ready)
  if (local.length === 0) local = here.filter((e) => !e.ready && fallback(e))
  const any = cluster.length > 0 || endpoints.some((e) => e.ready || fallback(e))
  return { cluster, local, reachable: [...new Set([...cluster, ...local])], any }
}

/** Topology hints count only when every ready endpoint has them and one is meant for this node, or for its zone. */
function nearest(ready: Endpoint[], node: ProxyNode): Endpoint[] {
  if (ready.every((e) => e.nodeHints.length > 0)) {
    const same = ready.filter((e) => e.nodeHints.includes(node.name))
    if (same.length > 0) return same
  }
  if (ready.every((e) => e.zoneHints.length > 0)) {
    const same = ready.filter((e) => e.zoneHints.includes(node.zone ?? ''))
    if (same.length > 0) return same
  }
  return ready
}
