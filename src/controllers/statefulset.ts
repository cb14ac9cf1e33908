// StatefulSets: pods with names, in order. Follows pkg/controller/statefulset/{stateful_set,stateful_set_control}.go.
import type { Change, Controller, ControllerContext, View } from '../api/contracts'
import type { Pod } from '../api/types'
import type { ControllerRevision, StatefulSet } from '../api/workloads'
import { ApiError } from '../errors'
import { semanticEqual } from '../lib/equal'
import { scaledValue } from '../lib/int-or-string'
import { matchesSelector } from '../lib/selectors'
import { listRevisions, syncHistory, templateOf, truncateHistory } from './shared/history'
import { adopt, controllerKeys, controllerOf, keyOf, orphans, release, splitKey } from './shared/ownership'
import { availableFrom, concernsWorkloads, isPodReady } from './shared/pods'
import { forgetRetries, retryLater } from './shared/retries'
import { applyRetention, corrected, createClaims, firstOrdinal, inRange, newPod, ordinalOf, REVISION_LABEL } from './statefulset-pods'

const NAME = 'statefulset-controller'
const RESOURCE = 'statefulsets.apps'

function podKeys(change: Change, view: View): string[] {
  const { before, after } = change
  if (!concernsWorkloads(before as Pod | undefined, after as Pod | undefined)) return []
  const keys = controllerKeys(change, 'StatefulSet', 'apps')
  if (after && !controllerOf(after)) {
    for (const set of view.list<StatefulSet>(RESOURCE, after.metadata.namespace)) {
      if (ordinalOf(set, after.metadata.name) >= 0 && matchesSelector(set.spec.selector, after.metadata.labels)) keys.push(keyOf(set))
    }
  }
  return keys
}

export const statefulSetController: Controller = {
  name: NAME,
  watches: { [RESOURCE]: ({ before, after }) => [keyOf((after ?? before)!)], pods: podKeys },
  reconcile(key, context) {
    const [namespace, name] = splitKey(key)
    const set = context.api.get<StatefulSet>(RESOURCE, namespace, name)
    if (!set) {
      forgetRetries(context, `${NAME}-retries`, key)
      return
    }
    try {
      sync(set, context)
      forgetRetries(context, `${NAME}-retries`, key)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      retryLater(context, `${NAME}-retries`, key)
    }
  },
}

// ---------------------------------------------------------------- a sync

/** What one sync knows. */
interface Sync {
  set: StatefulSet
  current: ControllerRevision
  update: ControllerRevision
  pods: Pod[]
  context: ControllerContext
}

function sync(set: StatefulSet, context: ControllerContext): void {
  const { api } = context
  const pods = claimed(set, context)
  const history = syncHistory(api, set, listRevisions(api, set), set.status?.collisionCount ?? 0)
  const { update } = history
  const current = history.revisions.find((r) => r.metadata.name === set.status?.currentRevision) ?? update
  const state: Sync = { set, current, update, pods, context }
  let failure: ApiError | undefined
  if (!set.metadata.deletionTimestamp) {
    try {
      advance(state)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      failure = error
    }
  }
  updateStatus(state, history.collisionCount)
  const inUse = new Set([current.metadata.name, update.metadata.name, ...pods.map(revisionOf)])
  truncateHistory(api, history.revisions, inUse, set.spec.revisionHistoryLimit ?? 10)
  if (failure) throw failure
}

/** The set's pods. Orphans with one of its names are taken over; pods that no longer match are let go. */
function claimed(set: StatefulSet, { api }: ControllerContext): Pod[] {
  const pods: Pod[] = []
  const deleting = !!set.metadata.deletionTimestamp
  for (const pod of api.ownedBy<Pod>(set.metadata.uid, 'pods')) {
    if (matchesSelector(set.spec.selector, pod.metadata.labels) && ordinalOf(set, pod.metadata.name) >= 0) pods.push(pod)
    else if (!deleting) release(api, pod, set)
  }
  if (deleting) return pods
  for (const pod of orphans<Pod>(api, 'pods', set.metadata.namespace!, set.spec.selector)) {
    if (!pod.metadata.deletionTimestamp && ordinalOf(set, pod.metadata.name) >= 0) pods.push(adopt(api, pod, set))
  }
  return pods
}

function revisionOf(pod: Pod): string {
  return pod.metadata.labels?.[REVISION_LABEL] ?? ''
}
function isRunningAndReady(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && isPodReady(pod)
}
function isTerminating(pod: Pod): boolean {
  return !!pod.metadata.deletionTimestamp
}
function isHealthy(pod: Pod): boolean {
  return isRunningAndReady(pod) && !isTerminating(pod)
}

/** Available, or else asks to be woken when it will be. */
function isAvailable({ set, context }: Sync, pod: Pod): boolean {
  const from = pod.status?.phase === 'Running' ? availableFrom(pod, set.spec.minReadySeconds) : undefined
  if (from === undefined) return false
  if (from > context.env.now()) context.wakeAt(from)
  return from <= context.env.now()
}

// ---------------------------------------------------------------- one step towards the spec

function advance(state: Sync): void {
  const { set, pods } = state
  const parallel = set.spec.podManagementPolicy === 'Parallel'
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(set, pod.metadata.name), pod]))
  const condemned = pods.filter((pod) => !inRange(set, ordinalOf(set, pod.metadata.name)))
  condemned.sort((a, b) => ordinalOf(set, b.metadata.name) - ordinalOf(set, a.metadata.name))
  const start = firstOrdinal(set)
  let stop = false
  for (let ordinal = start; ordinal < start + set.spec.replicas; ordinal++) {
    if (processReplica(state, ordinal, byOrdinal.get(ordinal), parallel)) continue
    stop = true
    if (!parallel) return
  }
  if (stop) return
  for (const pod of condemned) applyRetention(state.context.api, set, pod)
  const firstUnhealthy = [...byOrdinal]
    .sort(([a], [b]) => a - b)
    .map(([, pod]) => pod)
    .find((pod) => !isHealthy(pod))
  for (const pod of condemned) {
    if (isTerminating(pod)) {
      if (!parallel) return
      continue
    }
    const settled = isRunningAndReady(pod) && isAvailable(state, pod)
    if (!parallel && !settled && pod !== firstUnhealthy) return
    deletePod(state, pod)
    if (!parallel) return
  }
  if (set.spec.updateStrategy?.type !== 'OnDelete') rollOut(state, byOrdinal)
}

/** Brings one pod of the set into being; false while that stops the rest: an ordered set waits until it is available. */
function processReplica(state: Sync, ordinal: number, pod: Pod | undefined, parallel: boolean): boolean {
  const { set, context } = state
  const { api } = context
  if (pod?.status?.phase === 'Failed' || pod?.status?.phase === 'Succeeded') {
    // Its successor is made once it is gone.
    if (!isTerminating(pod)) deletePod(state, pod)
    return false
  }
  if (!pod) {
    createPod(state, ordinal)
    return parallel
  }
  if (pod.status?.phase === 'Pending') createClaims(api, set, ordinal)
  const settled = isHealthy(pod) && isAvailable(state, pod)
  if (!settled && !parallel) return false
  const right = corrected(set, pod)
  if (right) {
    api.update<Pod>(right)
    tell(state, 'Update', pod.metadata.name)
  }
  applyRetention(api, set, pod)
  return true
}

/** While a rollout stands at a partition, pods below it are made from the old revision. */
function revisionFor({ set, current, update, pods }: Sync, ordinal: number): ControllerRevision {
  const { updateStrategy } = set.spec
  if (updateStrategy?.type === 'OnDelete' || current.metadata.name === update.metadata.name) return update
  const start = firstOrdinal(set)
  const partition = updateStrategy?.rollingUpdate?.partition
  if (partition !== undefined) return ordinal < start + partition ? current : update
  const old = pods.filter((p) => revisionOf(p) === current.metadata.name && !isTerminating(p)).length
  return ordinal < start + old ? current : update
}

function createPod(state: Sync, ordinal: number): void {
  const { set, context } = state
  const revision = revisionFor(state, ordinal)
  const pod = newPod(set, templateOf(revision), revision.metadata.name, ordinal)
  attempt(state, 'Create', pod.metadata.name!, () => {
    createClaims(context.api, set, ordinal)
    const created = context.api.create<Pod>(pod)
    state.pods.push(created)
    applyRetention(context.api, set, created)
  })
}

function deletePod(state: Sync, pod: Pod): void {
  const { api } = state.context
  const { namespace, name } = pod.metadata
  attempt(state, 'Delete', name, () => api.delete('pods', namespace, name))
  const left = api.get<Pod>('pods', namespace, name)
  state.pods = state.pods.filter((p) => p !== pod)
  if (left) state.pods.push(left)
}

function attempt(state: Sync, verb: string, pod: string, action: () => void): void {
  try {
    action()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    tell(state, verb, pod, error)
    throw error
  }
  tell(state, verb, pod)
}

function tell({ set, context }: Sync, verb: string, pod: string, error?: ApiError): void {
  const about = `${verb} Pod ${pod} in StatefulSet ${set.metadata.name}`
  if (error) context.api.event(set, { type: 'Warning', reason: `Failed${verb}`, message: `${about} failed error: ${error.message}` })
  else context.api.event(set, { type: 'Normal', reason: `Successful${verb}`, message: `${about} successful` })
}

/** From the highest ordinal down to the partition, at most maxUnavailable pods at a time. */
function rollOut(state: Sync, byOrdinal: Map<number, Pod>): void {
  const { set, update } = state
  const { partition = 0, maxUnavailable = 1 } = set.spec.updateStrategy?.rollingUpdate ?? {}
  const start = firstOrdinal(set)
  const most = Math.max(1, scaledValue(maxUnavailable, set.spec.replicas, true))
  let unavailable = 0
  for (let ordinal = start; ordinal < start + set.spec.replicas; ordinal++) {
    const pod = byOrdinal.get(ordinal)
    if (!pod || !isHealthy(pod) || !isAvailable(state, pod)) unavailable++
  }
  for (let ordinal = start + set.spec.replicas - 1; ordinal >= start + partition; ordinal--) {
    const pod = byOrdinal.get(ordinal)
    if (pod && revisionOf(pod) !== update.metadata.name && !isTerminating(pod)) {
      const broken = !isHealthy(pod) || !isAvailable(state, pod)
      if (!broken && unavailable >= most) return
      deletePod(state, pod)
      if (!broken) unavailable++
      if (most === 1) return
    } else if (most === 1 && (!pod || !isHealthy(pod))) return
  }
}

// ---------------------------------------------------------------- status

function updateStatus(state: Sync, collisionCount: number): void {
  const { set, current, update, pods, context } = state
  const count = (test: (pod: Pod) => boolean) => pods.filter(test).length
  const live = (name: string) => count((p) => !isTerminating(p) && revisionOf(p) === name)
  const ready = count(isRunningAndReady)
  const updated = live(update.metadata.name)
  const complete =
    set.spec.updateStrategy?.type !== 'OnDelete' &&
    updated === set.spec.replicas &&
    ready === set.spec.replicas &&
    pods.length === set.spec.replicas
  const currentRevision = complete ? update.metadata.name : current.metadata.name
  const currentReplicas = complete ? updated : live(current.metadata.name)
  const status: StatefulSet['status'] = {
    ...set.status,
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    readyReplicas: ready || undefined,
    availableReplicas: count((p) => isAvailable(state, p)),
    currentReplicas: currentReplicas || undefined,
    updatedReplicas: updated || undefined,
    currentRevision,
    updateRevision: update.metadata.name,
    collisionCount,
  }
  if (!semanticEqual(status, set.status)) context.api.updateStatus<StatefulSet>({ ...set, status })
}
