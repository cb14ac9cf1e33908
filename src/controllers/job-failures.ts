// What a Job makes of pods that failed: the pod failure policy and the exponential back-off. Follows pkg/controller/job/{pod_failure_policy,backoff_utils}.go.
import type { ContainerStatus, Pod } from '../api/types'
import type { Job, PodFailurePolicyRule } from '../api/workloads'
import { fromTime } from '../lib/time'
import { podCondition } from './shared/pods'

const FIRST_BACKOFF_MS = 10_000
const LONGEST_BACKOFF_MS = 600_000

export interface PolicyMatch {
  action: PodFailurePolicyRule['action']
  message: string
}

/** With such a policy a pod counts as failed only when it has ended; otherwise already when it is being deleted. */
export function replacesOnlyFailed(job: Job): boolean {
  return (job.spec.podReplacementPolicy ?? (job.spec.podFailurePolicy ? 'Failed' : undefined)) === 'Failed'
}

export function hasFailed(job: Job, pod: Pod): boolean {
  if (pod.status?.phase === 'Failed') return true
  return !replacesOnlyFailed(job) && !!pod.metadata.deletionTimestamp && pod.status?.phase !== 'Succeeded'
}

/** The first rule that fits a failed pod; none means that the failure counts. */
export function matchFailurePolicy(job: Job, pod: Pod): PolicyMatch | undefined {
  const about = `${pod.metadata.namespace}/${pod.metadata.name}`
  for (const [i, rule] of (job.spec.podFailurePolicy?.rules ?? []).entries()) {
    const { action, onExitCodes, onPodConditions } = rule
    if (onExitCodes) {
      const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]
      const hit = statuses.find((status) => matchesExitCode(status, onExitCodes))
      if (hit) {
        const code = hit.state.terminated!.exitCode
        return {
          action,
          message: `Container ${hit.name} for pod ${about} failed with exit code ${code} matching ${action} rule at index ${i}`,
        }
      }
    } else if (onPodConditions) {
      const hit = onPodConditions.find(({ type, status }) => podCondition(pod, type)?.status === (status || 'True'))
      if (hit) return { action, message: `Pod ${about} has condition ${hit.type} matching ${action} rule at index ${i}` }
    }
  }
  return undefined
}

function matchesExitCode({ name, state }: ContainerStatus, rule: NonNullable<PodFailurePolicyRule['onExitCodes']>): boolean {
  const code = state.terminated?.exitCode
  if (!code || (rule.containerName && rule.containerName !== name)) return false
  return rule.operator === 'In' ? rule.values.includes(code) : !rule.values.includes(code)
}

/** pastBackoffLimitOnFailure: with restartPolicy OnFailure the restarts of pods that live count as failures. */
export function restartsExceedLimit(job: Job, pods: Pod[]): boolean {
  if (job.spec.template.spec.restartPolicy !== 'OnFailure') return false
  let restarts = 0
  for (const { status } of pods) {
    if (status?.phase !== 'Running' && status?.phase !== 'Pending') continue
    for (const c of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) restarts += c.restartCount
  }
  const limit = job.spec.backoffLimit ?? 6
  return limit === 0 ? restarts > 0 : restarts >= limit
}

/** Milliseconds: when the last container ended, or a guess. */
export function finishTime(pod: Pod): number {
  let latest = 0
  for (const c of pod.status?.containerStatuses ?? []) latest = Math.max(latest, fromTime(c.state.terminated?.finishedAt))
  if (latest) return latest
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp } = pod.metadata
  if (deletionTimestamp) return fromTime(deletionTimestamp) - deletionGracePeriodSeconds * 1000
  return fromTime(podCondition(pod, 'Ready')?.lastTransitionTime) || fromTime(creationTimestamp)
}

/** Failures in a row, kept between reconciles. */
export interface Backoff {
  failures: number
  last: number
}

export function nextBackoff(old: Backoff | undefined, succeeded: Pod[], failed: Pod[]): Backoff {
  const failures = failed.map(finishTime)
  const lastSuccess = succeeded.length ? Math.max(...succeeded.map(finishTime)) : undefined
  const last = Math.max(old?.last ?? 0, ...failures)
  if (lastSuccess === undefined) return { failures: (old?.failures ?? 0) + failures.length, last }
  return { failures: failures.filter((time) => time > lastSuccess).length, last }
}

/** When the next pod may be created (ms); 0 when at once. */
export function backoffEnd({ failures, last }: Backoff): number {
  if (failures === 0) return 0
  return last + Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures - 1, 20))
}
