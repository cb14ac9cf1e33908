// Defaults of Services, and what a change of type or policy clears. Upstream: pkg/apis/core/v1/defaults.go, pkg/registry/core/service/strategy.go.
import type { Service, ServiceSpec } from '../../api/types'
import type { PrepareContext } from '../kind'
import { allocateForCreate, allocateForUpdate } from './service-allocation'

/** Three hours: how long a client stays with its endpoint. */
const AFFINITY_SECONDS = 10800

export function isNodePorted(spec: ServiceSpec): boolean {
  return spec.type === 'NodePort' || spec.type === 'LoadBalancer'
}

/** LoadBalancers whose traffic stays on the node have a port that tells which nodes may be asked. */
export function needsHealthCheck(spec: ServiceSpec): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local'
}

export function defaultService(service: Service): void {
  service.spec ??= {} as ServiceSpec
  const { spec } = service
  spec.sessionAffinity ??= 'None'
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig
  if (spec.sessionAffinity === 'ClientIP') {
    const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? AFFINITY_SECONDS
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: seconds } }
  }
  spec.type ??= 'ClusterIP'
  for (const port of spec.ports ?? []) {
    port.protocol ||= 'TCP'
    if (!port.targetPort) port.targetPort = port.port
  }
  if (isNodePorted(spec) || (spec.type === 'ClusterIP' && spec.externalIPs?.length)) spec.externalTrafficPolicy ??= 'Cluster'
  if (isNodePorted(spec) || spec.type === 'ClusterIP') spec.internalTrafficPolicy ??= 'Cluster'
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true
  for (const ingress of service.status?.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ??= 'VIP'
}

/** The first of `clusterIPs` and `clusterIP` follow each other when only one was given. */
function normalizeClusterIps(spec: ServiceSpec): void {
  if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP]
}

function withoutIps(spec: ServiceSpec): void {
  if (!spec.clusterIP) delete spec.clusterIP
  if (!spec.clusterIPs?.length) delete spec.clusterIPs
}

export function prepareService(service: Service, context: PrepareContext): void {
  service.status = { loadBalancer: {} }
  normalizeClusterIps(service.spec)
  allocateForCreate(service, context)
  withoutIps(service.spec)
}

/** An update that leaves out what was allocated keeps it. Upstream: PatchAllocatedValues. */
function patchAllocated(spec: ServiceSpec, old: ServiceSpec): void {
  const hasIp = (s: ServiceSpec) => s.type !== 'ExternalName'
  if (hasIp(old) && hasIp(spec)) {
    if (!spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIP = old.clusterIP
    if (!spec.clusterIPs?.length && spec.clusterIP === old.clusterIP) spec.clusterIPs = old.clusterIPs && [...old.clusterIPs]
  }
  if (isNodePorted(old) && isNodePorted(spec)) {
    const used = new Set(spec.ports?.map((p) => p.nodePort).filter(Boolean))
    for (const port of spec.ports ?? []) {
      if (port.nodePort) continue
      const before = old.ports?.find((p) => p.protocol === port.protocol && p.port === port.port)?.nodePort
      if (before && !used.has(before)) {
        port.nodePort = before
        used.add(before)
      }
    }
  }
  if (needsHealthCheck(old) && needsHealthCheck(spec) && !spec.healthCheckNodePort) spec.healthCheckNodePort = old.healthCheckNodePort
}

/** `clusterIP` and `clusterIPs` after an update that changed only one of the two. Upstream: NormalizeClusterIPs. */
function followClusterIp(spec: ServiceSpec, old: ServiceSpec): void {
  const cleared = !spec.clusterIP && !!old.clusterIP
  const sameList = JSON.stringify(spec.clusterIPs ?? []) === JSON.stringify(old.clusterIPs ?? [])
  if (cleared && sameList) delete spec.clusterIPs
  else if (spec.clusterIP !== old.clusterIP && spec.clusterIP && sameList) spec.clusterIPs = [spec.clusterIP]
  else if (!spec.clusterIPs?.length && spec.clusterIP) spec.clusterIPs = [spec.clusterIP]
}

/** What was allocated for a type that needed it goes when the new type does not, unless the user set it anew. Upstream: dropTypeDependentFields. */
function dropTypeDependent(spec: ServiceSpec, old: ServiceSpec): void {
  const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)
  if (old.type !== 'ExternalName' && spec.type === 'ExternalName') {
    if (same(spec.clusterIP, old.clusterIP) && same(spec.clusterIPs, old.clusterIPs)) {
      delete spec.clusterIP
      delete spec.clusterIPs
    }
    if (same(spec.ipFamilies, old.ipFamilies)) delete spec.ipFamilies
    if (same(spec.ipFamilyPolicy, old.ipFamilyPolicy)) delete spec.ipFamilyPolicy
  }
  if (isNodePorted(old) && !isNodePorted(spec)) {
    const ports = (s: ServiceSpec) => (s.ports ?? []).map((p) => p.nodePort ?? 0)
    if (same(ports(spec), ports(old))) for (const port of spec.ports ?? []) delete port.nodePort
  }
  if (needsHealthCheck(old) && !needsHealthCheck(spec) && spec.healthCheckNodePort === old.healthCheckNodePort)
    delete spec.healthCheckNodePort
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (same(spec.allocateLoadBalancerNodePorts, old.allocateLoadBalancerNodePorts)) delete spec.allocateLoadBalancerNodePorts
    if (same(spec.loadBalancerClass, old.loadBalancerClass)) delete spec.loadBalancerClass
  }
  const external = (s: ServiceSpec) => isNodePorted(s) || !!s.externalIPs?.length
  if (external(old) && !external(spec) && spec.externalTrafficPolicy === old.externalTrafficPolicy) delete spec.externalTrafficPolicy
  if (old.type !== 'ExternalName' && spec.type === 'ExternalName') {
    if (spec.internalTrafficPolicy === old.internalTrafficPolicy) delete spec.internalTrafficPolicy
  }
}

export function prepareServiceUpdate(service: Service, old: Service, context: PrepareContext): void {
  service.status = old.status
  dropTypeDependent(service.spec, old.spec)
  followClusterIp(service.spec, old.spec)
  patchAllocated(service.spec, old.spec)
  allocateForUpdate(service, old, context)
  withoutIps(service.spec)
}
