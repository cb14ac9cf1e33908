// One sync of a Pod: status, sandbox, kills and starts. Follows SyncPod of pkg/kubelet/kubelet.go and pkg/kubelet/kuberuntime.
import { named } from '../../lib/named'
import { drawn } from '../../lib/random'
import { allocatePodIp } from '../../network/ipam'
import { endContainer } from '../containers'
import { makeHostFiles } from '../host-paths'
import { mountProblem } from '../volumes'
import { computeActions } from './actions'
import { beginKill, type KillOptions } from './kill'
import { addWorkers } from './probe-workers'
import { resize } from './resize'
import { removed, restartsAll } from './restart'
import { endPostStart, type StartOutcome, tryStart } from './start'
import { containerOf, emit, initContainers, isRunning, isSidecar, type PendingStart, type Session } from './state'
import { publish, publishSandbox } from './status'
import { beginTermination } from './termination'

/** A failed sync is tried again after this long, one that waits for a back-off at its end, but at least this often. ms. */
const RETRY = 10_000
const RESYNC = 60_000
/** How often the containers of the runtime are listed, ms. */
const RELIST = 1000
/** So many containers are started at once; those of a Pod that has more follow once that many took three tenths of a second each, ms. */
const MOST_STARTS = 100
const STARTS_TAKE = 30_000
const FIRST_MOUNT_RETRY = 500
const LONGEST_MOUNT_RETRY = 122_000

/** True when the runtime's state changed, so that another sync follows. */
export function syncPod(session: Session): boolean {
  const { state } = session
  delete state.syncAt
  const resized = resize(session)
  const { ends, stale } = publish(session)
  if (ends) beginTermination(session)
  if (ends || stale) return true
  if (!mount(session)) return false
  addWorkers(session)
  const created = createSandbox(session)
  if (created === 'failed') return false
  if (restartsAll(session)) return removeAll(session)
  if (resized.length > 0) {
    for (const { name, message } of resized) stop(session, name, { message })
    state.pending = resized.map(({ name }) => ({ name }))
    return true
  }
  const actions = computeActions(session)
  if (actions.endPod) {
    for (const name of Object.keys(state.containers)) stop(session, name)
    return Object.keys(state.kills).length > 0 || created
  }
  for (const { name, message, grace } of actions.kill) stop(session, name, { message, ...(grace === undefined ? {} : { grace }) })
  const starts = [...actions.ephemeral.map((name) => ({ name })), ...actions.init, ...actions.regular]
  if (actions.kill.length > 0) {
    state.pending = starts
    return true
  }
  return startAll(session, starts) || created
}

/**
 * Takes all containers away, without grace; the next sync starts the Pod from its init containers on. A container that ends as soon as it
 * starts is seen to have ended when the runtime's containers are next listed.
 */
function removeAll(session: Session): boolean {
  const { state, env } = session
  const ends = Object.values(state.containers).map(({ current }) => current?.finishedAt ?? 0)
  const seen = Math.max(...ends) + RELIST
  const begun = Object.values(state.containers).map(({ current }) => current?.startedAt ?? 0)
  if (seen - RELIST <= Math.max(...begun) && env.now() < seen) {
    state.syncAt = seen
    return false
  }
  for (const [name, own] of Object.entries(state.containers)) {
    const container = containerOf(session.pod, name)
    // Ephemeral containers stay.
    if (!container || named(session.pod.spec.ephemeralContainers, name)) continue
    if (isRunning(own)) {
      emit(session, 'Normal', 'Killing', 'killing', name)
      endContainer(session.world, session.pod, container, { code: 137 })
    }
    state.containers[name] = removed(own)
    delete state.waiting[name]
  }
  return true
}

function stop(session: Session, name: string, options: KillOptions = {}): void {
  const container = containerOf(session.pod, name)
  if (container && isRunning(session.state.containers[name])) beginKill(session, container, options)
}

/** Volumes that the kubelet fills must have their ConfigMaps and Secrets; false while they do not. */
function mount(session: Session): boolean {
  const { state, env } = session
  if (state.sandbox) return true
  const problem = mountProblem(session.world, session.pod)
  if (problem === undefined) {
    delete state.mountFailures
    makeHostFiles(session.world, session.pod)
    return true
  }
  emit(session, 'Warning', 'FailedMount', problem)
  const tries = state.mountFailures ?? 0
  state.mountFailures = tries + 1
  state.syncAt = env.now() + Math.min(FIRST_MOUNT_RETRY * 2 ** tries, LONGEST_MOUNT_RETRY)
  return false
}

function createSandbox(session: Session): boolean | 'failed' {
  const { pod, state, api, records, env } = session
  if (state.sandbox) return false
  if (!pod.spec.hostNetwork) {
    const ip = drawn(env, pod, (p) => allocatePodIp(api, records, p.spec.nodeName ?? '', p))
    if (!ip) {
      const why = `plugin type="ptp" failed (add): failed to allocate for range 0: no IP addresses available in range set`
      const message = `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox: ${why}`
      emit(session, 'Warning', 'FailedCreatePodSandBox', message)
      state.syncAt = env.now() + RETRY
      return 'failed'
    }
    state.ip = ip
  }
  state.sandbox = true
  publishSandbox(session)
  return true
}

/** Starts containers in order, as far as that goes now; true when a container was created. */
export function startAll(session: Session, starts: PendingStart[]): boolean {
  const { pod, state, env } = session
  let created = 0
  let failed = false
  let until: number | undefined
  const note = (outcome: StartOutcome) => {
    if (outcome.started) return
    failed = true
    if (outcome.until !== undefined) until = Math.min(until ?? outcome.until, outcome.until)
  }
  for (const [i, start] of starts.entries()) {
    if (created === MOST_STARTS) {
      // The same pass goes on then: a new one would begin with the first again, should they have ended meanwhile.
      state.pending = starts.slice(i)
      state.startAgain = env.now() + STARTS_TAKE
      return false
    }
    const before = state.containers[start.name]?.current?.id
    const outcome = tryStart(session, start)
    note(outcome)
    if (state.containers[start.name]?.current?.id !== before) created++
    if (outcome.started && outcome.hook) {
      state.pending = starts.slice(i + 1)
      return false
    }
    const init = named(initContainers(pod), start.name)
    if (!outcome.started && init && !isSidecar(init)) break
  }
  if (failed) state.syncAt = env.now() + (until === undefined ? RETRY : Math.min(Math.max(0, until - env.now()), RESYNC))
  return created > 0
}

/** Goes on with a sync that waited for kills or a hook; true when another sync follows. */
export function resumeSync(session: Session): boolean {
  const { state, env } = session
  delete state.startAgain
  for (const [name, { current }] of Object.entries(state.containers)) {
    if (current?.hookUntil === undefined || current.hookUntil > env.now()) continue
    const container = containerOf(session.pod, name)
    if (container && !endPostStart(session, container, current).started) state.syncAt = env.now() + RETRY
  }
  const pending = state.pending ?? []
  delete state.pending
  startAll(session, pending)
  return true
}

/** A sync is under way that waits: for a container to die, for a hook, or for many to start. */
export function isBusy({ state, env }: Session): boolean {
  if (state.startAgain !== undefined && state.startAgain > env.now()) return true
  if (Object.keys(state.kills).length > 0) return true
  return Object.values(state.containers).some(({ current }) => current?.hookUntil !== undefined && current.hookUntil > env.now())
}

/** What a sync waited for is over. */
export function isWaiting({ state }: Session): boolean {
  return state.pending !== undefined || Object.values(state.containers).some(({ current }) => current?.hookUntil !== undefined)
}
