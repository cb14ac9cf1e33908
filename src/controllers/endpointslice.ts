// The EndpointSlices of each Service with a selector. Follows pkg/controller/endpointslice and staging/src/k8s.io/endpointslice.
import type { Change, Controller, ControllerContext, View } from '../api/contracts'
import type { EndpointSlice, Node, Pod, Service, SliceEndpoint, SlicePort, StringMap } from '../api/types'
import { controllerOf, keyOf } from './shared/ownership'
import { isPodReady } from './shared/pods'
import {
  belongsInEndpoints,
  endpointHostname,
  findPort,
  isHeadless,
  podChanges,
  podsToConsider,
  servicePodKeys,
  triggerTime,
} from './shared/service-pods'
import { type PortGroup, portGroupKey, reconcileSlices, SERVICE_NAME, SLICE_MANAGED_BY, SLICES } from './slices'

const NAME = 'endpoint-slice-controller'
const MANAGER = 'endpointslice-controller.k8s.io'
const HEADLESS = 'service.kubernetes.io/headless'
const ZONE = 'topology.kubernetes.io/zone'
const MAX_ENDPOINTS = 100

/** A slice that was deleted comes back; all pods are looked at for it. */
function sliceKeys({ before, after }: Change): string[] {
  if (after || before?.metadata.labels?.[SLICE_MANAGED_BY] !== MANAGER) return []
  const owner = controllerOf(before)
  return owner?.kind === 'Service' ? [`${before.metadata.namespace}/${owner.name}/`] : []
}

/** Zones stand in slices: all Services with endpoints on the node are affected. */
function nodeKeys({ before, after }: Change, view: View): string[] {
  if (before?.metadata.labels?.[ZONE] === after?.metadata.labels?.[ZONE] || !before || !after) return []
  return view.list<Service>('services').map((s) => `${keyOf(s)}/`)
}

export const endpointSliceController: Controller = {
  name: NAME,
  watches: {
    services: ({ before, after }) => [keyOf((after ?? before)!)],
    pods: servicePodKeys,
    nodes: nodeKeys,
    [SLICES]: sliceKeys,
  },
  reconcile(key, context) {
    if (key.endsWith('/')) {
      // Forgets what was seen, so that everything is looked at.
      context.records.put(`${NAME}-seen`, key.slice(0, -1), undefined)
      context.enqueue(key.slice(0, -1))
      return
    }
    const changes = podChanges(NAME, key, context)
    if (!changes) return
    const { service, namespace, name } = changes
    if (!service) {
      context.records.put(`${NAME}-trigger`, `${namespace}/${name}`, undefined)
      return
    }
    if (service.spec.type === 'ExternalName' || !service.spec.selector || service.metadata.deletionTimestamp) return
    const existing = context.api
      .ownedBy<EndpointSlice>(service.metadata.uid, SLICES)
      .filter((s) => s.metadata.labels?.[SLICE_MANAGED_BY] === MANAGER)
    const pods = podsToConsider(service, changes, context.api)
    const groups = new Map<string, PortGroup>()
    if (!changes.everything) keepGroups(groups, existing, new Set(changes.names))
    for (const pod of pods) addPod(groups, pod, service, context)
    if (service.spec.trafficDistribution)
      for (const group of groups.values()) group.endpoints = group.endpoints.map((e) => withHints(e, service))
    reconcileSlices(
      context.api,
      {
        owner: service,
        service: name,
        addressType: service.spec.ipFamilies?.[0] === 'IPv6' ? 'IPv6' : 'IPv4',
        labels: sliceLabels(service),
        annotations: {},
        max: MAX_ENDPOINTS,
        triggerTime: triggerTime(`${NAME}-trigger`, service, changes, pods, context.records),
        placeholder: true,
      },
      existing,
      groups,
    )
  },
}

function sliceLabels(service: Service): StringMap {
  const labels: StringMap = { ...service.metadata.labels }
  delete labels[HEADLESS]
  if (isHeadless(service)) labels[HEADLESS] = ''
  return { ...labels, [SERVICE_NAME]: service.metadata.name, [SLICE_MANAGED_BY]: MANAGER }
}

/** Endpoints of pods that did not change stay as they are in their slices. */
function keepGroups(groups: Map<string, PortGroup>, existing: EndpointSlice[], changed: Set<string>): void {
  for (const slice of existing) {
    const endpoints = (slice.endpoints ?? []).filter((e) => !changed.has(e.targetRef?.name ?? ''))
    if (endpoints.length === 0) continue
    const key = portGroupKey(slice.ports)
    const group = groups.get(key)
    if (group) group.endpoints.push(...endpoints)
    else groups.set(key, { ports: slice.ports ?? [], endpoints })
  }
}

function addPod(groups: Map<string, PortGroup>, pod: Pod, service: Service, { api }: ControllerContext): void {
  if (!belongsInEndpoints(pod, true)) return
  const ports: SlicePort[] = []
  for (const port of service.spec.ports ?? []) {
    const number = findPort(pod, port)
    if (number === undefined) continue
    ports.push({ ...(port.appProtocol && { appProtocol: port.appProtocol }), name: port.name ?? '', port: number, protocol: port.protocol })
  }
  const key = portGroupKey(ports)
  const group = groups.get(key)
  const endpoint = endpointOf(pod, service, api)
  if (group) group.endpoints.push(endpoint)
  else groups.set(key, { ports, endpoints: [endpoint] })
}

function endpointOf(pod: Pod, service: Service, view: View): SliceEndpoint {
  const { nodeName } = pod.spec
  const zone = nodeName && view.get<Node>('nodes', undefined, nodeName)?.metadata.labels?.[ZONE]
  const hostname = endpointHostname(pod, service)
  const serving = isPodReady(pod)
  const terminating = !!pod.metadata.deletionTimestamp
  const { namespace, name, uid } = pod.metadata
  return {
    addresses: [pod.status.podIP!],
    conditions: { ready: !!service.spec.publishNotReadyAddresses || (serving && !terminating), serving, terminating },
    ...(hostname && { hostname }),
    ...(nodeName && { nodeName }),
    targetRef: { kind: 'Pod', name, namespace, uid },
    ...(zone && { zone }),
  }
}

/** trafficDistribution: an endpoint is hinted to its own zone, and with PreferSameNode to its node, while it is ready. */
function withHints(endpoint: SliceEndpoint, service: Service): SliceEndpoint {
  const { hints: _, ...bare } = endpoint
  if (!endpoint.conditions?.ready) return bare
  const forZones = endpoint.zone ? [{ name: endpoint.zone }] : undefined
  const forNodes = service.spec.trafficDistribution === 'PreferSameNode' && endpoint.nodeName ? [{ name: endpoint.nodeName }] : undefined
  return forZones || forNodes ? { ...bare, hints: { ...(forNodes && { forNodes }), ...(forZones && { forZones }) } } : bare
}
