// Jobs: pods that are to succeed. Follows pkg/controller/job/job_controller.go.
import type { Change, Controller, ControllerContext, NewEvent, View } from '../api/contracts'
import type { Condition, Pod } from '../api/types'
import type { Job, JobStatus } from '../api/workloads'
import { ApiError } from '../errors'
import { semanticEqual } from '../lib/equal'
import { matchesSelector } from '../lib/selectors'
import { fromTime, timestamp } from '../lib/time'
import { type Backoff, hasFailed, matchFailurePolicy, nextBackoff, restartsExceedLimit } from './job-failures'
import { formatIndexes, INDEX_FAILURES, indexOf, isIndexed, matchSuccessPolicy, parseIndexes } from './job-indexes'
import { deleteActive, JOB_FINALIZER, manage } from './job-pods'
import { conditionOf, isConditionTrue } from './shared/conditions'
import { adopt, controllerOf, keyOf, orphans, release } from './shared/ownership'
import { concernsWorkloads, isPodActive, isPodReady, isPodTerminating } from './shared/pods'
import { forgetRetries, retryLater } from './shared/retries'

const NAME = 'job-controller'
const RESOURCE = 'jobs.batch'
const BACKOFF = `${NAME}-backoff`
const SEEN = `${NAME}-seen`

/** Keys are `namespace/name`, and `namespace/name/pod` for a pod whose Job may be gone (the name is `-` when it has none). */
function podKeys({ before, after }: Change, view: View): string[] {
  const [was, is] = [before as Pod | undefined, after as Pod | undefined]
  if (!concernsWorkloads(was, is) && restarts(was) === restarts(is)) return []
  const keys = new Set<string>()
  for (const pod of [was, is]) {
    const owner = controllerOf(pod)
    if (pod && owner?.kind === 'Job') keys.add(`${pod.metadata.namespace}/${owner.name}`)
  }
  if (!is) return [...keys]
  const { namespace, name, finalizers, deletionTimestamp } = is.metadata
  const owner = controllerOf(is)
  const tracked = finalizers?.includes(JOB_FINALIZER)
  if (tracked && (deletionTimestamp || owner?.kind !== 'Job')) keys.add(`${namespace}/${owner?.kind === 'Job' ? owner.name : '-'}/${name}`)
  if (!owner) {
    for (const job of view.list<Job>(RESOURCE, namespace)) if (matchesSelector(job.spec.selector, is.metadata.labels)) keys.add(keyOf(job))
  }
  return [...keys]
}

function restarts(pod: Pod | undefined): number {
  let sum = 0
  for (const c of [...(pod?.status?.containerStatuses ?? []), ...(pod?.status?.initContainerStatuses ?? [])]) sum += c.restartCount
  return sum
}

function jobKeys({ before, after }: Change, view: View): string[] {
  if (after) return [keyOf(after)]
  // Pods of a Job that is gone are let go of their finalizer one by one.
  const pods = view.ownedBy<Pod>(before!.metadata.uid, 'pods')
  return [keyOf(before!), ...pods.map((pod) => `${keyOf(before!)}/${pod.metadata.name}`)]
}

export const jobController: Controller = {
  name: NAME,
  watches: { [RESOURCE]: jobKeys, pods: podKeys },
  reconcile(key, context) {
    const { api, records } = context
    const [namespace, name, podName] = key.split('/')
    const job = api.get<Job>(RESOURCE, namespace, name)
    if (podName) {
      const pod = api.get<Pod>('pods', namespace, podName)
      const owner = controllerOf(pod)
      if (pod && (!job || isFinished(job) || owner?.uid !== job.metadata.uid)) untrack(pod, context)
      return
    }
    if (!job) {
      for (const table of [BACKOFF, SEEN]) records.put(table, key, undefined)
      forgetRetries(context, `${NAME}-retries`, key)
      return
    }
    if ((job.spec.managedBy ?? 'kubernetes.io/job-controller') !== 'kubernetes.io/job-controller') return
    if (!isFinished(job)) sync(job, key, context)
  },
}

export function isFinished(job: Job): boolean {
  return isConditionTrue(job.status?.conditions, 'Complete') || isConditionTrue(job.status?.conditions, 'Failed')
}

function untrack(pod: Pod, { api }: ControllerContext): void {
  const finalizers = pod.metadata.finalizers?.filter((f) => f !== JOB_FINALIZER)
  if (finalizers?.length === pod.metadata.finalizers?.length) return
  const { finalizers: _, ...metadata } = pod.metadata
  api.update<Pod>({ ...pod, metadata: finalizers?.length ? { ...metadata, finalizers } : metadata })
}

function claimed(job: Job, key: string, { api, records }: ControllerContext): Pod[] {
  const pods: Pod[] = []
  for (const pod of api.ownedBy<Pod>(job.metadata.uid, 'pods')) {
    if (matchesSelector(job.spec.selector, pod.metadata.labels)) pods.push(pod)
    else if (!job.metadata.deletionTimestamp) release(api, pod, job)
  }
  if (job.metadata.deletionTimestamp || records.get(SEEN, key) === job.metadata.uid) return pods
  records.put(SEEN, key, job.metadata.uid)
  for (const pod of orphans<Pod>(api, 'pods', job.metadata.namespace!, job.spec.selector)) {
    if (pod.metadata.deletionTimestamp) continue
    const finalizers = [...(pod.metadata.finalizers ?? []).filter((f) => f !== JOB_FINALIZER), JOB_FINALIZER]
    pods.push(adopt(api, { ...pod, metadata: { ...pod.metadata, finalizers } }, job))
  }
  return pods
}

// ---------------------------------------------------------------- a sync

/** What one sync knows; `status` is the next status. */
export interface JobSync {
  job: Job
  status: JobStatus
  pods: Pod[]
  active: Pod[]
  /** Pods that are being deleted and have not ended. */
  terminating: number
  backoff: Backoff
  succeededIndexes: Set<number>
  failedIndexes: Set<number>
  context: ControllerContext
}

function sync(job: Job, key: string, context: ControllerContext): void {
  const { env, records } = context
  const now = env.now()
  const pods = claimed(job, key, context)
  const status: JobStatus = { ...job.status }
  const suspended = !!job.spec.suspend
  if (!status.startTime && !suspended) status.startTime = timestamp(now)

  const tracked = pods.filter((p) => p.metadata.finalizers?.includes(JOB_FINALIZER))
  const succeeded = tracked.filter((p) => p.status?.phase === 'Succeeded')
  const failed = tracked.filter((p) => hasFailed(job, p))
  const counted = failed.filter((p) => matchFailurePolicy(job, p)?.action !== 'Ignore')
  status.failed = (status.failed ?? 0) + counted.length || undefined
  const backoff = nextBackoff(records.get<Backoff>(BACKOFF, key), succeeded, failed)
  if (backoff.failures || records.get(BACKOFF, key)) records.put(BACKOFF, key, backoff.failures ? backoff : undefined)

  const state: JobSync = {
    job,
    status,
    pods,
    active: pods.filter(isPodActive),
    terminating: pods.filter(isPodTerminating).length,
    backoff,
    succeededIndexes: new Set(),
    failedIndexes: new Set(),
    context,
  }
  if (isIndexed(job)) countIndexes(state, succeeded, counted)
  else status.succeeded = (status.succeeded ?? 0) + succeeded.length || undefined

  const outcome = act(state)
  if (outcome?.type === 'FailureTarget') status.failed = (status.failed ?? 0) + lost(state, tracked, failed) || undefined
  status.active = state.active.length || undefined
  status.ready = state.active.filter(isPodReady).length
  status.terminating = state.terminating
  status.uncountedTerminatedPods = {}
  const event = outcome ? conclude(state, outcome) : undefined
  const stored =
    semanticEqual(status, job.status) && job.status?.ready !== undefined ? job : context.api.updateStatus<Job>({ ...job, status })
  for (const pod of outcome ? tracked : [...succeeded, ...failed])
    untrack(context.api.get<Pod>('pods', pod.metadata.namespace, pod.metadata.name) ?? pod, context)
  if (event) context.api.event(stored, event)
  if (outcome && isFinished(stored)) {
    for (const pod of context.api.ownedBy<Pod>(job.metadata.uid, 'pods')) if (!isPodActive(pod)) untrack(pod, context)
    records.put(BACKOFF, key, undefined)
  }
}

/** Pods that have not ended fail with their Job; with one that succeeds they go uncounted. */
function lost({ job }: JobSync, tracked: Pod[], failed: Pod[]): number {
  const running = tracked.filter((pod) => pod.status?.phase !== 'Succeeded' && !failed.includes(pod))
  return running.filter((pod) => matchFailurePolicy(job, pod)?.action !== 'Ignore').length
}

function countIndexes(state: JobSync, succeeded: Pod[], failed: Pod[]): void {
  const { job, status } = state
  const completions = job.spec.completions ?? 0
  const done = parseIndexes(status.completedIndexes, completions)
  for (const pod of succeeded) if (indexOf(pod) >= 0 && indexOf(pod) < completions) done.add(indexOf(pod))
  state.succeededIndexes = done
  status.completedIndexes = done.size ? formatIndexes(done) : undefined
  status.succeeded = done.size || undefined
  if (job.spec.backoffLimitPerIndex === undefined) return
  const lost = parseIndexes(status.failedIndexes, completions)
  for (const pod of failed) {
    const index = indexOf(pod)
    const failures = Number(pod.metadata.annotations?.[INDEX_FAILURES] ?? '0')
    const forGood = matchFailurePolicy(job, pod)?.action === 'FailIndex' || failures >= job.spec.backoffLimitPerIndex
    if (index >= 0 && forGood && !done.has(index)) lost.add(index)
  }
  state.failedIndexes = lost
  status.failedIndexes = formatIndexes(lost)
}

// ---------------------------------------------------------------- conditions

type Outcome = { type: 'SuccessCriteriaMet' | 'FailureTarget'; reason: string; message: string }

/** Creates or deletes pods; answers how the Job ends, when it does. */
function act(state: JobSync): Outcome | undefined {
  const { job, context } = state
  const ending = endingOf(state)
  if (ending) {
    deleteActive(state, state.active)
    return ending
  }
  let failed = false
  if (!job.metadata.deletionTimestamp) {
    try {
      manage(state)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      failed = true
    }
  }
  const key = keyOf(job)
  if (failed) retryLater(context, `${NAME}-retries`, key)
  else forgetRetries(context, `${NAME}-retries`, key)
  const done = completed(state)
  if (done) return done
  if (!job.metadata.deletionTimestamp) noteSuspension(state)
  return undefined
}

/** What ends the Job whether or not pods are running. */
function endingOf(state: JobSync): Outcome | undefined {
  const { job, status, pods, context } = state
  for (const type of ['SuccessCriteriaMet', 'FailureTarget'] as const) {
    const met = conditionOf(status.conditions, type)
    if (met?.status === 'True') return { type, reason: met.reason!, message: met.message! }
  }
  const fail = (reason: string, message: string): Outcome => ({ type: 'FailureTarget', reason, message })
  for (const pod of pods) {
    const match = hasFailed(job, pod) ? matchFailurePolicy(job, pod) : undefined
    if (match?.action === 'FailJob') return fail('PodFailurePolicy', match.message)
  }
  const limit = job.spec.backoffLimit ?? 6
  if ((status.failed ?? 0) > limit || restartsExceedLimit(job, pods))
    return fail('BackoffLimitExceeded', 'Job has reached the specified backoff limit')
  const { activeDeadlineSeconds, maxFailedIndexes } = job.spec
  if (activeDeadlineSeconds !== undefined && status.startTime && !job.spec.suspend) {
    const end = fromTime(status.startTime) + activeDeadlineSeconds * 1000
    if (context.env.now() >= end) return fail('DeadlineExceeded', 'Job was active longer than specified deadline')
    context.wakeAt(end)
  }
  if (maxFailedIndexes !== undefined && state.failedIndexes.size > maxFailedIndexes) {
    return fail('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes')
  }
  const policy = isIndexed(job) ? matchSuccessPolicy(job, state.succeededIndexes) : undefined
  return policy === undefined ? undefined : { type: 'SuccessCriteriaMet', reason: 'SuccessPolicy', message: policy }
}

function completed(state: JobSync): Outcome | undefined {
  const { job, status, active, failedIndexes } = state
  const succeeded = status.succeeded ?? 0
  const { completions } = job.spec
  if (active.length > 0) return undefined
  if (completions === undefined ? succeeded === 0 : succeeded + failedIndexes.size < completions) return undefined
  if (failedIndexes.size) return { type: 'FailureTarget', reason: 'FailedIndexes', message: 'Job has failed indexes' }
  return { type: 'SuccessCriteriaMet', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
}

function noteSuspension({ job, status, context }: JobSync): void {
  const { api, env } = context
  const now = timestamp(env.now())
  const suspended = !!job.spec.suspend
  const old = conditionOf(status.conditions, 'Suspended')
  const wanted = suspended ? 'True' : 'False'
  // A Job that was never suspended has no such condition.
  if (old ? old.status === wanted : !suspended) return
  const [reason, message] = suspended ? ['JobSuspended', 'Job suspended'] : ['JobResumed', 'Job resumed']
  status.conditions = [...(status.conditions ?? []).filter((c) => c !== old), condition('Suspended', reason, message, now, wanted)]
  api.event(job, { type: 'Normal', reason: suspended ? 'Suspended' : 'Resumed', message })
  if (suspended) delete status.startTime
  else status.startTime = now
}

function condition(type: string, reason: string, message: string, now: string, status: Condition['status'] = 'True'): Condition {
  return { type, status, reason, message, lastProbeTime: now, lastTransitionTime: now }
}

/** The interim condition at once, the final one when no pod is left that has not ended. */
function conclude(state: JobSync, { type, reason, message }: Outcome): NewEvent | undefined {
  const { status, context } = state
  const now = timestamp(context.env.now())
  if (!conditionOf(status.conditions, type)) status.conditions = [...(status.conditions ?? []), condition(type, reason, message, now)]
  if (state.terminating > 0 || state.active.length > 0) return undefined
  if (type === 'FailureTarget') {
    status.conditions = [...status.conditions!, condition('Failed', reason, message, now)]
    return { type: 'Warning', reason, message }
  }
  status.conditions = [...status.conditions!, condition('Complete', reason, message, now)]
  status.completionTime = now
  return { type: 'Normal', reason: 'Completed', message: 'Job completed' }
}
