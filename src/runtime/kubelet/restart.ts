// Which containers are started again after their end, alone or with all others. Follows pkg/api/v1/pod/util.go (ContainerShouldRestart)
// and pkg/kubelet/container/helpers.go (ShouldContainerBeRestarted, ShouldAllContainersRestart).
import type { Container, Pod } from '../../api/types'
import { type ContainerState, initContainers, isExited, isRunning, type Session } from './state'

interface RestartRule {
  action: 'Restart' | 'RestartAllContainers'
  exitCodes?: { operator: string; values?: number[] }
}

/** Why a container is gone that was taken away to be started anew with all others. */
const ALL = { reason: 'RestartingAllContainers', message: 'The container is removed because RestartAllContainers in place' }

function rulesOf(container: Container): RestartRule[] {
  return (container as { restartPolicyRules?: RestartRule[] }).restartPolicyRules ?? []
}

function matchingRule(container: Container, code: number): RestartRule | undefined {
  return rulesOf(container).find(({ exitCodes }) => {
    if (!exitCodes) return false
    const among = exitCodes.values?.includes(code) ?? false
    return exitCodes.operator === 'In' ? among : exitCodes.operator === 'NotIn' && !among
  })
}

/** Rules on exit codes come before the container's own policy, that before the Pod's. An init container that did its work is through. */
export function restartsAfter(pod: Pod, container: Container, code: number): boolean {
  if (container.restartPolicy && matchingRule(container, code)) return true
  if (code === 0 && !container.restartPolicy && initContainers(pod).includes(container)) return false
  const policy = container.restartPolicy ?? pod.spec.restartPolicy
  return policy === 'OnFailure' ? code !== 0 : policy !== 'Never'
}

/** After a probe's failure the container still runs, and no rule on exit codes is asked. */
export function restartsAfterProbe(pod: Pod, container: Container): boolean {
  return (container.restartPolicy ?? pod.spec.restartPolicy) !== 'Never'
}

/** True for a container that never ran and for one that ended and is to run again; false while it runs and in a Pod being deleted. */
export function shouldRestart(session: Session, container: Container): boolean {
  const { pod, state } = session
  if (pod.metadata.deletionTimestamp) return false
  const own = state.containers[container.name]
  if (!own?.current) return true
  if (isRunning(own)) return false
  return restartsAfter(pod, container, own.current.exit?.code ?? 137)
}

function containersOf(pod: Pod): Container[] {
  return [...initContainers(pod), ...pod.spec.containers]
}

/** Has the Pod a rule by which the end of one container restarts all? Only then there is a condition that says whether they do. */
export function mayRestartAll(pod: Pod): boolean {
  return containersOf(pod).some((c) => rulesOf(c).some(({ action }) => action === 'RestartAllContainers'))
}

/** Did a container end in a way that restarts all? */
export function restartsAll({ pod, state }: Pick<Session, 'pod' | 'state'>): boolean {
  if (!mayRestartAll(pod) || pod.metadata.deletionTimestamp) return false
  return containersOf(pod).some((container) => {
    const own = state.containers[container.name]
    return isExited(own) && matchingRule(container, own!.current!.exit?.code ?? 137)?.action === 'RestartAllContainers'
  })
}

/** What is left of a container that was removed: the one before it counts as ended by the removal, whatever it was. */
export function removed(own: ContainerState): ContainerState {
  if (!own.current) return own
  return { previous: { ...own.current, id: '', exit: { code: 137, ...ALL } } }
}

/** What a removed container waits for. */
export function waitsForAll(own: ContainerState): { reason: string; message: string } | undefined {
  return !own.current && own.previous?.id === '' ? ALL : undefined
}
