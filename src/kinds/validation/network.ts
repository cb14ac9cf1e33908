// Validation of ingresses, network policies and endpoints. Upstream: pkg/apis/{networking,core,discovery}/validation.

import type { KubeObject, LabelSelector } from '../../api/types'
import type { FieldError } from '../../errors'
import { isIP } from '../../lib/is-ip'
import {
  isDns1123Label,
  isDns1123Subdomain,
  isLabelKey,
  isLabelValue,
  isPortName,
  isPortNumber,
  isWildcardDns1123Subdomain,
} from '../../lib/names'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { isStrictlyInside, networkOf, validateCanonicalIp, validateCidr, validateIp } from './addresses'
import { duplicate, forbiddenField, IMMUTABLE, immutable, invalids, invalidValue, notSupported, required, tooLong, tooMany } from './errors'
import { isPathSegment, validateDomainPath, validateSelector } from './object-meta'
import { validatePort } from './probes'
import { validateNonSpecialIp } from './service'

const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
/** As policies list them. */
const POLICY_PROTOCOLS = ['TCP', 'UDP', 'SCTP']

// ---------------------------------------------------------------- ingresses

function validateBackend(backend: Fields, path: string): FieldError[] {
  const service = fieldsOf(backend.service)
  const resource = fieldsOf(backend.resource)
  if (service && resource) return [invalidValue(path, '', 'cannot set both resource and service backends')]
  if (resource) {
    const group = resource.apiGroup
    const errors = group === undefined ? [] : invalids(`${path}.resource.apiGroup`, group, isDns1123Subdomain(String(group)))
    return [...errors, ...['kind', 'name'].filter((key) => !resource[key]).map((key) => required(`${path}.resource.${key}`))]
  }
  if (!service) return [invalidValue(path, '', 'resource or service backend is required')]
  const errors: FieldError[] = []
  const name = String(service.name ?? '')
  if (!name) errors.push(required(`${path}.service.name`))
  else errors.push(...invalids(`${path}.service.name`, name, isDns1123Label(name)))
  const port = fieldsOf(service.port) ?? {}
  if (port.name && port.number) errors.push(invalidValue(path, '', 'cannot set both port name & port number'))
  else if (port.name) errors.push(...invalids(`${path}.service.port.name`, port.name, isPortName(String(port.name))))
  else if (port.number) errors.push(...invalids(`${path}.service.port.number`, port.number, isPortNumber(Number(port.number))))
  else errors.push(required(path, 'port name or number is required'))
  return errors
}

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix']

function validatePath(path: Fields, here: string): FieldError[] {
  const errors: FieldError[] = []
  const text = String(path.path ?? '')
  const type = path.pathType
  if (type === undefined || type === null) return [required(`${here}.pathType`, 'pathType must be specified')]
  if (type === 'Exact' || type === 'Prefix') {
    if (!text.startsWith('/')) errors.push(invalidValue(`${here}.path`, text, 'must be an absolute path'))
    if (text) {
      for (const sequence of ['//', '/./', '/../', '%2f', '%2F']) {
        if (text.includes(sequence)) errors.push(invalidValue(`${here}.path`, text, `must not contain '${sequence}'`))
      }
      for (const suffix of ['/..', '/.']) {
        if (text.endsWith(suffix)) errors.push(invalidValue(`${here}.path`, text, `cannot end with '${suffix}'`))
      }
    }
  } else if (type === 'ImplementationSpecific') {
    if (text && !text.startsWith('/')) errors.push(invalidValue(`${here}.path`, text, 'must be an absolute path'))
  } else errors.push(notSupported(`${here}.pathType`, type, PATH_TYPES))
  return [...errors, ...validateBackend(fieldsOf(path.backend) ?? {}, `${here}.backend`)]
}

function validateHost(host: string, field: string): FieldError[] {
  if (!host) return []
  const errors = isIP(host) ? [invalidValue(field, host, 'must be a DNS name, not an IP address')] : []
  return [...errors, ...invalids(field, host, host.includes('*') ? isWildcardDns1123Subdomain(host) : isDns1123Subdomain(host))]
}

export function validateIngress(ingress: KubeObject): FieldError[] {
  const spec = fieldsOf(ingress.spec) ?? {}
  const rules = listOf(spec.rules)
  const errors: FieldError[] = []
  const backend = fieldsOf(spec.defaultBackend)
  if (!rules.length && !backend) errors.push(invalidValue('spec', null, 'either `defaultBackend` or `rules` must be specified'))
  if (backend) errors.push(...validateBackend(backend, 'spec.defaultBackend'))
  for (const [i, rule] of rules.entries()) {
    const here = `spec.rules[${i}]`
    errors.push(...validateHost(String(rule.host ?? ''), `${here}.host`))
    const http = fieldsOf(rule.http)
    if (!http) continue
    const paths = listOf(http.paths)
    if (!paths.length) errors.push(required(`${here}.http.paths`))
    for (const [j, path] of paths.entries()) errors.push(...validatePath(path, `${here}.http.paths[${j}]`))
  }
  for (const [i, tls] of listOf(spec.tls).entries()) {
    for (const [j, host] of ((tls.hosts ?? []) as string[]).entries()) {
      const complaints = host.includes('*') ? isWildcardDns1123Subdomain(host) : isDns1123Subdomain(host)
      errors.push(...invalids(`spec.tls[${i}].hosts[${j}]`, host, complaints))
    }
    const secret = tls.secretName
    if (secret) errors.push(...invalids(`spec.tls[${i}].secretName`, secret, isDns1123Subdomain(String(secret))))
  }
  const name = spec.ingressClassName
  if (name !== undefined) errors.push(...invalids('spec.ingressClassName', name, isDns1123Subdomain(String(name))))
  return errors
}

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'

export function validateIngressCreate(ingress: KubeObject): FieldError[] {
  const annotation = ingress.metadata.annotations?.[CLASS_ANNOTATION]
  const name = fieldsOf(ingress.spec)?.ingressClassName
  if (annotation === undefined || name === undefined || annotation === name) return []
  return [invalidValue(`annotations.${CLASS_ANNOTATION}`, annotation, 'must match `ingressClassName` when both are specified')]
}

export function ingressWarnings(ingress: KubeObject, old?: KubeObject): string[] {
  if (old || ingress.metadata.annotations?.[CLASS_ANNOTATION] === undefined) return []
  return [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`]
}

function validateClassParameters(parameters: Fields | undefined, path: string): FieldError[] {
  if (!parameters) return []
  const errors: FieldError[] = []
  const group = parameters.apiGroup
  if (group !== undefined) errors.push(...invalids(`${path}.apiGroup`, group, isDns1123Subdomain(String(group))))
  // What is declared with the fields is asked last.
  const missing: FieldError[] = []
  for (const key of ['kind', 'name']) {
    const value = String(parameters[key] ?? '')
    if (!value) missing.push(required(`${path}.${key}`))
    else errors.push(...invalids(`${path}.${key}`, value, isPathSegment(value)))
  }
  const { scope, namespace } = parameters
  if (scope === undefined) return [...errors, required(`${path}.scope`), ...missing]
  if (scope === 'Namespace') {
    if (namespace === undefined) errors.push(required(`${path}.namespace`, "`parameters.scope` is set to 'Namespace'"))
    else errors.push(...invalids(`${path}.namespace`, namespace, isDns1123Label(String(namespace))))
  }
  if (scope === 'Cluster' && namespace !== undefined) {
    errors.push(forbiddenField(`${path}.namespace`, "`parameters.scope` is set to 'Cluster'"))
  }
  if (scope !== 'Namespace' && scope !== 'Cluster') errors.push(notSupported(`${path}.scope`, scope, ['Cluster', 'Namespace']))
  return [...errors, ...missing]
}

export function validateIngressClass(ingressClass: KubeObject): FieldError[] {
  const spec = fieldsOf(ingressClass.spec) ?? {}
  const controller = String(spec.controller ?? '')
  const errors = controller.length > 250 ? [tooLong('spec.controller', 250)] : []
  return [
    ...errors,
    ...validateDomainPath(controller, 'spec.controller'),
    ...validateClassParameters(fieldsOf(spec.parameters), 'spec.parameters'),
  ]
}

export function validateIngressClassUpdate(ingressClass: KubeObject, old: KubeObject): FieldError[] {
  return immutable('spec.controller', fieldsOf(ingressClass.spec)?.controller, fieldsOf(old.spec)?.controller)
}

// ---------------------------------------------------------------- network policies

function validateIpBlock(block: Fields, path: string): FieldError[] {
  const cidr = String(block.cidr ?? '')
  if (!cidr) return [required(`${path}.cidr`)]
  const errors = validateCidr(cidr, `${path}.cidr`)
  const network = networkOf(cidr)
  if (!network) return errors
  for (const [i, except] of ((block.except ?? []) as string[]).entries()) {
    const field = `${path}.except[${i}]`
    errors.push(...validateCidr(except, field))
    const part = networkOf(except)
    if (part && !isStrictlyInside(part, network)) errors.push(invalidValue(field, except, 'must be a strict subset of `cidr`'))
  }
  return errors
}

function validatePeer(peer: Fields, path: string): FieldError[] {
  const errors: FieldError[] = []
  const selectors = ['podSelector', 'namespaceSelector'].filter((key) => fieldsOf(peer[key]))
  for (const key of selectors) errors.push(...validateSelector(fieldsOf(peer[key]) as LabelSelector, `${path}.${key}`))
  const block = fieldsOf(peer.ipBlock)
  if (block) errors.push(...validateIpBlock(block, `${path}.ipBlock`))
  if (!selectors.length && !block) errors.push(required(path, 'must specify a peer'))
  else if (selectors.length && block) errors.push(forbiddenField(path, 'may not specify both ipBlock and another peer'))
  return errors
}

function validatePolicyPort(port: Fields, path: string): FieldError[] {
  const errors: FieldError[] = []
  const protocol = port.protocol
  if (protocol !== undefined && !PROTOCOLS.includes(String(protocol)))
    errors.push(notSupported(`${path}.protocol`, protocol, POLICY_PROTOCOLS))
  const end = port.endPort as number | undefined
  if (port.port !== undefined) {
    errors.push(...validatePort(port.port, `${path}.port`))
    if (end !== undefined && typeof port.port === 'string') {
      errors.push(invalidValue(`${path}.endPort`, end, 'may not be specified when `port` is non-numeric'))
    } else if (end !== undefined) {
      if (end < Number(port.port)) errors.push(invalidValue(`${path}.endPort`, end, 'must be greater than or equal to `port`'))
      errors.push(...invalids(`${path}.endPort`, end, isPortNumber(end)))
    }
  } else if (end !== undefined) errors.push(invalidValue(`${path}.endPort`, end, 'may not be specified when `port` is not specified'))
  return errors
}

export function validateNetworkPolicy(policy: KubeObject): FieldError[] {
  const spec = fieldsOf(policy.spec) ?? {}
  const errors = validateSelector(fieldsOf(spec.podSelector) as LabelSelector | undefined, 'spec.podSelector')
  for (const [direction, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ]) {
    for (const [i, rule] of listOf(spec[direction]).entries()) {
      const here = `spec.${direction}[${i}]`
      for (const [j, port] of listOf(rule.ports).entries()) errors.push(...validatePolicyPort(port, `${here}.ports[${j}]`))
      for (const [j, peer] of listOf(rule[peers]).entries()) errors.push(...validatePeer(peer, `${here}.${peers}[${j}]`))
    }
  }
  const types = (spec.policyTypes ?? []) as string[]
  if (types.length > 2) return [...errors, invalidValue('spec.policyTypes', types, 'may not specify more than two policyTypes')]
  for (const [i, type] of types.entries()) {
    if (type !== 'Ingress' && type !== 'Egress') errors.push(notSupported(`spec.policyTypes[${i}]`, type, ['Ingress', 'Egress']))
  }
  return errors
}

// ---------------------------------------------------------------- endpoints

function validateEndpointAddress(address: Fields, path: string): FieldError[] {
  const ip = String(address.ip ?? '')
  const wrong = validateIp(ip, `${path}.ip`)
  const errors = [...wrong]
  const hostname = address.hostname
  if (hostname) errors.push(...invalids(`${path}.hostname`, hostname, isDns1123Label(String(hostname))))
  const node = address.nodeName
  if (node !== undefined) errors.push(...invalids(`${path}.nodeName`, node, isDns1123Subdomain(String(node))))
  // Asked without knowing what the address was already refused for.
  return [
    ...errors,
    ...(wrong.length ? [invalidValue(`${path}.ip`, ip, 'must be a valid IP address')] : validateNonSpecialIp(ip, `${path}.ip`)),
  ]
}

function validateEndpointPort(port: Fields, path: string, named: boolean): FieldError[] {
  const errors: FieldError[] = []
  const name = String(port.name ?? '')
  if (named && !name) errors.push(required(`${path}.name`))
  else if (name) errors.push(...invalids(`${path}.name`, name, isDns1123Label(name)))
  errors.push(...invalids(`${path}.port`, port.port ?? 0, isPortNumber(Number(port.port ?? 0))))
  const protocol = String(port.protocol ?? '')
  if (!protocol) errors.push(required(`${path}.protocol`))
  else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(`${path}.protocol`, protocol, PROTOCOLS))
  if (port.appProtocol !== undefined)
    errors.push(...invalids(`${path}.appProtocol`, port.appProtocol, isLabelKey(String(port.appProtocol))))
  return errors
}

export function validateEndpoints(endpoints: KubeObject): FieldError[] {
  return listOf(endpoints.subsets).flatMap((subset, i) => {
    const here = `subsets[${i}]`
    const errors: FieldError[] = []
    const ports = listOf(subset.ports)
    if (!listOf(subset.addresses).length && !listOf(subset.notReadyAddresses).length) {
      errors.push(required(here, 'must specify `addresses` or `notReadyAddresses`'))
    }
    for (const key of ['addresses', 'notReadyAddresses']) {
      for (const [j, address] of listOf(subset[key]).entries()) errors.push(...validateEndpointAddress(address, `${here}.${key}[${j}]`))
    }
    for (const [j, port] of ports.entries()) errors.push(...validateEndpointPort(port, `${here}.ports[${j}]`, ports.length > 1))
    return errors
  })
}

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6']

/** Upstream: apimachinery/pkg/util/validation (IsFullyQualifiedDomainName). */
function validateDomain(text: string, field: string): FieldError[] {
  if (!text) return [required(field)]
  const name = text.replace(/\.$/, '')
  const complaints = isDns1123Subdomain(name)
  if (complaints.length) return [invalidValue(field, name, complaints.join(','))]
  const labels = name.split('.')
  if (labels.length < 2) return [invalidValue(field, name, 'should be a domain with at least two segments separated by dots')]
  const wrong = labels.find((label) => isDns1123Label(label).length)
  return wrong === undefined ? [] : [invalidValue(field, wrong, isDns1123Label(wrong).join(','))]
}

/** `list` is the field of all addresses, which upstream blames for a wrong family. */
function validateSliceAddress(type: string, address: string, list: string, field: string): FieldError[] {
  if (!ADDRESS_TYPES.includes(type)) return []
  if (type === 'FQDN') return validateDomain(address, field)
  const wrong = (type === 'IPv4' ? validateIp : validateCanonicalIp)(address, field)
  if (wrong.length) return wrong
  const isOther = isIP(address) !== (type === 'IPv4' ? 4 : 6)
  const errors = isOther ? [invalidValue(list, address, `must be an ${type} address`)] : []
  return [...errors, ...validateNonSpecialIp(address, field)]
}

const MOST_HINTS = 8

/** Upstream: validateHints. */
function validateHints(hints: Fields, path: string): FieldError[] {
  const [zones, nodes] = [listOf(hints.forZones), listOf(hints.forNodes)]
  const errors = validateHinted(zones, `${path}.forZones`, isLabelValue)
  return zones.length > MOST_HINTS ? errors : [...errors, ...validateHinted(nodes, `${path}.forNodes`, isDns1123Subdomain)]
}

function validateHinted(places: Fields[], path: string, rule: (name: string) => string[]): FieldError[] {
  if (places.length > MOST_HINTS) return [tooMany(path, places.length, MOST_HINTS)]
  const seen = new Set<string>()
  return places.flatMap((place, i) => {
    const [field, name] = [`${path}[${i}].name`, String(place.name ?? '')]
    const again = seen.has(name) ? [duplicate(field, name)] : []
    seen.add(name)
    return [...again, ...invalids(field, name, rule(name))]
  })
}

export function validateEndpointSlice(slice: KubeObject): FieldError[] {
  const type = String(slice.addressType ?? '')
  const endpoints = listOf(slice.endpoints)
  const ports = listOf(slice.ports)
  const errors: FieldError[] = []
  if (ports.length > 20000) errors.push(tooMany('ports', ports.length, 20000))
  for (const [i, port] of ports.entries()) {
    const here = `ports[${i}]`
    const name = String(port.name ?? '')
    if (name) errors.push(...invalids(`${here}.name`, name, isDns1123Label(name)))
    if (ports.slice(0, i).some((p) => String(p.name ?? '') === name)) errors.push(duplicate(`${here}.name`, name))
    const protocol = String(port.protocol ?? '')
    if (!protocol) errors.push(required(`${here}.protocol`))
    else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(`${here}.protocol`, protocol, PROTOCOLS))
    const application = port.appProtocol
    if (application !== undefined) errors.push(...invalids(`${here}.appProtocol`, application, isLabelKey(String(application))))
  }
  if (endpoints.length > 1000) errors.push(tooMany('endpoints', endpoints.length, 1000))
  // What is declared with the fields is asked last.
  const declared: FieldError[] = []
  if (!type) declared.push(required('addressType'))
  else if (!ADDRESS_TYPES.includes(type)) declared.push(notSupported('addressType', type, ADDRESS_TYPES))
  for (const [i, endpoint] of endpoints.entries()) {
    const here = `endpoints[${i}]`
    const addresses = (endpoint.addresses ?? []) as string[]
    if (!addresses.length) declared.push(required(`${here}.addresses`))
    else if (addresses.length > 100) declared.push(tooMany(`${here}.addresses`, addresses.length, 100))
    for (const [j, address] of addresses.entries())
      errors.push(...validateSliceAddress(type, address, `${here}.addresses`, `${here}.addresses[${j}]`))
    const { nodeName: node, hostname } = endpoint
    if (node !== undefined) errors.push(...invalids(`${here}.nodeName`, node, isDns1123Subdomain(String(node))))
    if (hostname !== undefined) errors.push(...invalids(`${here}.hostname`, hostname, isDns1123Label(String(hostname))))
    const hints = fieldsOf(endpoint.hints)
    if (hints) errors.push(...validateHints(hints, `${here}.hints`))
  }
  return [...errors, ...declared]
}

export function validateEndpointSliceUpdate(slice: KubeObject, old: KubeObject): FieldError[] {
  return slice.addressType === old.addressType ? [] : [invalidValue('addressType', null, IMMUTABLE)]
}
