import type { EndpointSlice, Endpoints, Pod, Service, ServiceSpec } from '../../src/api/types'
import { endpointsController } from '../../src/controllers/endpoints'
import { endpointSliceController } from '../../src/controllers/endpointslice'
import { endpointSliceMirroringController } from '../../src/controllers/endpointslice-mirroring'
import { garbageCollector } from '../../src/controllers/garbage-collector'
import { FakeCluster } from './fake-client'

const SLICES = 'endpointslices.discovery.k8s.io'

function cluster(): FakeCluster {
  return new FakeCluster([endpointsController, endpointSliceController, endpointSliceMirroringController, garbageCollector])
}
function addService(c: FakeCluster, spec: Partial<ServiceSpec> = {}, labels?: Record<string, string>): Service {
  const service = c.create<Service>({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default', ...(labels && { labels }) },
    spec: {
      type: 'ClusterIP',
      clusterIP: '10.96.0.9',
      selector: { app: 'web' },
      ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }],
      ...spec,
    },
  })
  c.settle()
  return service
}
function addPod(c: FakeCluster, name: string, ip: string, ready = true, spec: Partial<Pod['spec']> = {}): void {
  c.create<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: 'web' } },
    spec: {
      containers: [{ name: 'c', image: 'x', ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }] }],
      nodeName: 'node-1',
      ...spec,
    },
  })
  c.setPod('default', name, 'Running', ready, { podIP: ip })
}
function addPods(c: FakeCluster, n: number): void {
  for (let i = 0; i < n; i++) addPod(c, `p${String(i).padStart(4, '0')}`, `10.244.${i >> 8}.${i & 255}`)
}
const endpoints = (c: FakeCluster, name = 'web') => c.get<Endpoints>('endpoints', 'default', name)
const slices = (c: FakeCluster) => c.list<EndpointSlice>(SLICES, 'default')
const addresses = (c: FakeCluster) => slices(c).flatMap((s) => (s.endpoints ?? []).map((e) => e.addresses[0]))

test('ready and unready pods, in Endpoints and in a slice', () => {
  const c = cluster()
  addPod(c, 'b', '10.244.0.10')
  addPod(c, 'a', '10.244.0.9', false)
  addPod(c, 'c', '10.244.0.2')
  const service = addService(c, {}, { team: 'x' })
  expect(endpoints(c)!.metadata).toMatchObject({
    labels: { team: 'x', 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' },
    annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': '2026-11-23T12:00:00Z' },
  })
  const uid = (name: string) => c.get('pods', 'default', name)!.metadata.uid
  const address = (ip: string, name: string) => ({
    ip,
    nodeName: 'node-1',
    targetRef: { kind: 'Pod', name, namespace: 'default', uid: uid(name) },
  })
  expect(endpoints(c)!.subsets).toEqual([
    {
      addresses: [address('10.244.0.10', 'b'), address('10.244.0.2', 'c')],
      notReadyAddresses: [address('10.244.0.9', 'a')],
      ports: [{ port: 8080, protocol: 'TCP' }],
    },
  ])
  const [slice] = slices(c)
  expect(slice).toMatchObject({
    addressType: 'IPv4',
    ports: [{ name: '', port: 8080, protocol: 'TCP' }],
    metadata: {
      generateName: 'web-',
      labels: {
        team: 'x',
        'kubernetes.io/service-name': 'web',
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Service', name: 'web', uid: service.metadata.uid, controller: true, blockOwnerDeletion: true },
      ],
    },
  })
  expect(slice.endpoints!.map((e) => [e.addresses[0], e.conditions])).toEqual([
    ['10.244.0.9', { ready: false, serving: false, terminating: false }],
    ['10.244.0.10', { ready: true, serving: true, terminating: false }],
    ['10.244.0.2', { ready: true, serving: true, terminating: false }],
  ])
})

test('several named ports stand in the order of their hashes', () => {
  const c = cluster()
  addPod(c, 'a', '10.244.0.9')
  const port = (name: string, port: number, protocol: string) => ({ name, port, protocol, targetPort: port })
  addService(c, { ports: [port('dns', 53, 'UDP'), port('dns-tcp', 53, 'TCP'), port('metrics', 9153, 'TCP')] })
  expect(endpoints(c)!.subsets).toHaveLength(1)
  expect(endpoints(c)!.subsets![0].ports!.map((p) => p.name)).toEqual(['metrics', 'dns-tcp', 'dns'])
})

test.each([
  { name: 'a selector of nobody', spec: { selector: { app: 'typo' } }, subsets: undefined, slice: { endpoints: null, ports: null } },
  {
    name: 'a target port no container has',
    spec: { ports: [{ port: 80, protocol: 'TCP', targetPort: 'nope' }] },
    subsets: undefined,
    slice: { endpoints: [{ addresses: ['10.244.0.9'] }], ports: null },
  },
  {
    name: 'a named target port',
    spec: { ports: [{ port: 80, protocol: 'TCP', targetPort: 'http' }] },
    subsets: [{ addresses: [{ ip: '10.244.0.9' }], ports: [{ port: 8080 }] }],
    slice: { ports: [{ port: 8080 }] },
  },
  {
    name: 'a headless service without ports',
    spec: { clusterIP: 'None', ports: undefined },
    subsets: [{ addresses: [{ ip: '10.244.0.9' }] }],
    slice: { ports: null, endpoints: [{ addresses: ['10.244.0.9'] }] },
  },
] as { name: string; spec: Partial<ServiceSpec>; subsets: unknown; slice: object }[])('$name', ({ spec, subsets, slice }) => {
  const c = cluster()
  addPod(c, 'a', '10.244.0.9')
  addService(c, spec)
  if (subsets) expect(endpoints(c)!.subsets).toMatchObject(subsets)
  else expect(endpoints(c)!.subsets).toBeUndefined()
  expect(slices(c)).toHaveLength(1)
  expect(slices(c)[0]).toMatchObject(slice)
})

test.each([
  { name: 'no selector', spec: { selector: undefined } },
  { name: 'an external name', spec: { type: 'ExternalName' as const, externalName: 'example.com' } },
])('$name: nothing is made', ({ spec }) => {
  const c = cluster()
  addService(c, spec)
  expect(endpoints(c)).toBeUndefined()
  expect(slices(c)).toEqual([])
})

test('a placeholder slice is used for the first pod and kept for the last', () => {
  const c = cluster()
  addService(c)
  const [{ metadata }] = slices(c)
  addPod(c, 'a', '10.244.0.9')
  c.settle()
  expect(slices(c).map((s) => s.metadata.name)).toEqual([metadata.name])
  expect(addresses(c)).toEqual(['10.244.0.9'])
  c.remove('pods', 'default', 'a')
  c.settle()
  expect(slices(c).map((s) => [s.metadata.name, s.endpoints, s.ports])).toEqual([[metadata.name, null, null]])
  expect(endpoints(c)!.subsets).toBeUndefined()
})

test('a terminating pod leaves Endpoints and stays in its slice', () => {
  const c = cluster()
  addPod(c, 'a', '10.244.0.9')
  addService(c)
  c.delete('pods', 'default', 'a')
  c.settle()
  expect(endpoints(c)!.subsets).toBeUndefined()
  expect(slices(c)[0].endpoints![0].conditions).toEqual({ ready: false, serving: true, terminating: true })
})

test('publishNotReadyAddresses takes every pod for ready', () => {
  const c = cluster()
  addPod(c, 'a', '10.244.0.9', false)
  addService(c, { publishNotReadyAddresses: true })
  expect(endpoints(c)!.subsets![0].addresses).toHaveLength(1)
  expect(slices(c)[0].endpoints![0].conditions).toEqual({ ready: true, serving: false, terminating: false })
})

test('a pod of the headless service carries its hostname', () => {
  const c = cluster()
  addPod(c, 'db-0', '10.244.0.9', true, { hostname: 'db-0', subdomain: 'web' })
  addPod(c, 'other', '10.244.0.8', true, { hostname: 'other', subdomain: 'elsewhere' })
  addService(c, { clusterIP: 'None' })
  expect(endpoints(c)!.subsets![0].addresses!.map((a) => a.hostname)).toEqual([undefined, 'db-0'])
  expect(endpoints(c)!.metadata.labels).toHaveProperty(['service.kubernetes.io/headless'], '')
  expect(slices(c)[0].endpoints!.map((e) => e.hostname)).toEqual(['db-0', undefined])
})

test('a change of a label, a selector, a port is followed', () => {
  const c = cluster()
  addPod(c, 'a', '10.244.0.9')
  const service = addService(c)
  const pod = c.get<Pod>('pods', 'default', 'a')!
  c.update<Pod>({ ...pod, metadata: { ...pod.metadata, labels: { app: 'other' } } })
  c.settle()
  expect(endpoints(c)!.subsets).toBeUndefined()
  c.update<Service>({
    ...service,
    spec: { ...service.spec, selector: { app: 'other' }, ports: [{ port: 81, protocol: 'TCP', targetPort: 81 }] },
  })
  c.settle()
  expect(endpoints(c)!.subsets).toMatchObject([{ addresses: [{ ip: '10.244.0.9' }], ports: [{ port: 81 }] }])
  expect(slices(c)).toMatchObject([{ ports: [{ port: 81 }], endpoints: [{ addresses: ['10.244.0.9'] }] }])
})

test('250 pods fill three slices; one that comes or goes touches one of them', () => {
  const c = cluster()
  addPods(c, 250)
  addService(c)
  expect(
    slices(c)
      .map((s) => s.endpoints!.length)
      .sort(),
  ).toEqual([100, 100, 50])
  const versions = () => Object.fromEntries(slices(c).map((s) => [s.metadata.name, s.metadata.resourceVersion]))
  const before = versions()
  c.remove('pods', 'default', 'p0003')
  addPod(c, 'new', '10.244.9.9')
  c.settle()
  const after = versions()
  expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort())
  expect(Object.keys(after).filter((name) => after[name] !== before[name])).toHaveLength(1)
  expect(new Set(addresses(c)).size).toBe(250)
})

test('a hundred pods that change at once cost one reconcile with their notes', () => {
  const c = cluster()
  addPods(c, 100)
  addService(c)
  const writes = slices(c)[0].metadata.resourceVersion
  for (let i = 0; i < 100; i++) c.setPod('default', `p${String(i).padStart(4, '0')}`, 'Running', false)
  c.settle()
  expect(c.records.list('endpoint-slice-controller-changed')).toEqual([])
  expect(endpoints(c)!.subsets![0].notReadyAddresses).toHaveLength(100)
  expect(slices(c)[0].endpoints!.filter((e) => e.conditions!.ready)).toEqual([])
  expect(slices(c)[0].metadata.resourceVersion).not.toBe(writes)
})

test('more than 1000 addresses are cut', () => {
  const c = cluster()
  addPods(c, 1005)
  addService(c)
  expect(endpoints(c)!.subsets![0].addresses).toHaveLength(1000)
  expect(endpoints(c)!.metadata.annotations).toMatchObject({ 'endpoints.kubernetes.io/over-capacity': 'truncated' })
  for (let i = 0; i < 10; i++) c.remove('pods', 'default', `p${String(i).padStart(4, '0')}`)
  c.settle()
  expect(endpoints(c)!.subsets![0].addresses).toHaveLength(995)
  expect(endpoints(c)!.metadata.annotations ?? {}).not.toHaveProperty(['endpoints.kubernetes.io/over-capacity'])
})

test('traffic distribution puts hints on ready endpoints', () => {
  const c = cluster()
  c.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1', labels: { 'topology.kubernetes.io/zone': 'z1' } } })
  addPod(c, 'a', '10.244.0.9')
  addPod(c, 'b', '10.244.0.8', false)
  addService(c, { trafficDistribution: 'PreferSameZone' })
  expect(slices(c)[0].endpoints!.map((e) => [e.zone, e.hints])).toEqual([
    ['z1', { forZones: [{ name: 'z1' }] }],
    ['z1', undefined],
  ])
})

test('deleting the service takes Endpoints and slices away', () => {
  const c = cluster()
  addPod(c, 'a', '10.244.0.9')
  addService(c)
  c.delete('services', 'default', 'web')
  c.settle()
  expect(endpoints(c)).toBeUndefined()
  expect(slices(c)).toEqual([])
})

test('deleted Endpoints and slices come back', () => {
  const c = cluster()
  addPod(c, 'a', '10.244.0.9')
  addService(c)
  c.delete('endpoints', 'default', 'web')
  c.delete(SLICES, 'default', slices(c)[0].metadata.name)
  c.settle()
  expect(endpoints(c)!.subsets).toHaveLength(1)
  expect(addresses(c)).toEqual(['10.244.0.9'])
})

describe('Endpoints written by hand', () => {
  function manual(c: FakeCluster, labels?: Record<string, string>): Endpoints {
    const made = c.create<Endpoints>({
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'web', namespace: 'default', ...(labels && { labels }) },
      subsets: [
        {
          addresses: [{ ip: '192.0.2.42' }, { ip: '192.0.2.43' }],
          notReadyAddresses: [{ ip: '2001:db8::1' }],
          ports: [{ port: 9376, protocol: 'TCP' }],
        },
      ],
    })
    c.settle()
    return made
  }

  test('are mirrored, a slice for each family', () => {
    const c = cluster()
    addService(c, { selector: undefined })
    const made = manual(c, { team: 'x' })
    const found = slices(c).sort((a, b) => (a.addressType < b.addressType ? -1 : 1))
    expect(found.map((s) => [s.addressType, s.endpoints!.map((e) => [e.addresses[0], e.conditions])])).toEqual([
      ['IPv4', ['192.0.2.42', '192.0.2.43'].map((ip) => [ip, { ready: true }])],
      ['IPv6', [['2001:db8::1', { ready: false }]]],
    ])
    expect(slices(c)[0].metadata).toMatchObject({
      generateName: 'web-',
      labels: {
        team: 'x',
        'kubernetes.io/service-name': 'web',
        'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
      },
      ownerReferences: [{ kind: 'Endpoints', uid: made.metadata.uid }],
    })
  })

  test.each([
    { name: 'without a service', service: false, labels: undefined },
    { name: 'that ask to be skipped', service: true, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
  ])('$name are not mirrored', ({ service, labels }) => {
    const c = cluster()
    if (service) addService(c, { selector: undefined })
    manual(c, labels)
    expect(slices(c)).toEqual([])
  })

  test('go with their service, and the mirror with them', () => {
    const c = cluster()
    addService(c, { selector: undefined })
    manual(c)
    c.delete('services', 'default', 'web')
    c.settle()
    expect(endpoints(c)).toBeUndefined()
    expect(slices(c)).toEqual([])
  })
})
