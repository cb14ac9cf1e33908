// Which container is started again after its end. Follows ShouldContainerBeRestarted of pkg/kubelet/container/helpers.go.
import type { Container } from '../../api/types'
import { initContainers, isRunning, type Session } from './state'

interface RestartRule {
  action: string
  exitCodes?: { operator: string; values?: number[] }
}

/** Rules on exit codes come before the container's own policy, that before the Pod's. */
function restartsAfter(session: Session, container: Container, code: number): boolean {
  const rules = (container as { restartPolicyRules?: RestartRule[] }).restartPolicyRules ?? []
  for (const { action, exitCodes } of rules) {
    const among = exitCodes?.values?.includes(code) ?? false
    if (exitCodes && (exitCodes.operator === 'In' ? among : !among)) return action === 'Restart'
  }
  const init = initContainers(session.pod).includes(container)
  const policy =
    container.restartPolicy ?? (init && session.pod.spec.restartPolicy === 'Always' ? 'OnFailure' : session.pod.spec.restartPolicy)
  if (policy === 'Never') return false
  return policy !== 'OnFailure' || code !== 0
}

/** True for a container that never ran and for one that ended and is to run again; false while it runs and in a Pod being deleted. */
export function shouldRestart(session: Session, container: Container): boolean {
  const { pod, state } = session
  if (pod.metadata.deletionTimestamp) return false
  const own = state.containers[container.name]
  if (!own?.current) return true
  if (isRunning(own)) return false
  return restartsAfter(session, container, own.current.exit?.code ?? 137)
}
