// The network at a glance: nodes with their Pods, Services with their endpoints, and for each Service what a trace to it finds.
import type { EndpointSlice, Node, Pod, Service } from '../api/types'
import { podRow } from '../kinds/pod-row'
import { nodeIp } from '../network/ipam'
import type { World } from '../runtime/world'
import { endpointCause } from './endpoint-cause'
import { trace } from './trace'
import type { TraceRequest } from './types'

export interface Overview {
  /** The cluster's time, RFC 3339. */
  time: string
  nodes: { name: string; address: string; podCidr: string; ready: boolean }[]
  pods: PodView[]
  services: ServiceView[]
}

export interface PodView {
  /** `namespace/name` */
  key: string
  namespace: string
  name: string
  node: string
  ip: string
  /** `1/2` */
  containers: string
  status: string
  restarts: string
  ready: boolean
}

export interface ServiceView {
  key: string
  namespace: string
  name: string
  type: string
  clusterIp: string
  external: string[]
  /** `80 -> http, node port 30080` */
  ports: string[]
  endpoints: { address: string; pod: string; ready: boolean }[]
  verdict: { good: boolean; text: string; remedy?: string; command?: string }
}

/** Looks at the world as it is. Traces draw chance and note session affinity: give it a world whose records may be changed. */
export function overview(world: World): Overview {
  const { view, env } = world
  const now = env.now()
  const nodes = view.list<Node>('nodes')
  const slices = new Map<string, EndpointSlice[]>()
  for (const slice of view.list<EndpointSlice>('endpointslices.discovery.k8s.io')) {
    const key = `${slice.metadata.namespace}/${slice.metadata.labels?.['kubernetes.io/service-name'] ?? ''}`
    slices.set(key, [...(slices.get(key) ?? []), slice])
  }
  return {
    time: new Date(now).toISOString(),
    nodes: nodes.map((node) => ({
      name: node.metadata.name,
      address: nodeIp(node) ?? '',
      podCidr: node.spec?.podCIDR ?? '',
      ready: isTrue(node.status?.conditions, 'Ready'),
    })),
    pods: view.list<Pod>('pods').map((pod) => podView(pod, now)),
    services: view.list<Service>('services').map((service) => serviceView(world, service, slices.get(keyOf(service)) ?? [], nodes[0])),
  }
}

function keyOf({ metadata }: { metadata: { namespace?: string; name: string } }): string {
  return `${metadata.namespace}/${metadata.name}`
}

function isTrue(conditions: { type: string; status: string }[] | undefined, type: string): boolean {
  return conditions?.some((c) => c.type === type && c.status === 'True') === true
}

function podView(pod: Pod, now: number): PodView {
  const { ready, status, restarts } = podRow(pod, now)
  return {
    key: keyOf(pod),
    namespace: pod.metadata.namespace ?? '',
    name: pod.metadata.name,
    node: pod.spec.nodeName ?? '',
    ip: pod.status?.podIP ?? '',
    containers: ready,
    status,
    restarts,
    ready: isTrue(pod.status?.conditions, 'Ready'),
  }
}

function serviceView(world: World, service: Service, slices: EndpointSlice[], from: Node | undefined): ServiceView {
  const { spec, status } = service
  return {
    key: keyOf(service),
    namespace: service.metadata.namespace ?? '',
    name: service.metadata.name,
    type: spec.type ?? 'ClusterIP',
    clusterIp: spec.type === 'ExternalName' ? (spec.externalName ?? '') : (spec.clusterIP ?? ''),
    external: [...(spec.externalIPs ?? []), ...(status?.loadBalancer?.ingress ?? []).map((i) => i.ip ?? i.hostname ?? '')],
    ports: (spec.ports ?? []).map((p) => {
      const protocol = (p.protocol ?? 'TCP') === 'TCP' ? '' : `/${p.protocol}`
      return `${p.port}${protocol} \u2192 ${p.targetPort ?? p.port}${p.nodePort ? `, node port ${p.nodePort}` : ''}`
    }),
    endpoints: slices.flatMap((slice) =>
      (slice.endpoints ?? []).flatMap((endpoint) =>
        endpoint.addresses.map((address) => ({
          address,
          pod: endpoint.targetRef?.kind === 'Pod' ? `${endpoint.targetRef.namespace}/${endpoint.targetRef.name}` : '',
          ready: endpoint.conditions?.ready !== false,
        })),
      ),
    ),
    verdict: verdictOf(world, service, slices, from),
  }
}

/** The first port that cannot be reached says what is wrong; else all is well. */
function verdictOf(world: World, service: Service, slices: EndpointSlice[], from: Node | undefined): ServiceView['verdict'] {
  const { spec, metadata } = service
  if (spec.type === 'ExternalName') return { good: true, text: `another name for ${spec.externalName}` }
  if (spec.clusterIP === 'None' || !spec.clusterIP || !from) return headless(world, service, slices)
  for (const { port, protocol } of spec.ports ?? []) {
    const request: TraceRequest = {
      origin: { node: from.metadata.name },
      host: spec.clusterIP,
      port,
      protocol: (protocol ?? 'TCP') as TraceRequest['protocol'],
      fromWord: from.metadata.name,
      namespace: metadata.namespace ?? 'default',
    }
    const { verdict, summary, cause } = trace(world, request)
    if (verdict !== 'delivered') {
      return { good: false, text: cause?.text ?? summary, ...(cause ? { remedy: cause.remedy, command: cause.command } : {}) }
    }
  }
  return { good: true, text: 'connections are delivered' }
}

function headless(world: World, service: Service, slices: EndpointSlice[]): ServiceView['verdict'] {
  const ready = slices.flatMap((s) => s.endpoints ?? []).filter((e) => e.conditions?.ready !== false)
  if (ready.length > 0) return { good: true, text: `its name leads to ${ready.length} address${ready.length === 1 ? '' : 'es'}` }
  const { text, remedy, command } = endpointCause(world, service)
  return { good: false, text, remedy, command }
}
