// What a sync has to do with a Pod's containers: start, kill, or end the Pod. Follows computePodActions of
// pkg/kubelet/kuberuntime/kuberuntime_manager.go and computeInitContainerActions of kuberuntime_container.go.
import type { Container } from '../../api/types'
import { restartsAfterProbe, shouldRestart } from './restart'
import {
  type ContainerState,
  initContainers,
  isExited,
  isRunning,
  isSidecar,
  type PendingStart,
  type ProbeType,
  type Session,
} from './state'

export interface Actions {
  /** Containers to kill now, with the words of their events. */
  kill: { name: string; message: string; grace?: number }[]
  init: PendingStart[]
  regular: PendingStart[]
  ephemeral: string[]
  /** Nothing runs any more and nothing will. */
  endPod: boolean
}

function endOf(own: ContainerState | undefined): number | undefined {
  return own?.current?.finishedAt
}

function failed(session: Session, type: ProbeType, container: Container): boolean {
  const worker = session.state.workers[`${type}/${container.name}`]
  return worker?.result === 'failure' && worker.id === session.state.containers[container.name]?.current?.id
}

/** Why a running container must go, without the words on what follows. */
function killCause(session: Session, container: Container, word: 'Container' | 'Init container'): string | undefined {
  const current = session.state.containers[container.name]!.current!
  if (current.specImage !== container.image) return `${word} ${container.name} definition changed`
  if (failed(session, 'liveness', container)) return `${word} ${container.name} failed liveness probe`
  if (failed(session, 'startup', container)) return `${word} ${container.name} failed startup probe`
  return undefined
}

/** A probe's own grace period comes before its Pod's. Follows setTerminationGracePeriod of kuberuntime_container.go. */
function probeGrace(session: Session, container: Container): { grace?: number } {
  const type = failed(session, 'liveness', container) ? 'liveness' : failed(session, 'startup', container) ? 'startup' : undefined
  const grace = type && (container[`${type}Probe`] as { terminationGracePeriodSeconds?: number } | undefined)?.terminationGracePeriodSeconds
  return grace === undefined ? {} : { grace }
}

/** The end that the back-off counts from when a running container is killed: that of the instance before it. */
function killAndStart(session: Session, container: Container): PendingStart {
  return { name: container.name, exitedAt: session.state.containers[container.name]?.previous?.finishedAt }
}

function sidecarIsUp(session: Session, container: Container): boolean {
  const own = session.state.containers[container.name]
  if (!isRunning(own)) return false
  if (!container.startupProbe) return true
  const worker = session.state.workers[`startup/${container.name}`]
  return worker?.result === 'success' && worker.id === own!.current!.id
}

/** Fills in what the init containers need; true when all of them are through (sidecars: up). */
function initActions(session: Session, actions: Actions): boolean {
  const { pod, state } = session
  const all = initContainers(pod)
  const begun = pod.spec.containers.some((c) => state.containers[c.name]?.current)
  const doSidecar = (container: Container) => {
    const own = state.containers[container.name]
    if (isRunning(own)) {
      const cause = killCause(session, container, 'Init container')
      if (!cause) return
      actions.kill.push({ name: container.name, message: `${cause}, will be restarted`, ...probeGrace(session, container) })
      actions.init.push(killAndStart(session, container))
    } else {
      actions.init.push({ name: container.name, exitedAt: endOf(own) })
    }
  }
  if (begun) {
    for (const container of all) if (isSidecar(container)) doSidecar(container)
    return true
  }
  for (const [i, container] of all.entries()) {
    const own = state.containers[container.name]
    if (isSidecar(container)) {
      doSidecar(container)
      const later = all.slice(i + 1).some((c) => state.containers[c.name]?.current)
      if (!later && !sidecarIsUp(session, container)) return false
      continue
    }
    if (isRunning(own)) return false
    if (isExited(own) && own!.current!.exit?.code === 0) continue
    if (isExited(own) && !shouldRestart(session, container)) {
      actions.endPod = true
      actions.init = []
      return false
    }
    actions.init.push({ name: container.name, exitedAt: endOf(own) })
    return false
  }
  return all.every((c) => !isSidecar(c) || sidecarIsUp(session, c))
}

export function computeActions(session: Session): Actions {
  const { pod, state } = session
  const actions: Actions = { kill: [], init: [], regular: [], ephemeral: [], endPod: false }
  for (const { name } of pod.spec.ephemeralContainers ?? []) if (!state.containers[name]?.current) actions.ephemeral.push(name)
  if (!initActions(session, actions) || actions.endPod) return actions
  let kept = 0
  for (const container of pod.spec.containers) {
    const own = state.containers[container.name]
    if (!isRunning(own)) {
      if (shouldRestart(session, container)) actions.regular.push({ name: container.name, exitedAt: endOf(own) })
      continue
    }
    const cause = killCause(session, container, 'Container')
    if (!cause) {
      kept++
      continue
    }
    const restarts = restartsAfterProbe(pod, container) || cause.endsWith('definition changed')
    actions.kill.push({
      name: container.name,
      message: restarts ? `${cause}, will be restarted` : cause,
      ...probeGrace(session, container),
    })
    if (restarts) actions.regular.push(killAndStart(session, container))
  }
  if (kept === 0 && actions.regular.length === 0) {
    actions.endPod = true
    actions.init = []
  }
  return actions
}
