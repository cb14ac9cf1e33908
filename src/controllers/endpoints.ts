// The Endpoints object of each Service with a selector. Follows pkg/controller/endpoint and pkg/api/v1/endpoints (RepackSubsets).
import type { Controller, ControllerContext } from '../api/contracts'
import type { EndpointAddress, EndpointSubset, Endpoints, Pod, Service } from '../api/types'
import { ApiError, isNamespaceTerminating } from '../errors'
import { semanticEqual } from '../lib/equal'
import { fnv128a } from '../lib/fnv'
import { keyOf } from './shared/ownership'
import { isPodReady } from './shared/pods'
import {
  belongsInEndpoints,
  endpointHostname,
  findPort,
  isHeadless,
  type PodChanges,
  podChanges,
  podsToConsider,
  servicePodKeys,
  triggerTime,
} from './shared/service-pods'

const NAME = 'endpoint-controller'
const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time'
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity'
const MANAGED_BY = 'endpoints.kubernetes.io/managed-by'
const HEADLESS = 'service.kubernetes.io/headless'
const MAX_ADDRESSES = 1000

type Port = NonNullable<EndpointSubset['ports']>[number]

/** One pod behind one port; without a port for a headless Service that has none. */
interface Entry {
  address: EndpointAddress
  port?: Port
  ready: boolean
}

export const endpointsController: Controller = {
  name: NAME,
  watches: {
    services: ({ before, after }) => [keyOf((after ?? before)!)],
    pods: servicePodKeys,
    endpoints: ({ before, after }) => (after || !before ? [] : [keyOf(before)]),
  },
  reconcile(key, context) {
    const changes = podChanges(NAME, key, context)
    if (!changes) return
    const { service, namespace, name } = changes
    if (!service) {
      context.records.put(`${NAME}-trigger`, `${namespace}/${name}`, undefined)
      if (context.api.get('endpoints', namespace, name)) context.api.delete('endpoints', namespace, name)
      return
    }
    if (service.spec.type === 'ExternalName' || !service.spec.selector || service.metadata.deletionTimestamp) return
    sync(service, changes, context)
  },
}

function sync(service: Service, changes: PodChanges, context: ControllerContext): void {
  const { api, records } = context
  const { namespace, name } = service.metadata
  const current = api.get<Endpoints>('endpoints', namespace, name)
  // What a truncated object left out can only be found by looking at all pods.
  if (!current || current.metadata.annotations?.[OVER_CAPACITY]) changes = { ...changes, everything: true }
  const pods = podsToConsider(service, changes, api)
  const entries = changes.everything ? [] : keptEntries(current!, new Set(changes.names))
  for (const pod of pods) entries.push(...entriesOf(pod, service))
  const trigger = triggerTime(`${NAME}-trigger`, service, changes, pods, records)

  const subsets = repack(entries)
  const truncated = truncate(subsets)
  const labels: Record<string, string> = { ...service.metadata.labels, [MANAGED_BY]: NAME }
  if (isHeadless(service)) labels[HEADLESS] = ''
  else delete labels[HEADLESS]
  const overCapacity = truncated !== subsets
  const annotated = current?.metadata.annotations?.[OVER_CAPACITY] !== undefined
  if (current && semanticEqual(current.subsets, truncated) && semanticEqual(current.metadata.labels, labels) && annotated === overCapacity)
    return

  const annotations = { ...current?.metadata.annotations }
  delete annotations[TRIGGER_TIME]
  delete annotations[OVER_CAPACITY]
  if (trigger) annotations[TRIGGER_TIME] = trigger
  if (overCapacity) annotations[OVER_CAPACITY] = 'truncated'
  const metadata = { name, namespace, labels, ...(Object.keys(annotations).length && { annotations }) }
  const written = truncated.length ? { subsets: truncated } : {}
  try {
    if (!current) api.create<Endpoints>({ apiVersion: 'v1', kind: 'Endpoints', metadata, ...written })
    else {
      const { annotations: _, ...kept } = current.metadata
      api.update<Endpoints>({ apiVersion: 'v1', kind: 'Endpoints', metadata: { ...kept, ...metadata }, ...written } as Endpoints)
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (isNamespaceTerminating(error)) return
    const [reason, verb] = current ? ['FailedToUpdateEndpoint', 'update'] : ['FailedToCreateEndpoint', 'create']
    const message = `Failed to ${verb} endpoint for service ${namespace}/${name}: ${error.message}`
    api.event(service, { type: 'Warning', reason, message })
  }
}

function entriesOf(pod: Pod, service: Service): Entry[] {
  const { publishNotReadyAddresses = false, ports = [] } = service.spec
  if (!belongsInEndpoints(pod, publishNotReadyAddresses)) return []
  const hostname = endpointHostname(pod, service)
  const { namespace, name, uid } = pod.metadata
  const address: EndpointAddress = {
    ...(hostname && { hostname }),
    ip: pod.status.podIP!,
    ...(pod.spec.nodeName && { nodeName: pod.spec.nodeName }),
    targetRef: { kind: 'Pod', name, namespace, uid },
  }
  const ready = publishNotReadyAddresses || isPodReady(pod)
  if (ports.length === 0) return isHeadless(service) ? [{ address, ready }] : []
  const entries: Entry[] = []
  for (const port of ports) {
    const number = findPort(pod, port)
    if (number === undefined) continue
    const { name: portName, protocol, appProtocol } = port
    entries.push({
      address,
      ready,
      port: { ...(portName && { name: portName }), port: number, protocol, ...(appProtocol && { appProtocol }) },
    })
  }
  return entries
}

/** The entries an Endpoints object already has, those of changed pods left out. */
function keptEntries(current: Endpoints, changed: Set<string>): Entry[] {
  const entries: Entry[] = []
  for (const subset of current.subsets ?? []) {
    for (const [addresses, ready] of [
      [subset.addresses, true],
      [subset.notReadyAddresses, false],
    ] as const) {
      for (const address of addresses ?? []) {
        if (changed.has(address.targetRef?.name ?? '')) continue
        if (!subset.ports?.length) entries.push({ address, ready })
        for (const port of subset.ports ?? []) entries.push({ address, ready, port })
      }
    }
  }
  return entries
}

// ---------------------------------------------------------------- repacking

function portKey(port: Port | undefined): string {
  return port ? `${port.name ?? ''}|${port.port}|${port.protocol}|${port.appProtocol ?? ''}` : ''
}

/** RepackSubsets: addresses with the very same ports stand together; everything in upstream's order. */
function repack(entries: Entry[]): EndpointSubset[] {
  const byAddress = new Map<string, { entry: Entry; ports: Map<string, Port> }>()
  for (const entry of entries) {
    const id = `${entry.address.ip}|${entry.address.targetRef?.uid ?? ''}|${entry.ready}`
    let found = byAddress.get(id)
    if (!found) {
      found = { entry, ports: new Map() }
      byAddress.set(id, found)
    }
    if (entry.port) found.ports.set(portKey(entry.port), entry.port)
  }
  const bySet = new Map<string, { ports: Port[]; ready: EndpointAddress[]; notReady: EndpointAddress[] }>()
  for (const { entry, ports } of byAddress.values()) {
    const id = [...ports.keys()].sort().join(',')
    let subset = bySet.get(id)
    if (!subset) {
      subset = { ports: [...ports.values()], ready: [], notReady: [] }
      bySet.set(id, subset)
    }
    ;(entry.ready ? subset.ready : subset.notReady).push(entry.address)
  }
  const subsets = [...bySet.values()].map(({ ports, ready, notReady }) => ({
    ...(ready.length && { addresses: sortedByIpAndUid(ready) }),
    ...(notReady.length && { notReadyAddresses: sortedByIpAndUid(notReady) }),
    ...(ports.length && { ports: byHash(ports, portText) }),
  }))
  return subsets.length > 1 ? byHash(subsets, (s) => JSON.stringify(s)) : subsets
}

/** Upstream orders ports by the hash of Go's printing of them. */
function portText(port: Port): string {
  const appProtocol = port.appProtocol ?? '<nil>'
  return `(v1.EndpointPort){Name:(string)${port.name ?? ''} Port:(int32)${port.port} Protocol:(v1.Protocol)${port.protocol ?? ''} AppProtocol:(*string)${appProtocol}}`
}

function byHash<T>(items: T[], text: (item: T) => string): T[] {
  if (items.length < 2) return items
  return items
    .map((item) => ({ item, hash: fnv128a(text(item)) }))
    .sort((a, b) => (a.hash < b.hash ? -1 : 1))
    .map(({ item }) => item)
}

function sortedByIpAndUid(addresses: EndpointAddress[]): EndpointAddress[] {
  return addresses
    .map((address) => ({ address, ip: address.ip, uid: address.targetRef?.uid ?? '' }))
    .sort((a, b) => (a.ip === b.ip ? (a.uid < b.uid ? -1 : 1) : a.ip < b.ip ? -1 : 1))
    .map(({ address }) => address)
}

/** At most 1000 addresses, the ready ones first, each subset in proportion. The same list when they fit. */
function truncate(subsets: EndpointSubset[]): EndpointSubset[] {
  const count = (field: 'addresses' | 'notReadyAddresses') => subsets.reduce((n, s) => n + (s[field]?.length ?? 0), 0)
  const ready = count('addresses')
  const notReady = count('notReadyAddresses')
  if (ready + notReady <= MAX_ADDRESSES) return subsets
  const readyShare = Math.min(ready, MAX_ADDRESSES)
  const notReadyShare = MAX_ADDRESSES - readyShare
  const cut = (addresses: EndpointAddress[] | undefined, share: number, total: number) =>
    addresses && total ? addresses.slice(0, Math.ceil((addresses.length * share) / total)) : undefined
  return subsets
    .map((s) => {
      const addresses = cut(s.addresses, readyShare, ready)
      const rest = cut(s.notReadyAddresses, notReadyShare, notReady)
      return {
        ...(addresses?.length && { addresses }),
        ...(rest?.length && { notReadyAddresses: rest }),
        ...(s.ports && { ports: s.ports }),
      }
    })
    .filter((s) => s.addresses || s.notReadyAddresses)
}
