// What the parts of the deployment controller share: revisions, annotations, surge, proportions. Follows pkg/controller/deployment/util.
import type { Condition, Deployment, PodTemplateSpec, ReplicaSet } from '../api/types'
import { semanticEqual } from '../lib/equal'
import { scaledValue } from '../lib/int-or-string'
import { fromTime } from '../lib/time'
import { conditionOf, withoutCondition } from './shared/conditions'

export const REVISION = 'deployment.kubernetes.io/revision'
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history'
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas'
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas'
export const ROLLBACK_TO = 'deprecated.deployment.rollback.to'
export const HASH_LABEL = 'pod-template-hash'

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
const NOT_COPIED = new Set([LAST_APPLIED, REVISION, REVISION_HISTORY, DESIRED_REPLICAS, MAX_REPLICAS, ROLLBACK_TO])
const HISTORY_LIMIT = 2000
const NO_DEADLINE = 2147483647

export function isRollingUpdate(d: Deployment): boolean {
  return d.spec.strategy?.type === 'RollingUpdate'
}

/** How many pods may be missing, and how many may be there too many; never both 0. */
export function fenceposts(d: Deployment): { surge: number; unavailable: number } {
  const { replicas, strategy } = d.spec
  const surge = scaledValue(strategy.rollingUpdate?.maxSurge, replicas, true)
  const unavailable = scaledValue(strategy.rollingUpdate?.maxUnavailable, replicas, false)
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable }
}

export function maxUnavailable(d: Deployment): number {
  if (!isRollingUpdate(d) || d.spec.replicas === 0) return 0
  return Math.min(fenceposts(d).unavailable, d.spec.replicas)
}

export function maxSurge(d: Deployment): number {
  return isRollingUpdate(d) ? fenceposts(d).surge : 0
}

export function desiredTotal(replicaSets: (ReplicaSet | undefined)[]): number {
  return replicaSets.reduce((sum, rs) => sum + (rs?.spec.replicas ?? 0), 0)
}

export function statusTotal(
  replicaSets: (ReplicaSet | undefined)[],
  field: 'replicas' | 'readyReplicas' | 'availableReplicas' | 'terminatingReplicas',
): number {
  return replicaSets.reduce((sum, rs) => sum + (rs?.status?.[field] ?? 0), 0)
}

export function active(replicaSets: ReplicaSet[]): ReplicaSet[] {
  return replicaSets.filter((rs) => rs.spec.replicas > 0)
}

export function revisionOf(object: Deployment | ReplicaSet): number {
  return Number.parseInt(object.metadata.annotations?.[REVISION] ?? '0', 10) || 0
}

export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  const difference = fromTime(a.metadata.creationTimestamp) - fromTime(b.metadata.creationTimestamp)
  if (difference !== 0) return difference
  return a.metadata.name < b.metadata.name ? -1 : 1
}

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  if (!template.metadata?.labels?.[HASH_LABEL]) return template
  const { [HASH_LABEL]: _, ...labels } = template.metadata.labels
  return { ...template, metadata: { ...template.metadata, labels } }
}

/** EqualIgnoreHash */
export function sameTemplate(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  return semanticEqual(withoutHash(a), withoutHash(b))
}

/** The ReplicaSet of the Deployment's present template; of several the oldest. */
export function findNewReplicaSet(d: Deployment, replicaSets: ReplicaSet[]): ReplicaSet | undefined {
  return [...replicaSets].sort(byCreation).find((rs) => sameTemplate(rs.spec.template, d.spec.template))
}

/** desired-replicas and max-replicas, by which a later sync sees that the Deployment was scaled. */
export function replicasAnnotations(d: Deployment): Record<string, string> {
  return { [DESIRED_REPLICAS]: String(d.spec.replicas), [MAX_REPLICAS]: String(d.spec.replicas + maxSurge(d)) }
}

/** SetNewReplicaSetAnnotations: the annotations the new ReplicaSet should have. */
export function newReplicaSetAnnotations(
  d: Deployment,
  old: Record<string, string>,
  revision: number,
  exists: boolean,
): Record<string, string> {
  const next = { ...old }
  for (const [key, value] of Object.entries(d.metadata.annotations ?? {})) if (!NOT_COPIED.has(key)) next[key] = value
  const previous = Number.parseInt(old[REVISION] ?? '0', 10) || 0
  if (previous < revision) {
    next[REVISION] = String(revision)
    if (old[REVISION] !== undefined) next[REVISION_HISTORY] = extendedHistory(old[REVISION_HISTORY], old[REVISION])
  }
  return exists ? next : { ...next, ...replicasAnnotations(d) }
}

function extendedHistory(history: string | undefined, revision: string): string {
  if (!history) return revision
  const revisions = history.split(',')
  let length = history.length + revision.length + 1
  while (length > HISTORY_LIMIT && revisions.length) length -= revisions.shift()!.length + 1
  return [...revisions, revision].join(',')
}

/** GetReplicaSetProportion: this ReplicaSet's share of the pods to add (or, negative, to take away). */
export function proportion(rs: ReplicaSet, d: Deployment, toAdd: number, added: number): number {
  if (rs.spec.replicas === 0 || toAdd === 0 || toAdd === added) return 0
  const share = fraction(rs, d)
  const allowed = toAdd - added
  return toAdd > 0 ? Math.min(share, allowed) : Math.max(share, allowed)
}

function fraction(rs: ReplicaSet, d: Deployment): number {
  if (d.spec.replicas === 0) return -rs.spec.replicas
  const before = Number.parseInt(rs.metadata.annotations?.[MAX_REPLICAS] ?? '0', 10) || d.status.replicas || 0
  if (before === 0) return 0
  // Go rounds halves away from zero; sizes are never negative here.
  return Math.floor((rs.spec.replicas * (d.spec.replicas + maxSurge(d))) / before + 0.5) - rs.spec.replicas
}

/** NewRSNewReplicas: how large the new ReplicaSet may be now. */
export function newReplicaSetSize(d: Deployment, all: ReplicaSet[], current: number): number {
  if (!isRollingUpdate(d)) return d.spec.replicas
  const total = desiredTotal(all)
  const allowed = d.spec.replicas + maxSurge(d)
  if (total >= allowed) return current
  return current + Math.min(allowed - total, d.spec.replicas - current)
}

export function hasProgressDeadline(d: Deployment): boolean {
  return d.spec.progressDeadlineSeconds !== undefined && d.spec.progressDeadlineSeconds !== NO_DEADLINE
}

/** SetDeploymentCondition: nothing when status and reason stay; a changed one moves to the end of the list. */
export function setDeploymentCondition(conditions: Condition[] | undefined, next: Condition): Condition[] {
  const old = conditionOf(conditions, next.type)
  if (old && old.status === next.status && old.reason === next.reason) return conditions!
  const kept = old && old.status === next.status ? { ...next, lastTransitionTime: old.lastTransitionTime } : next
  return [...withoutCondition(conditions, next.type), kept]
}

export function deploymentCondition(type: string, status: Condition['status'], reason: string, message: string, now: string): Condition {
  return { type, status, lastUpdateTime: now, lastTransitionTime: now, reason, message }
}
