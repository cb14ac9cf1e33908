import type { Pod } from '../../src/api/types'
import type { ControllerRevision, PersistentVolumeClaim, StatefulSet } from '../../src/api/workloads'
import { statefulSetController } from '../../src/controllers/statefulset'
import { FakeCluster } from './fake-client'

const RESOURCE = 'statefulsets.apps'

function cluster(run = true): FakeCluster {
  const c = new FakeCluster([statefulSetController])
  if (run) c.runPods()
  return c
}
function add(c: FakeCluster, spec: Partial<StatefulSet['spec']> = {}): StatefulSet {
  const set = c.create<StatefulSet>({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas: 3,
      serviceName: 'web',
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx:1' }] } },
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      revisionHistoryLimit: 10,
      ...spec,
    },
  })
  c.settle()
  return set
}
const get = (c: FakeCluster) => c.get<StatefulSet>(RESOURCE, 'default', 'web')!
function edit(c: FakeCluster, spec: Partial<StatefulSet['spec']>): void {
  const set = get(c)
  c.update<StatefulSet>({ ...set, spec: { ...set.spec, ...spec } })
  c.settle()
}
function setImage(c: FakeCluster, image: string): void {
  edit(c, { template: { ...get(c).spec.template, spec: { containers: [{ name: 'c', image }] } } })
}
const pods = (c: FakeCluster) => c.list<Pod>('pods', 'default')
const names = (c: FakeCluster) => pods(c).map((p) => p.metadata.name)
const images = (c: FakeCluster) => pods(c).map((p) => p.spec.containers[0].image)
const revisions = (c: FakeCluster) => c.list<ControllerRevision>('controllerrevisions.apps', 'default')

test('pods get names, identities and a revision, one after the other', () => {
  const c = cluster(false)
  add(c)
  expect(names(c)).toEqual(['web-0'])
  c.start(pods(c))
  c.settle()
  expect(names(c)).toEqual(['web-0', 'web-1'])
  const [first] = pods(c)
  const [revision] = revisions(c)
  expect(first.metadata).toMatchObject({
    generateName: 'web-',
    labels: {
      app: 'web',
      'apps.kubernetes.io/pod-index': '0',
      'statefulset.kubernetes.io/pod-name': 'web-0',
      'controller-revision-hash': revision.metadata.name,
    },
  })
  expect(first.spec).toMatchObject({ hostname: 'web-0', subdomain: 'web' })
  expect(c.eventLines()).toEqual([
    'Normal SuccessfulCreate Create Pod web-0 in StatefulSet web successful',
    'Normal SuccessfulCreate Create Pod web-1 in StatefulSet web successful',
  ])
})

test.each([
  {
    name: 'ordered: the highest goes first, and has to be gone before the next',
    policy: 'OrderedReady',
    left: ['web-0', 'web-1', 'web-2'],
    deleted: 1,
  },
  { name: 'parallel: all go at once', policy: 'Parallel', left: ['web-0', 'web-1', 'web-2'], deleted: 2 },
])('scaling down $name', ({ policy, left, deleted }) => {
  const c = cluster()
  add(c, { podManagementPolicy: policy })
  c.onPod = () => {}
  edit(c, { replicas: 1 })
  expect(names(c)).toEqual(left)
  expect(pods(c).filter((p) => p.metadata.deletionTimestamp)).toHaveLength(deleted)
})

test('parallel creates all at once', () => {
  const c = cluster(false)
  add(c, { podManagementPolicy: 'Parallel' })
  expect(names(c)).toEqual(['web-0', 'web-1', 'web-2'])
})

test('status when all is well', () => {
  const c = cluster()
  add(c)
  const [{ metadata }] = revisions(c)
  expect(get(c).status).toEqual({
    observedGeneration: 1,
    replicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    currentReplicas: 3,
    updatedReplicas: 3,
    currentRevision: metadata.name,
    updateRevision: metadata.name,
    collisionCount: 0,
  })
})

test('a deleted pod comes back under its name', () => {
  const c = cluster()
  add(c)
  const uid = pods(c)[1].metadata.uid
  c.delete('pods', 'default', 'web-1')
  c.settle()
  expect(names(c)).toEqual(['web-0', 'web-1', 'web-2'])
  expect(pods(c)[1].metadata.uid).not.toBe(uid)
})

test.each(['Failed', 'Succeeded'] as const)('a pod that %s is recreated', (phase) => {
  const c = cluster()
  add(c, { replicas: 1 })
  const { uid } = pods(c)[0].metadata
  c.setPod('default', 'web-0', phase)
  c.settle()
  expect(pods(c)[0].metadata.uid).not.toBe(uid)
  expect(c.eventLines().slice(-2)).toEqual([
    'Normal SuccessfulDelete Delete Pod web-0 in StatefulSet web successful',
    'Normal SuccessfulCreate Create Pod web-0 in StatefulSet web successful',
  ])
})

test('a rolling update goes from the highest ordinal down and waits for each', () => {
  const c = cluster()
  add(c)
  c.onPod = () => {}
  setImage(c, 'nginx:2')
  expect(pods(c).map((p) => !!p.metadata.deletionTimestamp)).toEqual([false, false, true])
  c.remove('pods', 'default', 'web-2')
  c.settle()
  expect(images(c)).toEqual(['nginx:1', 'nginx:1', 'nginx:2'])
  expect(pods(c).map((p) => !!p.metadata.deletionTimestamp)).toEqual([false, false, false])
  expect(get(c).status).toMatchObject({ updatedReplicas: 1, currentReplicas: 2 })
  c.runPods()
  c.start(pods(c))
  c.settle()
  expect(images(c)).toEqual(['nginx:2', 'nginx:2', 'nginx:2'])
  expect(get(c).status.currentRevision).toBe(get(c).status.updateRevision)
})

test.each([
  {
    name: 'a partition holds the lower pods back',
    strategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } },
    want: ['nginx:1', 'nginx:1', 'nginx:2'],
  },
  { name: 'OnDelete waits for the user', strategy: { type: 'OnDelete' }, want: ['nginx:1', 'nginx:1', 'nginx:1'] },
])('$name', ({ strategy, want }) => {
  const c = cluster()
  add(c, { updateStrategy: strategy })
  setImage(c, 'nginx:2')
  expect(images(c)).toEqual(want)
  c.delete('pods', 'default', 'web-0')
  c.settle()
  expect(images(c)[0]).toBe(strategy.type === 'OnDelete' ? 'nginx:2' : 'nginx:1')
})

test('going back reuses the old revision under a new number', () => {
  const c = cluster()
  add(c)
  const { name } = revisions(c)[0].metadata
  setImage(c, 'nginx:2')
  setImage(c, 'nginx:1')
  expect(
    revisions(c)
      .map((r) => r.revision)
      .sort(),
  ).toEqual([2, 3])
  expect(revisions(c).find((r) => r.revision === 3)!.metadata.name).toBe(name)
  expect(get(c).status.updateRevision).toBe(name)
})

test('only so many idle revisions are kept', () => {
  const c = cluster()
  add(c, { revisionHistoryLimit: 1 })
  for (const n of [2, 3, 4]) setImage(c, `nginx:${n}`)
  expect(
    revisions(c)
      .map((r) => r.revision)
      .sort(),
  ).toEqual([3, 4])
})

test('claims are made once for each name and stay', () => {
  const c = cluster()
  add(c, {
    replicas: 2,
    volumeClaimTemplates: [
      { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
    ],
  })
  const claims = () => c.list<PersistentVolumeClaim>('persistentvolumeclaims', 'default')
  expect(claims().map((p) => [p.metadata.name, p.metadata.labels])).toEqual([
    ['data-web-0', { app: 'web' }],
    ['data-web-1', { app: 'web' }],
  ])
  expect(pods(c)[1].spec.volumes).toEqual([{ name: 'data', persistentVolumeClaim: { claimName: 'data-web-1' } }])
  expect(c.eventLines().slice(0, 2)).toEqual([
    'Normal SuccessfulCreate Create Claim data-web-0 Pod web-0 in StatefulSet web success',
    'Normal SuccessfulCreate Create Pod web-0 in StatefulSet web successful',
  ])
  edit(c, { replicas: 0 })
  expect(claims()).toHaveLength(2)
  expect(claims()[0].metadata.ownerReferences ?? []).toEqual([])
})

test.each([
  { name: 'deleted with the set', policy: { whenDeleted: 'Delete', whenScaled: 'Retain' }, owner: 'StatefulSet' },
  { name: 'deleted when scaled away', policy: { whenDeleted: 'Retain', whenScaled: 'Delete' }, owner: 'Pod' },
])('claims $name', ({ policy, owner }) => {
  const c = cluster()
  add(c, { persistentVolumeClaimRetentionPolicy: policy, volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }] })
  c.onPod = () => {}
  edit(c, { replicas: 2 })
  const claim = c.get<PersistentVolumeClaim>('persistentvolumeclaims', 'default', 'data-web-2')!
  expect(claim.metadata.ownerReferences).toMatchObject([{ kind: owner }])
})

test('a changed retention reaches the claims of pods that do not run yet, in a set that does not wait for them', () => {
  const c = cluster(false)
  add(c, { podManagementPolicy: 'Parallel', volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }] })
  edit(c, { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' } })
  const claims = c.list<PersistentVolumeClaim>('persistentvolumeclaims', 'default')
  expect(claims.map(({ metadata }) => metadata.ownerReferences?.map((owner) => [owner.kind, owner.controller]))).toEqual(
    Array(3).fill([['StatefulSet', true]]),
  )
})

test('ordinals may start elsewhere', () => {
  const c = cluster()
  add(c, { replicas: 2, ordinals: { start: 5 } })
  expect(names(c)).toEqual(['web-5', 'web-6'])
})
