// The status of a Deployment: counts, and the conditions Available, Progressing, ReplicaFailure. Follows pkg/controller/deployment/{sync,progress}.go.
import type { ControllerContext } from '../api/contracts'
import type { Condition, Deployment, ReplicaSet } from '../api/types'
import { semanticEqual } from '../lib/equal'
import { fromTime, timestamp } from '../lib/time'
import {
  deploymentCondition,
  desiredTotal,
  hasProgressDeadline,
  maxUnavailable,
  setDeploymentCondition,
  statusTotal,
} from './deployment-util'
import { conditionOf, withoutCondition } from './shared/conditions'

type Status = Deployment['status']

function calculate(d: Deployment, all: ReplicaSet[], newRs: ReplicaSet | undefined, now: string): Status {
  const available = statusTotal(all, 'availableReplicas')
  const minimum = d.spec.replicas - maxUnavailable(d)
  const conditions = setDeploymentCondition(
    d.status.conditions,
    available >= minimum
      ? deploymentCondition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', now)
      : deploymentCondition('Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.', now),
  )
  return {
    ...d.status,
    observedGeneration: d.metadata.generation,
    replicas: statusTotal(all, 'replicas') || undefined,
    updatedReplicas: statusTotal([newRs], 'replicas') || undefined,
    readyReplicas: statusTotal(all, 'readyReplicas') || undefined,
    availableReplicas: available || undefined,
    unavailableReplicas: Math.max(0, desiredTotal(all) - available) || undefined,
    terminatingReplicas: statusTotal(all, 'terminatingReplicas'),
    conditions,
  }
}

export function isComplete(d: Deployment, status: Status): boolean {
  const { replicas } = d.spec
  return (
    (status.updatedReplicas ?? 0) === replicas &&
    (status.replicas ?? 0) === replicas &&
    (status.availableReplicas ?? 0) === replicas &&
    (status.observedGeneration ?? 0) >= (d.metadata.generation ?? 0)
  )
}

function hasProgressed(old: Status, next: Status): boolean {
  const count = (n: number | undefined) => n ?? 0
  const outdated = (s: Status) => count(s.replicas) - count(s.updatedReplicas)
  return (
    count(next.updatedReplicas) > count(old.updatedReplicas) ||
    outdated(next) < outdated(old) ||
    count(next.readyReplicas) > count(old.readyReplicas) ||
    count(next.availableReplicas) > count(old.availableReplicas)
  )
}

function hasTimedOut(d: Deployment, conditions: Condition[] | undefined, now: number): boolean {
  const progressing = conditionOf(conditions, 'Progressing')
  if (!progressing || progressing.reason === 'NewReplicaSetAvailable') return false
  if (progressing.reason === 'ProgressDeadlineExceeded') return true
  return fromTime(progressing.lastUpdateTime) + d.spec.progressDeadlineSeconds! * 1000 < now
}

function withProgress(d: Deployment, status: Status, newRs: ReplicaSet | undefined, now: number): Condition[] {
  const about = newRs ? `ReplicaSet "${newRs.metadata.name}"` : `Deployment "${d.metadata.name}"`
  const { conditions } = status
  const current = conditionOf(d.status.conditions, 'Progressing')
  const at = timestamp(now)
  if (isComplete(d, status)) {
    return setDeploymentCondition(
      conditions,
      deploymentCondition('Progressing', 'True', 'NewReplicaSetAvailable', `${about} has successfully progressed.`, at),
    )
  }
  if (hasProgressed(d.status, status)) {
    const next = deploymentCondition('Progressing', 'True', 'ReplicaSetUpdated', `${about} is progressing.`, at)
    // Replaced even when status and reason stay: its update time is the last sign of progress.
    const kept = current?.status === 'True' ? { ...next, lastTransitionTime: current.lastTransitionTime } : next
    return [...withoutCondition(conditions, 'Progressing'), kept]
  }
  if (hasTimedOut(d, conditions, now)) {
    return setDeploymentCondition(
      conditions,
      deploymentCondition('Progressing', 'False', 'ProgressDeadlineExceeded', `${about} has timed out progressing.`, at),
    )
  }
  return conditions ?? []
}

function replicaFailure(all: ReplicaSet[], newRs: ReplicaSet | undefined): Condition | undefined {
  for (const rs of [newRs, ...all]) {
    const failure = conditionOf(rs?.status?.conditions, 'ReplicaFailure')
    if (failure) return { ...failure, lastUpdateTime: failure.lastTransitionTime }
  }
  return undefined
}

/** syncDeploymentStatus: counts only, used while a Deployment is paused or scaled. */
export function syncStatus(d: Deployment, all: ReplicaSet[], newRs: ReplicaSet | undefined, context: ControllerContext): Deployment {
  const status = calculate(d, all, newRs, timestamp(context.env.now()))
  return semanticEqual(status, d.status) ? d : context.api.updateStatus({ ...d, status })
}

/** syncRolloutStatus: counts, progress, and the failures of the ReplicaSets. */
export function syncRolloutStatus(d: Deployment, all: ReplicaSet[], newRs: ReplicaSet | undefined, context: ControllerContext): Deployment {
  const { api, env } = context
  const status = calculate(d, all, newRs, timestamp(env.now()))
  const current = conditionOf(d.status.conditions, 'Progressing')
  if (!hasProgressDeadline(d)) status.conditions = withoutCondition(status.conditions, 'Progressing')
  else if (status.replicas !== status.updatedReplicas || current?.reason !== 'NewReplicaSetAvailable') {
    status.conditions = withProgress(d, status, newRs, env.now())
  }
  const failure = replicaFailure(all, newRs)
  status.conditions = failure ? setDeploymentCondition(status.conditions, failure) : withoutCondition(status.conditions, 'ReplicaFailure')
  const stored = semanticEqual(status, d.status) ? d : api.updateStatus({ ...d, status })
  wakeForDeadline(stored, context)
  return stored
}

function wakeForDeadline(d: Deployment, context: ControllerContext): void {
  const current = conditionOf(d.status.conditions, 'Progressing')
  if (!hasProgressDeadline(d) || !current || isComplete(d, d.status)) return
  // One that was rolled out has no deadline any more, though its Pods may fail.
  if (current.reason === 'ProgressDeadlineExceeded' || current.reason === 'NewReplicaSetAvailable') return
  context.wakeAt(fromTime(current.lastUpdateTime) + (d.spec.progressDeadlineSeconds! + 1) * 1000)
}
