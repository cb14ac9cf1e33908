// The variables that tell a container of its namespace's Services. There may be thousands of them in thousands of containers: what
// changed of the Services is kept as a log of each namespace, a container keeps how far the log had come when it started, and variables
// are made of it when somebody looks. Follows pkg/kubelet/envvars/envvars.go.
import type { Records } from '../api/contracts'
import type { Pod, Service } from '../api/types'
import type { ContainerRecord } from './process'
import type { World } from './world'

/** Age at which the API server's own Service has reached the kubelets of a cluster that has just come up, ms. */
const OWN_SERVICE_SETTLED = 3000

/**
 * Records of logs, `log/number`: a Service and what there is to know of it, `address port/protocol/name,…`, or without that when it went. A
 * log is called after its namespace; that of Pods who want no links, and are told of the API server alone, has no name.
 */
const TABLE = 'service-links'
type Entry = [service: string, fact?: string]

/** How the API server's Service is called in the logs: it comes first, and a namespace may have a Service of its name. */
const OWN = ''
const DIGITS = 8
const LEAST_OVERTAKEN = 64

/** The Services that a Pod started now is told of, as a place in a log: `log@number`; undefined when there are none. */
export function serviceLog(world: World, pod: Pod): string | undefined {
  const namespace = pod.metadata.namespace ?? 'default'
  const wanted = pod.spec.enableServiceLinks !== false
  const current = new Map<string, string>()
  const kubernetes = world.view.get<Service>('services', 'default', 'kubernetes')
  if (kubernetes && world.env.now() - Date.parse(kubernetes.metadata.creationTimestamp) >= OWN_SERVICE_SETTLED)
    note(current, OWN, kubernetes)
  for (const service of wanted ? world.view.list<Service>('services', namespace) : [])
    if (service.metadata.name !== 'kubernetes' || namespace !== 'default') note(current, service.metadata.name, service)
  const log = wanted ? namespace : ''
  const number = bringUp(world.records, log, current)
  return current.size > 0 ? `${log}@${number}` : undefined
}

function note(facts: Map<string, string>, name: string, { spec: { clusterIP, ports } }: Service): void {
  if (!clusterIP || clusterIP === 'None' || !ports?.length) return
  facts.set(name, `${clusterIP} ${ports.map((p) => `${p.port}/${p.protocol || 'TCP'}/${p.name ?? ''}`).join()}`)
}

/** Appends to a log what is not as it says; answers the number of its last entry, 0 when it has none. */
function bringUp(records: Records, log: string, current: Map<string, string>): number {
  const entries = records.list<Entry>(TABLE, `${log}/`)
  const known = factsOf(entries)
  let number = entries.length ? numberOf(entries[entries.length - 1][0]) : 0
  const before = number
  const append = (entry: Entry) => records.put<Entry>(TABLE, `${log}/${String(++number).padStart(DIGITS, '0')}`, entry)
  for (const name of known.keys()) if (!current.has(name)) append([name])
  for (const [name, fact] of current) if (known.get(name) !== fact) append([name, fact])
  const overtaken = entries.length + number - before - current.size
  // Now and then, so that it costs little an entry.
  if (number > before && overtaken >= LEAST_OVERTAKEN && (overtaken & (overtaken - 1)) === 0) forget(records, log)
  return number
}

/** Drops the entries of a log that no container needs any more. */
function forget(records: Records, log: string): void {
  let least = Number.POSITIVE_INFINITY
  for (const [, { links }] of records.list<ContainerRecord>('containers')) {
    const [of, number] = placeOf(links)
    if (of === log) least = Math.min(least, number)
  }
  const newest = new Map<string, string>()
  // The last one stays, so that no number is given twice.
  for (const [key, [name, fact]] of records.list<Entry>(TABLE, `${log}/`).slice(0, -1)) {
    if (numberOf(key) > least) break
    const overtaken = newest.get(name)
    if (overtaken) records.put(TABLE, overtaken, undefined)
    newest.set(name, key)
    if (fact === undefined) records.put(TABLE, key, undefined)
  }
}

/** Drops the log of a namespace that goes; its containers have gone before it. One of its name starts to count anew. */
export function dropServiceLog(records: Records, namespace: string): void {
  lastMade = undefined
  for (const [key] of records.list(TABLE, `${namespace}/`)) records.put(TABLE, key, undefined)
}

const numberOf = (key: string) => Number(key.slice(key.lastIndexOf('/') + 1))

function placeOf(links = ''): [log: string | undefined, number: number] {
  const at = links.lastIndexOf('@')
  return at < 0 ? [undefined, 0] : [links.slice(0, at), Number(links.slice(at + 1))]
}

function factsOf(entries: [string, Entry][], upTo = Number.POSITIVE_INFINITY): Map<string, string> {
  const facts = new Map<string, string>()
  for (const [key, [name, fact]] of entries) {
    if (numberOf(key) > upTo) break
    if (fact === undefined) facts.delete(name)
    else facts.set(name, fact)
  }
  return facts
}

/** The same are asked for again and again, and what a place in a log means does not change while there is the log. */
let lastMade: { records: Records; place: string; links: Record<string, string> } | undefined

/** The variables made of a log up to a place, in the kubelet's order: the API server's first, the others by name. Do not change them. */
export function serviceLinks(records: Records, place: string | undefined): Record<string, string> {
  const links: Record<string, string> = {}
  const [log, number] = placeOf(place)
  if (place === undefined || log === undefined) return links
  if (lastMade?.records === records && lastMade.place === place) return lastMade.links
  const facts = [...factsOf(records.list<Entry>(TABLE, `${log}/`), number)]
  for (const [name, fact] of facts.sort(([a], [b]) => (a < b ? -1 : 1))) addLinks(links, name || 'kubernetes', fact)
  lastMade = { records, place, links }
  return links
}

function addLinks(links: Record<string, string>, service: string, fact: string): void {
  const [clusterIP, list] = fact.split(' ')
  const ports = list.split(',').map((text) => text.split('/'))
  const prefix = service.toUpperCase().replaceAll('-', '_')
  links[`${prefix}_SERVICE_HOST`] = clusterIP
  links[`${prefix}_SERVICE_PORT`] = ports[0][0]
  for (const [port, , name] of ports) if (name) links[`${prefix}_SERVICE_PORT_${name.toUpperCase().replaceAll('-', '_')}`] = port
  const host = clusterIP.includes(':') ? `[${clusterIP}]` : clusterIP
  for (const [i, [port, protocol]] of ports.entries()) {
    const url = `${protocol.toLowerCase()}://${host}:${port}`
    const name = `${prefix}_PORT_${port}_${protocol}`
    if (i === 0) links[`${prefix}_PORT`] = url
    links[name] = url
    links[`${name}_PROTO`] = protocol.toLowerCase()
    links[`${name}_PORT`] = port
    links[`${name}_ADDR`] = clusterIP
  }
}

/** A container's variables, and the place in the log of its Services: their links come after the first so many of them, and replace none. */
export type Environment = Pick<ContainerRecord, 'variables' | 'links' | 'linksAt'> & {
  /** No process can be given so much; `variables` are not all. */
  tooLong?: true
}

/** All variables as the container's process sees them, in the runtime's order. */
export function allVariables(records: Records, { variables, links: place, linksAt }: Environment): Record<string, string> {
  if (place === undefined) return variables
  const links = serviceLinks(records, place)
  const out: Record<string, string> = {}
  let at = 0
  for (const [name, value] of Object.entries(variables)) {
    if (at++ === linksAt) addMissing(out, links, variables)
    out[name] = value
  }
  if (linksAt === undefined || linksAt >= at) addMissing(out, links, variables)
  return out
}

function addMissing(out: Record<string, string>, links: Record<string, string>, variables: Record<string, string>): void {
  for (const name in links) if (!(name in variables)) out[name] = links[name]
}
