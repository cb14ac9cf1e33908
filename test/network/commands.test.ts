// iptables-save and dns query as typed: what they print, refuse and exit with.
import { probabilityText } from '../../src/network/proxy/iptables-save'
import { Cli, clientPod, deployment, webService } from './cli'

const open: Cli[] = []
afterEach(() => {
  for (const cli of open.splice(0)) cli.remove()
})
async function prepared(objects: object[]): Promise<Cli> {
  const cli = new Cli()
  open.push(cli)
  await cli.create(objects)
  await cli.wait(5)
  return cli
}

// ---------------------------------------------------------------- iptables-save

test('each node has its own rules, each table can be had alone', async () => {
  const cli = await prepared([deployment('web', { replicas: 1 }), webService({ internalTrafficPolicy: 'Local' })])
  const on = async (...words: string[]) => (await cli.run('iptables-save', ...words)).out
  const { out: node } = await cli.run('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[0].spec.nodeName}')
  const other = node === 'node-1' ? 'node-2' : 'node-1'
  expect(await on('--node', node)).toContain('"default/web cluster IP" -m tcp --dport 80 -j KUBE-SVL-')
  expect(await on('--node', other)).toContain('"default/web has no local endpoints" -m tcp --dport 80 -j DROP')
  expect((await on('-t', 'filter')).match(/^\*\w+/gm)).toEqual(['*filter'])
  expect((await on()).match(/^\*\w+/gm)).toEqual(['*mangle', '*filter', '*nat'])
  expect(await on()).toBe(await on('--node', 'node-1'))
})

test('more than a thousand endpoints: rules of endpoints have no comments, the others keep theirs', async () => {
  const slice = (n: number, count: number) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `big-${n}`, labels: { 'kubernetes.io/service-name': 'big' } },
    addressType: 'IPv4',
    ports: [{ name: '', port: 80, protocol: 'TCP' }],
    endpoints: Array.from({ length: count }, (_, i) => ({ addresses: [`10.250.${n}.${i}`], conditions: { ready: true } })),
  })
  const cli = await prepared([webService({ selector: undefined }, 'big'), ...[1, 2, 3, 4].map((n) => slice(n, 248))])
  const small = (await cli.run('iptables-save')).out
  expect(small.match(/-A KUBE-SEP-\S+ .*--comment "default\/big"/g)).toHaveLength(2 * 992)
  await cli.create([slice(5, 10)])
  const large = (await cli.run('iptables-save')).out
  expect(large).not.toContain('"default/big"')
  expect(large).not.toContain('"default/big -> ')
  expect(large).toContain('"default/big cluster IP"')
  const [chain] = /KUBE-SVC-\w+/.exec(large.split('\n').find((l) => l.includes('default/big cluster IP'))!)!
  const balancing = new RegExp(`^-A ${chain} -m statistic --mode random --probability 0\\.\\d{11} -j KUBE-SEP-\\S+$`, 'gm')
  expect(large.match(balancing)).toHaveLength(1001)
})

test.each([
  [2, '0.50000000000'],
  [3, '0.33333333349'],
  [5, '0.20000000019'],
  [6, '0.16666666651'],
  [7, '0.14285714272'],
])('one in %i is %s in the kernel', (n, text) => {
  expect(probabilityText(n)).toBe(text)
})

test.each([
  [['--node', 'node-9'], 'Error from server (NotFound): nodes "node-9" not found\n'],
  [['-t', 'raw'], 'error: there is no table "raw": nat, filter, mangle\n'],
])('iptables-save %j is refused', async (words, message) => {
  const cli = await prepared([])
  expect(await cli.run('iptables-save', ...words)).toEqual({ out: '', err: message, exit: 1 })
})

// ---------------------------------------------------------------- dns query

test('dns query shows every try of a Pod', async () => {
  const cli = await prepared([
    clientPod(),
    webService({ clusterIP: '10.96.0.77' }),
    webService({ type: 'ExternalName', externalName: 'example.com', selector: undefined, ports: undefined }, 'ext'),
  ])
  const head =
    'pod default/client: search default.svc.cluster.local svc.cluster.local cluster.local, nameserver 10.96.0.10, options ndots:5\n'
  expect(await cli.run('dns', 'query', 'web', '--pod', 'client')).toEqual({
    out: `${head}web.default.svc.cluster.local. A: NOERROR\n    web.default.svc.cluster.local. 30 IN A 10.96.0.77\nweb.default.svc.cluster.local. AAAA: NOERROR, no data\n`,
    err: '',
    exit: 0,
  })
  expect(await cli.run('dns', 'query', 'nope', 'A', '--pod', 'client')).toEqual({
    out: `${head}nope.default.svc.cluster.local. A: NXDOMAIN\nnope.svc.cluster.local. A: NXDOMAIN\nnope.cluster.local. A: NXDOMAIN\nnope. A: SERVFAIL\n`,
    err: '',
    exit: 1,
  })
  expect((await cli.run('dns', 'query', 'ext', 'CNAME', '--pod', 'client')).out).toContain(
    'ext.default.svc.cluster.local. 30 IN CNAME example.com.\n',
  )
})

test('dns query without a Pod takes the name as it stands; an address is turned round', async () => {
  const cli = await prepared([webService({ clusterIP: '10.96.0.77' })])
  expect((await cli.run('dns', 'query', 'web.default.svc.cluster.local', 'srv')).out).toBe(
    'web.default.svc.cluster.local. SRV: NOERROR\n    web.default.svc.cluster.local. 30 IN SRV 0 100 80 web.default.svc.cluster.local.\n    web.default.svc.cluster.local. 30 IN A 10.96.0.77\n',
  )
  expect((await cli.run('dns', 'query', '10.96.0.77')).out).toBe(
    '77.0.96.10.in-addr.arpa. PTR: NOERROR\n    77.0.96.10.in-addr.arpa. 30 IN PTR web.default.svc.cluster.local.\n',
  )
  expect(JSON.parse((await cli.run('dns', 'query', 'web', '-o', 'json')).out)).toMatchObject({
    found: false,
    tries: [{ name: 'web.', status: 'SERVFAIL' }],
  })
})

test.each([
  [['query', 'web', 'SMOKE'], 'error: unknown record type "SMOKE"\n'],
  [['query', 'web', '--pod', 'nobody'], 'Error from server (NotFound): pods "nobody" not found\n'],
  [['query', 'web', '-o', 'xml'], 'error: unknown output "xml": only json\n'],
])('dns %j is refused', async (words, message) => {
  const cli = await prepared([])
  expect(await cli.run('dns', ...words)).toEqual({ out: '', err: message, exit: 1 })
})

test('DNS of the cluster fails as it does there when its Service has no endpoints', async () => {
  const cli = await prepared([clientPod()])
  await cli.shell(`kubectl patch service kube-dns -n kube-system -p '{"spec":{"selector":{"k8s-app":"other"}}}'`)
  await cli.wait(5)
  const { out, exit } = await cli.run('dns', 'query', 'kubernetes', '--pod', 'client')
  expect(out).toContain('kubernetes.default.svc.cluster.local. A: no answer from 10.96.0.10: connection refused\n')
  expect(exit).toBe(1)
})

// ---------------------------------------------------------------- health check node ports

test('kube-proxy tells on the health check node port whether its node has ready Pods', async () => {
  const spec = { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 30999 }
  const cli = await prepared([clientPod(), deployment('web', { replicas: 1 }), webService(spec)])
  await cli.wait(5)
  const { out: node } = await cli.run('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[0].spec.nodeName}')
  const ips: Record<string, string> = { 'node-1': '172.18.0.2', 'node-2': '172.18.0.3' }
  const ask = (ip: string) => cli.run('exec', 'client', '--', 'wget', '-qO-', `http://${ip}:30999/healthz`)
  expect((await ask(ips[node])).out).toBe(
    '{\n\t"service": {\n\t\t"namespace": "default",\n\t\t"name": "web"\n\t},\n\t"localEndpoints": 1,\n\t"serviceProxyHealthy": true\n}',
  )
  const other = node === 'node-1' ? 'node-2' : 'node-1'
  expect((await ask(ips[other])).err).toContain('503')
  expect((await cli.run('trace', 'outside', `${other}:30999`)).exit).toBe(0)
  expect((await cli.run('trace', 'outside', `${other}:30998`)).exit).toBe(1)
})
