import type { Pod, PodTemplateSpec, ReplicaSet, ReplicationController } from '../../src/api/types'
import { replicaSetController } from '../../src/controllers/replicaset'
import { replicationControllerController } from '../../src/controllers/replicationcontroller'
import { forbidden } from '../../src/errors'
import { FakeCluster } from './fake-client'

const template: PodTemplateSpec = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } }

function cluster(): FakeCluster {
  return new FakeCluster([replicaSetController, replicationControllerController])
}
function addReplicaSet(c: FakeCluster, replicas: number, more: Partial<ReplicaSet['spec']> = {}): ReplicaSet {
  return c.create<ReplicaSet>({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas, selector: { matchLabels: { app: 'web' } }, template, ...more },
  })
}
function scale(c: FakeCluster, replicas: number): void {
  const rs = c.get<ReplicaSet>('replicasets.apps', 'default', 'web')!
  c.update<ReplicaSet>({ ...rs, spec: { ...rs.spec, replicas } })
  c.settle()
}
function addPod(c: FakeCluster, name: string, labels: Record<string, string>): Pod {
  return c.create<Pod>({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels }, spec: { containers: [] } })
}
const pods = (c: FakeCluster) => c.list<Pod>('pods', 'default')
const status = (c: FakeCluster) => c.get<ReplicaSet>('replicasets.apps', 'default', 'web')!.status

test('creates what is missing and says so', () => {
  const c = cluster()
  const rs = addReplicaSet(c, 3)
  c.settle()
  expect(pods(c)).toHaveLength(3)
  expect(pods(c)[0].metadata).toMatchObject({
    generateName: 'web-',
    labels: { app: 'web' },
    ownerReferences: [
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: rs.metadata.uid, controller: true, blockOwnerDeletion: true },
    ],
  })
  expect(c.events.map((e) => e.from)).toEqual(Array(3).fill('replicaset-controller'))
  expect(c.eventLines().sort()).toEqual(
    pods(c)
      .map((p) => `Normal SuccessfulCreate Created pod: ${p.metadata.name}`)
      .sort(),
  )
})

test('status counts ready, available and terminating pods', () => {
  const c = cluster()
  addReplicaSet(c, 3, { minReadySeconds: 10 })
  c.settle()
  c.start(pods(c).slice(0, 2))
  c.settle()
  expect(status(c)).toEqual({ replicas: 3, fullyLabeledReplicas: 3, readyReplicas: 2, observedGeneration: 1, terminatingReplicas: 0 })
  c.advance(10)
  expect(status(c)).toMatchObject({ availableReplicas: 2 })
  c.delete('pods', 'default', pods(c).find((p) => p.spec.nodeName)!.metadata.name)
  c.settle()
  expect(status(c)).toMatchObject({ replicas: 3, readyReplicas: 1, terminatingReplicas: 1 })
})

test('a pod whose label changes is let go and replaced; it is taken back when the label returns', () => {
  const c = cluster()
  addReplicaSet(c, 2)
  c.settle()
  const [first] = pods(c)
  c.update<Pod>({ ...first, metadata: { ...first.metadata, labels: { app: 'debug' } } })
  c.settle()
  const freed = c.get<Pod>('pods', 'default', first.metadata.name)!
  expect(freed.metadata.ownerReferences).toBeUndefined()
  expect(pods(c)).toHaveLength(3)
  c.update<Pod>({ ...freed, metadata: { ...freed.metadata, labels: { app: 'web' } } })
  c.settle()
  expect(pods(c)).toHaveLength(2)
})

test('adopts matching orphans instead of creating pods', () => {
  const c = cluster()
  addPod(c, 'old', { app: 'web' })
  addPod(c, 'other', { app: 'db' })
  addReplicaSet(c, 2)
  c.settle()
  expect(pods(c).filter((p) => p.metadata.ownerReferences?.[0].name === 'web')).toHaveLength(2)
  expect(c.events).toHaveLength(1)
})

test.each([
  { name: 'unassigned before assigned', survivor: 'b', a: { phase: 'Pending', assigned: false }, b: { phase: 'Pending', assigned: true } },
  { name: 'pending before running', survivor: 'b', a: { phase: 'Pending', assigned: true }, b: { phase: 'Running', assigned: true } },
  {
    name: 'not ready before ready',
    survivor: 'a',
    a: { phase: 'Running', ready: true, assigned: true },
    b: { phase: 'Running', assigned: true },
  },
  {
    name: 'low deletion cost first',
    survivor: 'a',
    a: { phase: 'Running', ready: true, assigned: true, cost: '5' },
    b: { phase: 'Running', ready: true, assigned: true },
  },
  {
    name: 'often restarted first',
    survivor: 'b',
    a: { phase: 'Running', ready: true, assigned: true, restarts: 3 },
    b: { phase: 'Running', ready: true, assigned: true },
  },
] as { name: string; survivor: string; a: Facts; b: Facts }[])('deletes $name', ({ survivor, a, b }) => {
  const c = cluster()
  for (const [name, facts] of [['a', a] as const, ['b', b] as const]) {
    const pod = addPod(c, name, { app: 'web' })
    if (facts.cost)
      c.update<Pod>({ ...pod, metadata: { ...pod.metadata, annotations: { 'controller.kubernetes.io/pod-deletion-cost': facts.cost } } })
    if (facts.assigned) c.update<Pod>({ ...c.get<Pod>('pods', 'default', name)!, spec: { ...pod.spec, nodeName: 'node-1' } })
    c.setPod('default', name, facts.phase, facts.ready, {
      containerStatuses: [{ name: 'c', image: '', imageID: '', ready: true, restartCount: facts.restarts ?? 0, state: {}, lastState: {} }],
    })
  }
  addReplicaSet(c, 1)
  c.settle()
  expect(
    pods(c)
      .filter((p) => !p.metadata.deletionTimestamp)
      .map((p) => p.metadata.name),
  ).toEqual([survivor])
  expect(c.eventLines()).toEqual([`Normal SuccessfulDelete Deleted pod: ${survivor === 'a' ? 'b' : 'a'}`])
})
interface Facts {
  phase: 'Pending' | 'Running'
  assigned?: boolean
  ready?: boolean
  cost?: string
  restarts?: number
}

test('a refused creation becomes an event and a condition, and is tried again', () => {
  const c = cluster()
  let full = true
  c.onCreate = (o) => {
    if (o.kind === 'Pod' && full) throw forbidden('pods', o.metadata.name, 'exceeded quota: q')
  }
  addReplicaSet(c, 1)
  c.settle()
  expect(status(c).conditions).toMatchObject([{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' }])
  expect(c.eventLines()[0]).toMatch(/^Warning FailedCreate Error creating: pods "web-\w{5}" is forbidden: exceeded quota: q$/)
  c.advance(1)
  expect(c.events.length).toBeGreaterThan(5)
  full = false
  c.advance(2)
  expect(pods(c)).toHaveLength(1)
  expect(status(c).conditions ?? []).toEqual([])
})

test('scaling up and down costs a few reconciles, not one a pod', () => {
  const c = cluster()
  c.runPods()
  addReplicaSet(c, 0)
  c.settle()
  const before = c.reconciles.get('replicaset-controller')!
  scale(c, 500)
  expect(status(c)).toMatchObject({ replicas: 500, availableReplicas: 500 })
  scale(c, 1)
  expect(pods(c)).toHaveLength(1)
  expect(c.reconciles.get('replicaset-controller')! - before).toBeLessThan(10)
})

test('a replication controller selects by labels and speaks in its own name', () => {
  const c = cluster()
  c.create<ReplicationController>({
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'nginx', namespace: 'default' },
    spec: { replicas: 2, selector: { app: 'web' }, template },
  })
  c.settle()
  expect(pods(c)).toHaveLength(2)
  expect(c.events.map((e) => e.from)).toEqual(['replication-controller', 'replication-controller'])
  expect(c.get<ReplicationController>('replicationcontrollers', 'default', 'nginx')!.status).toEqual({
    replicas: 2,
    fullyLabeledReplicas: 2,
    observedGeneration: 1,
  })
})
