// Where packets go: through the rules, to Pods and nodes, refused, dropped or lost; with what source they arrive.
import type { Pod } from '../../src/api/types'
import { type Origin, type Packet, route } from '../../src/network/packet'
import { endpoint, fakeEnv, node, pod, service, slice, world } from './fake'

const OUTSIDE = '172.18.0.1'
const nodePort = (port: number, more: object = {}) => ({
  type: 'NodePort',
  ports: [{ port: 80, protocol: 'TCP', nodePort: port }],
  ...more,
})
const lb = (ip: string, more: object = {}) => ({
  ...service('lb', { clusterIP: '10.96.1.9', type: 'LoadBalancer', ports: [{ port: 80, protocol: 'TCP', nodePort: 30090 }], ...more }),
  status: { loadBalancer: { ingress: [{ ip }] } },
})

const objects = [
  node(1),
  node(2),
  pod('client', 1, 2),
  pod('near', 1, 5),
  pod('far', 2, 6),
  pod('host', 2, 0, { spec: { hostNetwork: true } }),
  service('near'),
  slice('near-1', 'near', [endpoint(1, 5)]),
  service('far', nodePort(30080, { clusterIP: '10.96.1.2' })),
  slice('far-1', 'far', [endpoint(2, 6)]),
  service('self', { clusterIP: '10.96.1.3' }),
  slice('self-1', 'self', [endpoint(1, 2)]),
  service('none', nodePort(30081, { clusterIP: '10.96.1.4', externalIPs: ['198.51.100.1'] })),
  service('local', nodePort(30082, { clusterIP: '10.96.1.5', internalTrafficPolicy: 'Local', externalTrafficPolicy: 'Local' })),
  slice('local-1', 'local', [endpoint(2, 6)]),
  lb('203.0.113.1', { loadBalancerSourceRanges: ['192.0.2.0/24'] }),
  slice('lb-1', 'lb', [endpoint(1, 5)]),
  service('api', { clusterIP: '10.96.0.1', ports: [{ port: 443, protocol: 'TCP' }] }),
  slice('api-1', 'api', [{ addresses: ['172.18.0.2'], conditions: {} }], { ports: [{ name: '', port: 6443, protocol: 'TCP' }] }),
]
const { view, records } = world(objects).created()
const podNamed = (name: string) => view.get<Pod>('pods', 'default', name)!
const from = (name: string): Origin => ({ pod: podNamed(name) })

function send(origin: Origin, to: string, port: number, protocol: Packet['protocol'] = 'TCP') {
  return route(view, records, fakeEnv(), { from: origin, to, port, protocol })
}

const DELIVERED: [string, Origin, string, number, string, string, boolean][] = [
  ['Pod to Pod on its node', from('client'), '10.244.0.5', 8080, '10.244.0.5:8080', '10.244.0.2', false],
  ['Pod to Pod on another node, without NAT', from('client'), '10.244.1.6', 8080, '10.244.1.6:8080', '10.244.0.2', false],
  ['Pod to ClusterIP', from('client'), '10.96.1.1', 80, '10.244.0.5:8080', '10.244.0.2', false],
  ['Pod to ClusterIP on another node', from('client'), '10.96.1.2', 80, '10.244.1.6:8080', '10.244.0.2', false],
  ['hairpin', from('client'), '10.96.1.3', 80, '10.244.0.2:8080', '10.244.0.1', true],
  ['node to its Pod', { node: 'node-1' }, '10.244.0.5', 8080, '10.244.0.5:8080', '10.244.0.1', false],
  ['node to a Pod elsewhere', { node: 'node-1' }, '10.244.1.6', 8080, '10.244.1.6:8080', '172.18.0.2', false],
  ['Pod on the host network to ClusterIP', from('host'), '10.96.1.1', 80, '10.244.0.5:8080', '172.18.0.3', false],
  ['outside to node port, on to another node', { outside: OUTSIDE }, '172.18.0.2', 30080, '10.244.1.6:8080', '172.18.0.2', true],
  ['outside to node port, Pod on that node', { outside: OUTSIDE }, '172.18.0.3', 30080, '10.244.1.6:8080', '10.244.1.1', true],
  ['node port on loopback', { node: 'node-1' }, '127.0.0.1', 30080, '10.244.1.6:8080', '172.18.0.2', true],
  ['policy Local keeps the source', { outside: OUTSIDE }, '172.18.0.3', 30082, '10.244.1.6:8080', OUTSIDE, false],
  ['Pod to node port with policy Local elsewhere', from('client'), '172.18.0.2', 30082, '10.244.1.6:8080', '10.244.0.2', false],
  ['node to its port with policy Local elsewhere', { node: 'node-1' }, '172.18.0.2', 30082, '10.244.1.6:8080', '172.18.0.2', false],
  ['load balancer from an allowed range', { outside: '192.0.2.7' }, '203.0.113.1', 80, '10.244.0.5:8080', '10.244.0.1', true],
]

test.each(DELIVERED)('%s', (_name, origin, to, port, destination, source, masqueraded) => {
  const found = send(origin, to, port)
  expect(found).toMatchObject({ verdict: 'delivered', source, masqueraded })
  expect(`${found.ip}:${found.port}`).toBe(destination)
})

test('a node answers for its own address, through the Service of the API server too', () => {
  expect(send(from('client'), '172.18.0.3', 10250)).toMatchObject({ verdict: 'delivered', node: 'node-2', source: '172.18.0.2' })
  expect(send(from('far'), '10.96.0.1', 443)).toMatchObject({
    verdict: 'delivered',
    node: 'node-1',
    ip: '172.18.0.2',
    port: 6443,
    source: '172.18.0.3',
  })
})

test.each<[string, Origin, string, number, Packet['protocol'], string, string | undefined]>([
  ['no endpoints', from('client'), '10.96.1.4', 80, 'TCP', 'refused', 'default/none has no endpoints'],
  ['no endpoints from a node', { node: 'node-1' }, '10.96.1.4', 80, 'TCP', 'refused', 'default/none has no endpoints'],
  ['no endpoints, node port', { outside: OUTSIDE }, '172.18.0.2', 30081, 'TCP', 'refused', 'default/none has no endpoints'],
  ['no endpoints, external IP', { outside: OUTSIDE }, '198.51.100.1', 80, 'TCP', 'refused', 'default/none has no endpoints'],
  ['internal policy Local, endpoints elsewhere', from('client'), '10.96.1.5', 80, 'TCP', 'dropped', 'default/local has no local endpoints'],
  [
    'external policy Local, endpoints elsewhere',
    { outside: OUTSIDE },
    '172.18.0.2',
    30082,
    'TCP',
    'dropped',
    'default/local has no local endpoints',
  ],
  [
    'load balancer from a forbidden range',
    { outside: OUTSIDE },
    '203.0.113.1',
    80,
    'TCP',
    'dropped',
    'default/lb traffic not accepted by KUBE-FW-7TVXROIT6UXCX2AG',
  ],
  ['a port the Service has not', from('client'), '10.96.1.1', 81, 'TCP', 'lost', undefined],
  ['a protocol the Service has not', from('client'), '10.96.1.1', 80, 'UDP', 'lost', undefined],
  ['ping of a ClusterIP', from('client'), '10.96.1.1', 0, 'ICMP', 'lost', undefined],
  ['an address no Pod has', from('client'), '10.244.0.77', 80, 'TCP', 'unreachable', undefined],
  ['the world', from('client'), '93.184.215.14', 80, 'TCP', 'outside', undefined],
])('%s', (_name, origin, to, port, protocol, verdict, comment) => {
  const { verdict: actual, hops } = send(origin, to, port, protocol)
  expect(actual).toBe(verdict)
  const last = hops.at(-1)?.rule.matches?.find((m) => 'comment' in m)
  if (comment) expect(last).toEqual({ comment })
})

test('ping of a Pod is delivered', () => {
  expect(send(from('client'), '10.244.1.6', 0, 'ICMP').verdict).toBe('delivered')
})

test('hops name chain, rule and Service', () => {
  const { hops } = send({ outside: OUTSIDE }, '172.18.0.2', 30080)
  expect(hops.map((h) => `${h.table} ${h.chain.replace(/-[A-Z0-9]{16}$/, '')} ${h.rule.target?.replace(/-[A-Z0-9]{16}$/, '')}`)).toEqual([
    'nat PREROUTING KUBE-SERVICES',
    'nat KUBE-SERVICES KUBE-NODEPORTS',
    'nat KUBE-NODEPORTS KUBE-EXT',
    'nat KUBE-EXT KUBE-MARK-MASQ',
    'nat KUBE-MARK-MASQ MARK',
    'nat KUBE-EXT KUBE-SVC',
    'nat KUBE-SVC KUBE-SEP',
    'nat KUBE-SEP DNAT',
    'filter FORWARD KUBE-PROXY-FIREWALL',
    'filter FORWARD KUBE-FORWARD',
    'filter KUBE-FORWARD ACCEPT',
    'nat POSTROUTING KUBE-POSTROUTING',
    'nat KUBE-POSTROUTING MARK',
    'nat KUBE-POSTROUTING MASQUERADE',
  ])
  expect(hops[2].service).toBe('default/far')
})

describe('several endpoints', () => {
  const many = [1, 2, 3].map((i) => endpoint(1, 10 + i))
  const pods = [1, 2, 3].map((i) => pod(`web-${i}`, 1, 10 + i))

  test('get equal shares, independent of each other', () => {
    const { view, records } = world([node(1), pod('client', 1, 2), ...pods, service('web'), slice('web-1', 'web', many)]).created()
    const env = fakeEnv(7)
    const counts: Record<string, number> = {}
    const client = view.get<Pod>('pods', 'default', 'client')!
    for (let i = 0; i < 30_000; i++) {
      const { ip } = route(view, records, env, { from: { pod: client }, to: '10.96.1.1', port: 80, protocol: 'TCP' })
      counts[ip] = (counts[ip] ?? 0) + 1
    }
    const chiSquare = Object.values(counts).reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0)
    expect(Object.keys(counts)).toHaveLength(3)
    expect(chiSquare).toBeLessThan(13.8) // two degrees of freedom, p = 0.001
  })

  test('session affinity keeps a client on one until the timeout since its last connection', () => {
    const spec = { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 100 } } }
    const { view, records } = world([node(1), ...pods, service('web', spec), slice('web-1', 'web', many)]).created()
    const env = fakeEnv(3)
    const visit = (outside: string) => route(view, records, env, { from: { outside }, to: '10.96.1.1', port: 80, protocol: 'TCP' }).ip
    const first = visit(OUTSIDE)
    for (let i = 0; i < 20; i++) {
      env.time += 99_000
      expect(visit(OUTSIDE)).toBe(first)
    }
    expect(new Set(Array.from({ length: 40 }, (_, i) => visit(`192.0.2.${i}`))).size).toBe(3)
    const after = new Set<string>()
    for (let i = 0; i < 20; i++) {
      env.time += 101_000
      after.add(visit(OUTSIDE))
    }
    expect(after.size).toBe(3)
  })
})
