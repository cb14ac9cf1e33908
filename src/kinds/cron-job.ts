// CronJob: Jobs by the clock.

import type { CronJob } from '../api/workloads'
import { age } from '../lib/ages'
import { formatLabelSelector } from '../lib/label-selector'
import { AGE, boolText, NAME, templateColumns } from './columns'
import { defaultCronJob } from './defaults/jobs'
import { clearStatus } from './defaults/workloads'
import { eventLines } from './describe/events'
import { headLines, rfc1123z } from './describe/metadata'
import { podTemplateLines } from './describe/pod-template'
import { selectorText } from './describe/selectors'
import { describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { cronJobWarnings, validateCronJob } from './validation/jobs'

function describeCronJob(cronJob: CronJob, context: DescribeContext): string {
  const { spec, status } = cronJob
  const template = spec.jobTemplate?.spec
  return describing((w) => {
    headLines(w, cronJob, true)
    w.write(0, `Schedule:\t${spec.schedule}\n`)
    w.write(0, `Concurrency Policy:\t${spec.concurrencyPolicy ?? ''}\n`)
    w.write(0, `Suspend:\t${boolText(spec.suspend)}\n`)
    w.write(0, `Time Zone:\t${spec.timeZone ?? '<unset>'}\n`)
    w.write(0, `Successful Job History Limit:\t${spec.successfulJobsHistoryLimit ?? '<unset>'}\n`)
    w.write(0, `Failed Job History Limit:\t${spec.failedJobsHistoryLimit ?? '<unset>'}\n`)
    const deadline = spec.startingDeadlineSeconds
    w.write(0, `Starting Deadline Seconds:\t${deadline === undefined ? '<unset>' : `${deadline}s`}\n`)
    w.write(0, `Selector:\t${template?.selector ? selectorText(template.selector) : '<unset>'}\n`)
    w.write(0, `Parallelism:\t${template?.parallelism ?? '<unset>'}\n`)
    w.write(0, `Completions:\t${template?.completions ?? '<unset>'}\n`)
    if (template?.activeDeadlineSeconds !== undefined) w.write(0, `Active Deadline Seconds:\t${template.activeDeadlineSeconds}s\n`)
    podTemplateLines(w, template?.template)
    w.write(0, `Last Schedule Time:\t${status?.lastScheduleTime ? rfc1123z(status.lastScheduleTime) : '<unset>'}\n`)
    w.write(0, `Active Jobs:\t${status?.active?.map((job) => job.name ?? '').join(', ') || '<none>'}\n`)
    eventLines(w, cronJob, context)
  })
}

export const cronJob = defineKind<CronJob>({
  resource: 'cronjobs.batch',
  validate: validateCronJob,
  warnings: cronJobWarnings,
  defaults: defaultCronJob,
  prepareForCreate: clearStatus({}),
  columns: [
    NAME,
    { name: 'SCHEDULE', cell: (cronJob) => cronJob.spec.schedule },
    { name: 'TIMEZONE', cell: (cronJob) => cronJob.spec.timeZone ?? '<none>' },
    { name: 'SUSPEND', cell: (cronJob) => boolText(cronJob.spec.suspend) },
    { name: 'ACTIVE', cell: (cronJob) => String(cronJob.status?.active?.length ?? 0) },
    { name: 'LAST SCHEDULE', cell: ({ status }, now) => (status?.lastScheduleTime ? age(status.lastScheduleTime, now) : '<none>') },
    AGE,
    ...templateColumns<CronJob>(
      (cronJob) => cronJob.spec.jobTemplate?.spec?.template?.spec?.containers,
      (cronJob) => formatLabelSelector(cronJob.spec.jobTemplate?.spec?.selector),
    ),
  ],
  describe: describeCronJob,
})
