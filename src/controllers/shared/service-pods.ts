// From pods to the Services that select them, without scanning pods: what a pod's change touches, and which pods a Service gained or lost.
// Follows staging/src/k8s.io/endpointslice/util/controller_utils.go.
import type { Change, ControllerContext, Records, View } from '../../api/contracts'
import type { Pod, Service, ServicePort } from '../../api/types'
import { semanticEqual } from '../../lib/equal'
import { matchesLabels } from '../../lib/selectors'
import { fromTime } from '../../lib/time'
import { keyOf } from './ownership'
import { isPodReady, isPodTerminal, podCondition } from './pods'

/**
 * Keys are `namespace/service`, and `namespace/service/pod` for a pod that changed: that only notes the pod and queues its
 * Service, so that a thousand pods changed at once cost a Service one reconcile.
 */
export function servicePodKeys({ before, after }: Change, view: View): string[] {
  const [was, is] = [before as Pod | undefined, after as Pod | undefined]
  if (!concernsEndpoints(was, is)) return []
  const pod = (is ?? was)!
  const names = new Set<string>()
  for (const each of was && is && semanticEqual(was.metadata.labels, is.metadata.labels) ? [is] : [was, is])
    if (each) for (const { metadata } of view.servicesSelecting(pod.metadata.namespace!, each.metadata.labels)) names.add(metadata.name)
  return [...names].sort().map((name) => `${pod.metadata.namespace}/${name}/${pod.metadata.name}`)
}

/** podEndpointsChanged */
function concernsEndpoints(was: Pod | undefined, is: Pod | undefined): boolean {
  if (!was || !is) return true
  return (
    was.metadata.deletionTimestamp !== is.metadata.deletionTimestamp ||
    was.status?.podIP !== is.status?.podIP ||
    isPodReady(was) !== isPodReady(is) ||
    isPodTerminal(was) !== isPodTerminal(is) ||
    was.spec.nodeName !== is.spec.nodeName ||
    was.metadata.uid !== is.metadata.uid ||
    !semanticEqual(was.metadata.labels, is.metadata.labels)
  )
}

/** What a reconcile of a Service has to look at. */
export interface PodChanges {
  /** All pods have to be looked at: the Service is new or not as it was. */
  everything: boolean
  /** Names of the pods that changed since the last reconcile. */
  names: string[]
}

/**
 * Splits a key, notes a pod if the key names one (then the answer is undefined), else takes the notes out.
 * `table` is the controller's own.
 */
export function podChanges(
  table: string,
  key: string,
  { records, api, enqueue }: ControllerContext,
): (PodChanges & { service: Service | undefined; namespace: string; name: string }) | undefined {
  const [namespace, name, pod] = key.split('/')
  const own = `${namespace}/${name}`
  if (pod) {
    records.put(`${table}-changed`, key, 1)
    enqueue(own)
    return undefined
  }
  const names: string[] = []
  for (const [noted] of records.list(`${table}-changed`, `${own}/`)) {
    names.push(noted.slice(own.length + 1))
    records.put(`${table}-changed`, noted, undefined)
  }
  const service = api.get<Service>('services', namespace, name)
  const seen = records.get<string>(`${table}-seen`, own)
  const version = service?.metadata.resourceVersion
  if (seen !== version) records.put(`${table}-seen`, own, version)
  return { everything: seen !== version, names, service, namespace, name }
}

/** The pods to look at: all that the Service selects, or those that changed. */
export function podsToConsider(service: Service, changes: PodChanges, view: View): Pod[] {
  const { namespace } = service.metadata
  const selector = service.spec.selector!
  const pods = changes.everything
    ? view.list<Pod>('pods', namespace, Object.values(selector))
    : changes.names.map((name) => view.get<Pod>('pods', namespace, name)).filter((pod) => pod !== undefined)
  return pods.filter((pod) => matchesLabels(selector, pod.metadata.labels))
}

/** ShouldPodBeInEndpoints: it has an address and has not finished; one being deleted only if asked for. */
export function belongsInEndpoints(pod: Pod, includeTerminating: boolean): boolean {
  if (isPodTerminal(pod) || !pod.status?.podIP) return false
  return includeTerminating || !pod.metadata.deletionTimestamp
}

/** ShouldSetHostname: the pod names this Service as its subdomain. */
export function endpointHostname(pod: Pod, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec
  return hostname && subdomain === service.metadata.name ? hostname : undefined
}

/** podutil.FindPort: a named target port is looked up among the pod's containers of that protocol. */
export function findPort(pod: Pod, port: ServicePort): number | undefined {
  const { targetPort = port.port } = port
  if (typeof targetPort === 'number') return targetPort
  const sidecars = (pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always')
  for (const container of [...pod.spec.containers, ...sidecars]) {
    for (const p of container.ports ?? []) if (p.name === targetPort && (p.protocol ?? 'TCP') === port.protocol) return p.containerPort
  }
  return undefined
}

export function isHeadless(service: Service): boolean {
  return service.spec.clusterIP === 'None'
}

// ---------------------------------------------------------------- trigger times

/**
 * TriggerTimeTracker: what made the controller write - the earliest readiness change of a pod since the last look, and for a
 * Service seen first its creation. Undefined when it was something without a time, such as a label.
 */
export function triggerTime(table: string, service: Service, changes: PodChanges, pods: Pod[], records: Records): string | undefined {
  const known = records.get<number>(table, keyOf(service))
  if (known === undefined) {
    records.put(table, keyOf(service), latest(pods))
    return service.metadata.creationTimestamp
  }
  const changed = new Set(changes.names)
  let first = Number.POSITIVE_INFINITY
  for (const pod of pods) {
    const time = readyTime(pod)
    if (changed.has(pod.metadata.name) && time >= known) first = Math.min(first, time)
  }
  const now = Math.max(known, latest(pods))
  if (now !== known) records.put(table, keyOf(service), now)
  return first === Number.POSITIVE_INFINITY ? undefined : `${new Date(first).toISOString().slice(0, 19)}Z`
}

function readyTime(pod: Pod): number {
  return fromTime(podCondition(pod, 'Ready')?.lastTransitionTime)
}

function latest(pods: Pod[]): number {
  let time = 0
  for (const pod of pods) time = Math.max(time, readyTime(pod))
  return time
}
