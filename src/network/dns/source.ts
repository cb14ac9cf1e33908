// What DNS answers from: Services, EndpointSlices and namespaces. Read from the objects themselves when a question needs them, so there
// are no records of DNS to keep in the state: a name leads to its Service by key, and only reverse questions look at everything (once).
import type { View } from '../../api/contracts'
import type { EndpointSlice, Service } from '../../api/types'
import { canonicalIp, isIP } from '../address'

export interface EndpointAddress {
  ip: string
  hostname?: string
}

/** A slice as CoreDNS keeps it: ready addresses and ports. Follows coredns plugin/kubernetes/object/endpoint.go. */
export interface EndpointSet {
  /** Name of the Service. */
  service: string
  namespace: string
  addresses: EndpointAddress[]
  /** A slice without ports has one of number -1: addresses exist, SRV records do not. */
  ports: { name: string; protocol: string; port: number }[]
}

export interface DnsSource {
  hasNamespace(name: string): boolean
  service(namespace: string, name: string): Service | undefined
  endpoints(namespace: string, service: string): EndpointSet[]
  /** By one of its cluster IPs. */
  serviceOfIp(ip: string): Service | undefined
  endpointsOfIp(ip: string): EndpointSet[]
}

const SLICES = 'endpointslices.discovery.k8s.io'
const SERVICE_LABEL = 'kubernetes.io/service-name'

/** A source that stays valid as long as the view does not change. */
export function dnsSource(view: View): DnsSource {
  let services: Map<string, Service> | undefined
  let reverse: Map<string, EndpointSet[]> | undefined
  let byService: Map<string, EndpointSet[]> | undefined
  let asked = 0
  return {
    hasNamespace: (name) => view.get('namespaces', undefined, name) !== undefined,
    service: (namespace, name) => view.get<Service>('services', namespace, name),
    endpoints(namespace, service) {
      // The first questions look through the namespace; a server that is asked again and again is better off with a table.
      if (!byService && ++asked > 3) byService = group(view)
      if (byService) return byService.get(`${namespace}/${service}`) ?? []
      return slicesIn(view, namespace)
        .filter((s) => s.metadata.labels?.[SERVICE_LABEL] === service)
        .map(endpointSet)
    },
    serviceOfIp(ip) {
      services ??= servicesByIp(view)
      return services.get(ip)
    },
    endpointsOfIp(ip) {
      reverse ??= endpointsByIp(view)
      return reverse.get(ip) ?? []
    },
  }
}

function slicesIn(view: View, namespace?: string): EndpointSlice[] {
  return view.list<EndpointSlice>(SLICES, namespace)
}

function group(view: View): Map<string, EndpointSet[]> {
  const found = new Map<string, EndpointSet[]>()
  for (const slice of slicesIn(view)) {
    const set = endpointSet(slice)
    const key = `${set.namespace}/${set.service}`
    found.set(key, [...(found.get(key) ?? []), set])
  }
  return found
}

function endpointSet(slice: EndpointSlice): EndpointSet {
  const addresses: EndpointAddress[] = []
  for (const { addresses: ips, conditions, hostname } of slice.endpoints ?? []) {
    if (conditions?.ready === false) continue
    for (const ip of ips) addresses.push({ ip, hostname })
  }
  const ports = (slice.ports ?? []).map((p) => ({ name: p.name ?? '', protocol: p.protocol ?? '', port: p.port ?? -1 }))
  return {
    service: slice.metadata.labels?.[SERVICE_LABEL] ?? '',
    namespace: slice.metadata.namespace!,
    addresses,
    ports: ports.length > 0 ? ports : [{ name: '', protocol: '', port: -1 }],
  }
}

function servicesByIp(view: View): Map<string, Service> {
  const found = new Map<string, Service>()
  for (const service of view.list<Service>('services')) {
    for (const ip of clusterIps(service)) {
      const key = canonicalIp(ip)
      if (isIP(ip) && !found.has(key)) found.set(key, service)
    }
  }
  return found
}

export function clusterIps(service: Service): string[] {
  return service.spec.clusterIPs?.length ? service.spec.clusterIPs : [service.spec.clusterIP ?? '']
}

function endpointsByIp(view: View): Map<string, EndpointSet[]> {
  const found = new Map<string, EndpointSet[]>()
  for (const slice of slicesIn(view)) {
    const set = endpointSet(slice)
    for (const { ip } of set.addresses) found.set(canonicalIp(ip), [...(found.get(canonicalIp(ip)) ?? []), set])
  }
  return found
}
