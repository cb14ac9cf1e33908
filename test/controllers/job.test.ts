import type { Pod } from '../../src/api/types'
import type { Job, JobSpec } from '../../src/api/workloads'
import { garbageCollector } from '../../src/controllers/garbage-collector'
import { jobController } from '../../src/controllers/job'
import { formatIndexes, parseIndexes } from '../../src/controllers/job-indexes'
import { ttlAfterFinishedController } from '../../src/controllers/ttl-after-finished'
import { FakeCluster } from './fake-client'

const RESOURCE = 'jobs.batch'
const FINALIZER = 'batch.kubernetes.io/job-tracking'

function cluster(): FakeCluster {
  return new FakeCluster([jobController, ttlAfterFinishedController, garbageCollector])
}
function add(c: FakeCluster, spec: Partial<JobSpec> = {}): Job {
  const job = c.create<Job>({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'j', namespace: 'default' },
    spec: {
      parallelism: 1,
      completions: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      podReplacementPolicy: 'TerminatingOrFailed',
      selector: { matchLabels: { uid: 'x' } },
      template: { metadata: { labels: { uid: 'x' } }, spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] } },
      ...spec,
    },
  })
  c.settle()
  return job
}
const get = (c: FakeCluster) => c.get<Job>(RESOURCE, 'default', 'j')!
const pods = (c: FakeCluster) => c.list<Pod>('pods', 'default')
const live = (c: FakeCluster) => pods(c).filter((p) => !p.metadata.deletionTimestamp && !/Succeeded|Failed/.test(p.status?.phase ?? ''))
const conditions = (c: FakeCluster) => (get(c).status.conditions ?? []).map((x) => `${x.type}=${x.status} ${x.reason}: ${x.message}`)
function finish(c: FakeCluster, pod: Pod, exitCode: number): void {
  const now = new Date(c.time).toISOString()
  c.setPod('default', pod.metadata.name, exitCode === 0 ? 'Succeeded' : 'Failed', false, {
    containerStatuses: [
      {
        name: 'c',
        image: '',
        imageID: '',
        ready: false,
        restartCount: 0,
        lastState: {},
        state: { terminated: { exitCode, startedAt: now, finishedAt: now } },
      },
    ],
  })
  c.settle()
}
const byIndex = (c: FakeCluster, index: number) =>
  live(c).find((p) => p.metadata.labels!['batch.kubernetes.io/job-completion-index'] === String(index))!

test('runs to completion, keeping to parallelism', () => {
  const c = cluster()
  add(c, { completions: 3, parallelism: 2 })
  expect(live(c)).toHaveLength(2)
  expect(live(c)[0].metadata.finalizers).toEqual([FINALIZER])
  expect(get(c).status).toEqual({ active: 2, ready: 0, startTime: '2026-11-23T12:00:00Z', terminating: 0, uncountedTerminatedPods: {} })
  finish(c, live(c)[0], 0)
  expect(live(c)).toHaveLength(2)
  finish(c, live(c)[0], 0)
  expect(live(c)).toHaveLength(1)
  c.time += 5000
  finish(c, live(c)[0], 0)
  expect(get(c).status).toMatchObject({ succeeded: 3, ready: 0, completionTime: '2026-11-23T12:00:05Z' })
  expect(get(c).status.active).toBeUndefined()
  expect(conditions(c)).toEqual([
    'SuccessCriteriaMet=True CompletionsReached: Reached expected number of succeeded pods',
    'Complete=True CompletionsReached: Reached expected number of succeeded pods',
  ])
  expect(pods(c).flatMap((p) => p.metadata.finalizers ?? [])).toEqual([])
  expect(c.eventLines().at(-1)).toBe('Normal Completed Job completed')
  expect(c.eventLines().filter((e) => e.startsWith('Normal SuccessfulCreate Created pod: j-'))).toHaveLength(3)
})

test('without completions the first success ends it once the others are done', () => {
  const c = cluster()
  add(c, { completions: undefined, parallelism: 2 })
  finish(c, live(c)[0], 0)
  expect(live(c)).toHaveLength(1)
  expect(conditions(c)).toEqual([])
  finish(c, live(c)[0], 0)
  expect(get(c).status.succeeded).toBe(2)
  expect(conditions(c)).toHaveLength(2)
})

test('failures back off exponentially up to the limit', () => {
  const c = cluster()
  add(c, { backoffLimit: 2 })
  finish(c, live(c)[0], 1)
  expect(live(c)).toHaveLength(0)
  c.advance(9)
  expect(live(c)).toHaveLength(0)
  c.advance(2)
  expect(live(c)).toHaveLength(1)
  finish(c, live(c)[0], 1)
  c.advance(19)
  expect(live(c)).toHaveLength(0)
  c.advance(2)
  finish(c, live(c)[0], 1)
  expect(get(c).status.failed).toBe(3)
  expect(conditions(c)).toEqual([
    'FailureTarget=True BackoffLimitExceeded: Job has reached the specified backoff limit',
    'Failed=True BackoffLimitExceeded: Job has reached the specified backoff limit',
  ])
  expect(c.eventLines().at(-1)).toBe('Warning BackoffLimitExceeded Job has reached the specified backoff limit')
})

test('restarts count with OnFailure', () => {
  const c = cluster()
  add(c, { backoffLimit: 2, template: { metadata: { labels: { uid: 'x' } }, spec: { restartPolicy: 'OnFailure', containers: [] } } })
  const status = { name: 'c', image: '', imageID: '', ready: false, lastState: {}, state: {} }
  const { name } = live(c)[0].metadata
  c.setPod('default', name, 'Running', false, { containerStatuses: [{ ...status, restartCount: 1 }] })
  c.settle()
  expect(conditions(c)).toEqual([])
  c.setPod('default', name, 'Running', false, { containerStatuses: [{ ...status, restartCount: 2 }] })
  c.settle()
  expect(conditions(c)[0]).toMatch(/^FailureTarget=True BackoffLimitExceeded/)
  expect(live(c)).toEqual([])
})

test('the deadline ends it; the final condition waits for pods that go slowly', () => {
  const c = cluster()
  add(c, { activeDeadlineSeconds: 30 })
  c.start(live(c))
  c.advance(29)
  expect(conditions(c)).toEqual([])
  c.advance(2)
  expect(conditions(c)).toEqual(['FailureTarget=True DeadlineExceeded: Job was active longer than specified deadline'])
  expect(get(c).status.terminating).toBe(1)
  finish(c, pods(c)[0], 137)
  expect(conditions(c)).toHaveLength(2)
  expect(get(c).status).toMatchObject({ failed: 1, terminating: 0 })
})

test('suspending deletes the pods, resuming starts anew', () => {
  const c = cluster()
  add(c, { suspend: true })
  expect(pods(c)).toEqual([])
  expect(get(c).status.startTime).toBeUndefined()
  expect(conditions(c)).toEqual(['Suspended=True JobSuspended: Job suspended'])
  c.time += 60_000
  c.update<Job>({ ...get(c), spec: { ...get(c).spec, suspend: false } })
  c.settle()
  expect(live(c)).toHaveLength(1)
  expect(get(c).status.startTime).toBe('2026-11-23T12:01:00Z')
  expect(conditions(c)).toEqual(['Suspended=False JobResumed: Job resumed'])
  expect(c.eventLines().filter((e) => /uspend|esume/.test(e))).toEqual(['Normal Suspended Job suspended', 'Normal Resumed Job resumed'])
})

test('pods that a suspended Job gives up are not counted, nor is their time', () => {
  const c = cluster()
  add(c, { parallelism: 2 })
  c.update<Job>({ ...get(c), spec: { ...get(c).spec, suspend: true } })
  c.settle()
  expect(live(c)).toEqual([])
  expect(get(c).status.failed).toBeUndefined()
  expect(get(c).status.startTime).toBeUndefined()
})

describe('indexed', () => {
  test('a pod for each index', () => {
    const c = cluster()
    add(c, { completionMode: 'Indexed', completions: 3, parallelism: 2 })
    const pod = byIndex(c, 1)
    expect(pod.metadata.name).toMatch(/^j-1-\w{5}$/)
    expect(pod.metadata.annotations).toEqual({ 'batch.kubernetes.io/job-completion-index': '1' })
    expect(pod.spec.hostname).toBe('j-1')
    expect(pod.spec.containers[0].env).toEqual([
      {
        name: 'JOB_COMPLETION_INDEX',
        valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: "metadata.labels['batch.kubernetes.io/job-completion-index']" } },
      },
    ])
    finish(c, byIndex(c, 0), 0)
    expect(byIndex(c, 2)).toBeDefined()
    finish(c, byIndex(c, 2), 0)
    expect(get(c).status).toMatchObject({ succeeded: 2, completedIndexes: '0,2' })
    finish(c, byIndex(c, 1), 0)
    expect(get(c).status.completedIndexes).toBe('0-2')
    expect(conditions(c)).toHaveLength(2)
  })

  test('a limit for each index', () => {
    const c = cluster()
    add(c, { completionMode: 'Indexed', completions: 2, parallelism: 2, backoffLimitPerIndex: 1, backoffLimit: 2147483647 })
    finish(c, byIndex(c, 0), 1)
    finish(c, byIndex(c, 1), 0)
    c.advance(11)
    expect(byIndex(c, 0).metadata.annotations!['batch.kubernetes.io/job-index-failure-count']).toBe('1')
    finish(c, byIndex(c, 0), 1)
    expect(get(c).status).toMatchObject({ completedIndexes: '1', failedIndexes: '0', failed: 2 })
    expect(conditions(c)).toEqual([
      'FailureTarget=True FailedIndexes: Job has failed indexes',
      'Failed=True FailedIndexes: Job has failed indexes',
    ])
  })

  test('a success policy ends it early', () => {
    const c = cluster()
    add(c, {
      completionMode: 'Indexed',
      completions: 3,
      parallelism: 3,
      successPolicy: { rules: [{ succeededIndexes: '0,2', succeededCount: 1 }] },
    })
    finish(c, byIndex(c, 1), 0)
    expect(conditions(c)).toEqual([])
    finish(c, byIndex(c, 2), 0)
    expect(conditions(c)).toEqual([
      'SuccessCriteriaMet=True SuccessPolicy: Matched rules at index 0',
      'Complete=True SuccessPolicy: Matched rules at index 0',
    ])
    expect(live(c)).toEqual([])
    // The one that was still running is not counted.
    expect(get(c).status).toMatchObject({ succeeded: 2, completedIndexes: '1,2' })
    expect(get(c).status.failed).toBeUndefined()
  })

  test('pods that run when too many indexes failed count as failed, their indexes do not', () => {
    const c = cluster()
    add(c, {
      completionMode: 'Indexed',
      completions: 3,
      parallelism: 3,
      backoffLimit: 2147483647,
      backoffLimitPerIndex: 0,
      maxFailedIndexes: 1,
    })
    c.start(live(c))
    finish(c, byIndex(c, 0), 1)
    finish(c, byIndex(c, 1), 1)
    expect(get(c).status).toMatchObject({ failed: 3, failedIndexes: '0,1' })
    for (const pod of pods(c)) if (pod.metadata.deletionTimestamp) finish(c, pod, 137)
    expect(get(c).status).toMatchObject({ failed: 3, failedIndexes: '0,1' })
    expect(conditions(c).at(-1)).toBe(
      'Failed=True MaxFailedIndexesExceeded: Job has exceeded the specified maximal number of failed indexes',
    )
  })

  test.each([
    { text: '', set: [] },
    { text: '3', set: [3] },
    { text: '1,2', set: [1, 2] },
    { text: '0-2,4,6,7', set: [0, 1, 2, 4, 6, 7] },
  ])('indexes "$text"', ({ text, set }) => {
    expect(formatIndexes(new Set(set))).toBe(text)
    expect([...parseIndexes(text, 10)]).toEqual(set)
  })
})

describe('pod failure policy', () => {
  const rule = (action: 'FailJob' | 'Ignore' | 'Count') => ({
    rules: [{ action, onExitCodes: { containerName: 'c', operator: 'In' as const, values: [42] } }],
  })

  test('FailJob', () => {
    const c = cluster()
    add(c, { podFailurePolicy: rule('FailJob') })
    const [pod] = live(c)
    finish(c, pod, 42)
    const message = `Container c for pod default/${pod.metadata.name} failed with exit code 42 matching FailJob rule at index 0`
    expect(conditions(c)).toEqual([`FailureTarget=True PodFailurePolicy: ${message}`, `Failed=True PodFailurePolicy: ${message}`])
  })

  test.each([
    { action: 'Ignore' as const, failed: undefined },
    { action: 'Count' as const, failed: 1 },
  ])('$action', ({ action, failed }) => {
    const c = cluster()
    add(c, { podFailurePolicy: rule(action) })
    finish(c, live(c)[0], 42)
    expect(get(c).status.failed).toBe(failed)
    expect(live(c)).toHaveLength(0)
    c.advance(11)
    expect(live(c)).toHaveLength(1)
    // An ignored failure, too, doubles the wait.
    finish(c, live(c)[0], 42)
    c.advance(15)
    expect(live(c)).toHaveLength(0)
    c.advance(6)
    expect(live(c)).toHaveLength(1)
  })
})

test('a deleted pod counts as failed and is replaced', () => {
  const c = cluster()
  add(c)
  c.start(live(c))
  c.delete('pods', 'default', live(c)[0].metadata.name)
  c.settle()
  expect(get(c).status.failed).toBe(1)
  c.advance(11)
  expect(live(c)).toHaveLength(1)
})

test('its pods go with a deleted job, finalizers notwithstanding', () => {
  const c = cluster()
  add(c)
  c.delete(RESOURCE, 'default', 'j', { propagationPolicy: 'Background' })
  c.settle()
  expect(pods(c).flatMap((p) => p.metadata.finalizers ?? [])).toEqual([])
  expect(live(c)).toEqual([])
})

test('a finished job goes after its time to live', () => {
  const c = cluster()
  add(c, { ttlSecondsAfterFinished: 60 })
  finish(c, live(c)[0], 0)
  c.advance(59)
  expect(get(c)).toBeDefined()
  c.advance(2)
  expect(get(c)).toBeUndefined()
})
