// What the page of `kubesim serve page` shows: nodes, Pods, and each Service port with the endpoints it leads to. Plain data.
import type { EndpointSlice, Node, Pod, Service } from '../api/types'
import type { Cluster } from '../cluster'
import { nodeIp } from '../network/ipam'

export interface PageData {
  nodes: { name: string; ip: string; podCidr: string; ready: boolean }[]
  pods: { key: string; ip: string; node: string; state: string; ready: boolean; labels: Record<string, string> }[]
  services: PageService[]
}

export interface PageService {
  /** `namespace/name` */
  key: string
  type: string
  /** ClusterIP, `None`, or the other name of an ExternalName. */
  address: string
  selector: Record<string, string>
  ports: { name: string; port: number; protocol: string; nodePort?: number; endpoints: PageEndpoint[] }[]
}

export interface PageEndpoint {
  /** `ip:port` */
  address: string
  /** `namespace/name`; absent for addresses no Pod has. */
  pod?: string
  node?: string
  ready: boolean
}

const SLICES = 'endpointslices.discovery.k8s.io'

export function pageData({ view }: Cluster): PageData {
  const isReady = (conditions: { type: string; status: string }[] | undefined) =>
    conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true
  return {
    nodes: view.list<Node>('nodes').map((node) => ({
      name: node.metadata.name,
      ip: nodeIp(node) ?? '',
      podCidr: node.spec.podCIDR ?? '',
      ready: isReady(node.status?.conditions),
    })),
    pods: view.list<Pod>('pods').map((pod) => ({
      key: keyOf(pod),
      ip: pod.status?.podIP ?? '',
      node: pod.spec.nodeName ?? '',
      state: stateOf(pod),
      ready: isReady(pod.status?.conditions),
      labels: pod.metadata.labels ?? {},
    })),
    services: servicesOf(view.list<Service>('services'), view.list<EndpointSlice>(SLICES)),
  }
}

function keyOf({ metadata }: Pod | Service): string {
  return `${metadata.namespace}/${metadata.name}`
}

function stateOf({ metadata, status }: Pod): string {
  if (metadata.deletionTimestamp) return 'Terminating'
  const waiting = status?.containerStatuses?.find((c) => c.state.waiting?.reason)?.state.waiting?.reason
  return waiting ?? status?.phase ?? 'Pending'
}

function servicesOf(services: Service[], slices: EndpointSlice[]): PageService[] {
  const byService = new Map<string, EndpointSlice[]>()
  for (const slice of slices) {
    const key = `${slice.metadata.namespace}/${slice.metadata.labels?.['kubernetes.io/service-name'] ?? ''}`
    byService.set(key, [...(byService.get(key) ?? []), slice])
  }
  return services.map((service) => {
    const { spec } = service
    const own = byService.get(keyOf(service)) ?? []
    return {
      key: keyOf(service),
      type: spec.type ?? 'ClusterIP',
      address: spec.externalName ?? spec.clusterIP ?? '',
      selector: spec.selector ?? {},
      ports: (spec.ports ?? []).map(({ name = '', port, protocol = 'TCP', nodePort }) => ({
        name,
        port,
        protocol,
        ...(nodePort ? { nodePort } : {}),
        endpoints: endpointsOf(own, name, protocol),
      })),
    }
  })
}

function endpointsOf(slices: EndpointSlice[], name: string, protocol: string): PageEndpoint[] {
  const found = new Map<string, PageEndpoint>()
  for (const { ports, endpoints, metadata } of slices) {
    const number = ports?.find((p) => (p.name ?? '') === name && (p.protocol ?? 'TCP') === protocol)?.port
    if (!number) continue
    for (const { addresses, conditions, nodeName, targetRef } of endpoints ?? []) {
      const address = `${addresses[0]}:${number}`
      const pod = targetRef?.kind === 'Pod' ? `${targetRef.namespace ?? metadata.namespace}/${targetRef.name}` : undefined
      found.set(address, { address, ...(pod ? { pod } : {}), ...(nodeName ? { node: nodeName } : {}), ready: conditions?.ready !== false })
    }
  }
  return [...found.values()]
}
