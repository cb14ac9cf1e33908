// Deployments: which ReplicaSet is the new one, what a sync does first. Follows pkg/controller/deployment/{deployment_controller,sync,rollback}.go.
import type { Change, Controller, ControllerContext, NewEvent, View } from '../api/contracts'
import type { Condition, Deployment, PodTemplateSpec, ReplicaSet } from '../api/types'
import { ApiError, isNamespaceTerminating } from '../errors'
import { semanticEqual } from '../lib/equal'
import { isEmptySelector, matchesSelector } from '../lib/selectors'
import { timestamp } from '../lib/time'
import { podTemplateHash } from '../schema/pod-template-hash'
import { cleanUp, type Rollout, recreate, rollOut, scale } from './deployment-rollout'
import { syncStatus } from './deployment-status'
import {
  active,
  DESIRED_REPLICAS,
  deploymentCondition,
  findNewReplicaSet,
  HASH_LABEL,
  hasProgressDeadline,
  newReplicaSetAnnotations,
  newReplicaSetSize,
  REVISION,
  ROLLBACK_TO,
  revisionOf,
  sameTemplate,
  setDeploymentCondition,
} from './deployment-util'
import { conditionOf } from './shared/conditions'
import { adopt, controllerKeys, controllerOf, controllerRef, isControlledBy, keyOf, orphans, release, splitKey } from './shared/ownership'
import { forgetRetries, retryLater } from './shared/retries'

const NAME = 'deployment-controller'
const RESOURCE = 'deployments.apps'
const SETS = 'replicasets.apps'

function replicaSetKeys(change: Change, view: View): string[] {
  const keys = controllerKeys(change, 'Deployment', 'apps')
  const rs = change.after
  if (rs && !controllerOf(rs)) {
    for (const d of view.list<Deployment>(RESOURCE, rs.metadata.namespace)) {
      if (matchesSelector(d.spec.selector, rs.metadata.labels)) keys.push(keyOf(d))
    }
  }
  return keys
}

/** A Recreate rollout waits for the last old pod to go. */
function podKeys({ before, after }: Change, view: View): string[] {
  if (after || !before) return []
  const owner = controllerOf(before)
  if (owner?.kind !== 'ReplicaSet') return []
  const rs = view.get<ReplicaSet>(SETS, before.metadata.namespace, owner.name)
  const controller = controllerOf(rs)
  if (controller?.kind !== 'Deployment') return []
  const d = view.get<Deployment>(RESOURCE, before.metadata.namespace, controller.name)
  return d?.spec.strategy?.type === 'Recreate' ? [keyOf(d)] : []
}

export const deploymentController: Controller = {
  name: NAME,
  watches: { [RESOURCE]: ({ before, after }) => [keyOf((after ?? before)!)], [SETS]: replicaSetKeys, pods: podKeys },
  reconcile(key, context) {
    const [namespace, name] = splitKey(key)
    const d = context.api.get<Deployment>(RESOURCE, namespace, name)
    if (d) sync(d, key, context)
    else forgetRetries(context, `${NAME}-retries`, key)
  },
}

function sync(d: Deployment, key: string, context: ControllerContext): void {
  const { api } = context
  if (isEmptySelector(d.spec.selector)) {
    const message = 'This deployment is selecting all pods. A non-empty selector is required.'
    api.event(d, { type: 'Warning', reason: 'SelectingAll', message })
    if ((d.status.observedGeneration ?? 0) < (d.metadata.generation ?? 0)) {
      api.updateStatus({ ...d, status: { ...d.status, observedGeneration: d.metadata.generation } })
    }
    return
  }
  const sets = claimed(d, context)
  if (d.metadata.deletionTimestamp) {
    const rollout = withRevisions(d, sets, false, context)
    if (rollout) syncStatus(rollout.deployment, rollout.all, rollout.newRs, context)
    return
  }
  d = withPausedCondition(d, context)
  if (!d.spec.paused && d.metadata.annotations?.[ROLLBACK_TO] !== undefined) {
    rollBack(d, sets, context)
    return
  }
  if (d.spec.paused || wasScaled(d, sets)) {
    const rollout = withRevisions(d, sets, false, context)
    if (!rollout) return
    scale(rollout, context)
    if (d.spec.paused && d.metadata.annotations?.[ROLLBACK_TO] === undefined) cleanUp(rollout, context)
    syncStatus(rollout.deployment, rollout.all, rollout.newRs, context)
    return
  }
  if (d.spec.strategy.type === 'Recreate') {
    const rollout = withRevisions(d, sets, false, context)
    if (!rollout) return
    if (recreate(rollout, context) === 'wants the new one') {
      const started = withRevisions(rollout.deployment, rollout.all, true, context)
      if (started) recreate(started, context)
      else retryLater(context, `${NAME}-retries`, key)
    }
    return
  }
  const rollout = withRevisions(d, sets, true, context)
  if (!rollout) {
    retryLater(context, `${NAME}-retries`, key)
    return
  }
  forgetRetries(context, `${NAME}-retries`, key)
  rollOut(rollout, context)
}

/** Its ReplicaSets: orphans that match are taken over, owned ones that no longer match are let go. */
function claimed(d: Deployment, { api }: ControllerContext): ReplicaSet[] {
  const mine: ReplicaSet[] = []
  const deleting = !!d.metadata.deletionTimestamp
  for (const rs of api.ownedBy<ReplicaSet>(d.metadata.uid, SETS)) {
    if (matchesSelector(d.spec.selector, rs.metadata.labels)) mine.push(rs)
    else if (!deleting) release(api, rs, d)
  }
  if (deleting) return mine
  for (const rs of orphans<ReplicaSet>(api, SETS, d.metadata.namespace!, d.spec.selector)) {
    if (!rs.metadata.deletionTimestamp) mine.push(adopt(api, rs, d))
  }
  return mine
}

/** checkPausedConditions: time spent paused is no lack of progress. */
function withPausedCondition(d: Deployment, { api, env }: ControllerContext): Deployment {
  if (!hasProgressDeadline(d)) return d
  const current = conditionOf(d.status.conditions, 'Progressing')
  if (current?.reason === 'ProgressDeadlineExceeded') return d
  const noted = current?.reason === 'DeploymentPaused'
  if (!!d.spec.paused === noted) return d
  const [reason, message] = d.spec.paused ? ['DeploymentPaused', 'Deployment is paused'] : ['DeploymentResumed', 'Deployment is resumed']
  return api.updateStatus(withCondition(d, deploymentCondition('Progressing', 'Unknown', reason, message, timestamp(env.now()))))
}

function withCondition(d: Deployment, condition: Condition): Deployment {
  return { ...d, status: { ...d.status, conditions: setDeploymentCondition(d.status.conditions, condition) } }
}

/** isScalingEvent: an active ReplicaSet was annotated for another number of replicas. */
function wasScaled(d: Deployment, sets: ReplicaSet[]): boolean {
  return active(sets).some((rs) => {
    const desired = rs.metadata.annotations?.[DESIRED_REPLICAS]
    return desired !== undefined && Number.parseInt(desired, 10) !== d.spec.replicas
  })
}

/**
 * getAllReplicaSetsAndSyncRevision: finds the new ReplicaSet (and makes it if `create`), gives it and the Deployment the
 * revision above all old ones. Undefined when the new one could not be made.
 */
function withRevisions(d: Deployment, sets: ReplicaSet[], create: boolean, context: ControllerContext): Rollout | undefined {
  const { api, env } = context
  const existing = findNewReplicaSet(d, sets)
  const old = sets.filter((rs) => rs.metadata.uid !== existing?.metadata.uid)
  const revision = Math.max(0, ...old.map(revisionOf)) + 1
  if (!existing) return create ? created(d, old, revision, context) : makeRollout(d, undefined, old)

  const annotations = newReplicaSetAnnotations(d, existing.metadata.annotations ?? {}, revision, true)
  const minReadySeconds = d.spec.minReadySeconds
  if (!semanticEqual(annotations, existing.metadata.annotations) || (minReadySeconds ?? 0) !== (existing.spec.minReadySeconds ?? 0)) {
    const next = { ...existing, metadata: { ...existing.metadata, annotations }, spec: { ...existing.spec, minReadySeconds } }
    return makeRollout(withRevision(d, annotations[REVISION], context), api.update<ReplicaSet>(next), old)
  }
  d = withRevision(d, annotations[REVISION], context)
  if (hasProgressDeadline(d) && !conditionOf(d.status.conditions, 'Progressing')) {
    const message = `Found new replica set "${existing.metadata.name}"`
    d = api.updateStatus(withCondition(d, deploymentCondition('Progressing', 'True', 'FoundNewReplicaSet', message, timestamp(env.now()))))
  }
  return makeRollout(d, existing, old)
}

function withRevision(d: Deployment, revision: string, { api }: ControllerContext): Deployment {
  const annotations = d.metadata.annotations ?? {}
  if (annotations[REVISION] === revision) return d
  return api.updateStatus<Deployment>({ ...d, metadata: { ...d.metadata, annotations: { ...annotations, [REVISION]: revision } } })
}

function created(d: Deployment, old: ReplicaSet[], revision: number, context: ControllerContext): Rollout | undefined {
  const { api, env } = context
  const now = timestamp(env.now())
  const hash = podTemplateHash(d.spec.template, d.status.collisionCount)
  const { metadata = {} } = d.spec.template
  const labels = { ...metadata.labels, [HASH_LABEL]: hash }
  const template: PodTemplateSpec = { ...d.spec.template, metadata: { ...metadata, labels } }
  const { selector, minReadySeconds } = d.spec
  const size = newReplicaSetSize(d, old, 0)
  let rs: ReplicaSet
  let collided = false
  try {
    rs = api.create<ReplicaSet>({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${d.metadata.name}-${hash}`,
        namespace: d.metadata.namespace,
        ownerReferences: [controllerRef(d)],
        labels,
        annotations: newReplicaSetAnnotations(d, {}, revision, false),
      },
      spec: {
        replicas: size,
        ...(minReadySeconds && { minReadySeconds }),
        selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
        template,
      },
    })
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const same = api.get<ReplicaSet>(SETS, d.metadata.namespace, `${d.metadata.name}-${hash}`)
    if (error.reason === 'AlreadyExists' && same) {
      if (!isControlledBy(same, d) || !sameTemplate(same.spec.template, d.spec.template)) {
        // Another ReplicaSet has this name: hash again with the next count.
        api.updateStatus({ ...d, status: { ...d.status, collisionCount: (d.status.collisionCount ?? 0) + 1 } })
        return undefined
      }
      rs = same
      collided = true
    } else {
      if (isNamespaceTerminating(error)) return undefined
      const message = `Failed to create new replica set "${d.metadata.name}-${hash}": ${error.message}`
      if (hasProgressDeadline(d)) {
        api.updateStatus(withCondition(d, deploymentCondition('Progressing', 'False', 'ReplicaSetCreateError', message, now)))
      }
      api.event(d, { type: 'Warning', reason: 'ReplicaSetCreateError', message })
      return undefined
    }
  }
  if (!collided && size > 0) {
    const message = `Scaled up replica set ${rs.metadata.name} from 0 to ${size}`
    api.event(d, { type: 'Normal', reason: 'ScalingReplicaSet', message })
  }
  d = withRevision(d, String(revision), context)
  if (!collided && hasProgressDeadline(d)) {
    const message = `Created new replica set "${rs.metadata.name}"`
    d = api.updateStatus(withCondition(d, deploymentCondition('Progressing', 'True', 'NewReplicaSetCreated', message, now)))
  }
  return makeRollout(d, rs, old)
}

function makeRollout(deployment: Deployment, newRs: ReplicaSet | undefined, old: ReplicaSet[]): Rollout {
  return {
    deployment,
    newRs,
    old,
    get all() {
      return this.newRs ? [...this.old, this.newRs] : this.old
    },
  }
}

/** The rollback annotation of extensions/v1beta1; `kubectl rollout undo` patches the template itself. */
function rollBack(d: Deployment, sets: ReplicaSet[], context: ControllerContext): void {
  const { api } = context
  const rollout = withRevisions(d, sets, true, context)
  if (!rollout) return
  d = rollout.deployment
  const { [ROLLBACK_TO]: asked, ...annotations } = d.metadata.annotations ?? {}
  const cleared: Deployment = { ...d, metadata: { ...d.metadata, annotations } }
  const revisions = rollout.all.map(revisionOf).sort((a, b) => b - a)
  const revision = Number.parseInt(asked ?? '0', 10) || revisions[1] || 0
  const target = rollout.all.find((rs) => revisionOf(rs) === revision)
  let event: NewEvent = {
    type: 'Normal',
    reason: 'DeploymentRollback',
    message: `Rolled back deployment "${d.metadata.name}" to revision ${revision}`,
  }
  let template = d.spec.template
  if (!target) {
    const message = revision === 0 ? 'Unable to find last revision.' : 'Unable to find the revision to rollback to.'
    event = { type: 'Warning', reason: 'DeploymentRollbackRevisionNotFound', message }
  } else if (sameTemplate(target.spec.template, template)) {
    const message = `The rollback revision contains the same template as current deployment "${d.metadata.name}"`
    event = { type: 'Warning', reason: 'DeploymentRollbackTemplateUnchanged', message }
  } else {
    const { [HASH_LABEL]: _, ...labels } = target.spec.template.metadata?.labels ?? {}
    template = { ...target.spec.template, metadata: { ...target.spec.template.metadata, labels } }
  }
  api.update<Deployment>({ ...cleared, spec: { ...d.spec, template } })
  api.event(d, event)
}
