// What kube-proxy reads from a Service: one entry a port, for IPv4. Follows pkg/proxy/serviceport.go and servicechangetracker.go.
import type { KubeObject, Service } from '../../api/types'
import { ipv4Network, ipv4Text, isIPv4 } from '../address'
import { servicePortName } from './names'
import type { Protocol } from './rules'

export interface ServicePortInfo {
  /** `namespace/name:port`, the name in comments and hashes. */
  name: string
  /** The port's own name, by which EndpointSlices refer to it. */
  portName: string
  protocol: Protocol
  clusterIp: string
  port: number
  nodePort: number
  externalIps: string[]
  loadBalancerIps: string[]
  sourceRanges: string[]
  healthCheckNodePort: number
  /** Seconds; undefined without session affinity. */
  affinitySeconds?: number
  internalLocal: boolean
  externalLocal: boolean
}

/** Services and slices with one of these are none of kube-proxy's: it never asks for them (cmd/kube-proxy/app/server.go). */
const SKIP_LABELS = ['service.kubernetes.io/service-proxy-name', 'service.kubernetes.io/headless']
const DEFAULT_AFFINITY_SECONDS = 10800

export function isIgnored({ metadata: { labels } }: KubeObject): boolean {
  return SKIP_LABELS.some((label) => labels?.[label] !== undefined)
}

/** Empty for Services without a virtual IP (headless, ExternalName, another proxy's). */
export function servicePorts(service: Service): ServicePortInfo[] {
  const { spec, metadata } = service
  const clusterIp = (spec.clusterIPs ?? [spec.clusterIP ?? '']).find((ip) => isIPv4(ip))
  if (!clusterIp || spec.type === 'ExternalName' || isIgnored(service)) return []
  const external = spec.type === 'NodePort' || spec.type === 'LoadBalancer' || (spec.externalIPs ?? []).length > 0
  const externalLocal = external && spec.externalTrafficPolicy === 'Local'
  return (spec.ports ?? []).map((port) => ({
    name: servicePortName(metadata.namespace!, metadata.name, port.name),
    portName: port.name ?? '',
    protocol: (port.protocol ?? 'TCP').toLowerCase() as Protocol,
    clusterIp,
    port: port.port,
    nodePort: port.nodePort ?? 0,
    externalIps: (spec.externalIPs ?? []).filter((ip) => isIPv4(ip)),
    loadBalancerIps: loadBalancerIps(service),
    sourceRanges: sourceRanges(spec.loadBalancerSourceRanges ?? []),
    healthCheckNodePort: spec.type === 'LoadBalancer' && externalLocal ? (spec.healthCheckNodePort ?? 0) : 0,
    affinitySeconds:
      spec.sessionAffinity === 'ClientIP' ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS) : undefined,
    internalLocal: spec.internalTrafficPolicy === 'Local',
    externalLocal,
  }))
}

/** Addresses a load balancer delivers to unchanged; those of ipMode Proxy arrive at node ports instead. */
function loadBalancerIps(service: Service): string[] {
  const ingress = service.status?.loadBalancer?.ingress ?? []
  return ingress.filter((i) => i.ip !== undefined && isIPv4(i.ip) && (i.ipMode ?? 'VIP') === 'VIP').map((i) => i.ip!)
}

/** Networks as Go prints them, the host's bits gone. One of prefix length 0 allows everything, which is what no ranges do. */
function sourceRanges(ranges: string[]): string[] {
  const own = ranges
    .map((r) => r.trim())
    .filter((r) => isIPv4(r.split('/')[0]))
    .map((r) => ipv4Network(r))
  return own.some((n) => n.bits === 0) ? [] : own.map((n) => `${ipv4Text(n.first)}/${n.bits}`)
}

export function isExternallyAccessible(port: ServicePortInfo): boolean {
  return port.nodePort !== 0 || port.loadBalancerIps.length > 0 || port.externalIps.length > 0
}

/** External traffic needs cluster endpoints even with policy Local, for what starts inside the cluster. */
export function usesClusterEndpoints(port: ServicePortInfo): boolean {
  return !port.internalLocal || isExternallyAccessible(port)
}

export function usesLocalEndpoints(port: ServicePortInfo): boolean {
  return port.internalLocal || (port.externalLocal && isExternallyAccessible(port))
}
