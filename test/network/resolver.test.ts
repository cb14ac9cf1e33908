// A name looked up from a Pod: which names are asked in which order, and what happens when DNS itself is down.
import type { Pod } from '../../src/api/types'
import { clusterNetwork } from '../../src/network/cluster-network'
import { resolvConf, resolvConfText } from '../../src/network/dns/resolv-conf'
import { candidates, lookup, resolve } from '../../src/network/dns/resolver'
import { endpoint, fakeEnv, node, pod, service, slice, world } from './fake'

const dnsPod = pod('coredns-1', 1, 200, { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } })
const dnsPorts = [{ name: 'dns', port: 53, protocol: 'UDP' }]
const inSystem = { namespace: 'kube-system' }
const kubeDns = service('kube-dns', { clusterIP: '10.96.0.10', ports: dnsPorts }, inSystem)
const dnsSlice = (endpoints: object[]) => ({
  ...slice('dns-1', 'kube-dns', endpoints, { ports: dnsPorts }),
  metadata: { name: 'dns-1', labels: { 'kubernetes.io/service-name': 'kube-dns' }, ...inSystem },
})
const base = [
  node(1),
  ...['default', 'shop', 'kube-system'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
  dnsPod,
  kubeDns,
  pod('client', 1, 2),
  pod('plain', 1, 3, { spec: { dnsPolicy: 'Default' } }),
  service('web'),
  service('db', { clusterIP: '10.96.1.2' }, { namespace: 'shop' }),
  service('ext', { type: 'ExternalName', clusterIP: undefined, externalName: 'web.default.svc.cluster.local' }),
  service('far', { type: 'ExternalName', clusterIP: undefined, externalName: 'example.com' }),
]

function cluster(more: object[] = [dnsSlice([endpoint(1, 200)])]) {
  const { view, records } = world([...base, ...more]).created()
  const network = { view, records, env: fakeEnv() }
  return { network, podNamed: (name: string) => view.get<Pod>('pods', 'default', name)! }
}
const { network, podNamed } = cluster()

test.each<[string, string, string[] | undefined]>([
  ['in its namespace', 'web', ['10.96.1.1']],
  ['in another namespace', 'db.shop', ['10.96.1.2']],
  ['in another namespace, but without it', 'db', undefined],
  ['with svc', 'db.shop.svc', ['10.96.1.2']],
  ['in full', 'db.shop.svc.cluster.local', ['10.96.1.2']],
  ['in full, with the dot', 'db.shop.svc.cluster.local.', ['10.96.1.2']],
  ['letters do not count', 'WEB.Default', ['10.96.1.1']],
  ['an ExternalName inside', 'ext', ['10.96.1.1']],
  ['an ExternalName outside', 'far', undefined],
  ['the world', 'example.com', undefined],
  ['an address', '192.0.2.1', ['192.0.2.1']],
])('%s', (_name, host, expected) => {
  expect(resolve(network, podNamed('client'), host)).toEqual(expected)
})

test('every try is told', () => {
  const { tries, found } = lookup(network, podNamed('client'), 'db.shop')
  expect(tries.map((t) => `${t.question.name} ${t.question.type} ${t.answer?.rcode} ${t.answer?.answers.length}`)).toEqual([
    'db.shop.default.svc.cluster.local. 1 NXDOMAIN 0',
    'db.shop.default.svc.cluster.local. 28 NXDOMAIN 0',
    'db.shop.svc.cluster.local. 1 NOERROR 1',
    'db.shop.svc.cluster.local. 28 NOERROR 0',
  ])
  expect(found).toBe('db.shop.svc.cluster.local.')
  expect(tries[0]).toMatchObject({ server: '10.96.0.10', route: { verdict: 'delivered', ip: '10.244.0.200' } })
})

test.each<[string, string, string[], string[]]>([
  ['few dots: search list first', 'a.b', ['ndots:5'], ['a.b.x.', 'a.b.y.', 'a.b.']],
  ['enough dots: last', 'a.b', ['ndots:1'], ['a.b.', 'a.b.x.', 'a.b.y.']],
  ['no option is ndots:1', 'a', [], ['a.x.', 'a.y.', 'a.']],
  ['final dot: not at all', 'a.b.', ['ndots:5'], ['a.b.']],
  ['labels that are too long', 'a'.repeat(64), [], []],
])('%s', (_name, host, options, expected) => {
  expect(candidates(host, { nameservers: [], searches: ['x', 'y'], options })).toEqual(expected)
})

test.each([
  ['scaled away', [], 'refused'],
  ['not ready', [dnsSlice([endpoint(1, 200, { conditions: { ready: false } })])], 'refused'],
  [
    'forbidden by a policy',
    [
      dnsSlice([endpoint(1, 200)]),
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'p' },
        spec: { podSelector: {}, policyTypes: ['Egress'] },
      },
    ],
    'dropped',
  ],
])('no answer when the DNS Pods are %s', (_name, more, verdict) => {
  const { network, podNamed } = cluster(more as object[])
  const { tries, addresses } = lookup(network, podNamed('client'), 'web')
  expect(addresses).toEqual([])
  expect(tries.map((t) => [t.answer, t.route?.verdict])).toEqual([
    [undefined, verdict],
    [undefined, verdict],
  ])
})

test('a Pod with dnsPolicy Default does not know the cluster', () => {
  expect(resolve(network, podNamed('plain'), 'web.default.svc.cluster.local')).toBeUndefined()
})

test.each<[string, object, string]>([
  ['ClusterFirst', {}, 'search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n'],
  ['host network', { hostNetwork: true }, 'nameserver 172.18.0.1\noptions edns0 trust-ad ndots:0\n'],
  ['None', { dnsPolicy: 'None', dnsConfig: { nameservers: ['192.0.2.1'], searches: ['a.b'] } }, 'search a.b\nnameserver 192.0.2.1\n'],
  [
    'own options win',
    { dnsConfig: { options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }] } },
    'search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:2 edns0\n',
  ],
])('resolv.conf: %s', (_name, spec, expected) => {
  expect(resolvConfText(resolvConf(pod('x', 1, 9, { spec }) as unknown as Pod))).toBe(expected)
})

test('what runs in containers sees outcomes, Pods and sources', () => {
  const { walk } = clusterNetwork(network)
  const client = podNamed('client')
  expect(walk({ pod: client }, '10.96.0.10', 53, 'UDP')).toMatchObject({
    outcome: 'delivered',
    port: 53,
    source: '10.244.0.2',
    pods: [{ metadata: { name: 'coredns-1' } }],
  })
  expect(walk({ pod: client }, '10.96.1.1', 80, 'TCP')).toEqual({ outcome: 'refused', ip: '10.96.1.1', port: 80 })
  expect(walk({ pod: client }, '10.96.1.1', 81, 'TCP').outcome).toBe('timeout')
  expect(walk({ node: 'node-1' }, '10.244.0.99', 81, 'TCP').outcome).toBe('unreachable')
  expect(walk({ pod: client }, '192.0.2.1', 81, 'TCP')).toMatchObject({ outcome: 'delivered', pods: [] })
})
