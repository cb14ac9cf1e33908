// CronJob: Jobs by the clock.
import type { CronJob } from '../api/workloads'
import { age } from '../lib/ages'
import { formatSelector } from '../lib/label-format'
import { AGE, boolText, NAME, templateColumns } from './columns'
import { defineKind } from './kind'

export const cronJob = defineKind<CronJob>({
  resource: 'cronjobs.batch',
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
      (cronJob) => formatSelector(cronJob.spec.jobTemplate?.spec?.selector),
    ),
  ],
})
