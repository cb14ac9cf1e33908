// The status a kubelet reports for a Pod: phase, conditions, addresses, and one entry a container.
// Follows generateAPIPodStatus and convertToAPIContainerStatuses of pkg/kubelet/kubelet_pods.go.
import type { Container, ContainerState, ContainerStatus, Node, Pod, PodStatus } from '../../api/types'
import { podAmounts } from '../../kinds/describe/pod-resources'
import { deepEqual } from '../../lib/equal'
import { named } from '../../lib/named'
import { formatQuantity } from '../../lib/quantity'
import { drawn } from '../../lib/random'
import { timestamp } from '../../lib/time'
import { nodeIp } from '../../network/ipam'
import { containerUser } from '../container-user'
import { anyRegularStarted, podConditions } from './conditions'
import { isTerminalPhase, podPhase } from './phase'
import { startTickers } from './probe-workers'
import { allocatedTo, resizeConditions } from './resize'
import { mayRestartAll, restartsAll, shouldRestart, waitsForAll } from './restart'
import { emit, type Instance, initContainers, isRunning, isSidecar, type PodState, type Session } from './state'

const EPOCH = '1970-01-01T00:00:00Z'

/** `terminated` of an instance that ended. */
function terminatedState(instance: Instance): ContainerState {
  const exit = instance.exit ?? { code: 137 }
  // Removed, and not looked at any more.
  if (instance.id === '')
    return { terminated: { exitCode: exit.code, finishedAt: null, message: exit.message, reason: exit.reason, startedAt: null } }
  return {
    terminated: {
      containerID: `containerd://${instance.id}`,
      exitCode: exit.code,
      finishedAt: timestamp(instance.finishedAt ?? instance.startedAt),
      ...(exit.message ? { message: exit.message } : {}),
      reason: exit.reason ?? (exit.code === 0 ? 'Completed' : 'Error'),
      startedAt: exit.reason === 'StartError' ? EPOCH : timestamp(instance.startedAt),
    },
  }
}

function volumeMounts(container: Container): object {
  const mounts = container.volumeMounts ?? []
  if (mounts.length === 0) return {}
  return {
    volumeMounts: mounts.map(({ name, mountPath, readOnly, ...rest }) => ({
      mountPath,
      name,
      ...(readOnly ? { readOnly: true, recursiveReadOnly: recursively(rest as { recursiveReadOnly?: string }) } : {}),
    })),
  }
}

/** The nodes' runtime can do it: what is wanted if possible is so. */
function recursively({ recursiveReadOnly = 'Disabled' }: { recursiveReadOnly?: string }): string {
  return recursiveReadOnly === 'Disabled' ? recursiveReadOnly : 'Enabled'
}

function resources(session: Session, container: Container): object {
  const { requests, limits } = allocatedTo(session, container)
  const some = (list: object | undefined) => list !== undefined && Object.keys(list).length > 0
  return {
    ...(some(requests) ? { allocatedResources: requests } : {}),
    resources: { ...(some(limits) ? { limits } : {}), ...(some(requests) ? { requests } : {}) },
  }
}

/**
 * What the whole Pod was given. Follows convertToAPIPodLevelResourcesStatus as long as the Pod's cgroup is as asked for: what its kernel
 * rounds is left out.
 */
function wholeResources(session: Session): object {
  const { spec } = session.pod
  const all = [...(spec.initContainers ?? []), ...spec.containers]
  if (!spec.resources && !spec.overhead && !all.some((c) => c.resources)) return { resources: {} }
  const given = (container: Container): Container => ({ ...container, resources: allocatedTo(session, container) })
  const allocated = { ...spec, initContainers: spec.initContainers?.map(given), containers: spec.containers.map(given) }
  const list = (side: 'requests' | 'limits') =>
    Object.fromEntries([...podAmounts(allocated, side)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, q]) => [name, formatQuantity(q)]))
  const [requests, limits] = [list('requests'), list('limits')]
  const some = (amounts: object) => Object.keys(amounts).length > 0
  return {
    ...(some(requests) ? { allocatedResources: requests } : {}),
    resources: {
      ...(spec.resources as object | undefined),
      ...(some(limits) ? { limits } : {}),
      ...(some(requests) ? { requests } : {}),
    },
  }
}

/** True while an instance counts as existing: its post-start hook is over. */
function visible(instance: Instance | undefined, now: number): instance is Instance {
  return instance !== undefined && (instance.hookUntil === undefined || instance.hookUntil <= now)
}

function containerStatus(session: Session, container: Container): ContainerStatus {
  const { pod, state, env } = session
  const own = state.containers[container.name] ?? {}
  const current = visible(own.current, env.now()) ? own.current : undefined
  if (!current) {
    const all = waitsForAll(own)
    const lastEnd = own.current || all ? own.previous : undefined
    return {
      image: container.image,
      imageID: '',
      lastState: lastEnd ? terminatedState(lastEnd) : {},
      name: container.name,
      ready: false,
      restartCount: lastEnd ? lastEnd.restartCount + (all ? 1 : 0) : 0,
      state: { waiting: all ?? waitingReason(session, container) },
      ...volumeMounts(container),
    }
  }
  const ended = current.finishedAt !== undefined && current.shown
  let containerState: ContainerState = ended ? terminatedState(current) : { running: { startedAt: timestamp(current.startedAt) } }
  let lastState: ContainerState = own.previous ? terminatedState(own.previous) : {}
  const why = state.waiting[container.name]
  if (ended && why && shouldRestart(session, container)) {
    lastState = containerState
    containerState = { waiting: { ...(why.message ? { message: why.message } : {}), reason: why.reason } }
  }
  return {
    ...resources(session, container),
    containerID: `containerd://${current.id}`,
    image: current.image,
    imageID: current.imageId,
    lastState,
    name: container.name,
    ready: false,
    restartCount: current.restartCount,
    state: containerState,
    user: { linux: containerUser(session.world, pod, container) },
    ...volumeMounts(container),
  }
}

/** The status of a container that has ended for good, in a Pod that nobody changed, says all there is to say. */
function staysEnded({ pod, state }: Session, { name }: Container, { state: shown }: ContainerStatus): boolean {
  const { current } = state.containers[name] ?? {}
  if (!current?.shown || current.id === '' || current.finishedAt === undefined || state.waiting[name]) return false
  if ((pod.metadata.generation ?? 1) > 1) return false
  return shown.terminated?.containerID === `containerd://${current.id}`
}

function waitingReason({ pod, state }: Session, container: Container): { reason: string; message?: string } {
  const why = state.waiting[container.name]
  if (why) return { ...(why.message ? { message: why.message } : {}), reason: why.reason }
  return { reason: initContainers(pod).length > 0 ? 'PodInitializing' : 'ContainerCreating' }
}

/** Sets `started` and `ready` from the probes' results, as the prober's UpdatePodStatus does. */
function applyProbes(session: Session, container: Container, status: ContainerStatus, old: ContainerStatus | undefined): ContainerStatus {
  const { workers, containers } = session.state
  const id = containers[container.name]?.current?.id
  const running = status.state.running !== undefined
  const result = (type: string) => {
    const worker = workers[`${type}/${container.name}`]
    return worker && worker.id === id ? worker.result : undefined
  }
  const startup = result('startup')
  // The new instance of a restarted container inherits `started` until its startup probe has been looked at.
  const inherited = old?.started === true || !workers[`startup/${container.name}`]
  const started = running && (startup === undefined ? inherited : startup === 'success')
  if (isInit(session.pod, container) && !isSidecar(container)) {
    return { ...status, ready: status.state.terminated?.exitCode === 0, started }
  }
  if (!started) return { ...status, started }
  let ready = result('readiness') === 'success'
  if (!ready) {
    const worker = workers[`readiness/${container.name}`]
    if (worker) session.triggers.add(container.name)
    ready = !worker
  }
  return { ...status, ready, started }
}

function isInit(pod: Pod, container: Container): boolean {
  return named(pod.spec.initContainers, container.name) === container
}

/** What an internal decision (deadline, eviction) makes of the status; each look at an active deadline says so in an event. */
function evictionOf(session: Session): { phase: 'Failed'; reason: string; message: string } | undefined {
  const { evicted } = session.state
  if (!evicted) return undefined
  if (evicted.reason === 'DeadlineExceeded') emit(session, 'Normal', evicted.reason, evicted.message)
  return { phase: 'Failed', reason: evicted.reason, message: evicted.message }
}

/** Statuses stand in the order of their names; only those of init containers in the spec's. */
function sorted(statuses: ContainerStatus[]): ContainerStatus[] {
  return statuses.length < 2 ? statuses : statuses.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Follows PodSandboxChanged of pkg/kubelet/kuberuntime/util. */
function noSandbox({ sandbox, sandboxStopped }: PodState): string | undefined {
  if (sandbox) return undefined
  return sandboxStopped ? 'pod sandbox is not ready' : 'no pod sandbox exists'
}

export function generateStatus(session: Session, terminal: boolean): PodStatus {
  const { pod, state, api, env } = session
  const old = pod.status
  const now = timestamp(env.now())
  const build = (containers: Container[], before: ContainerStatus[] | undefined) =>
    containers.map((container) => {
      const previous = named(before, container.name)
      if (previous && staysEnded(session, container, previous)) return previous
      const status = applyProbes(session, container, containerStatus(session, container), previous)
      // One object for what stays the same: the API server decodes only what is new.
      return deepEqual(status, previous) ? previous! : status
    })
  const init = build(initContainers(pod), old.initContainerStatuses)
  const regular = sorted(build(pod.spec.containers, old.containerStatuses))
  const ephemeral = sorted((pod.spec.ephemeralContainers ?? []).map((c) => containerStatus(session, c)))
  if (state.stage === 'terminated') markLost(pod, init, regular)
  let phase = podPhase(pod, { init, regular }, terminal, anyRegularStarted(regular))
  let { reason, message } = phase === old.phase ? old : { reason: undefined, message: undefined }
  const eviction = evictionOf(session)
  if (eviction) ({ phase, reason, message } = eviction)
  if (isTerminalPhase(old.phase)) ({ phase, reason, message } = old)
  const wanted = phase
  if (isTerminalPhase(phase) && !isTerminalPhase(old.phase) && Object.values(state.containers).some(isRunning)) {
    // A terminal phase is not published while containers may still run.
    ;({ phase, reason, message } = old)
  }
  const hostIP = drawn(env, pod, ({ spec }) => {
    const node = api.get<Node>('nodes', undefined, spec.nodeName ?? '')
    return node && nodeIp(node)
  })
  const podIP = pod.spec.hostNetwork ? hostIP : (state.ip ?? (isTerminalPhase(wanted) ? old.podIP : undefined))
  const restartsWhole = mayRestartAll(pod) ? restartsAll(session) : undefined
  const conditions = podConditions(
    { pod, phase: wanted, init, regular, noSandbox: noSandbox(state), restartsWhole, resizes: terminal ? [] : resizeConditions(session) },
    now,
  )
  const {
    allocatedResources: _a,
    containerStatuses: _c,
    initContainerStatuses: _i,
    ephemeralContainerStatuses: _e,
    reason: _r,
    message: _m,
    ...kept
  } = old
  return {
    ...kept,
    conditions,
    ...(regular.length ? { containerStatuses: regular } : {}),
    ...(ephemeral.length ? { ephemeralContainerStatuses: ephemeral } : {}),
    ...(hostIP ? { hostIP, hostIPs: [{ ip: hostIP }] } : {}),
    ...(init.length ? { initContainerStatuses: init } : {}),
    ...(message ? { message } : {}),
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    phase,
    ...(podIP ? { podIP, podIPs: [{ ip: podIP }] } : {}),
    ...(reason ? { reason } : {}),
    ...wholeResources(session),
    startTime: old.startTime ?? timestamp(state.startTime),
  }
}

/** Containers of a Pod at its end of which nothing is known count as failed. Follows TerminatePod of pkg/kubelet/status. */
function markLost(pod: Pod, init: ContainerStatus[], regular: ContainerStatus[]): void {
  const lost: ContainerState = {
    terminated: {
      exitCode: 137,
      finishedAt: null,
      message: 'The container could not be located when the pod was terminated',
      reason: 'ContainerStatusUnknown',
      startedAt: null,
    },
  }
  const begun = init.findLastIndex((s) => !!s.containerID || !!s.lastState.terminated)
  for (const [i, status] of init.entries()) if (i <= begun && !status.state.terminated) init[i] = { ...status, state: lost }
  const initialized = initContainers(pod).every((c) => isSidecar(c) || named(init, c.name)?.ready)
  if (!initialized) return
  for (const [i, status] of regular.entries()) if (!status.state.terminated) regular[i] = { ...status, state: lost }
}

export interface Published {
  /** The Pod should now be brought to its end. */
  ends: boolean
  /** A container was shown running that has ended meanwhile: the next sync shows that, before anything is done about it. */
  stale: boolean
}

/** Generates the status and writes it if it differs. */
export function publish(session: Session, terminal = false): Published {
  const { api, env, state } = session
  const status = generateStatus(session, terminal)
  if (!deepEqual(status, session.pod.status)) session.pod = api.updateStatus<Pod>({ ...session.pod, status })
  let stale = false
  for (const [name, { current }] of Object.entries(state.containers)) {
    if (!visible(current, env.now()) || current.shown) continue
    current.shown = true
    if (current.finishedAt !== undefined) stale = true
    startTickers(session, name)
  }
  return { ends: endsNow(session, status), stale }
}

/** As soon as there is a sandbox, its condition alone says so, before anything else is done. Follows OnPodSandboxReady. */
export function publishSandbox(session: Session): void {
  const { api, env, pod } = session
  const conditions = pod.status.conditions?.map((condition) => {
    if (condition.type !== 'PodReadyToStartContainers' || condition.status === 'True') return condition
    const { reason: _r, message: _m, ...rest } = condition
    return { ...rest, lastTransitionTime: timestamp(env.now()), status: 'True' as const }
  })
  if (conditions) session.pod = api.updateStatus<Pod>({ ...pod, status: { ...pod.status, conditions } })
}

function endsNow(session: Session, status: PodStatus): boolean {
  if (session.state.evicted) return true
  if (isTerminalPhase(status.phase)) return true
  const { pod } = session
  const statuses = { init: status.initContainerStatuses ?? [], regular: status.containerStatuses ?? [] }
  return isTerminalPhase(podPhase(pod, statuses, false, anyRegularStarted(statuses.regular)))
}
