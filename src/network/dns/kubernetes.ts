// CoreDNS's kubernetes plugin as kubeadm configures it (`kubernetes cluster.local in-addr.arpa ip6.arpa { pods insecure, ttl 30 }`):
// records of Services, endpoints and Pods by name. Follows coredns plugin/kubernetes (kubernetes.go, parse.go, reverse.go, ns.go).
import type { Service } from '../../api/types'
import { canonicalIp, isIP, isIPv4 } from '../address'
import { isInZone, labelsOf } from './message'
import { clusterIps, type DnsSource, type EndpointAddress } from './source'

export const ZONES = ['cluster.local.', 'in-addr.arpa.', 'ip6.arpa.']
export const TTL = 30
const VERSION = '1.1.0'
const VERSION_TTL = 28800
const NS_NAME = 'ns.dns.'

/** A name's data before it is a record of one type: an address or name, with port and the name SRV records point to. */
export interface Entry {
  host: string
  port: number
  ttl: number
  /** Target of an SRV record, with its final dot. */
  key: string
  text?: string
}

/** Entries, which may be none (the name exists without data of that kind), or the knowledge that there is no such name. */
export type Found = Entry[] | 'NXDOMAIN'

export interface Lookup {
  source: DnsSource
  /** Addresses this server listens on other than loopback: how it finds its own Service for NS records. */
  localIps: string[]
}

/** The zone a name is in, in the case of the name; undefined outside of all. */
export function zoneOf(name: string): string | undefined {
  const zone = ZONES.find((z) => isInZone(name, z))
  return zone && name.slice(name.length - zone.length)
}

/** The entries behind a name of a zone for a question of this type. */
export function entriesOf(lookup: Lookup, name: string, zone: string, type: string): Found {
  const lower = name.toLowerCase()
  const root = zone.toLowerCase()
  if (type === 'TXT') {
    if (lower === `dns-version.${root}`) return [{ host: '', port: 0, ttl: VERSION_TTL, key: name, text: VERSION }]
    // Of other names it only says that they exist: those that have records.
    const found = records(lookup, lower, zone)
    return found !== 'NXDOMAIN' && found.length > 0 ? [] : 'NXDOMAIN'
  }
  // Reverse questions know nothing of this server's own name.
  if (lower === `${NS_NAME}${root}` && type !== 'PTR') {
    return ownAddresses(lookup, zone)
      .filter((own) => isIPv4(own.ip) === (type === 'A') && (type === 'A' || type === 'AAAA'))
      .map((own) => ({ host: own.ip, port: 0, ttl: TTL, key: name }))
  }
  const found = records(lookup, lower, zone)
  // There are no SRV records that point out of the cluster.
  return type === 'SRV' && found !== 'NXDOMAIN' ? found.filter((e) => isIP(e.host)) : found
}

/** Names and addresses of the Service this server is part of; of the server itself when it is part of none. */
export function ownAddresses({ source, localIps }: Lookup, zone: string): { name: string; ip: string }[] {
  const own: { name: string; ip: string }[] = []
  let found = false
  for (const ip of localIps) {
    for (const set of source.endpointsOfIp(ip)) {
      found = true
      const service = source.service(set.namespace, set.service)
      if (!service) continue
      const name = `${set.service}.${set.namespace}.svc.${zone}`
      if (isHeadless(service)) for (const a of set.addresses) own.push({ name: `${endpointName(a)}.${name}`, ip: a.ip })
      else for (const clusterIp of clusterIps(service)) own.push({ name, ip: clusterIp })
    }
  }
  return found ? own : localIps.map((ip) => ({ name: NS_NAME + zone, ip }))
}

/** Names for an address: its Service's, else those of all endpoints with it. */
export function namesOf({ source }: Lookup, ip: string): string[] {
  const service = source.serviceOfIp(ip)
  if (service) return [`${service.metadata.name}.${service.metadata.namespace}.svc.${ZONES[0]}`]
  const names: string[] = []
  for (const set of source.endpointsOfIp(ip)) {
    for (const address of set.addresses) {
      if (canonicalIp(address.ip) === ip) names.push(`${endpointName(address)}.${set.service}.${set.namespace}.svc.${ZONES[0]}`)
    }
  }
  return names
}

interface Parsed {
  kind: 'svc' | 'pod'
  namespace?: string
  name?: string
  endpoint?: string
  port?: string
  protocol?: string
}

/** `_port._protocol.service.namespace.svc`, `endpoint.service.…`, `service.…`, or the Pod's `a-b-c-d.namespace.pod`. */
function parse(name: string, zone: string): Parsed | 'apex' | undefined {
  const labels = labelsOf(name)
  labels.length -= labelsOf(zone).length
  const kind = labels.pop()
  if (kind === undefined) return 'apex'
  if (kind !== 'svc' && kind !== 'pod') return undefined
  const [namespace, service, ...more] = labels.reverse()
  if (namespace === undefined) return 'apex'
  if (more.length > 2) return undefined
  const base = { kind, namespace, name: service } as const
  if (more.length === 1) return { ...base, endpoint: more[0] }
  if (more.length === 2) return { ...base, protocol: more[0].replace(/^_/, ''), port: more[1].replace(/^_/, '') }
  return base
}

function records({ source }: Lookup, name: string, zone: string): Found {
  const parsed = parse(name, zone)
  if (parsed === 'apex') return []
  if (!parsed || !isInZone(zone, ZONES[0]) || !source.hasNamespace(parsed.namespace!)) return 'NXDOMAIN'
  if (parsed.name === undefined) return []
  return parsed.kind === 'pod' ? podEntries(parsed, zone) : serviceEntries(source, parsed, zone)
}

/** `pods insecure`: the address is read out of the name, whether there is such a Pod or not. */
function podEntries({ namespace, name }: Parsed, zone: string): Found {
  const dashes = name!.split('-').length - 1
  const ip = dashes === 3 && !name!.includes('--') ? name!.replaceAll('-', '.') : name!.replaceAll('-', ':')
  if (!isIP(ip)) return 'NXDOMAIN'
  return [{ host: canonicalIp(ip), port: 0, ttl: TTL, key: `${name}.${namespace}.pod.${zone}` }]
}

function serviceEntries(source: DnsSource, query: Parsed, zone: string): Found {
  const service = source.service(query.namespace!, query.name!)
  if (!service) return 'NXDOMAIN'
  const key = `${service.metadata.name}.${service.metadata.namespace}.svc.${zone}`
  if (service.spec.type === 'ExternalName') {
    if (query.endpoint !== undefined || query.port !== undefined || isIP(service.spec.externalName ?? '')) return 'NXDOMAIN'
    return [{ host: service.spec.externalName ?? '', port: 0, ttl: TTL, key }]
  }
  const found: Entry[] = []
  if (isHeadless(service) || query.endpoint !== undefined) {
    for (const { addresses, ports } of source.endpoints(query.namespace!, query.name!)) {
      for (const address of addresses) {
        const name = endpointName(address)
        if (query.endpoint !== undefined && query.endpoint !== name.toLowerCase()) continue
        for (const port of ports) {
          if (portMatches(query, port)) found.push({ host: address.ip, port: port.port, ttl: TTL, key: `${name}.${key}` })
        }
      }
    }
  } else {
    const ports = service.spec.ports?.length ? service.spec.ports : [{ name: '', protocol: '', port: -1 }]
    for (const port of ports) {
      if (!portMatches(query, port)) continue
      for (const ip of clusterIps(service)) found.push({ host: ip, port: port.port, ttl: TTL, key })
    }
  }
  return found.length > 0 ? found : 'NXDOMAIN'
}

function portMatches(query: Parsed, port: { name?: string; protocol?: string }): boolean {
  const same = (asked: string | undefined, actual: string | undefined) => !asked || asked === (actual ?? '').toLowerCase()
  return same(query.port, port.name) && same(query.protocol, port.protocol)
}

function isHeadless(service: Service): boolean {
  return clusterIps(service)[0] === 'None'
}

/** The label of an endpoint: its hostname, else its address with dashes. */
export function endpointName({ hostname, ip }: EndpointAddress): string {
  if (hostname) return hostname
  const dashed = ip.replace(/[.:]/g, '-')
  return dashed.endsWith('-') ? `${dashed}0` : dashed
}
