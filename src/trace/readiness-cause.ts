// Why Pods are not ready: not placed, not started, ended again and again, or a probe that fails.
import type { ContainerStatus, Event, KubeObject, Pod, Probe, Service } from '../api/types'
import { portNumber, runProbe } from '../runtime/probes'
import type { World } from '../runtime/world'
import { patchCommand } from './cause'
import { condition, labelText, openPorts } from './endpoint-cause'
import { effectOf, faultCause, readinessFault } from './fault-cause'
import type { Cause } from './types'

export function notReadyCause(world: World, service: Service, pods: Pod[]): Cause {
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
    const cause = containerCause(pod, status, text)
    if (cause) return cause
  }
  return probeCause(world, pod, text) ?? { ...look, text, remedy: 'wait until it is; its events say what it waits for' }
}

const WITHOUT_IMAGE = /^(ErrImage|ImagePull|InvalidImageName|ImageInspect|RegistryUnavailable)/

/** A container that cannot start, or does not go on running; undefined for one that is on its way or runs. */
function containerCause(pod: Pod, status: ContainerStatus, text: string): Cause | undefined {
  const { name, namespace } = pod.metadata
  const { waiting, terminated } = status.state
  const ended = terminated ?? (waiting?.reason === 'CrashLoopBackOff' ? status.lastState?.terminated : undefined)
  const isInit = pod.status?.initContainerStatuses?.includes(status)
  if (ended && !(isInit && ended.exitCode === 0)) {
    const times = status.restartCount > 0 ? `, ${status.restartCount} restart${status.restartCount === 1 ? '' : 's'} so far` : ''
    const previous = waiting ? ' --previous' : ''
    return {
      id: 'not-ready',
      text: `${text}: container ${status.name} ends with exit code ${ended.exitCode} (${waiting?.reason ?? ended.reason}${times})`,
      remedy: 'mend the container; its log says why it ends',
      command: `kubectl logs ${name} -n ${namespace} -c ${status.name}${previous}`,
    }
  }
  if (!waiting?.reason || waiting.reason === 'ContainerCreating' || waiting.reason === 'PodInitializing') return undefined
  const why = `${text}: container ${status.name} is in ${waiting.reason}${waiting.message ? `: ${waiting.message}` : ''}`
  const command = `kubectl describe pod ${name} -n ${namespace}`
  if (WITHOUT_IMAGE.test(waiting.reason))
    return { id: 'not-ready', text: why, remedy: `give it an image that there is in place of ${status.image}`, command }
  return { id: 'not-ready', text: why, remedy: 'mend or make what it refers to', command }
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
  const events = view.mentioning<Event>('events', pod.metadata.namespace, pod.metadata.uid)
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
