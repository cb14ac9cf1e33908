// Services on their way in: defaults, addresses and ports, and what a change of type lets go.
import type { Service } from '../../src/api/types'
import { TestServer } from './server'

const service = (name: string, spec: string) =>
  `{apiVersion: v1, kind: Service, metadata: {name: ${name}, namespace: default}, spec: ${spec}}`
const make = (server: TestServer, name: string, spec: string) => server.make(service(name, spec)) as Service
const change = (server: TestServer, name: string, spec: string) => server.change(service(name, spec)) as Service

test('a Service gets an address above the static band, and its defaults', () => {
  const { spec, status } = make(new TestServer(), 'a', '{ports: [{port: 80}]}')
  const offset = spec.clusterIP!.split('.').reduce((n, part) => n * 256 + Number(part), 0) - (10 * 256 + 96) * 65536
  expect(offset).toBeGreaterThan(256)
  expect(offset).toBeLessThan(2 ** 20)
  expect(spec).toEqual({
    clusterIP: spec.clusterIP,
    clusterIPs: [spec.clusterIP],
    internalTrafficPolicy: 'Cluster',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    sessionAffinity: 'None',
    type: 'ClusterIP',
  })
  expect(status).toEqual({ loadBalancer: {} })
})

test('a dry run takes no address', () => {
  const server = new TestServer()
  const { spec } = server.make(service('a', '{ports: [{port: 80}]}'), { dryRun: true }) as Service
  expect(spec.clusterIP).toBe('10.96.0.0')
})

test.each<[string, string, string]>([
  [
    'an address that is taken',
    '{clusterIP: 10.96.0.50, ports: [{port: 80}]}',
    'Service "b" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.50"]: failed to allocate IP 10.96.0.50: provided IP is already allocated',
  ],
  [
    'an address of another network',
    '{clusterIP: 192.168.0.1, ports: [{port: 80}]}',
    'Service "b" is invalid: spec.clusterIPs: Invalid value: ["192.168.0.1"]: failed to allocate IP 192.168.0.1: the provided network does not match the current range',
  ],
  [
    'no address at all',
    '{clusterIP: nowhere, ports: [{port: 80}]}',
    'Service "b" is invalid: spec.clusterIPs[0]: Invalid value: "nowhere": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
  ],
  [
    'a port that is taken',
    '{type: NodePort, ports: [{port: 80, nodePort: 30001}]}',
    'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30001: provided port is already allocated',
  ],
  [
    'a port of no node',
    '{type: NodePort, ports: [{port: 80, nodePort: 80}]}',
    'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
  ],
  [
    'two families',
    '{ipFamilyPolicy: RequireDualStack, ports: [{port: 80}]}',
    'Service "b" is invalid: spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
  ],
  [
    'an IPv6 family',
    '{ipFamilies: [IPv6], ports: [{port: 80}]}',
    'Service "b" is invalid: spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
  ],
])('%s cannot be had', (_name, spec, message) => {
  const server = new TestServer()
  make(server, 'a', '{type: NodePort, clusterIP: 10.96.0.50, ports: [{port: 80, nodePort: 30001}]}')
  expect(server.refusal(service('b', spec))).toBe(message)
})

test('what is deleted can be had again', () => {
  const server = new TestServer()
  make(server, 'a', '{clusterIP: 10.96.0.50, ports: [{port: 80}]}')
  const info = server.server.resourceOf({ apiVersion: 'v1', kind: 'Service' })
  server.server.delete(info, 'default', 'a', { manager: 'test' })
  expect(make(server, 'b', '{clusterIP: 10.96.0.50, ports: [{port: 80}]}').spec.clusterIP).toBe('10.96.0.50')
})

test('one node port serves both protocols of a port', () => {
  const { spec } = make(
    new TestServer(),
    'a',
    '{type: NodePort, ports: [{name: u, port: 53, protocol: UDP}, {name: t, port: 53}, {name: w, port: 80}]}',
  )
  const [udp, tcp, web] = spec.ports!.map((p) => p.nodePort!)
  expect(udp).toBe(tcp)
  expect(web).not.toBe(tcp)
  expect(Math.min(tcp, web)).toBeGreaterThanOrEqual(30086)
})

test('a headless Service without a selector may have both families', () => {
  const { spec } = make(new TestServer(), 'a', '{clusterIP: None, ports: [{port: 80}]}')
  expect(spec).toMatchObject({ clusterIP: 'None', clusterIPs: ['None'], ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' })
})

test('a local load balancer has a port for health checks', () => {
  const { spec } = make(new TestServer(), 'a', '{type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 80}]}')
  expect(spec.healthCheckNodePort).toBeGreaterThanOrEqual(30086)
  expect(spec.allocateLoadBalancerNodePorts).toBe(true)
})

describe('updates', () => {
  test('keep what was allocated when they leave it out', () => {
    const server = new TestServer()
    const before = make(server, 'a', '{type: NodePort, ports: [{port: 80}]}')
    const after = change(server, 'a', '{type: NodePort, ports: [{port: 80}], selector: {a: b}}')
    expect([after.spec.clusterIP, after.spec.ports![0].nodePort]).toEqual([before.spec.clusterIP, before.spec.ports![0].nodePort])
  })

  test('a Service that is no NodePort any more lets its ports go', () => {
    const server = new TestServer()
    const before = make(server, 'a', '{type: NodePort, ports: [{port: 80}]}')
    const after = change(server, 'a', `{type: ClusterIP, ports: [{port: 80, nodePort: ${before.spec.ports![0].nodePort}}]}`)
    expect(after.spec.ports).toEqual([{ port: 80, protocol: 'TCP', targetPort: 80 }])
    expect(after.spec.externalTrafficPolicy).toBeUndefined()
  })

  test('an ExternalName has no address', () => {
    const server = new TestServer()
    make(server, 'a', '{ports: [{port: 80}]}')
    expect(change(server, 'a', '{type: ExternalName, externalName: example.com}').spec).toEqual({
      externalName: 'example.com',
      sessionAffinity: 'None',
      type: 'ExternalName',
    })
  })

  test('the address stays', () => {
    const server = new TestServer()
    make(server, 'a', '{ports: [{port: 80}]}')
    expect(server.refusal(service('a', '{clusterIP: 10.96.0.77, ports: [{port: 80}]}'), 'change')).toBe(
      'Service "a" is invalid: spec.clusterIPs[0]: Invalid value: ["10.96.0.77"]: may not change once set',
    )
  })
})
