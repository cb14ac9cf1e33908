// kube-proxy as a controller: what it writes when Services, slices and nodes come, change and go.
import type { KubeObject } from '../../src/api/types'
import { PORTALS, RULES, type RulesEntry } from '../../src/network/proxy/rules'
import { fakeRecords, node, endpoint as on, service, slice, world } from './fake'

const entryOf = (w: ReturnType<typeof world>, key: string) => w.records.get<RulesEntry>(RULES, key)
const asObject = (o: object) => ({ ...o, metadata: { namespace: 'default', ...(o as KubeObject).metadata } }) as KubeObject

test('a Service and its slices make one entry, the same for all nodes, and portals that lead to it', () => {
  const w = world([node(1), node(2), service('web'), slice('web-1', 'web', [on(1, 5), on(2, 6)])]).created()
  expect(entryOf(w, 'default/web')).toMatchObject({ slices: ['web-1'], endpoints: 2 })
  expect(Object.keys(entryOf(w, 'default/web')!.all!.nat)).toHaveLength(4)
  expect(w.records.list(PORTALS)).toEqual([['tcp/10.96.1.1:80', ['default/web']]])
})

test('slices that come before their Service are found when it comes', () => {
  const records = fakeRecords()
  const objects = [node(1), slice('web-1', 'web', [on(1, 5)])]
  expect(entryOf(world(objects, records).created(), 'default/web')).toEqual({ slices: ['web-1'], endpoints: 0 })
  expect(entryOf(world([...objects, service('web')], records).created(), 'default/web')).toMatchObject({ endpoints: 1, slices: ['web-1'] })
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
  const w = world([...nodes, service('web', spec), slice('web-1', 'web', [on(1, 5, more), on(2, 6, other)])]).created()
  const endpoints = (n: number) => chains(entryOf(w, 'default/web'), n).filter((c) => c === 'KUBE-SEP').length
  expect(endpoints(1)).toBe(onFirst)
  // Without a hint for it a node falls back to all endpoints.
  expect(endpoints(3)).toBe('hints' in more && 'forNodes' in (more.hints as object) ? 2 : onThird)
})

test('a new node gets the rules of Services that differ by node', () => {
  const records = fakeRecords()
  const objects = [node(1), service('web', { internalTrafficPolicy: 'Local' }), slice('web-1', 'web', [on(2, 6)])]
  expect(Object.keys(entryOf(world(objects, records).created(), 'default/web')!.nodes!)).toEqual(['node-1'])
  const grown = world([...objects, node(2)], records)
  grown.play({ resource: 'nodes', after: node(2) as unknown as KubeObject })
  expect(chains(entryOf(grown, 'default/web'), 2)).toEqual(['KUBE-SEP', 'KUBE-SER', 'KUBE-SVL'])
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
  ['a Service that is labelled headless', service('x', {}, { labels: { 'service.kubernetes.io/headless': '' } })],
  ['IPv6 only', service('x', { clusterIP: 'fd00::1', clusterIPs: ['fd00::1'] })],
])('no rules for %s', (_name, object) => {
  const w = world([node(1), object, slice('x-1', 'x', [on(1, 5)])]).created()
  expect(entryOf(w, 'default/x')?.all ?? entryOf(w, 'default/x')?.nodes).toBeUndefined()
  expect(w.records.list(PORTALS)).toEqual([])
})

test.each(['service.kubernetes.io/service-proxy-name', 'service.kubernetes.io/headless'])(
  'a slice with the label %s gives no endpoints',
  (label) => {
    const labels = { 'kubernetes.io/service-name': 'x', [label]: 'mine' }
    const w = world([node(1), service('x'), { ...slice('x-1', 'x', [on(1, 5)]), metadata: { name: 'x-1', labels } }]).created()
    expect(Object.keys(entryOf(w, 'default/x')!.all!.nat)).toEqual([])
  },
)

test.each([
  ['the bits of a host go', ['198.51.100.77/24', ' 203.0.113.200/25 ', 'fd00::/8'], ['198.51.100.0/24', '203.0.113.128/25']],
  ['one address is a network', ['198.51.100.7/32'], ['198.51.100.7/32']],
  ['a network of everything is no restriction', ['198.51.100.0/24', '0.0.0.0/0'], []],
  ['IPv6 ranges alone restrict nothing', ['fd00::/8'], []],
])('load balancer source ranges: %s', (_name, ranges, expected) => {
  const balanced = service('x', { type: 'LoadBalancer', loadBalancerSourceRanges: ranges })
  const w = world([node(1), { ...balanced, status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } }, slice('x-1', 'x', [on(1, 5)])])
  const { all, nodes } = entryOf(w.created(), 'default/x')!
  const { nat } = (all ?? nodes!['node-1'])!
  const firewall = Object.keys(nat).find((c) => c.startsWith('KUBE-FW-'))
  expect((nat[firewall ?? ''] ?? []).flatMap((r) => r.source ?? [])).toEqual(expected)
})
