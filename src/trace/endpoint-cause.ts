// Why a Service has no endpoints: its selector, its Pods' readiness, or a port they do not have.
import type { EndpointSlice, Event, KubeObject, Pod, Probe, Service, StringMap } from '../api/types'
import { matchesLabels } from '../lib/selectors'
import { allContainers, containerRecord } from '../runtime/containers'
import { portNumber, runProbe } from '../runtime/probes'
import type { World } from '../runtime/world'
import { patchCommand } from './cause'
import { effectOf, faultCause, readinessFault } from './fault-cause'
import { distance, nearest } from './nearest'
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

function condition(pod: Pod, type: string) {
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

// ---------------------------------------------------------------- readiness

function notReadyCause(world: World, service: Service, pods: Pod[]): Cause {
  const pod = pods[0]
  const many = pods.length === 1 ? `the Pod ${pod.metadata.name} is` : `all ${pods.length} Pods are`
  const text = `Service ${service.metadata.name} has no endpoints: ${many} not ready`
  const look = { id: 'not-ready' as const, command: `kubectl describe pod ${pod.metadata.name} -n ${pod.metadata.namespace}` }
  if (pods.every((p) => p.metadata.deletionTimestamp)) {
    return { ...look, text: `${text} (being deleted)`, remedy: 'wait for the Pods that replace them, or make some' }
  }
  const fault = readinessFault(world, pod)
  if (fault) return faultCause(fault, `${text}: fault ${fault.id} is in force (${effectOf(fault)})`)
  const scheduled = condition(pod, 'PodScheduled')
  if (scheduled?.status === 'False')
    return { ...look, text: `${text}: ${scheduled.message ?? 'not scheduled'}`, remedy: 'make room for it on a node' }
  for (const status of [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]) {
    const { waiting } = status.state
    if (waiting?.reason && waiting.reason !== 'ContainerCreating' && waiting.reason !== 'PodInitializing') {
      const why = waiting.message ? `: ${waiting.message}` : ''
      return {
        ...look,
        text: `${text}: container ${status.name} is in ${waiting.reason}${why}`,
        remedy: 'mend the container; its log says why it ends',
      }
    }
  }
  return probeCause(world, pod, text) ?? { ...look, text, remedy: 'wait until it is; its events say what it waits for' }
}

function probeCause(world: World, pod: Pod, text: string): Cause | undefined {
  for (const [index, container] of pod.spec.containers.entries()) {
    const status = pod.status?.containerStatuses?.find((s) => s.name === container.name)
    const kind = status?.started === false && container.startupProbe ? 'startup' : 'readiness'
    const field = kind === 'startup' ? 'startupProbe' : 'readinessProbe'
    const probe = container[field]
    if (status?.ready || !probe) continue
    const outcome = runProbe(world, pod, container, probe, kind)
    const said = outcome.result === 'failure' ? outcome.output : outcome.result === 'error' ? outcome.error : lastWords(world, pod)
    const why = `${text}: the ${kind} probe of container ${container.name} (${probeText(probe)}) fails${said ? `: ${said.trim()}` : ''}`
    const better = betterProbe(world, pod, index, kind)
    const change = better && templatePatch(world, pod, `containers/${index}/${field}/${better.path}`, better.value)
    const remedy = better ? `probe ${better.text}, which answers` : 'make the container answer, or mend the probe'
    return {
      id: 'not-ready',
      text: why,
      remedy,
      command: change ?? `kubectl describe pod ${pod.metadata.name} -n ${pod.metadata.namespace}`,
    }
  }
  return undefined
}

function lastWords({ view }: World, pod: Pod): string | undefined {
  const events = view.list<Event>('events', pod.metadata.namespace)
  return events.filter((e) => e.involvedObject.uid === pod.metadata.uid && e.reason === 'Unhealthy').at(-1)?.message
}

function probeText(probe: Probe): string {
  if (probe.httpGet) return `GET :${probe.httpGet.port}${probe.httpGet.path ?? '/'}`
  if (probe.tcpSocket) return `TCP :${probe.tcpSocket.port}`
  if (probe.grpc) return `gRPC :${probe.grpc.port}`
  return `exec ${probe.exec?.command?.join(' ') ?? ''}`
}

/** A probe that differs in port or path only and succeeds now. */
function betterProbe(
  world: World,
  pod: Pod,
  index: number,
  kind: 'startup' | 'readiness',
): { path: string; value: unknown; text: string } | undefined {
  const container = pod.spec.containers[index]
  const probe = container[kind === 'startup' ? 'startupProbe' : 'readinessProbe']!
  const http = probe.httpGet
  const handler = http ?? probe.tcpSocket
  if (!handler) return undefined
  const name = http ? 'httpGet' : 'tcpSocket'
  const ports = openPorts(world, pod)
    .filter((o) => o.container === container.name && !o.loopback)
    .map((o) => o.port)
  const own = portNumber(container, handler.port)
  const tries = http
    ? [...ports.map((port) => ({ port, path: http.path ?? '/' })), ...[own ?? 0, ...ports].map((port) => ({ port, path: '/' }))]
    : ports.map((port) => ({ port, path: undefined }))
  for (const { port, path } of tries) {
    const changed = http ? { ...http, port, path } : { ...probe.tcpSocket, port }
    const { result } = runProbe(world, pod, container, { ...probe, [name]: changed }, kind)
    if (result === 'success') return { path: name, value: changed, text: http ? `:${port}${path}` : `:${port}` }
  }
  return undefined
}

/** A command that changes the Pod's template where it is written, for Pods of workloads that then roll out; undefined for others. */
function templatePatch({ view }: World, pod: Pod, path: string, value: unknown): string | undefined {
  const { namespace } = pod.metadata
  let owner = pod.metadata.ownerReferences?.find((o) => o.controller)
  if (owner?.kind === 'ReplicaSet') {
    const set = view.get<KubeObject>('replicasets.apps', namespace, owner.name)
    owner = set?.metadata.ownerReferences?.find((o) => o.controller) ?? owner
  }
  if (!owner) return undefined
  const patch = patchCommand(owner.kind.toLowerCase(), owner.name, namespace, [
    { op: 'replace', path: `/spec/template/spec/${path}`, value },
  ])
  if (owner.kind !== 'ReplicaSet' && owner.kind !== 'ReplicationController') return patch
  // These make new Pods only when old ones go.
  const where = namespace === 'default' ? '' : ` -n ${namespace}`
  return `${patch} && kubectl delete pods -l ${labelText(pod.metadata.labels ?? {})}${where}`
}
