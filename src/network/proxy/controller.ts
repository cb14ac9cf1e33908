// kube-proxy as a controller: keeps each Service's rules, for all nodes, beside the objects, so that a change touches only its own.
import type { Change, Controller, ControllerContext, Records, View } from '../../api/contracts'
import type { EndpointSlice, Node, Service } from '../../api/types'
import { deepEqual } from '../../lib/equal'
import { nodeIp } from '../ipam'
import { endpointsByPort, type ProxyNode } from './endpoints'
import { PORTALS, portalKey, RULES, type RulesEntry, type ServiceRules } from './rules'
import { isIgnored, servicePorts } from './service-port'
import { differsByNode, serviceRules } from './service-rules'

const SLICES = 'endpointslices.discovery.k8s.io'
const SERVICE_LABEL = 'kubernetes.io/service-name'
const ZONE_LABEL = 'topology.kubernetes.io/zone'
/** The key that stands for all Services whose rules differ by node. */
const NODES = 'nodes'

/** Keys: `namespace/service`, `namespace/service/slice` for a slice that came, changed or went, and `nodes`. */
export const kubeProxy: Controller = {
  name: 'kube-proxy',
  watches: {
    services: ({ before, after }) => (sameService(before as Service, after as Service) ? [] : keysOf(before, after)),
    [SLICES]: (change) => (sameSlice(change.before as EndpointSlice, change.after as EndpointSlice) ? [] : sliceKeys(change)),
    nodes: ({ before, after }) => (nodeFacts(before as Node) === nodeFacts(after as Node) ? [] : [NODES]),
  },
  reconcile(key, context) {
    if (key === NODES) {
      for (const [service, entry] of context.records.list<RulesEntry>(RULES)) if (entry.nodes) context.enqueue(service)
      return
    }
    const [namespace, name, slice] = key.split('/')
    if (slice === undefined) refresh(namespace, name, context)
    else note(`${namespace}/${name}`, slice, context)
  },
}

/** Nothing that rules depend on tells the two apart: what was labelled or annotated keeps its rules. */
function sameService(a: Service | undefined, b: Service | undefined): boolean {
  return !!a && !!b && deepEqual(a.spec, b.spec) && deepEqual(a.status, b.status) && isIgnored(a) === isIgnored(b)
}

function sameSlice(a: EndpointSlice | undefined, b: EndpointSlice | undefined): boolean {
  if (!a || !b || a.metadata.labels?.[SERVICE_LABEL] !== b.metadata.labels?.[SERVICE_LABEL]) return false
  return deepEqual(a.endpoints, b.endpoints) && deepEqual(a.ports, b.ports) && isIgnored(a) === isIgnored(b)
}

function keysOf(...objects: (Change['before'] | undefined)[]): string[] {
  const object = objects.find((o) => o !== undefined)
  return object ? [`${object.metadata.namespace}/${object.metadata.name}`] : []
}

function sliceKeys({ before, after }: Change): Iterable<string> {
  const keys = new Set<string>()
  for (const slice of [before, after]) {
    const service = slice?.metadata.labels?.[SERVICE_LABEL]
    if (slice && service) keys.add(`${slice.metadata.namespace}/${service}/${slice.metadata.name}`)
  }
  return keys
}

/** What of a node its rules depend on. */
function nodeFacts(node: Node | undefined): string {
  return node ? `${node.metadata.labels?.[ZONE_LABEL] ?? ''} ${nodeIp(node) ?? ''}` : 'gone'
}

export function proxyNode(node: Node): ProxyNode {
  return { name: node.metadata.name, ip: nodeIp(node), zone: node.metadata.labels?.[ZONE_LABEL] }
}

/** Notes a slice as one of the service's; its rules are made once for all slices that changed together. */
function note(service: string, slice: string, { records, enqueue }: ControllerContext): void {
  const old = records.get<RulesEntry>(RULES, service) ?? { slices: [], endpoints: 0 }
  if (!old.slices.includes(slice)) records.put<RulesEntry>(RULES, service, { ...old, slices: [...old.slices, slice].sort() })
  enqueue(service)
}

function refresh(namespace: string, name: string, { api, records }: ControllerContext): void {
  const key = `${namespace}/${name}`
  const old = records.get<RulesEntry>(RULES, key)
  const slices = (old?.slices ?? [])
    .map((n) => api.get<EndpointSlice>(SLICES, namespace, n))
    .filter((s) => s?.metadata.labels?.[SERVICE_LABEL] === name) as EndpointSlice[]
  const service = api.get<Service>('services', namespace, name)
  const entry = service || slices.length > 0 ? rulesEntry(api, service, slices) : undefined
  if (JSON.stringify(old) === JSON.stringify(entry)) return
  records.put(RULES, key, entry)
  updatePortals(records, key, old, entry)
}

function rulesEntry(view: View, service: Service | undefined, slices: EndpointSlice[]): RulesEntry {
  const ports = service ? servicePorts(service) : []
  const entry: RulesEntry = { slices: slices.map((s) => s.metadata.name), endpoints: 0 }
  if (ports.length === 0) return entry
  const endpoints = endpointsByPort(slices)
  for (const port of ports) entry.endpoints += endpoints.get(`${port.portName}/${port.protocol}`)?.length ?? 0
  if (!differsByNode(ports, endpoints)) return { ...entry, all: serviceRules(ports, endpoints, { name: '' }) }
  const nodes = view.list<Node>('nodes').map(proxyNode)
  return { ...entry, nodes: Object.fromEntries(nodes.map((node) => [node.name, serviceRules(ports, endpoints, node)])) }
}

function updatePortals(records: Records, service: string, old: RulesEntry | undefined, entry: RulesEntry | undefined): void {
  const before = portalsOf(old)
  const after = portalsOf(entry)
  for (const portal of before) {
    if (after.has(portal)) continue
    const rest = (records.get<string[]>(PORTALS, portal) ?? []).filter((s) => s !== service)
    records.put(PORTALS, portal, rest.length > 0 ? rest : undefined)
  }
  for (const portal of after) {
    if (before.has(portal)) continue
    const known = records.get<string[]>(PORTALS, portal) ?? []
    if (!known.includes(service)) records.put(PORTALS, portal, [...known, service].sort())
  }
}

const SHARED_CHAINS = ['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-EXTERNAL-SERVICES', 'KUBE-PROXY-FIREWALL']

/** The addresses and ports that rules of shared chains catch. */
function portalsOf(entry: RulesEntry | undefined): Set<string> {
  const portals = new Set<string>()
  const variants: ServiceRules[] = entry ? (entry.all ? [entry.all] : Object.values(entry.nodes ?? {})) : []
  for (const { nat, filter } of variants) {
    for (const chain of SHARED_CHAINS) {
      for (const { protocol, destination, matches } of [...(nat[chain] ?? []), ...(filter[chain] ?? [])]) {
        const port = matches?.find((m) => 'port' in m)
        const ip = destination?.endsWith('/32') ? destination.slice(0, -3) : '*'
        if (protocol && port) portals.add(portalKey(protocol, ip, port.port))
      }
    }
  }
  return portals
}
