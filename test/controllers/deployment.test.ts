import type { Deployment, Pod, ReplicaSet } from '../../src/api/types'
import { deploymentController } from '../../src/controllers/deployment'
import { replicaSetController } from '../../src/controllers/replicaset'
import { ApiError } from '../../src/errors'
import { FakeCluster } from './fake-client'

const RESOURCE = 'deployments.apps'

function cluster(): FakeCluster {
  return new FakeCluster([deploymentController, replicaSetController])
}
function addDeployment(c: FakeCluster, more: Partial<Deployment['spec']> = {}): Deployment {
  const d = c.create<Deployment>({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx:1' }] } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
      ...more,
    },
  })
  c.settle()
  return d
}
const get = (c: FakeCluster) => c.get<Deployment>(RESOURCE, 'default', 'web')!
function edit(c: FakeCluster, spec: Partial<Deployment['spec']>): void {
  const d = get(c)
  c.update<Deployment>({ ...d, spec: { ...d.spec, ...spec } })
  c.settle()
}
function setImage(c: FakeCluster, image: string): void {
  const { template } = get(c).spec
  edit(c, { template: { ...template, spec: { containers: [{ name: 'c', image }] } } })
}
const sets = (c: FakeCluster) => c.list<ReplicaSet>('replicasets.apps', 'default')
const sizes = (c: FakeCluster) => Object.fromEntries(sets(c).map((rs) => [rs.spec.template.spec.containers[0].image, rs.spec.replicas]))
const pods = (c: FakeCluster) => c.list<Pod>('pods', 'default')
const condition = (c: FakeCluster, type: string) => get(c).status.conditions?.find((x) => x.type === type)
/** Events with the hash of names dropped. */
const told = (c: FakeCluster) => c.events.filter((e) => e.about === 'Deployment/web').map((e) => e.message.replace(/web-[a-z0-9]+/, 'web'))

test('creates a ReplicaSet with hash, revision and replicas annotations', () => {
  const c = cluster()
  addDeployment(c)
  const [rs] = sets(c)
  const hash = rs.metadata.labels!['pod-template-hash']
  expect(rs.metadata).toMatchObject({
    name: `web-${hash}`,
    labels: { app: 'web', 'pod-template-hash': hash },
    annotations: {
      'deployment.kubernetes.io/revision': '1',
      'deployment.kubernetes.io/desired-replicas': '3',
      'deployment.kubernetes.io/max-replicas': '4',
    },
  })
  expect(rs.spec.selector).toEqual({ matchLabels: { app: 'web', 'pod-template-hash': hash } })
  expect(rs.spec.template.metadata!.labels).toEqual({ app: 'web', 'pod-template-hash': hash })
  expect(get(c).metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' })
  expect(told(c)).toEqual(['Scaled up replica set web from 0 to 3'])
})

test('conditions on the way to availability', () => {
  const c = cluster()
  addDeployment(c)
  expect(get(c).status).toMatchObject({
    observedGeneration: 1,
    replicas: 3,
    updatedReplicas: 3,
    unavailableReplicas: 3,
    terminatingReplicas: 0,
  })
  expect(condition(c, 'Available')).toMatchObject({
    status: 'False',
    reason: 'MinimumReplicasUnavailable',
    message: 'Deployment does not have minimum availability.',
  })
  expect(condition(c, 'Progressing')).toMatchObject({ status: 'True', reason: 'ReplicaSetUpdated' })
  c.advance(2)
  c.start(pods(c))
  c.settle()
  const name = sets(c)[0].metadata.name
  expect(get(c).status).toMatchObject({ readyReplicas: 3, availableReplicas: 3 })
  expect(get(c).status.unavailableReplicas).toBeUndefined()
  expect(get(c).status.conditions).toEqual([
    {
      type: 'Available',
      status: 'True',
      reason: 'MinimumReplicasAvailable',
      message: 'Deployment has minimum availability.',
      lastUpdateTime: '2026-11-23T12:00:02Z',
      lastTransitionTime: '2026-11-23T12:00:02Z',
    },
    {
      type: 'Progressing',
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: `ReplicaSet "${name}" has successfully progressed.`,
      lastUpdateTime: '2026-11-23T12:00:02Z',
      lastTransitionTime: '2026-11-23T12:00:00Z',
    },
  ])
})

test('a rolling update keeps to surge and unavailability, step by step', () => {
  const c = cluster()
  addDeployment(c, { replicas: 4 })
  c.start(pods(c))
  c.settle()
  setImage(c, 'nginx:2')
  expect(sizes(c)).toEqual({ 'nginx:1': 3, 'nginx:2': 2 })
  for (const pod of pods(c).filter((p) => p.metadata.deletionTimestamp)) c.remove('pods', 'default', pod.metadata.name)
  c.start(pods(c))
  c.settle()
  expect(sizes(c)).toEqual({ 'nginx:1': 1, 'nginx:2': 4 })
  c.runPods()
  c.start(pods(c))
  c.settle()
  expect(sizes(c)).toEqual({ 'nginx:1': 0, 'nginx:2': 4 })
  expect(told(c)).toEqual([
    'Scaled up replica set web from 0 to 4',
    'Scaled up replica set web from 0 to 1',
    'Scaled down replica set web from 4 to 3',
    'Scaled up replica set web from 1 to 2',
    'Scaled down replica set web from 3 to 1',
    'Scaled up replica set web from 2 to 4',
    'Scaled down replica set web from 1 to 0',
  ])
})

test('an update that cannot start keeps the old pods and runs into its deadline', () => {
  const c = cluster()
  addDeployment(c)
  c.start(pods(c))
  c.settle()
  setImage(c, 'broken')
  expect(sizes(c)).toEqual({ 'nginx:1': 3, broken: 1 })
  c.advance(599)
  expect(condition(c, 'Progressing')).toMatchObject({ reason: 'ReplicaSetUpdated' })
  c.advance(5)
  expect(condition(c, 'Progressing')).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' })
  expect(condition(c, 'Progressing')!.message).toMatch(/^ReplicaSet "web-\w+" has timed out progressing\.$/)
})

test('going back to an old template gives its ReplicaSet the next revision and keeps its history', () => {
  const c = cluster()
  c.runPods()
  addDeployment(c)
  setImage(c, 'nginx:2')
  setImage(c, 'nginx:1')
  const rs = sets(c).find((x) => x.spec.replicas === 3)!
  expect(rs.metadata.annotations).toMatchObject({
    'deployment.kubernetes.io/revision': '3',
    'deployment.kubernetes.io/revision-history': '1',
  })
  expect(get(c).metadata.annotations!['deployment.kubernetes.io/revision']).toBe('3')
})

test('recreate waits for the last old pod', () => {
  const c = cluster()
  addDeployment(c, { strategy: { type: 'Recreate' } })
  c.start(pods(c))
  c.settle()
  setImage(c, 'nginx:2')
  expect(sizes(c)).toEqual({ 'nginx:1': 0 })
  const old = pods(c)
  for (const pod of old.slice(1)) c.remove('pods', 'default', pod.metadata.name)
  c.settle()
  expect(sizes(c)).toEqual({ 'nginx:1': 0 })
  c.remove('pods', 'default', old[0].metadata.name)
  c.settle()
  expect(sizes(c)).toEqual({ 'nginx:1': 0, 'nginx:2': 3 })
})

test('paused: scaling works, a new template waits; resuming rolls it out', () => {
  const c = cluster()
  c.runPods()
  addDeployment(c)
  edit(c, { paused: true })
  expect(condition(c, 'Progressing')).toMatchObject({ status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' })
  edit(c, { replicas: 2 })
  setImage(c, 'nginx:2')
  expect(sizes(c)).toEqual({ 'nginx:1': 2 })
  expect(get(c).status.updatedReplicas).toBeUndefined()
  edit(c, { paused: false })
  expect(sizes(c)).toEqual({ 'nginx:1': 0, 'nginx:2': 2 })
  expect(condition(c, 'Progressing')).toMatchObject({ reason: 'NewReplicaSetAvailable' })
})

test('scaling in the middle of a rollout is proportional', () => {
  const c = cluster()
  addDeployment(c, { replicas: 10, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } })
  c.start(pods(c))
  c.settle()
  setImage(c, 'broken')
  expect(sizes(c)).toEqual({ 'nginx:1': 8, broken: 5 })
  edit(c, { replicas: 15 })
  expect(sizes(c)).toEqual({ 'nginx:1': 11, broken: 7 })
})

test('old ReplicaSets beyond the history limit are removed', () => {
  const c = cluster()
  c.runPods()
  addDeployment(c, { revisionHistoryLimit: 1 })
  for (const n of [2, 3, 4]) setImage(c, `nginx:${n}`)
  expect(sizes(c)).toEqual({ 'nginx:3': 0, 'nginx:4': 3 })
})

test('a foreign ReplicaSet of the same name counts as a collision', () => {
  const c = cluster()
  addDeployment(c)
  const [{ metadata }] = sets(c)
  c.delete(RESOURCE, 'default', 'web')
  c.settle()
  const foreign = c.get<ReplicaSet>('replicasets.apps', 'default', metadata.name)!
  c.update<ReplicaSet>({
    ...foreign,
    spec: { ...foreign.spec, template: { spec: { containers: [] } } },
    metadata: { ...metadata, labels: { app: 'other' } },
  })
  addDeployment(c)
  c.advance(1)
  expect(get(c).status.collisionCount).toBe(1)
  expect(sets(c)).toHaveLength(2)
})

test.each([
  { name: 'to a revision', to: '1', image: 'nginx:1', said: 'Rolled back deployment "web" to revision 1' },
  { name: 'to the last revision', to: '0', image: 'nginx:1', said: 'Rolled back deployment "web" to revision 1' },
  { name: 'to an unknown revision', to: '9', image: 'nginx:2', said: 'Unable to find the revision to rollback to.' },
  { name: 'to itself', to: '2', image: 'nginx:2', said: 'The rollback revision contains the same template as current deployment "web"' },
])('rollback by annotation $name', ({ to, image, said }) => {
  const c = cluster()
  c.runPods()
  addDeployment(c)
  setImage(c, 'nginx:2')
  const d = get(c)
  c.update<Deployment>({
    ...d,
    metadata: { ...d.metadata, annotations: { ...d.metadata.annotations, 'deprecated.deployment.rollback.to': to } },
  })
  c.settle()
  expect(get(c).spec.template.spec.containers[0].image).toBe(image)
  expect(c.events.map((e) => e.message)).toContain(said)
  expect(get(c).metadata.annotations).not.toHaveProperty(['deprecated.deployment.rollback.to'])
})

test('the failures of a ReplicaSet stand in the Deployment', () => {
  const c = cluster()
  c.onCreate = (o) => {
    if (o.kind === 'Pod') throw new ApiError('Forbidden', 'no room')
  }
  addDeployment(c)
  expect(condition(c, 'ReplicaFailure')).toMatchObject({ status: 'True', reason: 'FailedCreate', message: 'no room' })
})
