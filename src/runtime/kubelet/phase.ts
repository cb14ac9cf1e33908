// The phase of a Pod from the states of its containers. Follows getPhase of pkg/kubelet/kubelet_pods.go.
import type { Container, ContainerStatus, Pod, PodStatus } from '../../api/types'
import { named } from '../../lib/named'
import { restartsAfter } from './restart'
import { initContainers, isSidecar } from './state'

/** `terminal`: the Pod's containers will not be started again, whatever the restart policy. */
export function podPhase(
  pod: Pod,
  statuses: { init: ContainerStatus[]; regular: ContainerStatus[] },
  terminal: boolean,
  initialized: boolean,
): PodStatus['phase'] {
  let pendingInit = 0
  let failedInit = 0
  let pendingSidecars = 0
  let unknown = 0
  let running = 0
  let waiting = 0
  let stopped = 0
  let succeeded = 0
  let over = 0
  for (const container of initContainers(pod)) {
    const status = named(statuses.init, container.name)
    const { state, lastState } = status ?? {}
    if (isSidecar(container)) {
      if (!status) unknown++
      else if (state?.running) {
        if (!status.started) pendingSidecars++
        running++
      } else if (state?.waiting && !lastState?.terminated) {
        pendingSidecars++
        waiting++
      }
      continue
    }
    const ended = state?.terminated ?? (state?.waiting ? lastState?.terminated : undefined)
    if (!ended) pendingInit++
    else if (ended.exitCode !== 0 && !comesBack(pod, container, ended)) failedInit++
  }
  for (const container of pod.spec.containers) {
    const status = named(statuses.regular, container.name)
    if (!status) unknown++
    else if (status.state.running) running++
    else if (status.state.terminated) {
      stopped++
      if (!comesBack(pod, container, status.state.terminated)) over++
      if (status.state.terminated.exitCode === 0) succeeded++
    } else if (status.lastState.terminated) {
      stopped++
      if (!comesBack(pod, container, status.lastState.terminated)) over++
    } else waiting++
  }
  if (failedInit > 0) return 'Failed'
  if (pendingInit > 0 || (pendingSidecars > 0 && !initialized) || waiting > 0) return 'Pending'
  if (running > 0 && unknown === 0) return 'Running'
  if (running > 0 || stopped === 0 || unknown > 0) return 'Pending'
  if (terminal) return stopped === succeeded ? 'Succeeded' : 'Failed'
  // At least one is about to be started again.
  if (stopped !== over) return 'Running'
  return stopped === succeeded ? 'Succeeded' : 'Failed'
}

function comesBack(pod: Pod, container: Container, { exitCode, reason }: { exitCode: number; reason?: string }): boolean {
  return reason === 'RestartingAllContainers' || restartsAfter(pod, container, exitCode)
}

export function isTerminalPhase(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed'
}
