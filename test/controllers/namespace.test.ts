import type { ConfigMap, KubeObject, Namespace, Pod } from '../../src/api/types'
import { namespaceController } from '../../src/controllers/namespace'
import { rootCaPublisher } from '../../src/controllers/root-ca-publisher'
import { serviceAccountController } from '../../src/controllers/serviceaccount'
import { FakeCluster } from './fake-client'

function cluster(): FakeCluster {
  const c = new FakeCluster([namespaceController, serviceAccountController, rootCaPublisher])
  c.create<Namespace>({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'dev' },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  })
  c.settle()
  return c
}
const namespace = (c: FakeCluster) => c.get<Namespace>('namespaces', undefined, 'dev')

test('a new namespace gets its service account and the CA', () => {
  const c = cluster()
  expect(c.get('serviceaccounts', 'dev', 'default')).toBeDefined()
  expect(c.get<ConfigMap>('configmaps', 'dev', 'kube-root-ca.crt')!.data!['ca.crt']).toMatch(/^-----BEGIN CERTIFICATE-----\n/)
})

test.each([
  { name: 'the service account', resource: 'serviceaccounts', object: 'default' },
  { name: 'the CA', resource: 'configmaps', object: 'kube-root-ca.crt' },
])('$name comes back when deleted', ({ resource, object }) => {
  const c = cluster()
  c.delete(resource, 'dev', object)
  c.settle()
  expect(c.get(resource, 'dev', object)).toBeDefined()
})

test('an edited CA is restored', () => {
  const c = cluster()
  const ca = c.get<ConfigMap>('configmaps', 'dev', 'kube-root-ca.crt')!
  c.update<ConfigMap>({ ...ca, data: { 'ca.crt': 'mine' } })
  c.settle()
  expect(c.get<ConfigMap>('configmaps', 'dev', 'kube-root-ca.crt')!.data).toEqual(ca.data)
})

test('a deleted namespace is emptied, pods first', () => {
  const c = cluster()
  const pod = c.create<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'dev' },
    spec: { containers: [], nodeName: 'node-1' },
  })
  c.delete('namespaces', undefined, 'dev')
  c.settle()
  expect(c.get('pods', 'dev', 'p')!.metadata.deletionTimestamp).toBeDefined()
  expect(c.get('serviceaccounts', 'dev', 'default')).toBeDefined()
  expect(namespace(c)!.status).toMatchObject({ phase: 'Terminating' })
  expect(namespace(c)!.status.conditions!.map((x) => [x.type, x.status, x.message])).toEqual([
    ['NamespaceDeletionDiscoveryFailure', 'False', 'All resources successfully discovered'],
    ['NamespaceDeletionGroupVersionParsingFailure', 'False', 'All legacy kube types successfully parsed'],
    ['NamespaceDeletionContentFailure', 'False', 'All content successfully deleted, may be waiting on finalization'],
    ['NamespaceContentRemaining', 'False', 'All content successfully removed'],
    ['NamespaceFinalizersRemaining', 'False', 'All content-preserving finalizers finished'],
  ])
  c.remove('pods', 'dev', pod.metadata.name)
  c.settle()
  expect(namespace(c)!.spec.finalizers).toEqual([])
  expect(c.list('serviceaccounts', 'dev')).toEqual([])
})

test('a finalizer in the content keeps the namespace', () => {
  const c = cluster()
  c.create<KubeObject>({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'held', namespace: 'dev', finalizers: ['example.com/hold'] },
  })
  c.delete('namespaces', undefined, 'dev')
  c.settle()
  expect(namespace(c)!.status.conditions!.at(-1)).toMatchObject({
    status: 'True',
    reason: 'SomeFinalizersRemain',
    message: 'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
  })
})
