// CronJobs: Jobs on a schedule. Follows pkg/controller/cronjob/cronjob_controllerv2.go.
import type { Change, Controller, ControllerContext, NewObject } from '../api/contracts'
import type { KubeObject, ObjectReference } from '../api/types'
import type { CronJob, Job } from '../api/workloads'
import { ApiError, isNamespaceTerminating } from '../errors'
import { CronError, type CronSchedule, isTimeZone, nextCron, parseCron } from '../lib/cron'
import { semanticEqual } from '../lib/equal'
import { fromTime, timestamp } from '../lib/time'
import { isFinished } from './job'
import { isConditionTrue } from './shared/conditions'
import { controllerKeys, controllerRef, isControlledBy, keyOf, splitKey } from './shared/ownership'

const RESOURCE = 'cronjobs.batch'
const JOBS = 'jobs.batch'
const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp'
const TOO_MANY = 100

export const cronJobController: Controller = {
  name: 'cronjob-controller',
  watches: {
    [RESOURCE]: ({ before, after }: Change) => (after && !(before && semanticEqual(before.spec, after.spec)) ? [keyOf(after)] : []),
    [JOBS]: (change) => controllerKeys(change, 'CronJob', 'batch'),
  },
  reconcile(key, context) {
    const [namespace, name] = splitKey(key)
    const cron = context.api.get<CronJob>(RESOURCE, namespace, name)
    if (!cron) return
    const jobs = context.api.ownedBy<Job>(cron.metadata.uid, JOBS)
    const noted = noteJobs(cron, jobs, context)
    cleanUp(noted, jobs, context)
    if (!noted.metadata.deletionTimestamp) schedule(noted, context)
  },
}

/** Keeps status.active and lastSuccessfulTime to what the Jobs say. */
function noteJobs(cron: CronJob, jobs: Job[], { api }: ControllerContext): CronJob {
  let active = cron.status?.active ?? []
  let { lastSuccessfulTime } = cron.status ?? {}
  for (const job of jobs) {
    const { name, uid } = job.metadata
    const known = active.some((ref) => ref.uid === uid)
    if (!known && !isFinished(job)) {
      if (job.metadata.deletionTimestamp) continue
      const message = `Saw a job that the controller did not create or forgot: ${name}`
      api.event(cron, { type: 'Warning', reason: 'UnexpectedJob', message })
    } else if (known && isFinished(job)) {
      active = active.filter((ref) => ref.uid !== uid)
      const condition = isConditionTrue(job.status.conditions, 'Complete') ? 'Complete' : 'Failed'
      api.event(cron, { type: 'Normal', reason: 'SawCompletedJob', message: `Saw completed job: ${name}, condition: ${condition}` })
    }
    const { completionTime } = job.status ?? {}
    if (completionTime && isConditionTrue(job.status.conditions, 'Complete') && fromTime(completionTime) > fromTime(lastSuccessfulTime)) {
      lastSuccessfulTime = completionTime
    }
  }
  for (const ref of active) {
    if (jobs.some((job) => job.metadata.uid === ref.uid)) continue
    active = active.filter((r) => r !== ref)
    api.event(cron, { type: 'Normal', reason: 'MissingJob', message: `Active job went missing: ${ref.name}` })
  }
  return store(cron, { ...cron.status, active: active.length ? active : undefined, lastSuccessfulTime }, api)
}

function store(cron: CronJob, status: CronJob['status'], api: ControllerContext['api']): CronJob {
  return semanticEqual(status, cron.status) ? cron : api.updateStatus<CronJob>({ ...cron, status })
}

// ---------------------------------------------------------------- history

function cleanUp(cron: CronJob, jobs: Job[], context: ControllerContext): void {
  const { successfulJobsHistoryLimit: good = 3, failedJobsHistoryLimit: bad = 1 } = cron.spec
  const byStart = (a: Job, b: Job) =>
    fromTime(a.status.startTime) - fromTime(b.status.startTime) || (a.metadata.name < b.metadata.name ? -1 : 1)
  const ended = (type: string) => jobs.filter((job) => isConditionTrue(job.status?.conditions, type)).sort(byStart)
  for (const [found, limit] of [
    [ended('Complete'), good],
    [ended('Failed'), bad],
  ] as const) {
    for (const job of found.slice(0, Math.max(0, found.length - limit))) remove(cron, job.metadata, context)
  }
}

function remove(cron: CronJob, { namespace, name }: { namespace?: string; name: string }, { api }: ControllerContext): void {
  try {
    api.delete(JOBS, namespace, name, { propagationPolicy: 'Background' })
    api.event(cron, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted job ${name}` })
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    api.event(cron, { type: 'Warning', reason: 'FailedDelete', message: `Deleted job: ${error.message}` })
  }
}

// ---------------------------------------------------------------- schedule

function parsed(cron: CronJob, { api }: ControllerContext): CronSchedule | undefined {
  const { schedule: text, timeZone } = cron.spec
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    const message = `invalid timeZone: "${timeZone}": unknown time zone ${timeZone}`
    api.event(cron, { type: 'Warning', reason: 'UnknownTimeZone', message })
    return undefined
  }
  try {
    return parseCron(text, timeZone)
  } catch (error) {
    if (!(error instanceof CronError)) throw error
    const message = `unparseable schedule: "${text}" : ${error.message}`
    api.event(cron, { type: 'Warning', reason: 'UnparseableSchedule', message })
    return undefined
  }
}

/** The last time before now that has not been served; undefined when there is none. */
function dueTime(cron: CronJob, plan: CronSchedule, { api, env }: ControllerContext): number | undefined {
  const now = env.now()
  const { startingDeadlineSeconds } = cron.spec
  let earliest = fromTime(cron.status?.lastScheduleTime ?? cron.metadata.creationTimestamp)
  if (startingDeadlineSeconds !== undefined) earliest = Math.max(earliest, now - startingDeadlineSeconds * 1000)
  let due: number | undefined
  let missed = 0
  for (let at = nextCron(plan, earliest); at !== undefined && at <= now; at = nextCron(plan, at)) {
    // After a long sleep only the last stretch is walked.
    if (++missed === TOO_MANY + 1) at = Math.max(at, now - 2 * (at - due!))
    due = at
  }
  if (missed > TOO_MANY) {
    const message = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew'
    api.event(cron, { type: 'Warning', reason: 'TooManyMissedTimes', message })
  }
  return due
}

function schedule(cron: CronJob, context: ControllerContext): void {
  const { api, env } = context
  const plan = cron.spec.suspend ? undefined : parsed(cron, context)
  if (!plan) return
  const next = nextCron(plan, env.now())
  if (next === undefined) {
    // A day that no year has: upstream reckons both times that come next as none, and the time between them as nothing.
    const message = `invalid schedule: ${cron.spec.schedule} : time difference between two schedules is less than 1 second`
    api.event(cron, { type: 'Warning', reason: 'InvalidSchedule', message })
    return
  }
  context.wakeAt(next)
  const due = dueTime(cron, plan, context)
  if (due === undefined || cron.status?.lastScheduleTime === timestamp(due)) return
  const { startingDeadlineSeconds: deadline, concurrencyPolicy } = cron.spec
  if (deadline !== undefined && due + deadline * 1000 < env.now()) {
    const message = `Missed scheduled time to start a job: ${rfc1123z(due)}`
    api.event(cron, { type: 'Warning', reason: 'MissSchedule', message })
    return
  }
  let active = cron.status?.active ?? []
  if (active.some((ref) => ref.name === jobName(cron, due))) return
  if (concurrencyPolicy === 'Forbid' && active.length) {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid'
    api.event(cron, { type: 'Normal', reason: 'JobAlreadyActive', message })
    return
  }
  if (concurrencyPolicy === 'Replace') {
    for (const ref of active) {
      const job = api.get<Job>(JOBS, ref.namespace, ref.name!)
      if (job) remove(cron, job.metadata, context)
    }
    active = []
  }
  const job = start(cron, due, plan.zone, context)
  if (!job) return
  const status = { ...cron.status, active: [...active, referenceTo(job)], lastScheduleTime: timestamp(due) }
  store(cron, status, api)
}

function start(cron: CronJob, due: number, zone: string | undefined, { api }: ControllerContext): Job | undefined {
  const request = jobOf(cron, due, zone)
  try {
    const job = api.create<Job>(request)
    api.event(cron, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created job ${job.metadata.name}` })
    return job
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const existing = api.get<Job>(JOBS, cron.metadata.namespace, request.metadata.name!)
    if (error.reason === 'AlreadyExists' && existing && isControlledBy(existing, cron)) return isFinished(existing) ? undefined : existing
    if (isNamespaceTerminating(error)) return undefined
    api.event(cron, { type: 'Warning', reason: 'FailedCreate', message: `Error creating job: ${error.message}` })
    return undefined
  }
}

/** The minutes since 1970 make the name one of its time. */
function jobName(cron: CronJob, due: number): string {
  return `${cron.metadata.name}-${Math.floor(due / 60_000)}`
}

function jobOf(cron: CronJob, due: number, zone: string | undefined): NewObject<Job> {
  const { metadata = {}, spec } = cron.spec.jobTemplate
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(cron, due),
      namespace: cron.metadata.namespace,
      ...(metadata.labels && { labels: metadata.labels }),
      annotations: { ...metadata.annotations, [SCHEDULED_AT]: inZone(due, zone) },
      ownerReferences: [controllerRef(cron)],
    },
    spec,
  }
}

function referenceTo({ apiVersion, kind, metadata }: KubeObject): ObjectReference {
  const { namespace, name, uid, resourceVersion } = metadata
  return { apiVersion, kind, name, namespace, resourceVersion, uid }
}

// ---------------------------------------------------------------- times as text

/** RFC 3339 as a zone's clock shows it. */
function inZone(time: number, zone: string | undefined): string {
  if (!zone || zone === 'UTC') return timestamp(time)
  const offset = zoneOffset(time, zone)
  const sign = offset < 0 ? '-' : '+'
  const minutes = Math.abs(offset) / 60_000
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0')
  const suffix = offset === 0 ? 'Z' : `${sign}${two(minutes / 60)}:${two(minutes % 60)}`
  return timestamp(time + offset).replace('Z', suffix)
}

function zoneOffset(time: number, zone: string): number {
  const name = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
    .formatToParts(time)
    .find((p) => p.type === 'timeZoneName')?.value
  const match = /GMT([+-])(\d\d):(\d\d)/.exec(name ?? '')
  return match ? (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60_000 : 0
}

/** `Mon, 02 Jan 2006 15:04:05 +0000` */
function rfc1123z(time: number): string {
  return new Date(time).toUTCString().replace('GMT', '+0000')
}
