import type { CronJob, Job } from '../../src/api/workloads'
import { cronJobController } from '../../src/controllers/cronjob'
import { FakeCluster } from './fake-client'

function add(c: FakeCluster, spec: Partial<CronJob['spec']> = {}): void {
  c.create<CronJob>({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick', namespace: 'default' },
    spec: {
      schedule: '* * * * *',
      concurrencyPolicy: 'Allow',
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: { metadata: { labels: { app: 'tick' } }, spec: { template: { spec: { containers: [] } } } },
      ...spec,
    },
  })
  c.settle()
}
const cluster = () => new FakeCluster([cronJobController])
const get = (c: FakeCluster) => c.get<CronJob>('cronjobs.batch', 'default', 'tick')!
const jobs = (c: FakeCluster) => c.list<Job>('jobs.batch', 'default')
const names = (c: FakeCluster) => jobs(c).map((j) => j.metadata.name)
function end(c: FakeCluster, job: Job, type = 'Complete'): void {
  const now = new Date(c.time).toISOString()
  c.updateStatus<Job>({
    ...job,
    status: { startTime: now, ...(type === 'Complete' && { completionTime: now }), conditions: [{ type, status: 'True' }] },
  })
  c.settle()
}
/** Minutes from 1970 to the cluster's first moment. */
const NOON = Date.parse('2026-11-23T12:00:00Z') / 60_000

test('a job a minute, named after its time', () => {
  const c = cluster()
  add(c)
  expect(jobs(c)).toEqual([])
  c.advance(120)
  expect(names(c)).toEqual([`tick-${NOON + 1}`, `tick-${NOON + 2}`])
  expect(jobs(c)[0].metadata).toMatchObject({
    labels: { app: 'tick' },
    annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-11-23T12:01:00Z' },
    ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'tick', controller: true }],
  })
  expect(get(c).status).toMatchObject({
    lastScheduleTime: '2026-11-23T12:02:00Z',
    active: [{ name: names(c)[0], kind: 'Job' }, { name: names(c)[1] }],
  })
  expect(c.eventLines()).toEqual(names(c).map((n) => `Normal SuccessfulCreate Created job ${n}`))
})

test.each([
  { policy: 'Allow', left: [1, 2], line: undefined },
  {
    policy: 'Forbid',
    left: [1],
    line: 'Normal JobAlreadyActive Not starting job because prior execution is running and concurrency policy is Forbid',
  },
  { policy: 'Replace', left: [2], line: `Normal SuccessfulDelete Deleted job tick-${NOON + 1}` },
])('concurrency policy $policy', ({ policy, left, line }) => {
  const c = cluster()
  add(c, { concurrencyPolicy: policy })
  c.advance(120)
  expect(names(c)).toEqual(left.map((n) => `tick-${NOON + n}`))
  if (line) expect(c.eventLines()).toContain(line)
})

test('finished jobs are noted and only so many kept', () => {
  const c = cluster()
  add(c, { successfulJobsHistoryLimit: 1 })
  for (const type of ['Complete', 'Failed', 'Complete']) {
    c.advance(60)
    end(c, jobs(c).find((j) => !j.status.conditions)!, type)
  }
  expect(names(c)).toEqual([`tick-${NOON + 2}`, `tick-${NOON + 3}`])
  expect(get(c).status.active).toBeUndefined()
  expect(get(c).status.lastSuccessfulTime).toBe(jobs(c)[1].status.completionTime)
  expect(c.eventLines().filter((e) => e.includes('SawCompletedJob'))).toEqual([
    `Normal SawCompletedJob Saw completed job: tick-${NOON + 1}, condition: Complete`,
    `Normal SawCompletedJob Saw completed job: tick-${NOON + 2}, condition: Failed`,
    `Normal SawCompletedJob Saw completed job: tick-${NOON + 3}, condition: Complete`,
  ])
})

test('suspended it does nothing; resumed it makes up for the last time missed', () => {
  const c = cluster()
  add(c, { suspend: true })
  c.advance(150)
  expect(jobs(c)).toEqual([])
  c.update<CronJob>({ ...get(c), spec: { ...get(c).spec, suspend: false } })
  c.settle()
  expect(names(c)).toEqual([`tick-${NOON + 2}`])
})

test('too many missed times are reported', () => {
  const c = cluster()
  add(c, { suspend: true })
  c.advance(60 * 1000)
  c.update<CronJob>({ ...get(c), spec: { ...get(c).spec, suspend: false } })
  c.settle()
  expect(names(c)).toEqual([`tick-${NOON + 1000}`])
  expect(c.eventLines()[0]).toMatch(/^Warning TooManyMissedTimes too many missed start times\. Set or decrease/)
})

test.each([
  {
    name: 'a schedule that is none',
    spec: { schedule: 'often' },
    line: 'Warning UnparseableSchedule unparseable schedule: "often" : expected exactly 5 fields, found 1: [often]',
  },
  {
    name: 'a day that no month has',
    spec: { schedule: '59 23 31 2 *' },
    line: 'Warning InvalidSchedule invalid schedule: 59 23 31 2 * : time difference between two schedules is less than 1 second',
  },
  {
    name: 'an unknown zone',
    spec: { timeZone: 'Mars/North' },
    line: 'Warning UnknownTimeZone invalid timeZone: "Mars/North": unknown time zone Mars/North',
  },
])('$name', ({ spec, line }) => {
  const c = cluster()
  add(c, spec)
  c.advance(120)
  expect(jobs(c)).toEqual([])
  expect(c.eventLines()).toEqual([line])
})

test('a time zone stands in the job', () => {
  const c = cluster()
  add(c, { schedule: '30 13 * * *', timeZone: 'Europe/Berlin' })
  c.advance(3600)
  expect(jobs(c)[0].metadata.annotations).toEqual({ 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-11-23T13:30:00+01:00' })
})
