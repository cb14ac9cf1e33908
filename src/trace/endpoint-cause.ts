// Why a Service has no endpoints: its selector, its Pods' readiness, or a port they do not have.
import type { EndpointSlice, KubeObject, Pod, Service, StringMap } from '../api/types'
import { matchesLabels } from '../lib/selectors'
import { allContainers, containerRecord } from '../runtime/containers'
import type { World } from '../runtime/world'
import { patchCommand } from './cause'
import { distance, nearest } from './nearest'
import { notReadyCause } from './readiness-cause'
import type { Cause } from './types'

const SLICES = 'endpointslices.discovery.k8s.io'

export function endpointCause(world: World, service: Service): Cause {
  const { selector } = service.spec
  if (!selector || Object.keys(selector).length === 0) return withoutSelector(world, service)
  const all = world.view.list<Pod>('pods', service.metadata.namespace)
  const matching = all.filter((p) => matchesLabels(selector, p.metadata.labels) && !isOver(p))
  if (matching.length === 0) return selectorCause(world, service, selector, all)
  const ready = matching.filter((p) => condition(p, 'Ready')?.status === 'True' && !p.metadata.deletionTimestamp)
  if (ready.length > 0) return portNameCause(world, service, ready[0])
  return notReadyCause(world, service, matching)
}

function isOver(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}

export function condition(pod: Pod, type: string) {
  return pod.status?.conditions?.find((c) => c.type === type)
}

export function labelText(labels: StringMap): string {
  return Object.entries(labels)
    .map(([k, v]) => `${k}=${v}`)
    .join(',')
}

function withoutSelector({ view }: World, service: Service): Cause {
  const { name, namespace } = service.metadata
  const slices = view.list<EndpointSlice>(SLICES, namespace).filter((s) => s.metadata.labels?.['kubernetes.io/service-name'] === name)
  const usable = slices.find((s) => s.endpoints?.length)
  const port = service.spec.ports?.[0]
  if (usable && port) {
    const at = usable.ports?.findIndex((p) => (p.name ?? '') !== (port.name ?? '')) ?? -1
    if (at >= 0) {
      return {
        id: 'port-name',
        text: `EndpointSlice ${usable.metadata.name} calls its port ${quoted(usable.ports![at].name)} where Service ${name} calls it ${quoted(port.name)}`,
        remedy: 'give both ports the same name',
        command: patchCommand('endpointslice', usable.metadata.name, namespace, [
          { op: 'add', path: `/ports/${at}/name`, value: port.name ?? '' },
        ]),
      }
    }
  }
  const pods = view.list<Pod>('pods', namespace).filter((p) => !isOver(p))
  const like = pods.find((p) => Object.values(p.metadata.labels ?? {}).includes(name))
  const [key] = Object.entries(like?.metadata.labels ?? {}).find(([, v]) => v === name) ?? []
  const text = `Service ${name} has no selector, and no EndpointSlice gives it endpoints`
  if (!key) return { id: 'no-selector', text, remedy: 'give it a selector, or make an EndpointSlice for it' }
  const command = patchCommand('service', name, namespace, { spec: { selector: { [key]: name } } })
  return { id: 'no-selector', text, remedy: `select the Pods with ${key}=${name}`, command }
}

function quoted(name: string | undefined): string {
  return name ? `"${name}"` : 'nothing'
}

// ---------------------------------------------------------------- selector

function selectorCause(world: World, service: Service, selector: StringMap, all: Pod[]): Cause {
  const { name, namespace } = service.metadata
  const ended = all.find((p) => isOver(p) && matchesLabels(selector, p.metadata.labels))
  if (ended) return endedCause(service, ended)
  const idle = idleWorkload(world, service, selector)
  if (idle) {
    const where = namespace === 'default' ? '' : ` -n ${namespace}`
    return {
      id: 'scaled-to-zero',
      text: `${idle.object.kind} ${idle.object.metadata.name}, whose Pods Service ${name} selects, has no replicas`,
      remedy: 'scale it up',
      command: `kubectl scale ${idle.kind} ${idle.object.metadata.name} --replicas=1${where}`,
    }
  }
  const text = `the selector ${labelText(selector)} of Service ${name} matches no Pod`
  const pods = all.filter((p) => !isOver(p) && Object.keys(p.metadata.labels ?? {}).length > 0)
  const best = nearestPod(selector, pods)
  if (!best) {
    const elsewhere = world.view
      .list<Pod>('pods')
      .find((p) => p.metadata.namespace !== namespace && matchesLabels(selector, p.metadata.labels))
    const remedy = elsewhere
      ? `make the Service in namespace ${elsewhere.metadata.namespace}, where such Pods are`
      : 'make Pods with these labels'
    return { id: 'selector', text, remedy }
  }
  const wanted = corrected(selector, best.metadata.labels!)
  const patch: Record<string, string | null> = { ...wanted }
  for (const key of Object.keys(selector)) if (!(key in wanted)) patch[key] = null
  return {
    id: 'selector',
    text: `${text}; the nearest, ${best.metadata.name}, has ${labelText(wanted)}`,
    remedy: `select ${labelText(wanted)}`,
    command: patchCommand('service', name, namespace, { spec: { selector: patch } }),
  }
}

/** The Pods it selects have run to their end. */
function endedCause(service: Service, pod: Pod): Cause {
  const { name, namespace } = pod.metadata
  return {
    id: 'not-ready',
    text: `Service ${service.metadata.name} has no endpoints: Pod ${name}, which it selects, has ended (${pod.status?.phase})`,
    remedy: 'select Pods that go on running, such as those of a Deployment',
    command: `kubectl logs ${name} -n ${namespace}`,
  }
}

/** A workload that would make Pods the selector matches if it had replicas. */
function idleWorkload({ view }: World, service: Service, selector: StringMap) {
  const kinds: [string, string][] = [
    ['deployments.apps', 'deployment'],
    ['statefulsets.apps', 'statefulset'],
    ['replicasets.apps', 'replicaset'],
    ['replicationcontrollers', 'rc'],
  ]
  for (const [resource, kind] of kinds) {
    for (const object of view.list<KubeObject>(resource, service.metadata.namespace)) {
      const spec = object.spec as { replicas?: number; template?: { metadata?: { labels?: StringMap } } }
      const owned = object.metadata.ownerReferences?.some((o) => o.controller)
      if (spec.replicas === 0 && !owned && matchesLabels(selector, spec.template?.metadata?.labels)) return { kind, object }
    }
  }
  return undefined
}

/** How far labels are from a selector: the fewer edits to keys and values, the nearer; undefined when they have nothing in common. */
function nearestPod(selector: StringMap, pods: Pod[]): Pod | undefined {
  let best: Pod | undefined
  let least = Number.POSITIVE_INFINITY
  for (const pod of pods) {
    const labels = pod.metadata.labels!
    let sum = 0
    for (const [key, value] of Object.entries(selector))
      sum += Math.min(...Object.entries(labels).map(([k, v]) => pairDistance(key, value, k, v)))
    if (sum < least) {
      least = sum
      best = pod
    }
  }
  const letters = Object.entries(selector).reduce((n, [k, v]) => n + k.length + v.length, 0)
  return least <= letters * 0.75 ? best : undefined
}

function pairDistance(key: string, value: string, otherKey: string, otherValue: string): number {
  return distance(key, otherKey) + distance(value, otherValue)
}

/** The selector with each pair replaced by the Pod's nearest one. */
function corrected(selector: StringMap, labels: StringMap): StringMap {
  const out: StringMap = {}
  for (const [key, value] of Object.entries(selector)) {
    const [k, v] = Object.entries(labels).sort(
      ([ka, va], [kb, vb]) => pairDistance(key, value, ka, va) - pairDistance(key, value, kb, vb),
    )[0]
    out[k] = v
  }
  return out
}

// ---------------------------------------------------------------- ports

/** Pods are ready, yet there are no endpoints: the target port's name is none of theirs. */
function portNameCause({ view }: World, service: Service, pod: Pod): Cause {
  const { name, namespace } = service.metadata
  const ports = pod.spec.containers.flatMap((c) => c.ports ?? [])
  const index = service.spec.ports?.findIndex((p) => typeof p.targetPort === 'string' && !ports.some((q) => q.name === p.targetPort)) ?? -1
  if (index < 0) return { id: 'no-answer', text: `Service ${name} has no endpoints yet`, remedy: 'wait a moment and try again' }
  const target = String(service.spec.ports![index].targetPort)
  const named = ports.filter((p) => p.name)
  const has =
    ports.length > 0 ? ports.map((p) => `${p.containerPort}${p.name ? ` (${p.name})` : ' (no name)'}`).join(', ') : 'no ports declared'
  const text = `no port of Pod ${pod.metadata.name} is named "${target}", the target port of Service ${name}; it has ${has}`
  const word =
    nearest(
      target,
      named.map((p) => p.name!),
    ) ?? (named.length === 1 ? named[0].name : undefined)
  const value = word ?? ports[0]?.containerPort ?? listening({ view } as World, pod)[0]
  if (value === undefined) return { id: 'port-name', text, remedy: 'name a port of the container, or give its number' }
  return {
    id: 'port-name',
    text,
    remedy: `make the target port ${value}`,
    command: patchCommand('service', name, namespace, [{ op: 'replace', path: `/spec/ports/${index}/targetPort`, value }]),
  }
}

function listening(world: World, pod: Pod): number[] {
  if (!world.records) return []
  return openPorts(world, pod).map((o) => o.port)
}

/** Ports the Pod's containers listen on, loopback-only ones marked. */
export function openPorts(world: World, pod: Pod): { port: number; protocol: string; container: string; loopback: boolean }[] {
  return allContainers(pod).flatMap((c) => {
    const record = containerRecord(world, pod.metadata.uid, c.name)
    if (!record || record.exit) return []
    return record.listeners.map((l) => ({ port: l.port, protocol: l.protocol, container: c.name, loopback: l.address !== undefined }))
  })
}
