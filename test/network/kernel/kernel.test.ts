// Kernel proof: the rules we print, loaded into real nodes (network namespaces), send real packets where our own walk sends them.
import fs from 'node:fs'
import path from 'node:path'
import type { EndpointSlice, Pod, Service } from '../../../src/api/types'
import { chiSquare, chiSquareTail } from '../../../src/lib/chi-square'
import { type Origin, type Packet, route } from '../../../src/network/packet'
import { iptablesSave } from '../../../src/network/proxy/iptables-save'
import { RULES, type RulesEntry, rulesOn, type ServiceRules } from '../../../src/network/proxy/rules'
import { rulesOfService } from '../../../src/network/proxy/service-rules'
import { endpoint, fakeEnv, node, pod, service, slice, world } from '../fake'
import { Lab, type LabPod, obstacle, withoutComments } from './lab'

const why = obstacle()
if (why) console.warn(`The kernel is not asked: ${why}.`)
const kernel = why ? describe.skip : describe

const PODS: LabPod[] = [
  { name: 'client', node: 1, ip: '10.244.0.2', ports: [] },
  { name: 'a1', node: 1, ip: '10.244.0.11', ports: [8080, 5353] },
  { name: 'a2', node: 1, ip: '10.244.0.12', ports: [8080, 5353] },
  { name: 'b1', node: 2, ip: '10.244.1.13', ports: [8080, 5353] },
  { name: 'other', node: 2, ip: '10.244.1.2', ports: [] },
]
const all = [endpoint(1, 11), endpoint(1, 12), endpoint(2, 13)]
const port = (nodePort?: number) => ({ ports: [{ port: 80, protocol: 'TCP', ...(nodePort ? { nodePort } : {}) }] })
const ip = (n: number) => ({ clusterIP: `10.96.1.${n}` })
const lb = (address: string) => ({ status: { loadBalancer: { ingress: [{ ip: address }] } } })

const zone = (name: string) => ({ 'topology.kubernetes.io/zone': name })
const isLeaving = { conditions: { ready: false, serving: true, terminating: true } }
const hinted = (name: string) => ({ hints: { forZones: [{ name }] } })

const OBJECTS = [
  node(1, zone('a')),
  node(2, zone('b')),
  ...PODS.map((p) => pod(p.name, p.node, Number(p.ip.split('.')[3]))),
  service('all', { type: 'NodePort', ...ip(1), ...port(30001), externalIPs: ['198.51.100.1'] }),
  slice('all-1', 'all', all),
  service('none', { type: 'NodePort', ...ip(2), ...port(30002), externalIPs: ['198.51.100.2'] }),
  service('self', { ...ip(3), ...port() }),
  slice('self-1', 'self', [endpoint(1, 11)]),
  service('there', { type: 'NodePort', ...ip(4), ...port(30004), internalTrafficPolicy: 'Local', externalTrafficPolicy: 'Local' }),
  slice('there-1', 'there', [endpoint(2, 13)]),
  service('sticky', { ...ip(5), ...port(), sessionAffinity: 'ClientIP' }),
  slice('sticky-1', 'sticky', all),
  service('dns', { ...ip(6), ports: [{ port: 53, protocol: 'UDP' }] }),
  slice('dns-1', 'dns', all, { ports: [{ name: '', port: 5353, protocol: 'UDP' }] }),
  {
    ...service('lb', { type: 'LoadBalancer', ...ip(7), ...port(30007), loadBalancerSourceRanges: ['192.0.2.0/24'] }),
    ...lb('203.0.113.1'),
  },
  slice('lb-1', 'lb', all),
  {
    ...service('keep', { type: 'LoadBalancer', ...ip(8), ...port(30008), externalTrafficPolicy: 'Local', healthCheckNodePort: 30009 }),
    ...lb('203.0.113.2'),
  },
  slice('keep-1', 'keep', [endpoint(1, 12), endpoint(2, 13)]),
  service('ending', { ...ip(9), ...port() }),
  slice('ending-1', 'ending', [endpoint(1, 12, isLeaving)]),
  {
    ...service('guarded', {
      ...{ type: 'LoadBalancer', ...ip(10), ...port(30010), externalTrafficPolicy: 'Local', healthCheckNodePort: 30011 },
      loadBalancerSourceRanges: ['192.0.2.0/24', '172.18.0.0/24'],
    }),
    ...lb('203.0.113.3'),
  },
  slice('guarded-1', 'guarded', [endpoint(2, 13)]),
  service('zoned', { type: 'NodePort', ...ip(12), ...port(30012) }),
  slice('zoned-1', 'zoned', [endpoint(1, 11, hinted('a')), endpoint(1, 12, hinted('a')), endpoint(2, 13, hinted('b'))]),
  service('leaving', { type: 'NodePort', ...ip(13), ...port(30013), externalTrafficPolicy: 'Local' }),
  slice('leaving-1', 'leaving', [endpoint(1, 11, isLeaving), endpoint(2, 13)]),
  service('within', { type: 'NodePort', ...ip(14), ...port(30014), internalTrafficPolicy: 'Local' }),
  slice('within-1', 'within', [endpoint(2, 13)]),
]

interface Case {
  from: string
  /** Source address of the world, when not its usual one. */
  source?: string
  ip: string
  port: number
  protocol?: 'UDP'
}
const fromEverywhere = (to: string, port: number, protocol?: 'UDP'): Case[] =>
  ['client', 'a1', 'other', 'n1', 'n2'].map((from) => ({ from, ip: to, port, protocol }))
const fromWorld = (to: string, port: number, source?: string): Case => ({ from: 'world', ip: to, port, source })

const NODE_PORTS = [30001, 30002, 30004, 30007, 30008, 30010, 30012, 30013, 30014, 30999]

const CASES: Case[] = [
  ...[1, 2, 3, 4, 7, 8, 9, 10, 12, 13, 14].flatMap((n) => fromEverywhere(`10.96.1.${n}`, 80)),
  ...fromEverywhere('10.96.1.6', 53, 'UDP'),
  ...fromEverywhere('10.244.0.11', 8080),
  ...fromEverywhere('10.244.1.13', 8080),
  ...fromEverywhere('172.18.0.2', 30001),
  ...fromEverywhere('172.18.0.3', 30004),
  ...fromEverywhere('172.18.0.2', 30004),
  ...fromEverywhere('198.51.100.1', 80),
  ...fromEverywhere('203.0.113.2', 80),
  ...fromEverywhere('203.0.113.3', 80),
  ...fromEverywhere('10.96.1.1', 81),
  ...['172.18.0.2', '172.18.0.3'].flatMap((n) => NODE_PORTS.map((p) => fromWorld(n, p))),
  fromWorld('198.51.100.1', 80),
  fromWorld('198.51.100.2', 80),
  fromWorld('203.0.113.1', 80),
  fromWorld('203.0.113.1', 80, '192.0.2.9'),
  fromWorld('203.0.113.2', 80),
  fromWorld('203.0.113.3', 80),
  fromWorld('203.0.113.3', 80, '192.0.2.9'),
  fromWorld('10.96.1.1', 80),
  { from: 'n1', ip: '127.0.0.1', port: 30001 },
]
/** What a client makes of it: nobody answers, and on a node itself nobody listens. */
const AS_SEEN: Record<string, string> = { lost: 'dropped', delivered: 'refused' }
const TIMES = 30
const SHARED = 2000
const PATIENCE_MS = 5000

kernel('the rules in a kernel', () => {
  const lab = new Lab()
  const { view, records } = world(OBJECTS).created()
  const rulesText = (n: number) => {
    const entries = records.list<RulesEntry>(RULES).map(([, entry]) => rulesOn(entry, `node-${n}`))
    return iptablesSave(entries.filter((e) => e !== undefined) as ServiceRules[], { largeCluster: false, now: 0 })
  }

  beforeAll(async () => {
    lab.build(2, PODS)
    // A router in front of the cluster sends these to node-1.
    for (const network of ['198.51.100.0/24', '203.0.113.0/24', '10.96.0.0/12']) lab.routeToNode(network, 1)
    lab.addWorldAddress('192.0.2.9')
    await lab.serve(PODS.filter((p) => p.ports.length > 0))
  }, 60_000)
  afterAll(() => lab.destroy())

  test.each([1, 2])('node-%i shows them as we print them', (n) => {
    expect(lab.load(n, rulesText(n)).trim()).toBe(withoutComments(rulesText(n)).trim())
  })

  const origin = ({ from, source }: Case): Origin => {
    if (from === 'world') return { outside: source ?? '172.18.0.1' }
    const n = /^n(\d)$/.exec(from)
    return n ? { node: `node-${n[1]}` } : { pod: view.get<Pod>('pods', 'default', from)! }
  }

  const told = (outcomes: string[]) => [...new Set(outcomes)].sort()

  /** Every outcome our walk may give, as the client would see it: the Pod's name and the source it sees. */
  function expected(c: Case): string[] {
    const packet: Packet = { from: origin(c), to: c.ip, port: c.port, protocol: c.protocol ?? 'TCP' }
    const seen = new Set<string>()
    for (let seed = 0; seed < 200; seed++) {
      const found = route(view, records, fakeEnv(seed * 7919), packet)
      const reached = found.verdict === 'delivered' && found.pod
      seen.add(reached ? `${reached.metadata.name} ${found.source}` : (AS_SEEN[found.verdict] ?? found.verdict))
    }
    return [...seen].sort()
  }

  test('packets go where our walk sends them, with the source it gives them', () => {
    for (const n of [1, 2]) lab.masqueradePods(n)
    for (const from of new Set(CASES.map((c) => c.from))) {
      const own = CASES.filter((c) => c.from === from)
      const asked = own.map((c) => ({ ...c, protocol: c.protocol ?? 'TCP', times: TIMES }))
      const actual = lab.connect(from, asked).map(told)
      const wanted = own.map(expected)
      // A busy machine is late or drops a packet: what differs is asked once more, with more patience.
      for (const [i, target] of asked.entries()) {
        if (actual[i].join() !== wanted[i].join()) actual[i] = told(lab.connect(from, [target], PATIENCE_MS)[0])
      }
      const label = (c: Case) => `${c.source ?? from} -> ${c.ip}:${c.port}/${c.protocol ?? 'TCP'}`
      expect(own.map((c, i) => [label(c), actual[i]])).toEqual(own.map((c, i) => [label(c), wanted[i]]))
    }
  }, 120_000)

  test('the kernel shares connections equally', () => {
    const [outcomes] = lab.connect('client', [{ ip: '10.96.1.1', port: 80, protocol: 'TCP', times: SHARED }])
    const counts = new Map<string, number>()
    for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
    expect([...counts.keys()].map((k) => k.split(' ')[0]).sort()).toEqual(['a1', 'a2', 'b1'])
    const value = chiSquare(
      [...counts.values()],
      [...counts.values()].map(() => SHARED / 3),
    )
    // Chance alone goes below this once in a hundred thousand runs.
    expect(chiSquareTail(value, 2)).toBeGreaterThan(0.00001)
  }, 60_000)

  test('session affinity: a client stays with its Pod', () => {
    const target = { ip: '10.96.1.5', port: 80, protocol: 'TCP', times: TIMES }
    for (const from of ['client', 'other']) expect(new Set(lab.connect(from, [target])[0]).size).toBe(1)
  })
})

kernel('recorded rules', () => {
  const folder = path.join(__dirname, '../../conformance/iptables')
  const lab = new Lab()
  beforeEach(() => lab.build(1, []))
  afterEach(() => lab.destroy())

  test.each(['random-16', 'random-21', 'session-affinity-timeout', 'loadbalancer-source-ranges', 'sctp'])('%s', (name) => {
    const { objects } = JSON.parse(fs.readFileSync(path.join(folder, `${name}.json`), 'utf8')) as { objects: (Service | EndpointSlice)[] }
    const slices = objects.filter((o) => o.kind === 'EndpointSlice') as EndpointSlice[]
    const rules = (objects.filter((o) => o.kind === 'Service') as Service[]).map((s) =>
      rulesOfService(
        s,
        slices.filter((e) => e.metadata.labels?.['kubernetes.io/service-name'] === s.metadata.name),
        { name: 'node-1', ip: '172.18.0.2' },
      ),
    )
    const text = iptablesSave(rules, { largeCluster: false, now: 0 })
    expect(lab.load(1, text).trim()).toBe(withoutComments(text).trim())
  })
})
