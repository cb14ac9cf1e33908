// Validation of Services, and what an update may not change. Upstream: pkg/apis/core/validation/validation.go (ValidateService, ValidateServiceUpdate).

import type { ObjectMeta, Service, ServicePort, ServiceSpec } from '../../api/types'
import type { FieldError } from '../../errors'
import { isIP } from '../../lib/is-ip'
import { isDns1123Label, isDns1123Subdomain, isLabelKey, isPortNumber } from '../../lib/names'
import { cidrWarnings, ipWarnings, validateCidr, validateIp } from './addresses'
import { duplicate, forbiddenField, invalids, invalidValue, notSupported, required, same } from './errors'
import { validateLabels } from './object-meta'
import { validatePort } from './probes'

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
const AFFINITIES = ['ClientIP', 'None']
const FAMILIES = ['IPv4', 'IPv6']
const FAMILY_POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack']
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode']
/** A day. */
const MAX_AFFINITY_SECONDS = 86400
const KUBELET_PORT = 10250

function isHeadless(spec: ServiceSpec): boolean {
  return spec.clusterIPs?.length === 1 && spec.clusterIPs[0] === 'None'
}

/** Reachable from outside the cluster by its own means. */
export function isExternallyAccessible(spec: ServiceSpec): boolean {
  return spec.type === 'LoadBalancer' || spec.type === 'NodePort' || (spec.type === 'ClusterIP' && !!spec.externalIPs?.length)
}

function validateServicePort(port: ServicePort, field: string, needsName: boolean, names: Set<string>): FieldError[] {
  const errors: FieldError[] = []
  if (!port.name) {
    if (needsName) errors.push(required(`${field}.name`))
  } else {
    errors.push(...invalids(`${field}.name`, port.name, isDns1123Label(port.name)))
    if (names.has(port.name)) errors.push(duplicate(`${field}.name`, port.name))
    names.add(port.name)
  }
  errors.push(...invalids(`${field}.port`, port.port ?? 0, isPortNumber(port.port ?? 0)))
  if (!port.protocol) errors.push(required(`${field}.protocol`))
  else if (!PROTOCOLS.includes(port.protocol)) errors.push(notSupported(`${field}.protocol`, port.protocol, PROTOCOLS))
  errors.push(...validatePort(port.targetPort, `${field}.targetPort`))
  if (port.appProtocol !== undefined) errors.push(...invalids(`${field}.appProtocol`, port.appProtocol, isLabelKey(port.appProtocol)))
  return errors
}

function validateType(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = []
  if (spec.type === 'LoadBalancer') {
    for (const [i, port] of (spec.ports ?? []).entries()) {
      if (port.port !== KUBELET_PORT) continue
      const why = `may not expose port ${KUBELET_PORT} externally since it is used by kubelet`
      errors.push(invalidValue(`spec.ports[${i}]`, port.port, why))
    }
  }
  if ((spec.type === 'LoadBalancer' || spec.type === 'NodePort') && isHeadless(spec)) {
    errors.push(invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`))
  }
  if (spec.type !== 'ExternalName') return errors
  const unset = 'may not be set for ExternalName services'
  if (spec.clusterIPs?.length) errors.push(forbiddenField('spec.clusterIPs', unset))
  if (spec.ipFamilies?.length) errors.push(forbiddenField('spec.ipFamilies', unset))
  if (spec.ipFamilyPolicy !== undefined) errors.push(forbiddenField('spec.ipFamilyPolicy', unset))
  const name = (spec.externalName ?? '').replace(/\.$/, '')
  if (!name) errors.push(required('spec.externalName'))
  else errors.push(...invalids('spec.externalName', name, isDns1123Subdomain(name)))
  return errors
}

function validateAffinity(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = []
  const affinity = spec.sessionAffinity
  if (!affinity) errors.push(required('spec.sessionAffinity'))
  else if (!AFFINITIES.includes(affinity)) errors.push(notSupported('spec.sessionAffinity', affinity, AFFINITIES))
  const config = spec.sessionAffinityConfig
  if (affinity === 'ClientIP') {
    const field = 'spec.sessionAffinityConfig'
    const needed = 'when session affinity type is ClientIP'
    const seconds = config?.clientIP?.timeoutSeconds
    if (!config) errors.push(required(field, needed))
    else if (!config.clientIP) errors.push(required(`${field}.clientIP`, needed))
    else if (seconds === undefined) errors.push(required(`${field}.clientIP.timeoutSeconds`, needed))
    else if (seconds <= 0 || seconds > MAX_AFFINITY_SECONDS) {
      const why = `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`
      errors.push(invalidValue(`${field}.clientIP.timeoutSeconds`, seconds, why))
    }
  } else if (affinity === 'None' && config) {
    errors.push(forbiddenField('spec.sessionAffinityConfig', 'must not be set when session affinity is None'))
  }
  return errors
}

/** Addresses, families and policy of a Service; runs before allocation too. Upstream: ValidateServiceClusterIPsRelatedFields. */
export function validateClusterIps(spec: ServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName') return []
  const errors: FieldError[] = []
  const field = 'spec.clusterIPs'
  const { clusterIP, clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec
  if (clusterIP) {
    if (!clusterIPs.length) errors.push(required(field))
    else if (clusterIPs[0] !== clusterIP) errors.push(invalidValue(field, clusterIPs, 'first value must match `clusterIP`'))
  } else if (clusterIPs.length) errors.push(invalidValue(field, clusterIPs, 'must be empty when `clusterIP` is not specified'))
  for (const [i, family] of ipFamilies.entries()) {
    if (!FAMILIES.includes(family)) errors.push(notSupported(`spec.ipFamilies[${i}]`, family, FAMILIES))
    if (ipFamilies.indexOf(family) !== i) errors.push(duplicate(`spec.ipFamilies[${i}]`, family))
  }
  if (ipFamilyPolicy !== undefined && !FAMILY_POLICIES.includes(ipFamilyPolicy)) {
    errors.push(notSupported('spec.ipFamilyPolicy', ipFamilyPolicy, FAMILY_POLICIES))
  }
  let wrong = false
  for (const [i, ip] of clusterIPs.entries()) {
    if (i === 0 && ip === 'None') {
      if (clusterIPs.length === 1) continue
      wrong = true
      errors.push(invalidValue(field, clusterIPs, "'None' must be the first and only value"))
      continue
    }
    const own = validateIp(ip, `${field}[${i}]`)
    wrong ||= own.length > 0
    errors.push(...own)
  }
  if (clusterIPs.length > 2) errors.push(invalidValue(field, clusterIPs, 'may only hold up to 2 values'))
  if (wrong || clusterIPs[0] === 'None') return errors
  if (clusterIPs.length === 2 && isIP(clusterIPs[0]) === isIP(clusterIPs[1])) {
    errors.push(invalidValue(field, clusterIPs, 'may specify no more than one IP for each IP family'))
  }
  for (const [i, family] of ipFamilies.slice(0, clusterIPs.length).entries()) {
    const actual = isIP(clusterIPs[i]) === 6 ? 'IPv6' : 'IPv4'
    if (actual !== family && (family === 'IPv4' || family === 'IPv6'))
      errors.push(invalidValue(`${field}[${i}]`, clusterIPs[i], `expected an ${family} value as indicated by \`ipFamilies[${i}]\``))
  }
  return errors
}

/** No address that means something else everywhere. Upstream: ValidateNonSpecialIP. */
export function validateNonSpecialIp(ip: string, field: string): FieldError[] {
  if (ip === '0.0.0.0' || ip === '::') return [invalidValue(field, ip, `may not be unspecified (${ip})`)]
  if (/^127\./.test(ip) || ip === '::1') return [invalidValue(field, ip, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')]
  if (/^169\.254\./.test(ip) || /^fe[89ab]/i.test(ip)) {
    return [invalidValue(field, ip, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)')]
  }
  if (/^224\.0\.0\./.test(ip) || /^ff02/i.test(ip)) {
    return [invalidValue(field, ip, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')]
  }
  return []
}

function validateExternalIps(spec: ServiceSpec): FieldError[] {
  return (spec.externalIPs ?? []).flatMap((ip, i) => {
    const field = `spec.externalIPs[${i}]`
    const errors = validateIp(ip, field)
    return errors.length ? errors : validateNonSpecialIp(ip, field)
  })
}

/** As the API server's own type prints a port of which only this much is known. */
function bareServicePort(protocol: string, port: number): Record<string, unknown> {
  return { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 }
}

function validateUniquePorts(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = []
  const ports = spec.ports ?? []
  const nodePorts = new Set<string>()
  for (const [i, port] of ports.entries()) {
    if (!port.nodePort) continue
    const key = `${port.protocol}/${port.nodePort}`
    if (nodePorts.has(key)) errors.push(duplicate(`spec.ports[${i}].nodePort`, port.nodePort))
    nodePorts.add(key)
  }
  const numbers = new Set<string>()
  for (const [i, port] of ports.entries()) {
    const key = `${port.protocol}/${port.port}`
    if (numbers.has(key)) errors.push(duplicate(`spec.ports[${i}]`, bareServicePort(port.protocol, port.port)))
    numbers.add(key)
  }
  return errors
}

const RANGES_ANNOTATION = 'service.beta.kubernetes.io/load-balancer-source-ranges'

/** The old way to say who may come. */
function validateRangesAnnotation(metadata: ObjectMeta, type: string | undefined): FieldError[] {
  const text = metadata.annotations?.[RANGES_ANNOTATION]
  if (text === undefined) return []
  const field = `metadata.annotations[${RANGES_ANNOTATION}]`
  const errors = type === 'LoadBalancer' ? [] : [forbiddenField(field, BALANCERS_ONLY)]
  const ranges = text.trim() ? text.split(',') : []
  return [...errors, ...ranges.flatMap((range) => validateCidr(range.trim(), field))]
}

const BALANCERS_ONLY = "may only be used when `type` is 'LoadBalancer'"

function validateLoadBalancer({ metadata, spec }: Service): FieldError[] {
  const errors: FieldError[] = []
  const only = BALANCERS_ONLY
  const ranges = spec.loadBalancerSourceRanges ?? []
  if (ranges.length) {
    const field = 'spec.LoadBalancerSourceRanges'
    if (spec.type !== 'LoadBalancer') errors.push(forbiddenField(field, only))
    for (const [i, range] of ranges.entries()) errors.push(...validateCidr(range.trim(), `${field}[${i}]`))
  } else errors.push(...validateRangesAnnotation(metadata, spec.type))
  if (spec.allocateLoadBalancerNodePorts !== undefined && spec.type !== 'LoadBalancer') {
    errors.push(forbiddenField('spec.allocateLoadBalancerNodePorts', only))
  }
  const name = spec.loadBalancerClass
  if (name !== undefined) {
    if (spec.type !== 'LoadBalancer') errors.push(forbiddenField('spec.loadBalancerClass', only))
    errors.push(...invalids('spec.loadBalancerClass', name, isLabelKey(name)))
  }
  return errors
}

function validateTraffic(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = []
  const policies = ['Cluster', 'Local']
  const external = spec.externalTrafficPolicy
  const field = 'spec.externalTrafficPolicy'
  if (!isExternallyAccessible(spec)) {
    if (external) errors.push(invalidValue(field, external, 'may only be set for externally-accessible services'))
  } else if (!external) errors.push(required(field))
  else if (!policies.includes(external)) errors.push(notSupported(field, external, policies))
  const port = spec.healthCheckNodePort
  if (spec.type === 'LoadBalancer' && external === 'Local') {
    if (!port) errors.push(required('spec.healthCheckNodePort'))
    else errors.push(...invalids('spec.healthCheckNodePort', port, isPortNumber(port)))
  } else if (port) {
    const why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
    errors.push(invalidValue('spec.healthCheckNodePort', port, why))
  }
  const internal = spec.internalTrafficPolicy
  if (internal !== undefined && !policies.includes(internal)) errors.push(notSupported('spec.internalTrafficPolicy', internal, policies))
  const distribution = spec.trafficDistribution
  if (distribution !== undefined && !DISTRIBUTIONS.includes(distribution)) {
    errors.push(notSupported('spec.trafficDistribution', distribution, DISTRIBUTIONS))
  }
  return errors
}

export function validateService(service: Service): FieldError[] {
  const { spec } = service
  const ports = spec.ports ?? []
  const names = new Set<string>()
  const errors = !ports.length && !isHeadless(spec) && spec.type !== 'ExternalName' ? [required('spec.ports')] : []
  errors.push(...validateType(spec))
  for (const [i, port] of ports.entries()) errors.push(...validateServicePort(port, `spec.ports[${i}]`, ports.length > 1, names))
  errors.push(
    ...validateLabels(spec.selector, 'spec.selector'),
    ...validateAffinity(spec),
    ...validateClusterIps(spec),
    ...validateExternalIps(spec),
  )
  if (!spec.type) errors.push(required('spec.type'))
  else if (!TYPES.includes(spec.type)) errors.push(notSupported('spec.type', spec.type, TYPES))
  if (spec.type === 'ClusterIP') {
    for (const [i, port] of ports.entries()) {
      if (port.nodePort) errors.push(forbiddenField(`spec.ports[${i}].nodePort`, "may not be used when `type` is 'ClusterIP'"))
    }
  }
  return [...errors, ...validateUniquePorts(spec), ...validateLoadBalancer(service), ...validateTraffic(spec)]
}

// ---------------------------------------------------------------- updates

function validateIpChange(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName' || old.type === 'ExternalName') return []
  const [now, before] = [spec.clusterIPs ?? [], old.clusterIPs ?? []]
  if (before[0] === 'None' && now[0] === 'None') return []
  const changed = (i: number) => invalidValue(`spec.clusterIPs[${i}]`, now, 'may not change once set')
  if (now.length === before.length) return before.flatMap((ip, i) => (ip === now[i] ? [] : [changed(i)]))
  if (before.length < now.length) return before.length && before[0] !== now[0] ? [changed(0)] : []
  const errors: FieldError[] = []
  if (!now.length) errors.push(invalidValue('spec.clusterIPs[0]', now, 'primary clusterIP can not be unset'))
  else if (now[0] !== before[0]) errors.push(changed(0))
  if (now.length < 2 && spec.ipFamilyPolicy !== 'SingleStack') {
    errors.push(
      invalidValue('spec.ipFamilyPolicy', spec.ipFamilyPolicy, "must be set to 'SingleStack' when releasing the secondary clusterIP"),
    )
  }
  return errors
}

function validateFamilyChange(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName' || old.type === 'ExternalName') return []
  if (spec.clusterIPs?.[0] === 'None' || old.clusterIPs?.[0] === 'None') return []
  const [now, before] = [spec.ipFamilies ?? [], old.ipFamilies ?? []]
  if (!before.length || now[0] === before[0]) return []
  return [invalidValue('spec.ipFamilies[0]', now, 'may not change once set')]
}

export function validateServiceUpdate(service: Service, old: Service): FieldError[] {
  const [spec, before] = [service.spec, old.spec]
  const errors = [...validateIpChange(spec, before), ...validateFamilyChange(spec, before)]
  if (before.type === 'LoadBalancer' && spec.type === 'LoadBalancer' && !same(spec.loadBalancerClass, before.loadBalancerClass)) {
    errors.push(invalidValue('spec.loadBalancerClass', spec.loadBalancerClass ?? null, 'may not change once set'))
  }
  return errors
}

// ---------------------------------------------------------------- warnings

/** Upstream: pkg/api/service/warnings.go. */
export function serviceWarnings({ metadata, spec }: Service): string[] {
  const warnings: string[] = []
  if (metadata.annotations?.['service.kubernetes.io/topology-aware-hints'] !== undefined) {
    warnings.push(
      'annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead',
    )
  }
  const headless = spec.type === 'ClusterIP' && spec.clusterIP === 'None'
  const external = !!spec.externalIPs?.length
  const own = (spec.clusterIPs ?? []).filter((ip) => ip !== 'None')
  warnings.push(...own.flatMap((ip, i) => ipWarnings(ip, `spec.clusterIPs[${i}]`)))
  if (headless) {
    if (spec.loadBalancerIP) warnings.push('spec.loadBalancerIP is ignored for headless services')
    if (external) warnings.push('spec.externalIPs is ignored for headless services')
    if (spec.sessionAffinity !== 'None') warnings.push('spec.SessionAffinity is ignored for headless services')
  }
  warnings.push(...(spec.externalIPs ?? []).flatMap((ip, i) => ipWarnings(ip, `spec.externalIPs[${i}]`)))
  if (external && !headless && spec.type !== 'ExternalName') {
    warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters')
  }
  if (spec.loadBalancerIP) warnings.push(...ipWarnings(spec.loadBalancerIP, 'spec.loadBalancerIP'))
  const ranges = (spec.loadBalancerSourceRanges ?? []) as string[]
  warnings.push(...ranges.flatMap((range, i) => cidrWarnings(range, `spec.loadBalancerSourceRanges[${i}]`)))
  if (spec.type === 'ExternalName' && external) warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"')
  if (spec.type !== 'ExternalName' && spec.externalName) warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"')
  if (spec.trafficDistribution === 'PreferClose') {
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"')
  }
  return warnings
}
