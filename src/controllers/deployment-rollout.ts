// How a Deployment moves its pods from old ReplicaSets to the new one. Follows pkg/controller/deployment/{rolling,recreate,sync}.go.
import type { ControllerContext, View } from '../api/contracts'
import type { Deployment, Pod, ReplicaSet } from '../api/types'
import { ApiError } from '../errors'
import { isComplete, syncRolloutStatus } from './deployment-status'
import {
  active,
  byCreation,
  DESIRED_REPLICAS,
  desiredTotal,
  isRollingUpdate,
  maxSurge,
  maxUnavailable,
  newReplicaSetSize,
  proportion,
  replicasAnnotations,
  revisionOf,
  statusTotal,
} from './deployment-util'

/** A Deployment and its ReplicaSets during one sync; scaling replaces them with what was stored. */
export interface Rollout {
  deployment: Deployment
  newRs: ReplicaSet | undefined
  old: ReplicaSet[]
  readonly all: ReplicaSet[]
}

function replace(rollout: Rollout, stored: ReplicaSet): void {
  const { uid } = stored.metadata
  if (rollout.newRs?.metadata.uid === uid) rollout.newRs = stored
  else rollout.old = rollout.old.map((rs) => (rs.metadata.uid === uid ? stored : rs))
}

/** Sets size and the replicas annotations, and tells; true when the size changed. */
function resize(rollout: Rollout, rs: ReplicaSet, size: number, { api }: ControllerContext): boolean {
  const annotations = { ...rs.metadata.annotations, ...replicasAnnotations(rollout.deployment) }
  const { replicas } = rs.spec
  const unannotated = Object.keys(annotations).some((key) => annotations[key] !== rs.metadata.annotations?.[key])
  if (replicas === size && !unannotated) return false
  replace(rollout, api.update<ReplicaSet>({ ...rs, metadata: { ...rs.metadata, annotations }, spec: { ...rs.spec, replicas: size } }))
  if (replicas === size) return false
  const message = `Scaled ${size > replicas ? 'up' : 'down'} replica set ${rs.metadata.name} from ${replicas} to ${size}`
  api.event(rollout.deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message })
  return true
}

/** scaleReplicaSetAndRecordEvent: nothing, annotations included, when the size is right. */
function scaleTo(rollout: Rollout, rs: ReplicaSet, size: number, context: ControllerContext): boolean {
  return rs.spec.replicas !== size && resize(rollout, rs, size, context)
}

// ---------------------------------------------------------------- rolling update

export function rollOut(rollout: Rollout, context: ControllerContext): void {
  const moved = growNew(rollout, context) || shrinkOld(rollout, context)
  if (!moved && isComplete(rollout.deployment, rollout.deployment.status)) cleanUp(rollout, context)
  syncRolloutStatus(rollout.deployment, rollout.all, rollout.newRs, context)
}

function growNew(rollout: Rollout, context: ControllerContext): boolean {
  const { deployment, newRs, all } = rollout
  if (!newRs || newRs.spec.replicas === deployment.spec.replicas) return false
  if (newRs.spec.replicas > deployment.spec.replicas) return scaleTo(rollout, newRs, deployment.spec.replicas, context)
  return scaleTo(rollout, newRs, newReplicaSetSize(deployment, all, newRs.spec.replicas), context)
}

function shrinkOld(rollout: Rollout, context: ControllerContext): boolean {
  const { deployment, newRs, all } = rollout
  if (desiredTotal(rollout.old) === 0) return false
  const minimum = deployment.spec.replicas - maxUnavailable(deployment)
  const newUnavailable = (newRs?.spec.replicas ?? 0) - statusTotal([newRs], 'availableReplicas')
  const allowed = desiredTotal(all) - minimum - newUnavailable
  if (allowed <= 0) return false
  const unhealthy = dropUnhealthy(rollout, allowed, context)
  const healthy = dropAvailable(rollout, minimum, context)
  return unhealthy + healthy > 0
}

/** Pods of old ReplicaSets that are not available go first: they serve nobody. */
function dropUnhealthy(rollout: Rollout, allowed: number, context: ControllerContext): number {
  let dropped = 0
  for (const rs of active(rollout.old).sort(byCreation)) {
    if (dropped >= allowed) break
    const missing = rs.spec.replicas - (rs.status?.availableReplicas ?? 0)
    if (missing <= 0) continue
    const count = Math.min(allowed - dropped, missing)
    scaleTo(rollout, rs, rs.spec.replicas - count, context)
    dropped += count
  }
  return dropped
}

function dropAvailable(rollout: Rollout, minimum: number, context: ControllerContext): number {
  const allowed = statusTotal(rollout.all, 'availableReplicas') - minimum
  let dropped = 0
  for (const rs of active(rollout.old).sort(byCreation)) {
    if (dropped >= allowed) break
    const count = Math.min(rs.spec.replicas, allowed - dropped)
    scaleTo(rollout, rs, rs.spec.replicas - count, context)
    dropped += count
  }
  return dropped
}

// ---------------------------------------------------------------- recreate

/** One step; answers that the new ReplicaSet is wanted once all old pods are gone and it does not exist yet. */
export function recreate(rollout: Rollout, context: ControllerContext): 'wants the new one' | 'done' {
  const { deployment } = rollout
  let shrunk = false
  for (const rs of active(rollout.old)) shrunk = scaleTo(rollout, rs, 0, context) || shrunk
  if (!shrunk && !oldPodsRunning(rollout.old, context.api)) {
    if (!rollout.newRs) return 'wants the new one'
    scaleTo(rollout, rollout.newRs, deployment.spec.replicas, context)
    if (isComplete(deployment, deployment.status)) cleanUp(rollout, context)
  }
  syncRolloutStatus(rollout.deployment, rollout.all, rollout.newRs, context)
  return 'done'
}

function oldPodsRunning(old: ReplicaSet[], view: View): boolean {
  const running = (pod: Pod) => pod.status?.phase !== 'Failed' && pod.status?.phase !== 'Succeeded'
  return old.some((rs) => view.ownedBy<Pod>(rs.metadata.uid, 'pods').some(running))
}

// ---------------------------------------------------------------- scaling

/** Brings the ReplicaSets to a new total; in the middle of a rollout each gets its share. */
export function scale(rollout: Rollout, context: ControllerContext): void {
  const { deployment, newRs } = rollout
  const { replicas } = deployment.spec
  const single = activeOrLatest(rollout)
  if (single) {
    scaleTo(rollout, single, replicas, context)
    return
  }
  if (newRs && isSaturated(deployment, newRs)) {
    for (const rs of active(rollout.old)) scaleTo(rollout, rs, 0, context)
    return
  }
  if (isRollingUpdate(deployment)) scaleProportionally(rollout, context)
}

/** The only active ReplicaSet, or the latest when none is; undefined when several are. */
function activeOrLatest({ newRs, old, all }: Rollout): ReplicaSet | undefined {
  if (!newRs && old.length === 0) return undefined
  const running = active(all)
  if (running.length === 0) return newRs ?? [...old].sort(byCreation).at(-1)
  return running.length === 1 ? running[0] : undefined
}

function isSaturated(d: Deployment, rs: ReplicaSet): boolean {
  const { replicas } = d.spec
  return (
    Number.parseInt(rs.metadata.annotations?.[DESIRED_REPLICAS] ?? '', 10) === replicas &&
    rs.spec.replicas === replicas &&
    rs.status?.availableReplicas === replicas
  )
}

function scaleProportionally(rollout: Rollout, context: ControllerContext): void {
  const { deployment } = rollout
  const { replicas } = deployment.spec
  const sets = active(rollout.all)
  const allowed = replicas > 0 ? replicas + maxSurge(deployment) : 0
  const toAdd = allowed - desiredTotal(sets)
  // Largest first; of equals the newer grows first and the older shrinks first.
  if (toAdd > 0) sets.sort((a, b) => b.spec.replicas - a.spec.replicas || byCreation(b, a))
  else if (toAdd < 0) sets.sort((a, b) => b.spec.replicas - a.spec.replicas || byCreation(a, b))
  let added = 0
  const sizes = sets.map((rs) => {
    const share = toAdd === 0 ? 0 : proportion(rs, deployment, toAdd, added)
    added += share
    return rs.spec.replicas + share
  })
  if (toAdd !== 0 && sizes.length) sizes[0] = Math.max(0, sizes[0] + toAdd - added)
  sets.forEach((rs, i) => void resize(rollout, rs, sizes[i], context))
}

// ---------------------------------------------------------------- history

/** cleanupDeployment: empty old ReplicaSets beyond the history limit go, oldest revision first. */
export function cleanUp(rollout: Rollout, { api }: ControllerContext): void {
  const limit = rollout.deployment.spec.revisionHistoryLimit
  if (limit === undefined || limit === 2147483647) return
  const alive = rollout.old.filter((rs) => !rs.metadata.deletionTimestamp)
  const surplus = alive.length - limit
  if (surplus <= 0) return
  alive.sort((a, b) => revisionOf(a) - revisionOf(b) || byCreation(a, b))
  for (const rs of alive.slice(0, surplus)) {
    const { namespace, name, generation } = rs.metadata
    if (rs.status?.replicas || rs.spec.replicas || (generation ?? 0) > (rs.status?.observedGeneration ?? 0)) continue
    try {
      api.delete('replicasets.apps', namespace, name)
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== 'NotFound') throw error
    }
  }
}
