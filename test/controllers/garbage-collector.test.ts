import type { KubeObject, Pod } from '../../src/api/types'
import { garbageCollector } from '../../src/controllers/garbage-collector'
import { FakeCluster } from './fake-client'

const SETS = 'replicasets.apps'

function add(
  c: FakeCluster,
  kind: string,
  name: string,
  owners: { object: KubeObject; block?: boolean }[] = [],
  finalizers?: string[],
): KubeObject {
  return c.create<KubeObject>({
    apiVersion: kind === 'Pod' || kind === 'ConfigMap' ? 'v1' : 'apps/v1',
    kind,
    metadata: {
      name,
      namespace: 'default',
      ...(finalizers && { finalizers }),
      ownerReferences: owners.map(({ object, block }) => ({
        apiVersion: object.apiVersion,
        kind: object.kind,
        name: object.metadata.name,
        uid: object.metadata.uid,
        ...(block && { blockOwnerDeletion: true }),
      })),
    },
    spec: { containers: [] },
  })
}
function family(): { c: FakeCluster; names(): string[] } {
  const c = new FakeCluster([garbageCollector])
  const d = add(c, 'Deployment', 'd')
  const rs = add(c, 'ReplicaSet', 'rs', [{ object: d, block: true }])
  add(c, 'Pod', 'p', [{ object: rs, block: true }])
  c.settle()
  return { c, names: () => [...c.objects.values()].map((o) => o.metadata.name) }
}

test.each([
  { name: 'background takes the dependents along', policy: 'Background' as const, left: [] },
  { name: 'orphan leaves them without an owner', policy: 'Orphan' as const, left: ['rs', 'p'] },
  { name: 'foreground takes them first', policy: 'Foreground' as const, left: [] },
])('$name', ({ policy, left }) => {
  const { c, names } = family()
  c.delete('deployments.apps', 'default', 'd', { propagationPolicy: policy })
  c.settle()
  expect(names()).toEqual(left)
  if (policy === 'Orphan') expect(c.get(SETS, 'default', 'rs')!.metadata.ownerReferences ?? []).toEqual([])
})

test('foreground waits for a dependent that takes its time', () => {
  const { c, names } = family()
  const pod = c.get<Pod>('pods', 'default', 'p')!
  c.update<Pod>({ ...pod, spec: { ...pod.spec, nodeName: 'node-1' } })
  c.delete('deployments.apps', 'default', 'd', { propagationPolicy: 'Foreground' })
  c.settle()
  expect(names()).toEqual(['d', 'rs', 'p'])
  expect(c.get('deployments.apps', 'default', 'd')!.metadata.finalizers).toEqual(['foregroundDeletion'])
  expect(c.get(SETS, 'default', 'rs')!.metadata.finalizers).toEqual(['foregroundDeletion'])
  c.remove('pods', 'default', 'p')
  c.settle()
  expect(names()).toEqual([])
})

test('a dependent with another living owner stays and loses the dead one', () => {
  const c = new FakeCluster([garbageCollector])
  const [a, b] = [add(c, 'ConfigMap', 'a'), add(c, 'ConfigMap', 'b')]
  add(c, 'ConfigMap', 'child', [{ object: a }, { object: b }])
  c.delete('configmaps', 'default', 'a')
  c.settle()
  expect(c.get('configmaps', 'default', 'child')!.metadata.ownerReferences).toMatchObject([{ name: 'b' }])
})

test('foreground takes dependents that block nothing, too, and lets go of those with another owner', () => {
  const c = new FakeCluster([garbageCollector])
  const [a, b] = [add(c, 'ConfigMap', 'a'), add(c, 'ConfigMap', 'b')]
  const slow = add(c, 'Pod', 'slow', [{ object: a, block: true }])
  c.update<Pod>({ ...(slow as Pod), spec: { ...(slow as Pod).spec, nodeName: 'node-1' } })
  add(c, 'ConfigMap', 'loose', [{ object: a }])
  add(c, 'ConfigMap', 'both', [{ object: a, block: true }, { object: b }])
  c.delete('configmaps', 'default', 'a', { propagationPolicy: 'Foreground' })
  c.settle()
  expect([...c.objects.values()].map((o) => o.metadata.name)).toEqual(['a', 'b', 'slow', 'both'])
  expect(c.get('configmaps', 'default', 'both')!.metadata.ownerReferences).toMatchObject([{ name: 'b' }])
})

test('objects that own each other go in the foreground', () => {
  const c = new FakeCluster([garbageCollector])
  const a = add(c, 'ConfigMap', 'a')
  const b = add(c, 'ConfigMap', 'b', [{ object: a, block: true }])
  const { uid, name } = b.metadata
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name, uid, blockOwnerDeletion: true }
  c.update({ ...a, metadata: { ...a.metadata, ownerReferences: [owner] } })
  c.delete('configmaps', 'default', 'a', { propagationPolicy: 'Foreground' })
  c.settle()
  expect(c.objects.size).toBe(0)
})

test('an object stays when no server knows the kind of its owner', () => {
  const c = new FakeCluster([garbageCollector])
  const metadata = { name: 's', namespace: 'default', uid: 'x', resourceVersion: '1', creationTimestamp: '2026-11-23T12:00:00Z' }
  const stranger = { apiVersion: 'example.com/v1', kind: 'Strange', metadata }
  add(c, 'ConfigMap', 'child', [{ object: stranger }])
  c.settle()
  expect(c.objects.size).toBe(1)
})

test('an object created with an owner that does not exist goes', () => {
  const c = new FakeCluster([garbageCollector])
  const ghost = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'ghost', uid: 'none', resourceVersion: '', creationTimestamp: '' },
  }
  add(c, 'ConfigMap', 'child', [{ object: ghost }])
  c.settle()
  expect(c.objects.size).toBe(0)
})
