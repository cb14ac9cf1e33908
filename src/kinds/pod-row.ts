// A Pod in one line of a table: READY, STATUS, RESTARTS. Follows printPod of pkg/printers/internalversion/printers.go.
import type { ContainerState, ContainerStatus, Pod } from '../api/types'
import { age } from '../lib/ages'

export interface PodRow {
  /** `1/2` */
  ready: string
  status: string
  /** `0`, `3 (12s ago)` */
  restarts: string
}

interface Tally {
  ready: number
  restarts: number
  lastRestart: string
}

/** RFC 3339 times of one precision compare as text. */
function later(a: string, b: string | null | undefined): string {
  return b && b > a ? b : a
}

function countRestart(tally: Tally, status: ContainerStatus): void {
  tally.restarts += status.restartCount ?? 0
  tally.lastRestart = later(tally.lastRestart, status.lastState?.terminated?.finishedAt)
}

/** Why a container ended, or waits; undefined while it runs. */
function stateReason(state: ContainerState | undefined): string | undefined {
  if (state?.waiting?.reason) return state.waiting.reason
  const terminated = state?.terminated
  if (!terminated) return undefined
  if (terminated.reason) return terminated.reason
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`
}

/** The reason while init containers run, or undefined when they are through. Fills the two tallies. */
function initReason(pod: Pod, all: Tally, sidecars: Tally): string | undefined {
  const specs = new Map((pod.spec.initContainers ?? []).map((container) => [container.name, container]))
  for (const [index, status] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const isSidecar = specs.get(status.name)?.restartPolicy === 'Always'
    countRestart(all, status)
    if (isSidecar) countRestart(sidecars, status)
    const { terminated, waiting } = status.state ?? {}
    if (terminated?.exitCode === 0) continue
    if (isSidecar && status.started) {
      if (status.ready) sidecars.ready++
      continue
    }
    if (terminated) return `Init:${stateReason(status.state)}`
    if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`
    return `Init:${index}/${specs.size}`
  }
  return undefined
}

function hasCondition(pod: Pod, type: string): boolean {
  return pod.status?.conditions?.find((condition) => condition.type === type)?.status === 'True'
}

/** The reason of the pod's containers: that of the first one which has one. Counts them. */
function mainReason(pod: Pod, tally: Tally, before: string): string {
  let reason = before
  let hasRunning = false
  for (const status of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    countRestart(tally, status)
    const own = stateReason(status.state)
    if (own !== undefined) reason = own
    else if (status.ready && status.state?.running) {
      hasRunning = true
      tally.ready++
    }
  }
  if (reason === 'Completed' && hasRunning) return hasCondition(pod, 'Ready') ? 'Running' : 'NotReady'
  return reason
}

function phaseReason(pod: Pod): string {
  const gated = pod.status?.conditions?.some((condition) => condition.type === 'PodScheduled' && condition.reason === 'SchedulingGated')
  return gated ? 'SchedulingGated' : pod.status?.reason || pod.status?.phase || ''
}

/** `now` is the cluster's time in ms. */
export function podRow(pod: Pod, now: number): PodRow {
  const all: Tally = { ready: 0, restarts: 0, lastRestart: '' }
  const sidecars: Tally = { ready: 0, restarts: 0, lastRestart: '' }
  const initializing = initReason(pod, all, sidecars)
  let status = initializing ?? phaseReason(pod)
  let tally = all
  if (initializing === undefined || hasCondition(pod, 'Initialized')) {
    tally = sidecars
    status = mainReason(pod, tally, status)
  }
  tally.ready = sidecars.ready
  const phase = pod.status?.phase
  if (pod.metadata.deletionTimestamp && pod.status?.reason === 'NodeLost') status = 'Unknown'
  else if (pod.metadata.deletionTimestamp && phase !== 'Succeeded' && phase !== 'Failed') status = 'Terminating'
  const sidecarCount = (pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always').length
  const ago = tally.restarts > 0 && tally.lastRestart ? ` (${age(tally.lastRestart, now)} ago)` : ''
  return {
    ready: `${tally.ready}/${pod.spec.containers.length + sidecarCount}`,
    status,
    restarts: `${tally.restarts}${ago}`,
  }
}
