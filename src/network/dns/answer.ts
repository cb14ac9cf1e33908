// From a question to the records of the answer: what CoreDNS says to it. Follows coredns plugin/kubernetes/handler.go and
// plugin/backend_lookup.go (A, AAAA, SRV, PTR, CNAME, TXT, NS, SOA, BackendError).
import { canonicalIp, isIP, isIPv4 } from '../address'
import { type Entry, entriesOf, type Found, type Lookup, namesOf, ownAddresses, TTL, zoneOf } from './kubernetes'
import { isInZone, labelsOf, type Question, qualified, type Rcode, type ResourceRecord, TYPES, typeName } from './message'

export interface Answer {
  rcode: Rcode
  /** False for what the server does not speak for. */
  authoritative: boolean
  answers: ResourceRecord[]
  authority: ResourceRecord[]
  additional: ResourceRecord[]
}

export interface AnswerContext extends Lookup {
  /** The zone's serial: Unix time of its last change. */
  serial: number
}

const SOA_LONGEST = 300
const LONGEST_CHAIN = 10

/** Undefined for names in none of the server's zones. */
export function answerTo(context: AnswerContext, question: Question): Answer | undefined {
  const { name } = question
  const zone = zoneOf(name)
  if (zone === undefined) return undefined
  const type = typeName(question.type)
  if (question.type === TYPES.AXFR || question.type === TYPES.IXFR) return empty('REFUSED', false)
  const found = recordsFor(context, name, zone, type)
  if (found !== 'NXDOMAIN' && found.answers.length > 0) return { ...empty('NOERROR', true), ...found }
  return { ...empty(found === 'NXDOMAIN' ? 'NXDOMAIN' : 'NOERROR', true), authority: [soa(context, zone)] }
}

function empty(rcode: Rcode, authoritative: boolean): Answer {
  return { rcode, authoritative, answers: [], authority: [], additional: [] }
}

interface Records {
  answers: ResourceRecord[]
  additional?: ResourceRecord[]
}

function recordsFor(context: AnswerContext, name: string, zone: string, type: string): Records | 'NXDOMAIN' {
  switch (type) {
    case 'A':
    case 'AAAA': {
      const answers = addresses(context, name, zone, type, [])
      return answers === 'NXDOMAIN' ? answers : { answers }
    }
    case 'SRV':
      return when(entriesOf(context, name, zone, type), (found) => srv(found, name))
    case 'TXT':
      return when(entriesOf(context, name, zone, type), (found) => ({
        answers: found.filter((e) => e.text !== undefined).map((e) => ({ name, ttl: e.ttl, type: 'TXT', texts: [e.text!] })),
      }))
    case 'CNAME':
      return when(entriesOf(context, name, zone, type), ([first]) => ({
        answers: first && !isIP(first.host) && first.host ? [{ name, ttl: first.ttl, type: 'CNAME', target: qualified(first.host) }] : [],
      }))
    case 'PTR':
      return pointers(context, name, zone)
    case 'SOA':
      return { answers: name === zone ? [soa(context, zone)] : [] }
    case 'NS':
      if (name.toLowerCase() === zone) return nameServers(context, name, zone)
  }
  // Any other type: is there such a name?
  return when(entriesOf(context, name, zone, 'A'), () => ({ answers: [] }))
}

function when(found: Found, make: (entries: Entry[]) => Records): Records | 'NXDOMAIN' {
  return found === 'NXDOMAIN' ? found : make(found)
}

function soa({ serial }: AnswerContext, zone: string): ResourceRecord {
  return {
    name: zone,
    ttl: Math.min(TTL, SOA_LONGEST),
    type: 'SOA',
    ns: `ns.dns.${zone}`,
    mailbox: `hostmaster.${zone}`,
    serial,
    refresh: 7200,
    retry: 1800,
    expire: 86400,
    minimum: TTL,
  }
}

/** Addresses of a name, through CNAMEs: inside the zone only when they lead to an address, outside of it in any case. */
function addresses(
  context: AnswerContext,
  name: string,
  zone: string,
  type: 'A' | 'AAAA',
  chain: ResourceRecord[],
): ResourceRecord[] | 'NXDOMAIN' {
  const entries = entriesOf(context, name, zone, type)
  if (entries === 'NXDOMAIN') return entries
  const out: ResourceRecord[] = []
  const seen = new Set<string>()
  for (const entry of entries) {
    if (isIP(entry.host)) {
      if (isIPv4(entry.host) !== (type === 'A') || seen.has(entry.host)) continue
      seen.add(entry.host)
      out.push({ name, ttl: entry.ttl, type, address: canonicalIp(entry.host) })
      continue
    }
    if (!entry.host) continue
    const target = qualified(entry.host)
    const cname: ResourceRecord = { name, ttl: entry.ttl, type: 'CNAME', target }
    const loop = isInZone(target, name) || chain.length > LONGEST_CHAIN
    if (loop || chain.some((c) => c.type === 'CNAME' && c.target.toLowerCase() === target.toLowerCase())) continue
    if (isInZone(target, zone)) {
      const next = addresses(context, target, zone, type, [...chain, cname])
      if (next !== 'NXDOMAIN' && next.length > 0) out.push(cname, ...next)
    } else out.push(cname)
  }
  return out
}

/** Every entry has the same weight; targets are names made up for the addresses, which follow as additional records. */
function srv(entries: Entry[], name: string): Records {
  const answers: ResourceRecord[] = []
  const additional: ResourceRecord[] = []
  const seen = new Set<string>()
  const first = (key: string) => !seen.has(key) && seen.add(key) !== undefined
  const weight = Math.max(1, Math.floor((100 / (100 * entries.length)) * 100))
  for (const { host, port, ttl, key } of entries) {
    if (port === -1) continue
    if (first(`${key} ${port}`)) answers.push({ name, ttl, type: 'SRV', priority: 0, weight, port, target: key })
    if (first(`${key} ${host}`)) additional.push(addressRecord(key, ttl, host))
  }
  return { answers, additional }
}

function addressRecord(name: string, ttl: number, ip: string): ResourceRecord {
  return { name, ttl, type: isIPv4(ip) ? 'A' : 'AAAA', address: canonicalIp(ip) }
}

function pointers(context: AnswerContext, name: string, zone: string): Records | 'NXDOMAIN' {
  const ip = addressOfReverse(name.toLowerCase())
  if (ip === undefined) return when(entriesOf(context, name, zone, 'PTR'), () => ({ answers: [] }))
  const targets = [...new Set(namesOf(context, ip))]
  if (targets.length === 0) return 'NXDOMAIN'
  return { answers: targets.map((target) => ({ name, ttl: TTL, type: 'PTR', target })) }
}

/** The address that a name under in-addr.arpa or ip6.arpa turns round. */
export function addressOfReverse(name: string): string | undefined {
  const labels = labelsOf(name)
  const zone = labels.splice(-2).join('.')
  const parts = labels.reverse()
  if (zone === 'in-addr.arpa' && parts.length === 4 && isIPv4(parts.join('.'))) return parts.join('.')
  if (zone !== 'ip6.arpa' || parts.length !== 32) return undefined
  const groups = Array.from({ length: 8 }, (_, i) => parts.slice(i * 4, i * 4 + 4).join(''))
  return isIP(groups.join(':')) ? canonicalIp(groups.join(':')) : undefined
}

function nameServers(context: AnswerContext, name: string, zone: string): Records {
  const own = ownAddresses(context, zone)
  const names = [...new Set(own.map((o) => o.name))]
  return {
    answers: names.map((target) => ({ name, ttl: TTL, type: 'NS', target })),
    additional: own.map((o) => addressRecord(o.name, TTL, o.ip)),
  }
}

/** The names of an address in the reverse zones: `5.0.244.10.in-addr.arpa.` */
export function reverseName(ip: string): string {
  if (isIPv4(ip)) return `${ip.split('.').reverse().join('.')}.in-addr.arpa.`
  const [head, tail = ''] = canonicalIp(ip).split('::')
  const groups = (text: string) => (text ? text.split(':') : [])
  const zeros = Array.from({ length: 8 - groups(head).length - groups(tail).length }, () => '0')
  const hex = [...groups(head), ...(canonicalIp(ip).includes('::') ? zeros : []), ...groups(tail)].map((g) => g.padStart(4, '0')).join('')
  return `${[...hex].reverse().join('.')}.ip6.arpa.`
}
