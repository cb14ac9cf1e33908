// A name looked up from inside a Pod: the search list walked as resolver(5) says, each question sent through the node's rules to a DNS
// server, each answer kept. Follows glibc resolv/res_query.c (__res_context_search).
import type { Env, Records, View } from '../../api/contracts'
import type { Pod } from '../../api/types'
import { dnsFault, type Fault } from '../../faults'
import { isIP } from '../address'
import { type Origin, type Route, route } from '../packet'
import { type Answer, answerTo } from './answer'
import { CLASS_IN, isInZone, labelsOf, type Question, qualified, TYPES } from './message'
import { balanced } from './order'
import { ndotsOf, type ResolvConf, resolvConf } from './resolv-conf'
import { dnsSource } from './source'

/** The cluster as a client in it needs it. */
export interface Network {
  view: View
  records: Records
  env: Env
}

/** One question and what came back. */
export interface Try {
  question: Question
  server: string
  /** The way of the question. */
  route?: Route
  /** Absent when the server was not reached. */
  answer?: Answer
  /** The fault that the server suffers from. */
  fault?: Fault
}

export interface Resolution {
  conf: ResolvConf
  tries: Try[]
  /** IPv4 addresses first. */
  addresses: string[]
  /** The name that had them. */
  found?: string
}

const LONGEST_LABEL = 63
const LONGEST_NAME = 253

/** Addresses of a name as getaddrinfo in this Pod finds them; undefined when there are none or no server answers. */
export function resolve(network: Network, pod: Pod, name: string): string[] | undefined {
  const { addresses } = lookup(network, pod, name)
  return addresses.length > 0 ? addresses : undefined
}

/** Asks for each type under each candidate name until one has records of these types. */
export function lookup(network: Network, pod: Pod, name: string, types: number[] = [TYPES.A, TYPES.AAAA]): Resolution {
  const conf = resolvConf(pod)
  const resolution: Resolution = { conf, tries: [], addresses: [] }
  if (isIP(name)) return { ...resolution, addresses: [name], found: name }
  for (const candidate of candidates(name, conf)) {
    const tries = types.map((type) => ask(network, { pod }, conf, { name: candidate, type, class: CLASS_IN }))
    resolution.tries.push(...tries)
    // Without a server the other names would wait in vain too.
    if (tries.some((t) => t.answer === undefined)) break
    const records = tries.flatMap((t) => t.answer!.answers)
    for (const r of records) if (r.type === 'A' || r.type === 'AAAA') resolution.addresses.push(r.address)
    const wanted = types.some((type) => type !== TYPES.A && type !== TYPES.AAAA) ? records.length > 0 : resolution.addresses.length > 0
    if (!wanted) continue
    resolution.found = candidate
    break
  }
  return resolution
}

/** The names a resolver tries, in order: a final dot stops the search, enough dots put it last. */
export function candidates(name: string, conf: ResolvConf): string[] {
  if (name.endsWith('.')) return [name].filter(isName)
  const dots = name.split('.').length - 1
  const searched = conf.searches.map((s) => qualified(`${name}.${s}`))
  const own = qualified(name)
  return (dots >= ndotsOf(conf) ? [own, ...searched] : [...searched, own]).filter(isName)
}

function isName(name: string): boolean {
  return name.length <= LONGEST_NAME + 1 && labelsOf(name).every((l) => l.length <= LONGEST_LABEL)
}

/** Sends one question to the first name server. */
export function ask(network: Network, from: Origin, conf: ResolvConf, question: Question): Try {
  const server = conf.nameservers[0] ?? '127.0.0.1'
  const way = route(network.view, network.records, network.env, { from, to: server, port: 53, protocol: 'UDP' })
  if (way.verdict === 'outside') return { question, server, route: way, answer: elsewhere(question) }
  if (way.verdict !== 'delivered' || !way.pod || !isDnsServer(way.pod)) return { question, server, route: way }
  const fault = dnsFault(network, 'pod' in from ? from.pod : undefined)
  if (fault)
    return { question, server, route: way, fault, ...(fault.rcode ? { answer: { ...elsewhere(question), rcode: fault.rcode } } : {}) }
  const localIps = way.pod.status.podIP ? [way.pod.status.podIP] : []
  const serial = Math.floor(network.env.now() / 1000)
  const answer = answerTo({ source: dnsSource(network.view), localIps, serial }, question) ?? elsewhere(question)
  return { question, server, route: way, answer: { ...answer, answers: balanced(answer.answers, network.env.random) } }
}

/** Does CoreDNS run in this Pod? */
export function isDnsServer(pod: Pod): boolean {
  return pod.metadata.labels?.['k8s-app'] === 'kube-dns' || pod.spec.containers.some((c) => /(^|\/)coredns(:|$)/.test(c.image))
}

/** What servers outside say: they know nothing of the cluster's zone, and of the world's names nobody here knows. */
function elsewhere(question: Question): Answer {
  const rcode = isInZone(question.name, 'cluster.local.') ? 'NXDOMAIN' : 'SERVFAIL'
  return { rcode, authoritative: false, answers: [], authority: [], additional: [] }
}
