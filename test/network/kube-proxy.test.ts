// kube-proxy as a controller: what it writes when Services, slices and nodes come, change and go.
import type { Change, ControllerContext } from '../../src/api/contracts'
import type { KubeObject } from '../../src/api/types'
import { kubeProxy } from '../../src/network/proxy/controller'
import { PORTALS, RULES, type RulesEntry } from '../../src/network/proxy/rules'
import { fakeEnv, fakeRecords, fakeView, node } from './fake'

const service = (name: string, spec: object = {}, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, ...metadata },
  spec: { type: 'ClusterIP', clusterIP: '10.96.1.1', ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }], ...spec },
})
const slice = (name: string, of: string, endpoints: object[], more: object = {}) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name, labels: { 'kubernetes.io/service-name': of } },
  addressType: 'IPv4',
  ports: [{ name: '', port: 8080, protocol: 'TCP' }],
  endpoints,
  ...more,
})
const on = (n: number, last: number, more: object = {}) => ({
  addresses: [`10.244.${n - 1}.${last}`],
  nodeName: `node-${n}`,
  conditions: { ready: true },
  ...more,
})

function world(objects: object[], records = fakeRecords()) {
  const view = fakeView(objects)
  const queue: string[] = []
  const context = {
    api: view,
    records,
    env: fakeEnv(),
    wakeAt: () => {},
    enqueue: (k: string) => queue.push(k),
  } as unknown as ControllerContext
  return {
    records,
    /** Plays changes as the store reports them, until nothing is queued. */
    play(...changes: Change[]) {
      for (const change of changes) queue.push(...kubeProxy.watches[change.resource](change, view))
      for (let key = queue.shift(); key !== undefined; key = queue.shift()) kubeProxy.reconcile(key, context)
    },
    created() {
      const resources: Record<string, string> = { Service: 'services', EndpointSlice: 'endpointslices.discovery.k8s.io', Node: 'nodes' }
      this.play(...view.objects.map((after) => ({ resource: resources[after.kind], after })))
      return this
    },
    entry: (key: string) => records.get<RulesEntry>(RULES, key),
  }
}
const asObject = (o: object) => ({ ...o, metadata: { namespace: 'default', ...(o as KubeObject).metadata } }) as KubeObject

test('a Service and its slices make one entry, the same for all nodes, and portals that lead to it', () => {
  const { entry, records } = world([node(1), node(2), service('web'), slice('web-1', 'web', [on(1, 5), on(2, 6)])]).created()
  expect(entry('default/web')).toMatchObject({ slices: ['web-1'], endpoints: 2 })
  expect(Object.keys(entry('default/web')!.all!.nat)).toHaveLength(4)
  expect(records.list(PORTALS)).toEqual([['tcp/10.96.1.1:80', ['default/web']]])
})

test('slices that come before their Service are found when it comes', () => {
  const records = fakeRecords()
  const objects = [node(1), slice('web-1', 'web', [on(1, 5)])]
  expect(world(objects, records).created().entry('default/web')).toEqual({ slices: ['web-1'], endpoints: 0 })
  expect(
    world([...objects, service('web')], records)
      .created()
      .entry('default/web'),
  ).toMatchObject({ endpoints: 1, slices: ['web-1'] })
})

test('a changed Service writes its own entry only, an unchanged one nothing', () => {
  const records = fakeRecords()
  const objects = [node(1), service('a'), service('b', { clusterIP: '10.96.1.2' }), slice('a-1', 'a', [on(1, 5)])]
  world(objects, records).created()
  records.writes.length = 0
  world(objects, records).created()
  expect(records.writes).toEqual([])
  const changed = world([...objects.slice(0, 3), slice('a-1', 'a', [on(1, 5), on(1, 6)])], records)
  changed.play({ resource: 'endpointslices.discovery.k8s.io', after: asObject(slice('a-1', 'a', [])) })
  expect(records.writes).toEqual(['rules default/a'])
})

test('a Service that is gone leaves neither rules nor portals', () => {
  const records = fakeRecords()
  const web = service('web', { type: 'NodePort', ports: [{ port: 80, protocol: 'TCP', nodePort: 30080 }] })
  world([node(1), web, slice('web-1', 'web', [on(1, 5)])], records).created()
  expect(records.list(PORTALS).map(([k]) => k)).toEqual(['tcp/*:30080', 'tcp/10.96.1.1:80'])
  const after = world([node(1)], records)
  after.play({ resource: 'services', before: asObject(web) })
  after.play({ resource: 'endpointslices.discovery.k8s.io', before: asObject(slice('web-1', 'web', [])) })
  expect([...records.list(RULES), ...records.list(PORTALS)]).toEqual([])
})

test('two Services with one external IP share a portal; the other keeps it', () => {
  const records = fakeRecords()
  const one = service('a', { externalIPs: ['198.51.100.1'] })
  const two = service('b', { clusterIP: '10.96.1.2', externalIPs: ['198.51.100.1'] })
  world([node(1), one, two], records).created()
  expect(records.get(PORTALS, 'tcp/198.51.100.1:80')).toEqual(['default/a', 'default/b'])
  world([node(1), two], records).play({ resource: 'services', before: asObject(one) })
  expect(records.get(PORTALS, 'tcp/198.51.100.1:80')).toEqual(['default/b'])
})

const chains = (entry: RulesEntry | undefined, n: number) =>
  Object.keys(entry?.nodes?.[`node-${n}`]?.nat ?? {})
    .map((c) => c.slice(0, 8))
    .sort()

test.each([
  ['internal policy Local keeps to the node', { internalTrafficPolicy: 'Local' }, {}, 1, 0],
  ['zone hints keep to the zone', {}, { hints: { forZones: [{ name: 'a' }] } }, 1, 1],
  ['node hints keep to the node', {}, { hints: { forNodes: [{ name: 'node-1' }] } }, 1, 1],
])('%s', (_name, spec, more, onFirst, onThird) => {
  const other = 'hints' in more ? { hints: { forZones: [{ name: 'b' }], forNodes: [{ name: 'node-2' }] } } : {}
  const nodes = [
    node(1, { 'topology.kubernetes.io/zone': 'a' }),
    node(2, { 'topology.kubernetes.io/zone': 'b' }),
    node(3, { 'topology.kubernetes.io/zone': 'a' }),
  ]
  const { entry } = world([...nodes, service('web', spec), slice('web-1', 'web', [on(1, 5, more), on(2, 6, other)])]).created()
  const endpoints = (n: number) => chains(entry('default/web'), n).filter((c) => c === 'KUBE-SEP').length
  expect(endpoints(1)).toBe(onFirst)
  // Without a hint for it a node falls back to all endpoints.
  expect(endpoints(3)).toBe('hints' in more && 'forNodes' in (more.hints as object) ? 2 : onThird)
})

test('a new node gets the rules of Services that differ by node', () => {
  const records = fakeRecords()
  const objects = [node(1), service('web', { internalTrafficPolicy: 'Local' }), slice('web-1', 'web', [on(2, 6)])]
  expect(Object.keys(world(objects, records).created().entry('default/web')!.nodes!)).toEqual(['node-1'])
  const grown = world([...objects, node(2)], records)
  grown.play({ resource: 'nodes', after: node(2) as unknown as KubeObject })
  expect(chains(grown.entry('default/web'), 2)).toEqual(['KUBE-SEP', 'KUBE-SER', 'KUBE-SVL'])
  records.writes.length = 0
  grown.play({
    resource: 'nodes',
    before: node(2) as unknown as KubeObject,
    after: { ...node(2), status: { ...node(2).status, images: [] } } as unknown as KubeObject,
  })
  expect(records.writes).toEqual([])
})

test.each([
  ['headless', service('x', { clusterIP: 'None' })],
  ['ExternalName', service('x', { type: 'ExternalName', clusterIP: undefined, externalName: 'example.com' })],
  ['another proxy', service('x', {}, { labels: { 'service.kubernetes.io/service-proxy-name': 'mine' } })],
  ['IPv6 only', service('x', { clusterIP: 'fd00::1', clusterIPs: ['fd00::1'] })],
])('no rules for %s', (_name, object) => {
  const { entry, records } = world([node(1), object, slice('x-1', 'x', [on(1, 5)])]).created()
  expect(entry('default/x')?.all ?? entry('default/x')?.nodes).toBeUndefined()
  expect(records.list(PORTALS)).toEqual([])
})
