// Keeps as many pods as a ReplicaSet or ReplicationController asks for. Follows pkg/controller/replicaset/replica_set.go.
import type { Change, Controller, ControllerContext, View } from '../api/contracts'
import type { Condition, KubeObject, LabelSelector, Pod, PodTemplateSpec, ReplicaSet } from '../api/types'
import { ApiError, isNamespaceTerminating } from '../errors'
import { semanticEqual } from '../lib/equal'
import { ownerWords } from '../lib/pod-words'
import { matchesLabels, matchesSelector } from '../lib/selectors'
import { timestamp } from '../lib/time'
import { conditionOf, withoutCondition } from './shared/conditions'
import { adopt, controllerKeys, controllerOf, groupOf, keyOf, orphans, release } from './shared/ownership'
import { podFromTemplate } from './shared/pod-template'
import { availableFrom, concernsWorkloads, isPodActive, isPodReady, isPodTerminating, podsToDelete } from './shared/pods'
import { forgetRetries, retryLater } from './shared/retries'

/** What a ReplicaSet and a ReplicationController have in common. */
export interface Replicated extends KubeObject {
  spec: { replicas: number; minReadySeconds?: number; template: PodTemplateSpec }
  status: ReplicaSet['status']
}

interface Options<T extends Replicated> {
  name: string
  resource: string
  apiVersion: string
  kind: string
  selectorOf(owner: T): LabelSelector
}

/**
 * Keys are `namespace/name`, and `namespace/name/pod` for an orphan that might be adopted: so a pod's change costs no scan
 * of its namespace. The namespace is scanned for orphans once, when the owner is first seen.
 */
export function replicasController<T extends Replicated>(options: Options<T>): Controller {
  const { name, resource, kind } = options
  const group = groupOf(options.apiVersion)

  function podKeys(change: Change, view: View): string[] {
    if (!concernsWorkloads(change.before as Pod | undefined, change.after as Pod | undefined)) return []
    const keys = controllerKeys(change, kind, group)
    const pod = change.after
    if (pod && !controllerOf(pod)) {
      for (const owner of view.list<T>(resource, pod.metadata.namespace)) {
        if (matchesSelector(options.selectorOf(owner), pod.metadata.labels)) keys.push(`${keyOf(owner)}/${pod.metadata.name}`)
      }
    }
    return keys
  }

  function reconcile(key: string, context: ControllerContext): void {
    const { api, records } = context
    const [namespace, ownerName, orphan] = key.split('/')
    const owner = api.get<T>(resource, namespace, ownerName)
    const ownerKey = `${namespace}/${ownerName}`
    if (!owner) {
      forgetRetries(context, `${name}-retries`, ownerKey)
      if (records.get(name, ownerKey)) records.put(name, ownerKey, undefined)
      return
    }
    const selector = options.selectorOf(owner)
    const deleting = !!owner.metadata.deletionTimestamp
    if (orphan) {
      const pod = api.get<Pod>('pods', namespace, orphan)
      if (pod && !deleting && canAdopt(pod, selector)) adopt(api, pod, owner)
      return
    }
    if (!deleting && records.get(name, ownerKey) !== owner.metadata.uid) {
      for (const pod of orphans<Pod>(api, 'pods', namespace, selector)) if (isPodActive(pod)) adopt(api, pod, owner)
      records.put(name, ownerKey, owner.metadata.uid)
    }
    const mine = claimed(owner, selector, context)
    const failure = deleting ? undefined : manage(owner, mine, context)
    updateStatus(owner, mine, failure, context)
    if (failure) retryLater(context, `${name}-retries`, ownerKey)
    else forgetRetries(context, `${name}-retries`, ownerKey)
  }

  /** The owner's pods; those whose labels no longer match are let go. */
  function claimed(owner: T, selector: LabelSelector, { api }: ControllerContext): Claimed {
    const active: Pod[] = []
    let terminating = 0
    for (const pod of api.ownedBy<Pod>(owner.metadata.uid, 'pods')) {
      const matches = matchesSelector(selector, pod.metadata.labels)
      if (isPodTerminating(pod)) terminating += matches ? 1 : 0
      else if (!isPodActive(pod)) continue
      else if (matches) active.push(pod)
      else if (!owner.metadata.deletionTimestamp) release(api, pod, owner)
    }
    return { active, terminating }
  }

  function manage(owner: T, mine: Claimed, context: ControllerContext): Failure | undefined {
    const difference = mine.active.length - owner.spec.replicas
    if (difference < 0) return createPods(owner, mine.active, -difference, context)
    if (difference > 0) return deletePods(owner, mine, difference, context)
    return undefined
  }

  function createPods(owner: T, active: Pod[], count: number, { api, alike }: ControllerContext): Failure | undefined {
    const { namespace } = owner.metadata
    // Read where it is played, so that a play is repeated for none whose template is another.
    const play = () => {
      const current = api.get<T>(resource, namespace, owner.metadata.name) as T
      return { result: api.create<Pod>(podFromTemplate(current, current.spec.template)).metadata.name }
    }
    for (let i = 0; i < count; i++) {
      try {
        const { result: created = '' } = alike ? alike(`create/${resource}`, count, owner, ownerWords, play) : play()
        active.push(api.get<Pod>('pods', namespace, created) as Pod)
        api.event(owner, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${created}` })
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        // Nothing can be created in a namespace that goes away: upstream keeps silent about it.
        if (isNamespaceTerminating(error)) return undefined
        api.event(owner, { type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${error.message}` })
        return { reason: 'FailedCreate', message: error.message }
      }
    }
    return undefined
  }

  function deletePods(owner: T, mine: Claimed, count: number, { api, env }: ControllerContext): Failure | undefined {
    const { active } = mine
    const related = count < active.length ? relatedPods(owner, active, api) : active
    const gone = new Set<Pod>()
    for (const pod of podsToDelete(active, related, count, env.now())) {
      const { namespace } = pod.metadata
      try {
        api.delete('pods', namespace, pod.metadata.name)
        gone.add(pod)
        if (api.get('pods', namespace, pod.metadata.name)) mine.terminating++
        api.event(owner, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` })
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        if (error.reason === 'NotFound') continue
        api.event(owner, { type: 'Warning', reason: 'FailedDelete', message: `Error deleting: ${error.message}` })
        return { reason: 'FailedDelete', message: error.message }
      }
    }
    mine.active = active.filter((pod) => !gone.has(pod))
    return undefined
  }

  /** The pods of all ReplicaSets of the same Deployment: a node that holds several of them loses one first. */
  function relatedPods(owner: T, active: Pod[], api: View): Pod[] {
    const controller = controllerOf(owner)
    if (!controller) return active
    const related: Pod[] = []
    for (const sibling of api.ownedBy<T>(controller.uid, resource)) related.push(...api.ownedBy<Pod>(sibling.metadata.uid, 'pods'))
    return related
  }

  function updateStatus(owner: T, { active, terminating }: Claimed, failure: Failure | undefined, context: ControllerContext): void {
    const { api, env } = context
    const now = env.now()
    const templateLabels = owner.spec.template.metadata?.labels ?? {}
    let labelled = 0
    let ready = 0
    let available = 0
    let wake = Number.POSITIVE_INFINITY
    for (const pod of active) {
      if (matchesLabels(templateLabels, pod.metadata.labels)) labelled++
      if (isPodReady(pod)) ready++
      const from = availableFrom(pod, owner.spec.minReadySeconds)
      if (from === undefined) continue
      if (from <= now) available++
      else wake = Math.min(wake, from)
    }
    if (wake < Number.POSITIVE_INFINITY) context.wakeAt(wake)
    const status: ReplicaSet['status'] = {
      ...owner.status,
      replicas: active.length,
      fullyLabeledReplicas: labelled || undefined,
      readyReplicas: ready || undefined,
      availableReplicas: available || undefined,
      observedGeneration: owner.metadata.generation,
      conditions: failureCondition(owner.status?.conditions, failure, now),
    }
    if (resource === 'replicasets.apps') status.terminatingReplicas = terminating
    if (owner.status?.replicas === undefined || !semanticEqual(status, owner.status)) api.updateStatus({ ...owner, status })
  }

  function canAdopt(pod: Pod, selector: LabelSelector): boolean {
    return !controllerOf(pod) && isPodActive(pod) && matchesSelector(selector, pod.metadata.labels)
  }

  return {
    name,
    watches: {
      [resource]: ownerKeys,
      pods: podKeys,
    },
    reconcile,
  }
}

interface Claimed {
  active: Pod[]
  /** Pods on their way out that still match. */
  terminating: number
}
interface Failure {
  reason: string
  message: string
}

function failureCondition(conditions: Condition[] | undefined, failure: Failure | undefined, now: number): Condition[] | undefined {
  const old = conditionOf(conditions, 'ReplicaFailure')
  if (!failure) return old ? withoutCondition(conditions, 'ReplicaFailure') : conditions
  if (old) return conditions
  return [...(conditions ?? []), { type: 'ReplicaFailure', status: 'True', ...failure, lastTransitionTime: timestamp(now) }]
}

/** A change of the owner concerns itself unless only its status changed. */
function ownerKeys({ before, after }: Change): string[] {
  const object = after ?? before
  if (!object) return []
  if (before && after && before.metadata.generation === after.metadata.generation && sameMeta(before, after)) return []
  return [keyOf(object)]
}

function sameMeta(a: KubeObject, b: KubeObject): boolean {
  return (
    a.metadata.deletionTimestamp === b.metadata.deletionTimestamp &&
    semanticEqual(a.metadata.ownerReferences, b.metadata.ownerReferences) &&
    a.metadata.uid === b.metadata.uid
  )
}
