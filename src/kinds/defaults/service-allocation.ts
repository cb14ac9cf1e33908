// The addresses and ports a Service is given: cluster IPs from the service ranges, node ports, the families of its addresses.
// Upstream: pkg/registry/core/service/storage/alloc.go, ipallocator, portallocator.
import type { KubeObject, Service, ServiceSpec } from '../../api/types'
import { ApiError, type FieldError, invalid } from '../../errors'
import type { PrepareContext } from '../kind'
import { validateClusterIps } from '../validation/service'

const FIRST_PORT = 30000
const LAST_PORT = 32767
/** Node ports below this are left to those who ask for one by number: min(max(16, size/32), 128). */
const FIRST_DYNAMIC_PORT = FIRST_PORT + 86
const DEFAULT_RANGE = '10.96.0.0/12'

function refuse(service: Service, field: string, value: unknown, detail: string): ApiError {
  const error: FieldError = { type: 'Invalid', field, message: `Invalid value: ${JSON.stringify(value)}: ${detail}` }
  return invalid('Service', '', service.metadata.name, [error])
}

// ---------------------------------------------------------------- addresses

interface Range {
  text: string
  first: number
  size: number
}

function toNumber(ip: string): number | undefined {
  const parts = ip.split('.')
  if (parts.length !== 4) return undefined
  let out = 0
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined
    out = out * 256 + Number(part)
  }
  return out
}

function toText(n: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) % 256).join('.')
}

function parseRange(text: string): Range | undefined {
  const [ip, bits] = text.split('/')
  const base = toNumber(ip)
  if (base === undefined || bits === undefined) return undefined
  const size = 2 ** (32 - Number(bits))
  return { text, first: base - (base % size), size }
}

function ranges(context: PrepareContext): Range[] {
  const objects = context.view.list<KubeObject & { spec: { cidrs?: string[] } }>('servicecidrs.networking.k8s.io')
  const texts = objects.filter((o) => !o.metadata.deletionTimestamp).flatMap((o) => o.spec?.cidrs ?? [])
  return (texts.length ? texts : [DEFAULT_RANGE]).map(parseRange).filter((r) => r !== undefined)
}

function usedAddresses(context: PrepareContext, but: Service): Set<string> {
  const used = new Set<string>()
  for (const service of context.view.list<Service>('services')) {
    if (service.metadata.uid === but.metadata.uid) continue
    for (const ip of service.spec.clusterIPs ?? []) if (ip !== 'None') used.add(ip)
  }
  return used
}

/** The lower part of a range, kept for addresses asked for by name: min(max(16, size/16), 256). */
function staticBand(range: Range): number {
  return Math.min(Math.max(16, Math.floor(range.size / 16)), 256)
}

/** Addresses given out since the cluster was opened, of which there may be no IPAddress yet. */
const givenOut = new WeakMap<object, Set<string>>()

/** A Service has the address: there is an IPAddress for it, or one is to come. */
function isTaken(ip: string, { view }: PrepareContext): boolean {
  return view.get('ipaddresses.networking.k8s.io', undefined, ip) !== undefined || givenOut.get(view)?.has(ip) === true
}

function giveOut(ip: string, { view }: PrepareContext): string {
  const given = givenOut.get(view)
  if (given) given.add(ip)
  else givenOut.set(view, new Set([ip]))
  return ip
}

function freeAddress(range: Range, context: PrepareContext): string | undefined {
  const last = range.size - 2
  const pick = (from: number, to: number): string | undefined => {
    const count = to - from + 1
    if (count <= 0) return undefined
    const start = Math.floor(context.env.random() * count)
    for (let i = 0; i < count; i++) {
      const ip = toText(range.first + from + ((start + i) % count))
      if (!isTaken(ip, context)) return giveOut(ip, context)
    }
    return undefined
  }
  const band = staticBand(range)
  return pick(band + 1, last) ?? pick(1, Math.min(band, last))
}

function allocateAddress(service: Service, asked: string | undefined, context: PrepareContext): string {
  const all = ranges(context)
  if (!asked) {
    // A dry run reserves nothing, and its allocator answers with the base of the range.
    if (context.dryRun) return toText(all[0].first)
    for (const range of all) {
      const ip = freeAddress(range, context)
      if (ip) return ip
    }
    throw new ApiError('InternalError', 'Internal error occurred: failed to allocate a serviceIP: range is full')
  }
  const fail = (why: string) => refuse(service, 'spec.clusterIPs', service.spec.clusterIPs, `failed to allocate IP ${asked}: ${why}`)
  const number = toNumber(asked)
  const range = number === undefined ? undefined : all.find((r) => number >= r.first && number < r.first + r.size)
  const isOutside = number === undefined || !range || number === range.first || number === range.first + range.size - 1
  // A dry run asks the first range alone, and takes what is given out for free.
  if (context.dryRun && isOutside) {
    throw fail(`the provided IP (${asked}) is not in the valid range. The range of valid IPs is ${(range ?? all[0]).text}`)
  }
  if (isOutside) throw fail('the provided network does not match the current range')
  if (context.dryRun) return asked
  if (usedAddresses(context, service).has(asked)) throw fail('provided IP is already allocated')
  return giveOut(asked, context)
}

function familyOf(ip: string): string {
  return ip.includes(':') ? 'IPv6' : 'IPv4'
}

/** Fills in families and policy, as a cluster of IPv4 alone does. */
function initFamilies(service: Service, old: Service | undefined): void {
  const { spec } = service
  if (spec.type === 'ExternalName') return
  const unselected = spec.clusterIP === 'None' && !Object.keys(spec.selector ?? {}).length
  spec.ipFamilyPolicy ??= old?.spec.ipFamilyPolicy ?? (unselected ? 'RequireDualStack' : 'SingleStack')
  const policy = spec.ipFamilyPolicy
  const wrongInput = validateClusterIps(spec)
  if (wrongInput.length) throw invalid('Service', '', service.metadata.name, wrongInput)
  const errors: FieldError[] = []
  const wrong = (field: string, value: unknown, detail: string) =>
    errors.push({ type: 'Invalid', field, message: `Invalid value: ${JSON.stringify(value)}: ${detail}` })
  if (policy === 'SingleStack') {
    if (spec.clusterIPs?.length === 2) {
      wrong('spec.ipFamilyPolicy', policy, "must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified")
    }
    if (spec.ipFamilies?.length === 2) {
      wrong('spec.ipFamilyPolicy', policy, "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified")
    }
  }
  const families = [...(spec.ipFamilies ?? [])]
  for (const [i, ip] of (spec.clusterIPs ?? []).entries()) {
    if (ip === 'None') break
    if (i < families.length) continue
    if (familyOf(ip) === 'IPv6') wrong(`spec.clusterIPs[${i}]`, spec.clusterIPs, 'IPv6 is not configured on this cluster')
    else families.push('IPv4')
  }
  if (errors.length) throw invalid('Service', '', service.metadata.name, errors)
  if (unselected) {
    if (!families.length) families.push('IPv4')
    if (families.length < 2 && policy !== 'SingleStack') families.push(families[0] === 'IPv4' ? 'IPv6' : 'IPv4')
    spec.ipFamilies = families
    return
  }
  if (policy === 'RequireDualStack') wrong('spec.ipFamilyPolicy', policy, 'this cluster is not configured for dual-stack services')
  for (const [i, family] of families.entries()) {
    if (family !== 'IPv4') wrong(`spec.ipFamilies[${i}]`, family, 'not configured on this cluster')
  }
  if (errors.length) throw invalid('Service', '', service.metadata.name, errors)
  spec.ipFamilies = families.length ? families : ['IPv4']
}

function allocateAddresses(service: Service, context: PrepareContext): void {
  const { spec } = service
  if (spec.type === 'ExternalName' || spec.clusterIPs?.[0] === 'None') return
  const ip = allocateAddress(service, spec.clusterIPs?.[0] || undefined, context)
  spec.clusterIPs = [ip, ...(spec.clusterIPs ?? []).slice(1)]
  spec.clusterIP = ip
}

// ---------------------------------------------------------------- node ports

/** Hands out ports during one request: what it gave is taken at once. */
class Ports {
  private readonly used = new Set<number>()
  constructor(
    private readonly context: PrepareContext,
    but: Service,
  ) {
    for (const service of context.view.list<Service>('services')) {
      if (service.metadata.uid === but.metadata.uid) continue
      for (const port of service.spec.ports ?? []) if (port.nodePort) this.used.add(port.nodePort)
      if (service.spec.healthCheckNodePort) this.used.add(service.spec.healthCheckNodePort)
    }
  }

  /** Why this port cannot be had, undefined when it could and now is taken. */
  take(port: number): string | undefined {
    if (port < FIRST_PORT || port > LAST_PORT) {
      // A try only asks whether somebody has the port.
      if (this.context.dryRun) return undefined
      return `provided port is not in the valid range. The range of valid ports is ${FIRST_PORT}-${LAST_PORT}`
    }
    if (this.used.has(port)) return 'provided port is already allocated'
    this.used.add(port)
    return undefined
  }

  next(): number {
    for (const [from, to] of [
      [FIRST_DYNAMIC_PORT, LAST_PORT],
      [FIRST_PORT, FIRST_DYNAMIC_PORT - 1],
    ]) {
      const count = to - from + 1
      const start = Math.floor(this.context.env.random() * count)
      for (let i = 0; i < count; i++) {
        const port = from + ((start + i) % count)
        if (this.used.has(port)) continue
        this.used.add(port)
        return port
      }
    }
    throw new ApiError('InternalError', 'Internal error occurred: failed to allocate a nodePort: range is full')
  }
}

function allocatesPorts(spec: ServiceSpec): boolean {
  return spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false)
}

/** One node port serves all protocols of a port number, unless each names its own. */
function initNodePorts(service: Service, ports: Ports): void {
  const { spec } = service
  const given = new Map<number, number>()
  for (const [i, port] of (spec.ports ?? []).entries()) {
    if (!port.nodePort && !allocatesPorts(spec)) continue
    const take = (wanted: number) => {
      const why = ports.take(wanted)
      if (why) throw refuse(service, `spec.ports[${i}].nodePort`, wanted, why)
    }
    const shared = given.get(port.port)
    if (shared === undefined) {
      const asked = spec.ports?.find((p) => p.port === port.port && p.nodePort)?.nodePort
      if (asked) take(asked)
      port.nodePort = asked ?? ports.next()
      given.set(port.port, port.nodePort)
    } else if (!port.nodePort) port.nodePort = shared
    else if (port.nodePort !== shared) take(port.nodePort)
  }
}

function updateNodePorts(service: Service, old: Service, ports: Ports): void {
  const { spec } = service
  const before = new Set((old.spec.ports ?? []).map((p) => p.nodePort))
  const taken = new Set<number>()
  for (const [i, port] of (spec.ports ?? []).entries()) {
    if (!port.nodePort) {
      if (allocatesPorts(spec)) port.nodePort = ports.next()
      continue
    }
    if (taken.has(port.nodePort)) continue
    const why = ports.take(port.nodePort)
    if (why && !before.has(port.nodePort)) throw refuse(service, `spec.ports[${i}].nodePort`, port.nodePort, why)
    taken.add(port.nodePort)
  }
}

function allocateHealthCheckPort(service: Service, ports: Ports): void {
  const { spec } = service
  if (spec.type !== 'LoadBalancer' || spec.externalTrafficPolicy !== 'Local') return
  const asked = spec.healthCheckNodePort
  const why = asked ? ports.take(asked) : undefined
  if (why) {
    throw new ApiError('InternalError', `Internal error occurred: failed to allocate requested HealthCheck NodePort ${asked}: ${why}`)
  }
  spec.healthCheckNodePort = asked || ports.next()
}

/** Gives a new Service its families, addresses and ports. Throws ApiError Invalid naming the field that cannot be had. */
export function allocateForCreate(service: Service, context: PrepareContext): void {
  const { spec } = service
  initFamilies(service, undefined)
  allocateAddresses(service, context)
  if (spec.type !== 'NodePort' && spec.type !== 'LoadBalancer') return
  const ports = new Ports(context, service)
  initNodePorts(service, ports)
  allocateHealthCheckPort(service, ports)
}

/** What an update needs beyond what the Service has. Throws ApiError Invalid. */
export function allocateForUpdate(service: Service, old: Service, context: PrepareContext): void {
  const { spec } = service
  initFamilies(service, old)
  if (old.spec.type === 'ExternalName' && spec.type !== 'ExternalName') allocateAddresses(service, context)
  if (spec.type !== 'NodePort' && spec.type !== 'LoadBalancer') return
  const ports = new Ports(context, service)
  updateNodePorts(service, old, ports)
  if (spec.healthCheckNodePort && spec.healthCheckNodePort === old.spec.healthCheckNodePort) return
  allocateHealthCheckPort(service, ports)
}
