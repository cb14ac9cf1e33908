// Broken Services: a trace names the one cause, and once its remedy is carried out the same trace delivers.

import { distance, nearest } from '../../src/trace/nearest'
import type { Trace } from '../../src/trace/types'
import { Cli, clientPod, deployment, webService } from './cli'

const probe = (httpGet: object) => ({ readinessProbe: { httpGet, periodSeconds: 1 } })
const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
const policy = (name: string, spec: object, metadata: object = {}) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, ...metadata },
  spec: { podSelector: {}, ...spec },
})
const external = (externalName: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'ext' },
  spec: { type: 'ExternalName', externalName },
})

interface Broken {
  objects: object[]
  /** FROM and TO. */
  trace: [string, string]
  cause: string
  /** What the cause's text must say. */
  says: RegExp
  verdict: string
}

const BROKEN: Record<string, Broken> = {
  'the selector matches no Pod': {
    objects: [deployment('web'), webService({ selector: { app: 'wbe' } })],
    trace: ['client', 'web'],
    cause: 'selector',
    says: /selector app=wbe of Service web matches no Pod; the nearest, web-\S+, has app=web/,
    verdict: 'refused',
  },
  'the selector has another key': {
    objects: [deployment('web', { labels: { app: 'web', tier: 'front' } }), webService({ selector: { name: 'web', tier: 'front' } })],
    trace: ['client', 'web'],
    cause: 'selector',
    says: /has app=web,tier=front/,
    verdict: 'refused',
  },
  'the selector takes in Pods of another kind': {
    objects: [
      deployment('web', { replicas: 1, labels: { part: 'shop', app: 'web' } }),
      deployment('db', { replicas: 9, labels: { part: 'shop', app: 'db' }, container: { name: 'db', image: 'mongo', ports: [] } }),
      webService({ selector: { part: 'shop' } }),
    ],
    trace: ['client', 'web'],
    cause: 'selector',
    says: /selector part=shop of Service web also matches Pod db-\S+, where nobody listens on its target port; web-\S+, which does, has app=web/,
    verdict: 'refused',
  },
  'Pods are not ready: the probe asks the wrong port': {
    objects: [deployment('web', { container: probe({ path: '/', port: 8081 }) }), webService()],
    trace: ['client', 'web'],
    cause: 'not-ready',
    says: /all 2 Pods are not ready: the readiness probe of container nginx \(GET :8081\/\) fails: .*connection refused/,
    verdict: 'refused',
  },
  'Pods are not ready: the probe asks the wrong path': {
    objects: [deployment('web', { container: probe({ path: '/no/such', port: 'http' }) }), webService()],
    trace: ['client', 'web'],
    cause: 'not-ready',
    says: /fails: HTTP probe failed with statuscode: 404/,
    verdict: 'refused',
  },
  'nobody listens on the target port': {
    objects: [deployment('web'), webService({ ports: [{ port: 80, targetPort: 8080 }] })],
    trace: ['client', 'web'],
    cause: 'target-port',
    says: /nobody in Pod web-\S+ listens on port 8080; open are: 80\/TCP by nginx/,
    verdict: 'refused',
  },
  'the Service is in another namespace': {
    objects: [
      namespace('shop'),
      webService({}, 'web', { namespace: 'shop' }),
      { ...deployment('web'), metadata: { name: 'web', namespace: 'shop' } },
    ],
    trace: ['client', 'web'],
    cause: 'namespace',
    says: /Service web is in namespace shop, not in default/,
    verdict: 'not resolved',
  },
  'the target port has a misspelt name': {
    objects: [deployment('web'), webService({ ports: [{ port: 80, targetPort: 'htpp' }] })],
    trace: ['client', 'web'],
    cause: 'port-name',
    says: /no port of Pod web-\S+ is named "htpp", the target port of Service web; it has 80 \(http\)/,
    verdict: 'refused',
  },
  'the target port has no name': {
    objects: [
      deployment('web', { container: { ports: [{ containerPort: 80 }] } }),
      webService({ ports: [{ port: 80, targetPort: 'http' }] }),
    ],
    trace: ['client', 'web'],
    cause: 'port-name',
    says: /it has 80 \(no name\)/,
    verdict: 'refused',
  },
  'the name is misspelt': {
    objects: [deployment('web'), webService()],
    trace: ['client', 'wbe:80'],
    cause: 'no-service',
    says: /there is no Service wbe in namespace default; the nearest is web/,
    verdict: 'not resolved',
  },
  'there is a Deployment but no Service': {
    objects: [deployment('web')],
    trace: ['client', 'web:80'],
    cause: 'no-service',
    says: /there is no Service web in namespace default, though there is a Deployment of that name/,
    verdict: 'not resolved',
  },
  'a policy lets nobody in': {
    objects: [deployment('web'), webService(), policy('deny', {})],
    trace: ['client', 'web'],
    cause: 'policy',
    says: /NetworkPolicy deny in namespace default selects Pod web-\S+: it isolates it, and no rule lets this connection in/,
    verdict: 'dropped',
  },
  'a policy lets others in': {
    objects: [
      deployment('web'),
      webService(),
      policy('some', { ingress: [{ from: [{ podSelector: { matchLabels: { app: 'other' } } }] }] }),
    ],
    trace: ['client', 'web'],
    cause: 'policy',
    says: /NetworkPolicy some/,
    verdict: 'dropped',
  },
  'a policy lets nothing out, not even to DNS': {
    objects: [
      deployment('web'),
      webService(),
      policy('mute', {
        podSelector: { matchLabels: { app: 'client' } },
        policyTypes: ['Egress'],
        egress: [{ to: [{ podSelector: { matchLabels: { app: 'web' } } }] }],
      }),
    ],
    trace: ['client', 'web'],
    cause: 'policy',
    says: /the DNS server 10\.96\.0\.10 is not reached: NetworkPolicy mute/,
    verdict: 'not resolved',
  },
  'an ExternalName leads to a name nobody has': {
    objects: [deployment('web'), webService(), external('wbe.default.svc.cluster.local')],
    trace: ['client', 'ext:80'],
    cause: 'external-name',
    says: /Service ext is only another name for wbe\.default\.svc\.cluster\.local, and there is no such Service/,
    verdict: 'not resolved',
  },
  'an ExternalName leads outside': {
    objects: [deployment('web'), webService(), external('web.example.com')],
    trace: ['client', 'ext:80'],
    cause: 'external-name',
    says: /only another name for web\.example\.com, which is outside of the cluster/,
    verdict: 'not resolved',
  },
  'the node port from inside': {
    objects: [deployment('web'), webService({ type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] })],
    trace: ['client', 'web:30080'],
    cause: 'node-port',
    says: /30080 is the node port of Service web: .* the Service has port 80/,
    verdict: 'dropped',
  },
  'the port of the Pods in place of the Service': {
    objects: [deployment('web'), webService({ ports: [{ port: 8080, targetPort: 80 }] })],
    trace: ['client', 'web:80'],
    cause: 'port',
    says: /Service web has no port 80\/TCP: it has 8080\/TCP; 80 is the port of its Pods/,
    verdict: 'dropped',
  },
  'no replicas': {
    objects: [deployment('web', { replicas: 0 }), webService()],
    trace: ['client', 'web'],
    cause: 'scaled-to-zero',
    says: /Deployment web, whose Pods Service web selects, has no replicas/,
    verdict: 'refused',
  },
  'no selector': {
    objects: [deployment('web'), webService({ selector: undefined })],
    trace: ['client', 'web'],
    cause: 'no-selector',
    says: /Service web has no selector/,
    verdict: 'refused',
  },
  'traffic policy Local without a Pod on the node': {
    objects: [
      deployment('web', { replicas: 1 }),
      webService({ type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ port: 80, nodePort: 30080 }] }),
    ],
    trace: ['outside', 'NODE-WITHOUT:30080'],
    cause: 'local-policy',
    says: /Service web has externalTrafficPolicy Local and no endpoint on node-\d; there are some on node-\d/,
    verdict: 'dropped',
  },
  'a headless Service asked on the port of the Service': {
    objects: [deployment('web'), webService({ clusterIP: 'None', ports: [{ port: 8080, targetPort: 80 }] })],
    trace: ['client', 'web:8080'],
    cause: 'port',
    says: /Service web is headless: its name leads straight to the Pods, whose own ports count; .*open are: 80\/TCP by nginx/,
    verdict: 'refused',
  },
  "a Pod on its node's network asks another DNS": {
    objects: [deployment('web'), webService(), { ...clientPod('host'), spec: { ...clientPod().spec, hostNetwork: true } }],
    trace: ['host', 'web:80'],
    cause: 'dns',
    says: /Pod host on its node's network has dnsPolicy ClusterFirst and asks 172\.18\.0\.1, which does not know the cluster's names/,
    verdict: 'not resolved',
  },
  'a node by its name from a Pod': {
    objects: [deployment('web'), webService({ type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] })],
    trace: ['client', 'node-1:30080'],
    cause: 'dns',
    says: /node-1 is the name of a node, which the cluster's DNS does not know/,
    verdict: 'not resolved',
  },
  'a cluster name from outside': {
    objects: [deployment('web'), webService({ type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] })],
    trace: ['outside', 'web:80'],
    cause: 'cluster-name-outside',
    says: /web is a name of the cluster's DNS, which only Pods ask/,
    verdict: 'not resolved',
  },
}

const open: Cli[] = []
afterEach(() => {
  for (const cli of open.splice(0)) cli.remove()
})

async function prepared(objects: object[]): Promise<Cli> {
  const cli = new Cli()
  open.push(cli)
  await cli.create([clientPod(), ...objects])
  await cli.wait(10)
  return cli
}

async function trace(cli: Cli, words: string[]): Promise<{ found: Trace; exit: number }> {
  const { out, err, exit } = await cli.run('trace', ...words, '-o', 'json')
  if (err) throw new Error(err)
  return { found: JSON.parse(out) as Trace, exit }
}

async function nodeWithout(cli: Cli): Promise<string> {
  const { out } = await cli.run('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[0].spec.nodeName}')
  return out === 'node-1' ? 'node-2' : 'node-1'
}

test.each(Object.keys(BROKEN))(
  '%s',
  async (name) => {
    const { objects, trace: words, cause, says, verdict } = BROKEN[name]
    const cli = await prepared(objects)
    const without = await nodeWithout(cli)
    const typed = words.map((w) => w.replace('NODE-WITHOUT', without))
    const { found, exit } = await trace(cli, typed)
    expect(found.cause).toMatchObject({ id: cause })
    expect(found.cause!.text).toMatch(says)
    expect([found.verdict, exit]).toEqual([verdict, 1])

    // The remedy is a change to the cluster, or the trace as it should have been.
    const command = found.cause!.command!
    const carriedOut = await cli.shell(command)
    expect({ command, ...carriedOut }).toMatchObject({ err: '', exit: 0 })
    await cli.wait(60)
    const again = command.startsWith('kubesim trace') ? command.split(' ').slice(2) : typed
    const { found: after } = await trace(cli, again)
    expect({ verdict: after.verdict, cause: after.cause }).toEqual({ verdict: 'delivered', cause: undefined })
    expect(after.container).toMatchObject({ container: 'nginx', port: 80 })
  },
  30_000,
)

const ending = (name: string, restartPolicy: string, code: number) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: 'web' } },
  spec: { restartPolicy, containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', `exit ${code}`] }] },
})

test.each<[string, object[], [string, string], string, RegExp, RegExp]>([
  [
    'a container that ends again and again',
    [ending('web', 'Always', 3), webService()],
    ['client', 'web'],
    'not-ready',
    /container c ends with exit code 3 \((CrashLoopBackOff|Error), \d restarts? so far\)/,
    /^kubectl logs web -n default -c c/,
  ],
  [
    'a Pod that has ended',
    [ending('web', 'Never', 0), webService()],
    ['client', 'web'],
    'not-ready',
    /Pod web, which it selects, has ended \(Succeeded\)/,
    /^kubectl logs web -n default$/,
  ],
  [
    'an image that cannot be pulled',
    [deployment('web', { container: { image: 'Not/AnImage' } }), webService()],
    ['client', 'web'],
    'not-ready',
    /container nginx is in InvalidImageName: /,
    /^kubectl describe pod web-/,
  ],
  ['localhost', [], ['client', 'localhost:80'], 'target-port', /localhost is the Pod itself, and nobody in it listens on port 80/, /^$/],
  ['a name of the world', [], ['client', 'example.com:80'], 'outside', /example\.com is outside of the cluster/, /^$/],
])('%s', async (_name, objects, words, id, says, command) => {
  const cli = await prepared(objects)
  const { found, exit } = await trace(cli, words)
  expect([exit, found.cause?.id]).toEqual([1, id])
  expect(found.cause!.text).toMatch(says)
  expect(found.cause!.command ?? '').toMatch(command)
})

test('a Pod reaches itself under localhost, programs on the loopback too', async () => {
  const cli = await prepared([deployment('web', { replicas: 1 })])
  const { found, exit } = await trace(cli, ['deployment/web', 'localhost:80'])
  expect([exit, found.container?.container, found.hops.some((h) => h.kind === 'rule')]).toEqual([0, 'nginx', false])
})

test('the text has a line a hop and ends in the verdict', async () => {
  const cli = await prepared([deployment('web', { replicas: 1 }), webService()])
  const { out, exit } = await cli.run('trace', 'client', 'web')
  expect(exit).toBe(0)
  const shape = out
    .replace(/10\.\d+\.\d+\.\d+/g, 'IP')
    .replace(/web-[a-z0-9]+-[a-z0-9]+/g, 'WEB')
    .replace(/node-\d/g, 'NODE')
    .replace(/KUBE-(\w+)-\w{16}/g, 'KUBE-$1')
  expect(shape.split('\n')).toEqual([
    'from      Pod default/client (IP on NODE)',
    'resolver  /etc/resolv.conf: search default.svc.cluster.local svc.cluster.local cluster.local; nameserver IP; options ndots:5',
    'dns       web.default.svc.cluster.local. A? IP (IP, coredns-NODE)',
    'rule      NODE nat KUBE-SERVICES: "default/web cluster IP" -> KUBE-SVC',
    'rule      NODE nat KUBE-SVC: "default/web -> IP:80" -> KUBE-SEP',
    'rule      NODE nat KUBE-SEP: "default/web" -> DNAT to IP:80',
    'address   IP:80 becomes IP:80',
    'source    source IP unchanged',
    'endpoint  IP:80 is Pod default/WEB on NODE',
    'container nginx of Pod default/WEB listens on 80/TCP (image nginx:1.25)',
    '',
    'delivered to container nginx of Pod default/WEB on port 80',
    '',
  ])
})

test('Pods reach Pods on other nodes without NAT, nodes reach Pods, a Pod reaches itself; a ClusterIP does not answer pings', async () => {
  const cli = await prepared([
    deployment('web'),
    webService(),
    deployment('self', { replicas: 1 }),
    webService({ selector: { app: 'self' } }, 'self'),
  ])
  const column = async (selector: string, field: string) =>
    (await cli.run('get', 'pods', '-l', selector, '-o', `jsonpath={.items[*]${field}}`)).out.split(' ')
  const [client] = await column('app=client', '.status.podIP')
  for (const ip of await column('app=web', '.status.podIP')) {
    const { found } = await trace(cli, ['client', `${ip}:80`])
    expect(found.hops.find((h) => h.kind === 'source')!.detail).toEqual({ source: client, masqueraded: false })
    expect(found.hops.some((h) => h.kind === 'address')).toBe(false)
    for (const node of ['node-1', 'node-2']) expect((await trace(cli, [node, `${ip}:80`])).found.verdict).toBe('delivered')
  }
  const [self] = await column('app=self', '.metadata.name')
  const { found: hairpin } = await trace(cli, [self, 'self'])
  expect(hairpin).toMatchObject({ verdict: 'delivered', container: { pod: self } })
  expect(hairpin.hops.find((h) => h.kind === 'source')!.detail).toMatchObject({ masqueraded: true })
  const { found: ping } = await trace(cli, ['client', 'web', '--protocol', 'icmp'])
  expect(ping).toMatchObject({ verdict: 'dropped', cause: { id: 'port' } })
  expect(ping.cause!.text).toMatch(/only its ports have rules, a ping meets none/)
})

test.each([
  ['no such Pod', ['nobody', 'web'], /pods "nobody" not found/],
  ['no such namespace', ['client', 'web', '-n', 'nowhere'], /pods "client" not found/],
  ['a port out of range', ['client', 'web:70000'], /invalid port 70000/],
  ['an unknown protocol', ['client', 'web', '--protocol', 'smoke'], /unknown protocol "smoke"/],
  ['an unknown output', ['client', 'web', '-o', 'xml'], /unknown output "xml"/],
])('refused: %s', async (_name, words, message) => {
  const cli = await prepared([])
  const { err, exit } = await cli.run('trace', ...words)
  expect(err).toMatch(message)
  expect(exit).toBe(1)
})

test.each([
  ['web', 'web', 0],
  ['web', 'wbe', 1],
  ['abc', 'ab', 1],
  ['kitten', 'sitting', 3],
])('%s and %s are %i edits apart', (a, b, expected) => {
  expect(distance(a, b)).toBe(expected)
})

test('nothing is near to something else altogether', () => {
  expect(nearest('database', ['web', 'api'])).toBeUndefined()
  expect(nearest('go-demo-2-bd', ['go-demo-2-api', 'go-demo-2-db'])).toBe('go-demo-2-db')
})
