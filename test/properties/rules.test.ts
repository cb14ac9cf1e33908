// Rules against what a Service promises: for any Service, any endpoints and any client, the packet filter's way through the rules that are
// printed ends where the Service's fields say it must, in equal shares, and the walk of kubesim's own requests ends there too.
import fc from 'fast-check'
import type { EndpointSlice, Pod, Service } from '../../src/api/types'
import { type Origin, type Packet, route } from '../../src/network/packet'
import { iptablesSave } from '../../src/network/proxy/iptables-save'
import { endpointChain } from '../../src/network/proxy/names'
import { rulesOfService } from '../../src/network/proxy/service-rules'
import { fakeEnv, node, pod, service, slice, world } from '../network/fake'
import { rounds, seed, tried } from '../torture/tried'
import { type Ends, endsOf } from './packet-filter'

interface Spot {
  node: 1 | 2
  /** Of an endpoint of this Service port: `ready`, `ending` (still serves), `gone` (ends and serves no more), `sick`. */
  state: 'ready' | 'ending' | 'gone' | 'sick'
  /** Two numbers behind one port's name: some Pods have the one, some the other. */
  number: 8080 | 9090
}

interface Case {
  spec: {
    type: string
    protocol: 'TCP' | 'UDP' | 'SCTP'
    name: string
    internal: string
    external: string
    affinity: boolean
    ranges: string[]
    externalIp: boolean
  }
  spots: Spot[]
  /** Which endpoints have seen the client before. */
  seen: boolean[]
  client: 'pod' | 'endpoint' | 'far pod' | 'outside' | 'allowed' | 'node'
  to: 'cluster IP' | 'node port' | 'load balancer' | 'external IP' | 'loopback'
}

const LOAD_BALANCER = '203.0.113.1'
const EXTERNAL = '198.51.100.1'
const CLUSTER_IP = '10.96.1.1'
const CLIENTS = { pod: '10.244.0.2', 'far pod': '10.244.1.2', outside: '192.0.2.200', allowed: '192.0.2.7', node: '172.18.0.2' }

const cases: fc.Arbitrary<Case> = fc.record({
  spec: fc.record({
    type: fc.constantFrom('ClusterIP', 'NodePort', 'LoadBalancer'),
    protocol: fc.constantFrom('TCP', 'UDP', 'SCTP'),
    name: fc.constantFrom('', 'http'),
    internal: fc.constantFrom('Cluster', 'Cluster', 'Local'),
    external: fc.constantFrom('Cluster', 'Local'),
    affinity: fc.boolean(),
    ranges: fc.constantFrom<string[]>([], [], ['192.0.2.0/28'], ['192.0.2.7/32', '10.244.0.0/16'], ['172.18.0.0/16']),
    externalIp: fc.boolean(),
  }),
  spots: fc.array(
    fc.record({
      node: fc.constantFrom<1 | 2>(1, 2),
      state: fc.constantFrom<Spot['state']>('ready', 'ready', 'ending', 'gone', 'sick'),
      number: fc.constantFrom<8080 | 9090>(8080, 8080, 9090),
    }),
    { maxLength: 5 },
  ),
  seen: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
  client: fc.constantFrom('pod', 'endpoint', 'far pod', 'outside', 'allowed', 'node'),
  to: fc.constantFrom('cluster IP', 'node port', 'load balancer', 'external IP', 'loopback'),
})

const ipOf = (spot: Spot, i: number) => `10.244.${spot.node - 1}.${10 + i}`

function serviceOf({ spec }: Case): Service {
  const external = spec.type !== 'ClusterIP'
  return {
    ...service(
      'web',
      {
        type: spec.type,
        clusterIP: CLUSTER_IP,
        ports: [
          { name: spec.name, port: 80, protocol: spec.protocol, targetPort: spec.name || 8080, ...(external ? { nodePort: 30080 } : {}) },
        ],
        internalTrafficPolicy: spec.internal,
        ...(external || spec.externalIp ? { externalTrafficPolicy: spec.external } : {}),
        sessionAffinity: spec.affinity ? 'ClientIP' : 'None',
        ...(spec.externalIp ? { externalIPs: [EXTERNAL] } : {}),
        ...(spec.type === 'LoadBalancer' ? { loadBalancerSourceRanges: spec.ranges } : {}),
      },
      { namespace: 'default' },
    ),
    status: spec.type === 'LoadBalancer' ? { loadBalancer: { ingress: [{ ip: LOAD_BALANCER }] } } : {},
  } as unknown as Service
}

function slicesOf({ spec, spots }: Case): EndpointSlice[] {
  const conditions = {
    ready: { ready: true, serving: true, terminating: false },
    ending: { ready: false, serving: true, terminating: true },
    gone: { ready: false, serving: false, terminating: true },
    sick: { ready: false, serving: false, terminating: false },
  }
  return ([8080, 9090] as const).map((number) => ({
    ...slice(
      `web-${number}`,
      'web',
      spots.flatMap((spot, i) =>
        spot.number === number ? [{ addresses: [ipOf(spot, i)], nodeName: `node-${spot.node}`, conditions: conditions[spot.state] }] : [],
      ),
      { ports: [{ name: spec.name, port: number, protocol: spec.protocol }] },
    ),
  })) as unknown as EndpointSlice[]
}

const NODE = { name: 'node-1', ip: '172.18.0.2' }
const within = (ip: string, network: string): boolean => {
  const [base, bits] = network.split('/')
  const text = (address: string) =>
    address
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('')
  return text(ip).slice(0, Number(bits)) === text(base).slice(0, Number(bits))
}

/** What the Service's own fields promise a client whose packets pass node 1. */
function promised({ spec, spots, seen, client, to }: Case, source: string): Ends {
  const endpoints = spots.map((spot, i) => ({ ...spot, address: `${ipOf(spot, i)}:${spot.number}`, seen: seen[i] }))
  /** Ready ones, or those that end and still serve when nobody is ready. */
  const usable = (of: typeof endpoints) => {
    const ready = of.filter((e) => e.state === 'ready')
    return ready.length > 0 ? ready : of.filter((e) => e.state === 'ending')
  }
  const near = usable(endpoints.filter((e) => e.node === 1))
  const everywhere = usable(endpoints)
  const isExternal = to !== 'cluster IP'
  const fromCluster = client === 'pod' || client === 'endpoint' || client === 'far pod' || client === 'node'
  if (everywhere.length === 0) return new Map([['REJECT', 1]])
  if (to === 'load balancer' && spec.ranges.length > 0 && !spec.ranges.some((range) => within(source, range))) return new Map([['DROP', 1]])
  // Clients inside the cluster reach an external address as if its policy were Cluster.
  const local = isExternal ? spec.external === 'Local' && !fromCluster : spec.internal === 'Local'
  const chosen = local ? near : everywhere
  if (chosen.length === 0) return new Map([['DROP', 1]])
  const inOrder = [...chosen].sort((a, b) => (a.address < b.address ? -1 : 1))
  const known = spec.affinity ? inOrder.find((e) => e.seen) : undefined
  const ends: Ends = new Map()
  for (const { address } of known ? [known] : inOrder) {
    const hairpin = address.split(':')[0] === source
    const masquerade = isExternal
      ? spec.external === 'Cluster' || client === 'node'
      : client === 'outside' || client === 'allowed' || client === 'node'
    ends.set(`${address}${masquerade || hairpin ? ' masqueraded' : ''}`, known ? 1 : 1 / inOrder.length)
  }
  return ends
}

const rounded = (ends: Ends) => Object.fromEntries([...ends].sort().map(([end, share]) => [end, Number(share.toFixed(6))]))

test('rules lead where Services promise', () => {
  const verdicts = new Map<string, number>()
  fc.assert(
    fc.property(cases, (one) => {
      const { spec, spots, client, to } = one
      const external = spec.type !== 'ClusterIP'
      fc.pre((to !== 'node port' && to !== 'loopback') || external)
      fc.pre(to !== 'load balancer' || spec.type === 'LoadBalancer')
      fc.pre(to !== 'external IP' || spec.externalIp)
      // A node answers itself nothing for addresses that are not its own, and loopback is the node's alone.
      fc.pre(client !== 'node' || to === 'cluster IP' || to === 'node port' || to === 'loopback')
      fc.pre(to !== 'loopback' || client === 'node')
      fc.pre(client !== 'endpoint' || spots[0]?.node === 1)
      const source = client === 'endpoint' ? ipOf(spots[0], 0) : to === 'loopback' ? '127.0.0.1' : CLIENTS[client]
      const destinations = {
        'cluster IP': CLUSTER_IP,
        'node port': NODE.ip,
        'load balancer': LOAD_BALANCER,
        'external IP': EXTERNAL,
        loopback: '127.0.0.1',
      }
      const destination = destinations[to]
      const port = to === 'node port' || to === 'loopback' ? 30080 : 80
      const protocol = spec.protocol.toLowerCase()
      const made = { service: serviceOf(one), slices: slicesOf(one) }
      const text = iptablesSave([rulesOfService(made.service, made.slices, NODE)], { largeCluster: false, now: 0 })
      const lists = spots.flatMap((spot, i) =>
        one.seen[i]
          ? [endpointChain(`default/web${spec.name && `:${spec.name}`}`, protocol as 'tcp', `${ipOf(spot, i)}:${spot.number}`)]
          : [],
      )
      const start = { source, destination, port, protocol, own: [NODE.ip, '10.244.0.1'], fromNode: client === 'node' }
      const expected = promised(one, source)
      expect(rounded(endsOf(text, { ...start, remembered: spec.affinity ? lists : [] }))).toEqual(rounded(expected))

      const pods = spots.map((spot, i) => pod(`web-${i}`, spot.node, 10 + i))
      const { view, records } = world([
        node(1),
        node(2),
        pod('client', 1, 2),
        pod('far', 2, 2),
        ...pods,
        made.service,
        ...made.slices,
      ]).created()
      const podNamed = (name: string) => view.get<Pod>('pods', 'default', name)!
      const origins: Record<Case['client'], Origin> = {
        pod: { pod: podNamed('client') },
        endpoint: { pod: podNamed('web-0') },
        // Its packets come through node 1 only when they are for that node.
        'far pod': { outside: source, at: 'node-1' },
        outside: { outside: source, at: 'node-1' },
        allowed: { outside: source, at: 'node-1' },
        node: { node: 'node-1' },
      }
      const packet: Packet = { from: origins[client], to: destination, port, protocol: spec.protocol }
      const env = fakeEnv(spots.length + 1)
      for (let i = 0; i < 4; i++) {
        const { verdict, ip, port: end } = route(view, records, env, packet)
        const name = verdict === 'refused' ? 'REJECT' : verdict === 'dropped' ? 'DROP' : `${ip}:${end}`
        verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
        const all = promised({ ...one, seen: [] }, source)
        expect([...all.keys()].map((e) => e.replace(' masqueraded', ''))).toContain(name)
      }
    }),
    { seed, numRuns: rounds(10_000) },
  )
  expect([...verdicts.keys()].sort()).toEqual(['delivered', 'dropped', 'refused'])
  tried('a packet through the rules against what its Service promises', rounds(10_000))
}, 600_000)
