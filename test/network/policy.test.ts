// Network policies: who may talk to whom, by selectors, namespaces, address blocks and ports.
import type { Pod } from '../../src/api/types'
import { type Packet, route } from '../../src/network/packet'
import { fakeEnv, node, pod, world } from './fake'

const policy = (name: string, spec: object, namespace = 'default') => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace },
  spec: { podSelector: {}, ...spec },
})
const namespace = (name: string, labels: object = {}) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })
const ports = [{ name: 'web', containerPort: 8080, protocol: 'TCP' }]
const base = [
  node(1),
  node(2),
  namespace('default'),
  namespace('other', { team: 'red' }),
  pod('a', 1, 2, { labels: { app: 'a' } }),
  pod('b', 1, 3, { labels: { app: 'b' } }),
  pod('db', 2, 4, { labels: { app: 'db' }, spec: { containers: [{ name: 'c', image: 'x', ports }] } }),
  pod('c', 1, 5, { labels: { app: 'a' }, namespace: 'other' }),
]
const db = { podSelector: { matchLabels: { app: 'db' } } }

function verdict(policies: object[], source: string, port = 8080, protocol: Packet['protocol'] = 'TCP') {
  const { view, records } = world([...base, ...policies]).created()
  const [ns, name] = source.includes('/') ? source.split('/') : ['default', source]
  const start = source === 'outside' ? { outside: '192.0.2.9', at: 'node-2' } : { pod: view.get<Pod>('pods', ns, name)! }
  const found = route(view, records, fakeEnv(), { from: start, to: '10.244.1.4', port, protocol })
  return found.denial ? `${found.verdict}: ${found.denial.direction} ${found.denial.policies.join(',')}` : found.verdict
}
const denied = (...names: string[]) => `dropped: ingress ${names.join(',')}`

test.each<[string, object[], string, string]>([
  ['no policy', [], 'a', 'delivered'],
  ['a policy for other Pods', [policy('p', { podSelector: { matchLabels: { app: 'x' } } })], 'a', 'delivered'],
  ['a policy in another namespace', [policy('p', {}, 'other')], 'a', 'delivered'],
  ['nothing allowed', [policy('p', db)], 'a', denied('p')],
  ['empty rule allows all', [policy('p', { ...db, ingress: [{}] })], 'other/c', 'delivered'],
  ['Pods by label', [policy('p', { ...db, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'a' } } }] }] })], 'a', 'delivered'],
  ['other Pods', [policy('p', { ...db, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'a' } } }] }] })], 'b', denied('p')],
  [
    'the same label in another namespace',
    [policy('p', { ...db, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'a' } } }] }] })],
    'other/c',
    denied('p'),
  ],
  [
    'a namespace',
    [policy('p', { ...db, ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'red' } } }] }] })],
    'other/c',
    'delivered',
  ],
  [
    'a namespace and a label',
    [
      policy('p', {
        ...db,
        ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'red' } }, podSelector: { matchLabels: { app: 'z' } } }] }],
      }),
    ],
    'other/c',
    denied('p'),
  ],
  ['two policies add up', [policy('p', db), policy('q', { ...db, ingress: [{ from: [{ podSelector: {} }] }] })], 'b', 'delivered'],
  ['both are named when neither allows', [policy('p', db), policy('q', db)], 'b', denied('p', 'q')],
  ['an address block', [policy('p', { ...db, ingress: [{ from: [{ ipBlock: { cidr: '192.0.2.0/24' } }] }] })], 'outside', 'delivered'],
  [
    'but an exception',
    [policy('p', { ...db, ingress: [{ from: [{ ipBlock: { cidr: '192.0.2.0/24', except: ['192.0.2.8/29'] } }] }] })],
    'outside',
    denied('p'),
  ],
  ['outside is no Pod', [policy('p', { ...db, ingress: [{ from: [{ podSelector: {} }] }] })], 'outside', denied('p')],
  ['a Pod reaches itself', [policy('p', db)], 'db', 'delivered'],
  ['egress', [policy('p', { podSelector: { matchLabels: { app: 'a' } }, policyTypes: ['Egress'] })], 'a', 'dropped: egress p'],
  [
    'egress allowed to the Pod',
    [policy('p', { policyTypes: ['Egress'], egress: [{ to: [{ podSelector: { matchLabels: { app: 'db' } } }] }] })],
    'a',
    'delivered',
  ],
  [
    'egress rules without a type',
    [policy('p', { podSelector: { matchLabels: { app: 'a' } }, egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/16' } }] }] })],
    'a',
    'dropped: egress p',
  ],
])('%s', (_name, policies, source, expected) => {
  expect(verdict(policies, source)).toBe(expected)
})

test.each<[string, object, number, Packet['protocol'], boolean]>([
  ['number', { port: 8080 }, 8080, 'TCP', true],
  ['another number', { port: 8080 }, 8081, 'TCP', false],
  ['another protocol', { port: 8080, protocol: 'UDP' }, 8080, 'TCP', false],
  ['any port of a protocol', { protocol: 'UDP' }, 53, 'UDP', true],
  ['range', { port: 8000, endPort: 8100 }, 8081, 'TCP', true],
  ['outside of a range', { port: 8000, endPort: 8100 }, 8101, 'TCP', false],
  ['name', { port: 'web' }, 8080, 'TCP', true],
  ['name of another port', { port: 'web' }, 8081, 'TCP', false],
  ['name the Pod does not have', { port: 'dns' }, 8080, 'TCP', false],
])('ports: %s', (_name, port, to, protocol, allowed) => {
  expect(verdict([policy('p', { ...db, ingress: [{ ports: [port] }] })], 'a', to, protocol)).toBe(allowed ? 'delivered' : denied('p'))
})

test('a node reaches its own Pods whatever the policies', () => {
  const { view, records } = world([...base, policy('p', {})]).created()
  const send = (at: string) =>
    route(view, records, fakeEnv(), { from: { node: at }, to: '10.244.1.4', port: 8080, protocol: 'TCP' }).verdict
  expect([send('node-2'), send('node-1')]).toEqual(['delivered', 'dropped'])
})
