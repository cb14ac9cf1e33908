// Job: pods that run until enough of them succeeded.
import type { Job } from '../api/workloads'
import { humanDuration } from '../lib/ages'
import { formatSelector } from '../lib/label-format'
import { AGE, count, NAME, templateColumns } from './columns'
import { defineKind } from './kind'

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

export const job = defineKind<Job>({
  resource: 'jobs.batch',
  columns: [
    NAME,
    { name: 'STATUS', cell: statusText },
    { name: 'COMPLETIONS', cell: completions },
    { name: 'DURATION', cell: duration },
    AGE,
    ...templateColumns<Job>(
      (job) => job.spec.template?.spec?.containers,
      (job) => formatSelector(job.spec.selector),
    ),
  ],
})
