// Job: pods that run until enough of them succeeded.

import type { Job } from '../api/workloads'
import { humanDuration } from '../lib/ages'
import { formatLabelSelector } from '../lib/label-selector'
import { AGE, count, NAME, templateColumns } from './columns'
import { defaultJob, prepareJob } from './defaults/jobs'
import { eventLines } from './describe/events'
import { annotationLines, controlledByLine, labelLines, rfc1123z } from './describe/metadata'
import { podTemplateLines } from './describe/pod-template'
import { selectorText } from './describe/selectors'
import { type DescribeWriter, describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { jobWarnings, validateJob, validateJobUpdate } from './validation/jobs'
import { validateJobStatus } from './validation/status'

function statusText({ metadata, status }: Job): string {
  const has = (type: string) => status?.conditions?.find((condition) => condition.type === type)?.status === 'True'
  if (has('Complete')) return 'Complete'
  if (has('Failed')) return 'Failed'
  if (metadata.deletionTimestamp) return 'Terminating'
  if (has('Suspended')) return 'Suspended'
  return has('FailureTarget') ? 'FailureTarget' : 'Running'
}

/** `1/3`; without a number of completions `0/1`, and `0/1 of 3` with a parallelism. */
function completions({ spec, status }: Job): string {
  const done = count(status?.succeeded)
  if (spec.completions !== undefined) return `${done}/${spec.completions}`
  return (spec.parallelism ?? 0) > 1 ? `${done}/1 of ${spec.parallelism}` : `${done}/1`
}

function duration({ status }: Job, now: number): string {
  if (!status?.startTime) return ''
  const end = status.completionTime ? Date.parse(status.completionTime) : now
  return humanDuration(end - Date.parse(status.startTime))
}

function describeJob(job: Job, context: DescribeContext): string {
  const { metadata, spec } = job
  return describing((w) => {
    w.write(0, `Name:\t${metadata.name}\n`)
    w.write(0, `Namespace:\t${metadata.namespace ?? ''}\n`)
    w.write(0, `Selector:\t${selectorText(spec.selector)}\n`)
    labelLines(w, 'Labels', metadata.labels)
    annotationLines(w, 'Annotations', metadata.annotations)
    controlledByLine(w, job)
    const optional = (title: string, value: unknown) => value !== undefined && w.write(0, `${title}:\t${value}\n`)
    optional('Parallelism', spec.parallelism)
    w.write(0, `Completions:\t${spec.completions ?? '<unset>'}\n`)
    optional('Completion Mode', spec.completionMode)
    optional('Suspend', spec.suspend)
    optional('Backoff Limit', spec.backoffLimit)
    optional('TTL Seconds After Finished', spec.ttlSecondsAfterFinished)
    progressLines(w, job)
    podTemplateLines(w, spec.template)
    eventLines(w, job, context)
  })
}

function progressLines(w: DescribeWriter, { spec, status = {} }: Job): void {
  const { startTime, completionTime, ready } = status
  if (startTime) w.write(0, `Start Time:\t${rfc1123z(startTime)}\n`)
  if (completionTime) w.write(0, `Completed At:\t${rfc1123z(completionTime)}\n`)
  if (startTime && completionTime) w.write(0, `Duration:\t${humanDuration(Date.parse(completionTime) - Date.parse(startTime))}\n`)
  if (spec.activeDeadlineSeconds !== undefined) w.write(0, `Active Deadline Seconds:\t${spec.activeDeadlineSeconds}s\n`)
  const active = `${count(status.active)} Active${ready === undefined ? '' : ` (${ready} Ready)`}`
  w.write(0, `Pods Statuses:\t${active} / ${count(status.succeeded)} Succeeded / ${count(status.failed)} Failed\n`)
  if (spec.completionMode === 'Indexed') w.write(0, `Completed Indexes:\t${indexesText(status.completedIndexes ?? '')}\n`)
}

/** Cut at the first comma after fifty characters. */
function indexesText(indexes: string): string {
  const comma = indexes.indexOf(',', 50)
  return comma === -1 ? indexes || '<none>' : `${indexes.slice(0, comma + 1)}...`
}

export const job = defineKind<Job>({
  resource: 'jobs.batch',
  validate: validateJob,
  validateStatusUpdate: validateJobStatus,
  validateUpdate: validateJobUpdate,
  warnings: jobWarnings,
  defaults: defaultJob,
  prepareForCreate: prepareJob,
  columns: [
    NAME,
    { name: 'STATUS', cell: statusText },
    { name: 'COMPLETIONS', cell: completions },
    { name: 'DURATION', cell: duration },
    AGE,
    ...templateColumns<Job>(
      (job) => job.spec.template?.spec?.containers,
      (job) => formatLabelSelector(job.spec.selector),
    ),
  ],
  describe: describeJob,
})
