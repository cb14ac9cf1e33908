// Evicting a Pod: a deletion that disruption budgets may refuse. Upstream: pkg/registry/core/pod/storage/eviction.go.
import type { DeleteOptions } from '../api/contracts'
import type { Condition, KubeObject, LabelSelector, Pod } from '../api/types'
import { ApiError } from '../errors'
import { matchesSelector } from '../lib/selectors'
import { timestamp } from '../lib/time'
import type { RequestOptions } from './options'
import type { ApiServer } from './server'

interface DisruptionBudget extends KubeObject {
  spec: { selector?: LabelSelector; unhealthyPodEvictionPolicy?: string }
  status: {
    observedGeneration?: number
    disruptionsAllowed?: number
    currentHealthy?: number
    desiredHealthy?: number
    expectedPods?: number
    disruptedPods?: Record<string, string>
  }
}

const BUDGETS = 'poddisruptionbudgets.policy'

function refused(budget: DisruptionBudget, message: string): ApiError {
  return new ApiError('TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: 'DisruptionBudget', message: `The disruption budget ${budget.metadata.name} ${message}` }],
  })
}

function isReady(pod: Pod): boolean {
  return pod.status.conditions?.find((c) => c.type === 'Ready')?.status === 'True'
}

/** Pods that serve nobody may go whatever the budgets say. */
function needsNoBudget(pod: Pod): boolean {
  return ['Succeeded', 'Failed', 'Pending'].includes(pod.status.phase) || pod.metadata.deletionTimestamp !== undefined
}

/** May this unready Pod go without being counted? */
function unhealthyMayGo(budget: DisruptionBudget, pod: Pod): boolean {
  if (isReady(pod) || pod.status.phase !== 'Running') return false
  if (budget.spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true
  const { currentHealthy = 0, desiredHealthy = 0 } = budget.status
  return currentHealthy >= desiredHealthy && desiredHealthy > 0
}

/** Throws NotFound, TooManyRequests (a budget is used up), InternalError (several budgets). */
export function evictPod(server: ApiServer, pod: Pod, options: DeleteOptions & RequestOptions): void {
  const { storage } = server
  const info = server.resourceOf(pod)
  if (!needsNoBudget(pod)) {
    const budgets = storage
      .list<DisruptionBudget>(BUDGETS, pod.metadata.namespace)
      .filter((b) => b.spec.selector && matchesSelector(b.spec.selector, pod.metadata.labels))
    if (budgets.length > 1) {
      throw new ApiError(
        'InternalError',
        'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
      )
    }
    const [budget] = budgets
    if (budget && !unhealthyMayGo(budget, pod)) countDown(server, budget, pod, options)
  }
  if (!options.dryRun) markDisrupted(server, pod)
  server.delete(info, pod.metadata.namespace, pod.metadata.name, { ...options, uid: pod.metadata.uid })
}

/** Takes one disruption from the budget. */
function countDown(server: ApiServer, budget: DisruptionBudget, pod: Pod, { dryRun }: RequestOptions): void {
  const { status } = budget
  if ((status.observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) throw refused(budget, 'is still being processed by the server.')
  const allowed = status.disruptionsAllowed ?? 0
  if (allowed <= 0) {
    throw refused(budget, `needs ${status.desiredHealthy ?? 0} healthy pods and has ${status.currentHealthy ?? 0} currently`)
  }
  if (dryRun) return
  const disruptedPods = { ...status.disruptedPods, [pod.metadata.name]: timestamp(server.env.now()) }
  server.storage.put<DisruptionBudget>(BUDGETS, { ...budget, status: { ...status, disruptionsAllowed: allowed - 1, disruptedPods } })
}

function markDisrupted({ storage, env }: ApiServer, pod: Pod): void {
  const condition: Condition = {
    lastProbeTime: null,
    lastTransitionTime: timestamp(env.now()),
    message: 'Eviction API: evicting',
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    reason: 'EvictionByEvictionAPI',
    status: 'True',
    type: 'DisruptionTarget',
  }
  const conditions = [...(pod.status.conditions ?? []).filter((c) => c.type !== 'DisruptionTarget'), condition]
  storage.put<Pod>('pods', { ...pod, status: { ...pod.status, conditions } })
}
