// Mirrors Endpoints written by hand into EndpointSlices. Follows pkg/controller/endpointslicemirroring.
import type { Change, Controller } from '../api/contracts'
import type { EndpointAddress, EndpointSlice, Endpoints, Service, SliceEndpoint, StringMap } from '../api/types'
import { controllerOf, keyOf, splitKey } from './shared/ownership'
import { type PortGroup, portGroupKey, reconcileSlices, SERVICE_NAME, SLICE_MANAGED_BY, SLICES } from './slices'

const MANAGER = 'endpointslicemirroring-controller.k8s.io'
const SKIP = 'endpointslice.kubernetes.io/skip-mirror'
const LEADER = 'control-plane.alpha.kubernetes.io/leader'
const NOT_COPIED = ['kubectl.kubernetes.io/last-applied-configuration', 'endpoints.kubernetes.io/last-change-trigger-time']
const MAX_ADDRESSES = 1000

function sliceKeys({ before, after }: Change): string[] {
  if (after || before?.metadata.labels?.[SLICE_MANAGED_BY] !== MANAGER) return []
  const owner = controllerOf(before)
  return owner ? [`${before.metadata.namespace}/${owner.name}`] : []
}

/** Endpoints that the endpoint controller writes are none of this one's business. */
function endpointsKeys({ before, after }: Change): string[] {
  const made = (o?: Endpoints) => o?.metadata.labels?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller'
  if (made(before as Endpoints) || made(after as Endpoints))
    return before && after && made(before as Endpoints) !== made(after as Endpoints) ? [keyOf(after)] : []
  return [keyOf((after ?? before)!)]
}

export const endpointSliceMirroringController: Controller = {
  name: 'endpoint-slice-mirroring-controller',
  watches: {
    endpoints: endpointsKeys,
    services: ({ before, after }) => {
      const [was, is] = [before as Service | undefined, after as Service | undefined]
      return was && is && !was.spec.selector === !is.spec.selector ? [] : [keyOf((is ?? was)!)]
    },
    [SLICES]: sliceKeys,
  },
  reconcile(key, { api }) {
    const [namespace, name] = splitKey(key)
    const endpoints = api.get<Endpoints>('endpoints', namespace, name)
    if (!endpoints) return // its slices go with it, as dependents
    const service = api.get<Service>('services', namespace, name)
    const mirrored = api
      .ownedBy<EndpointSlice>(endpoints.metadata.uid, SLICES)
      .filter((s) => s.metadata.labels?.[SLICE_MANAGED_BY] === MANAGER)
    const wanted = service && !service.spec.selector && shouldMirror(endpoints)
    for (const addressType of ['IPv4', 'IPv6'] as const) {
      const existing = mirrored.filter((s) => s.addressType === addressType)
      const groups = wanted ? groupsOf(endpoints, addressType) : new Map<string, PortGroup>()
      if (existing.length === 0 && groups.size === 0) continue
      const plan = {
        owner: endpoints,
        service: name,
        addressType,
        labels: mirroredLabels(endpoints),
        annotations: mirroredAnnotations(endpoints),
        max: MAX_ADDRESSES,
        placeholder: false,
      }
      reconcileSlices(api, plan, existing, groups)
    }
  },
}

function shouldMirror(endpoints: Endpoints): boolean {
  return endpoints.metadata.labels?.[SKIP] !== 'true' && !(LEADER in (endpoints.metadata.annotations ?? {}))
}

function mirroredLabels(endpoints: Endpoints): StringMap {
  return { ...endpoints.metadata.labels, [SERVICE_NAME]: endpoints.metadata.name, [SLICE_MANAGED_BY]: MANAGER }
}

function mirroredAnnotations(endpoints: Endpoints): StringMap {
  const annotations = { ...endpoints.metadata.annotations }
  for (const key of NOT_COPIED) delete annotations[key]
  return annotations
}

function groupsOf(endpoints: Endpoints, addressType: 'IPv4' | 'IPv6'): Map<string, PortGroup> {
  const groups = new Map<string, PortGroup>()
  for (const subset of endpoints.subsets ?? []) {
    const family = (a: EndpointAddress) => a.ip.includes(':') === (addressType === 'IPv6')
    const found = [
      ...(subset.addresses ?? []).filter(family).map((a) => mirror(a, true)),
      ...(subset.notReadyAddresses ?? []).filter(family).map((a) => mirror(a, false)),
    ].slice(0, MAX_ADDRESSES)
    if (found.length === 0) continue
    const ports = (subset.ports ?? []).map((p) => ({
      ...(p.appProtocol && { appProtocol: p.appProtocol }),
      name: p.name ?? '',
      port: p.port,
      protocol: p.protocol ?? 'TCP',
    }))
    const key = portGroupKey(ports)
    const group = groups.get(key)
    if (group) group.endpoints.push(...found)
    else groups.set(key, { ports, endpoints: found })
  }
  return groups
}

function mirror(address: EndpointAddress, ready: boolean): SliceEndpoint {
  const { ip, hostname, nodeName, targetRef } = address
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname && { hostname }),
    ...(nodeName && { nodeName }),
    ...(targetRef && { targetRef }),
  }
}
