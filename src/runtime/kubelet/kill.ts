// Bringing a container down: pre-stop hook, its turn among the sidecars, stop signal, grace period, SIGKILL.
// Follows killContainer of pkg/kubelet/kuberuntime/kuberuntime_container.go and kuberuntime_termination_order.go.
import type { Container } from '../../api/types'
import { endContainer, signalContainer, stopSignalOf } from '../containers'
import { runHook } from './hooks'
import { containerOf, emit, initContainers, isRunning, isSidecar, type Kill, type Session } from './state'

/** A container always gets this much between its stop signal and SIGKILL, s. */
const LEAST_GRACE = 2

export interface KillOptions {
  /** Default `Stopping container …`. */
  message?: string
  /** Seconds; default: deletion's, or the Pod's. */
  grace?: number
}

function graceOf(session: Session, override: number | undefined): number {
  const { pod } = session
  if (pod.metadata.deletionGracePeriodSeconds !== undefined && pod.metadata.deletionTimestamp)
    return pod.metadata.deletionGracePeriodSeconds
  return override ?? pod.spec.terminationGracePeriodSeconds ?? 30
}

/** Starts to kill a running container; `advanceKills` goes on with it. */
export function beginKill(session: Session, container: Container, options: KillOptions = {}): void {
  const { state, env } = session
  if (state.kills[container.name] || !isRunning(state.containers[container.name])) return
  emit(session, 'Normal', 'Killing', options.message ?? `Stopping container ${container.name}`, container.name)
  const grace = graceOf(session, options.grace)
  const hook = container.lifecycle?.preStop
  if (!hook || grace <= 0) {
    state.kills[container.name] = { step: 'turn', grace, since: env.now() }
    return
  }
  const result = runHook(session, container, hook, grace * 1000)
  if (result.problem !== undefined) emit(session, 'Warning', 'FailedPreStopHook', 'PreStopHook failed', container.name)
  state.kills[container.name] = { step: 'hook', grace, since: env.now(), until: env.now() + result.durationMs }
}

/** Sidecars that go down with their Pod wait for its regular containers and for the sidecars that come after them. */
function mustWait(session: Session, container: Container): boolean {
  const { pod, state } = session
  const all = initContainers(pod)
  const at = all.indexOf(container)
  if (at < 0 || !isSidecar(container)) return false
  const before = [...pod.spec.containers, ...all.slice(at + 1).filter(isSidecar)]
  return before.some((c) => state.kills[c.name] && isRunning(state.containers[c.name]))
}

function spent(kill: Kill, now: number): number {
  return Math.floor((now - kill.since) / 1000)
}

/** Brings every kill as far as it goes at this moment; true when something happened. */
export function advanceKills(session: Session): boolean {
  const { state, env, world } = session
  const now = env.now()
  let moved = false
  for (const [name, kill] of Object.entries(state.kills)) {
    const container = containerOf(session.pod, name)
    if (!container || !isRunning(state.containers[name])) {
      delete state.kills[name]
      moved = true
      continue
    }
    if (kill.step === 'hook' && now >= kill.until!) {
      state.kills[name] = { step: 'turn', grace: kill.grace - spent(kill, now), since: now }
      moved = true
    } else if (kill.step === 'turn') {
      if (mustWait(session, container) && now < kill.since + kill.grace * 1000) {
        kill.until = kill.since + kill.grace * 1000
        continue
      }
      const grace = Math.max(LEAST_GRACE, kill.grace - spent(kill, now))
      state.kills[name] = { step: 'signal', grace, since: now, until: now + grace * 1000 }
      signalContainer(world, session.pod, container, stopSignalOf(world, container))
      moved = true
    } else if (kill.step === 'signal' && now >= kill.until!) {
      endContainer(world, session.pod, container, { code: 137, signal: 9 })
      moved = true
    }
  }
  return moved
}

/** A shorter grace period given while containers are already going down. */
export function shortenKills(session: Session, grace: number): void {
  const now = session.env.now()
  for (const kill of Object.values(session.state.kills)) {
    if (kill.step === 'signal') kill.until = Math.min(kill.until!, now + Math.max(LEAST_GRACE, grace) * 1000)
    else {
      kill.grace = Math.min(kill.grace, grace)
      if (kill.until !== undefined) kill.until = Math.min(kill.until, now + grace * 1000)
    }
  }
}
