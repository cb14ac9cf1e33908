// Creating and deleting a Job's pods. Follows manageJob of pkg/controller/job/job_controller.go.
import type { NewObject } from '../api/contracts'
import type { Pod } from '../api/types'
import { ApiError, isNamespaceTerminating } from '../errors'
import type { JobSync } from './job'
import { backoffEnd, finishTime, matchFailurePolicy, replacesOnlyFailed } from './job-failures'
import { duplicates, INDEX_FAILURES, INDEX_IGNORED_FAILURES, indexedTemplate, indexOf, isIndexed, pendingIndexes } from './job-indexes'
import { podFromTemplate } from './shared/pod-template'
import { podsToDelete } from './shared/pods'

/** Keeps a pod until its Job has counted it. */
export const JOB_FINALIZER = 'batch.kubernetes.io/job-tracking'

/** Deletes pods and takes them out of the active ones. */
export function deleteActive(state: JobSync, doomed: Pod[]): void {
  const { job, context } = state
  for (const pod of doomed) {
    const { namespace, name } = pod.metadata
    context.api.delete('pods', namespace, name)
    context.api.event(job, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${name}` })
    const left = context.api.get<Pod>('pods', namespace, name)
    if (left && !left.status?.phase?.match(/Succeeded|Failed/)) state.terminating++
  }
  state.active = state.active.filter((pod) => !doomed.includes(pod))
}

/** The same of pods that the Job does not want now: nobody counts them. */
function deleteUncounted(state: JobSync, doomed: Pod[]): void {
  const untracked = doomed.map((pod) => {
    const finalizers = (pod.metadata.finalizers ?? []).filter((f) => f !== JOB_FINALIZER)
    return state.context.api.update<Pod>({ ...pod, metadata: { ...pod.metadata, finalizers } })
  })
  state.active = state.active.map((pod) => untracked[doomed.indexOf(pod)] ?? pod)
  deleteActive(state, untracked)
}

/** Brings the number of active pods to what the Job wants now. Throws ApiError when a pod cannot be created. */
export function manage(state: JobSync): void {
  const { job, status, context } = state
  if (job.spec.suspend) {
    deleteUncounted(state, state.active)
    return
  }
  const { completions, parallelism = 1 } = job.spec
  const succeeded = status.succeeded ?? 0
  const active = state.active.length
  const wanted =
    completions === undefined
      ? succeeded > 0
        ? active
        : parallelism
      : Math.min(parallelism, Math.max(0, completions - succeeded - state.failedIndexes.size))
  const surplus = surplusPods(state, active - wanted)
  if (surplus.length) {
    deleteUncounted(state, surplus)
    return
  }
  const missing = wanted - active - (replacesOnlyFailed(job) ? state.terminating : 0)
  if (missing <= 0) return
  if (job.spec.backoffLimitPerIndex === undefined) {
    const from = backoffEnd(state.backoff)
    if (from > context.env.now()) {
      context.wakeAt(from)
      return
    }
  }
  for (const pod of newPods(state, missing)) create(state, pod)
}

function surplusPods(state: JobSync, count: number): Pod[] {
  const { job, active, context } = state
  const twice = isIndexed(job) ? duplicates(active) : []
  if (twice.length >= count) return twice
  const others = active.filter((pod) => !twice.includes(pod))
  return [...twice, ...podsToDelete(others, others, count - twice.length, context.env.now())]
}

function create({ job, active, context }: JobSync, pod: NewObject<Pod>): void {
  const { api } = context
  try {
    const created = api.create<Pod>(pod)
    active.push(created)
    api.event(job, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${created.metadata.name}` })
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (isNamespaceTerminating(error)) return
    api.event(job, { type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${error.message}` })
    throw error
  }
}

function newPods(state: JobSync, count: number): NewObject<Pod>[] {
  const { job } = state
  const { template } = job.spec
  const tracked = (pod: NewObject<Pod>): NewObject<Pod> => {
    const finalizers = (pod.metadata.finalizers ?? []).filter((f) => f !== JOB_FINALIZER)
    return { ...pod, metadata: { ...pod.metadata, finalizers: [...finalizers, JOB_FINALIZER] } }
  }
  if (!isIndexed(job)) return Array.from({ length: count }, () => tracked(podFromTemplate(job, template)))
  const taken = new Set([...state.succeededIndexes, ...state.failedIndexes])
  const holding = replacesOnlyFailed(job) ? state.pods.filter((p) => p.metadata.deletionTimestamp) : []
  for (const pod of [...state.active, ...holding]) taken.add(indexOf(pod))
  const perIndex = job.spec.backoffLimitPerIndex !== undefined
  if (perIndex) for (const index of backingOff(state)) taken.add(index)
  return pendingIndexes(job, count, taken).map((index) => {
    const failures = perIndex ? failuresOf(state, index) : undefined
    const pod = podFromTemplate(job, indexedTemplate(job, template, index, failures), {
      generateName: `${job.metadata.name}-${index}-`,
    })
    return tracked(pod)
  })
}

/** The last failed pod of an index. */
function lastFailed({ pods }: JobSync, index: number): Pod | undefined {
  const failed = pods.filter((p) => indexOf(p) === index && p.status?.phase === 'Failed')
  return failed.sort((a, b) => finishTime(a) - finishTime(b)).at(-1)
}

/** How often an index has failed, its last failed pod included. */
function failuresOf(state: JobSync, index: number): { counted: number; ignored: number } {
  const pod = lastFailed(state, index)
  const count = (key: string) => Number(pod?.metadata.annotations?.[key] ?? '0')
  const ignored = pod && matchFailurePolicy(state.job, pod)?.action === 'Ignore' ? 1 : 0
  return { counted: count(INDEX_FAILURES) + (pod && !ignored ? 1 : 0), ignored: count(INDEX_IGNORED_FAILURES) + ignored }
}

/** With a limit an index each index has a back-off of its own. */
function backingOff(state: JobSync): number[] {
  const { context } = state
  const waiting: number[] = []
  for (let index = 0; index < (state.job.spec.completions ?? 0); index++) {
    const pod = lastFailed(state, index)
    if (!pod) continue
    const { counted, ignored } = failuresOf(state, index)
    const from = backoffEnd({ failures: counted + ignored, last: finishTime(pod) })
    if (from <= context.env.now()) continue
    context.wakeAt(from)
    waiting.push(index)
  }
  return waiting
}
