// kubesim check: manifests in a scratch cluster, one line a Service port, the cause of what does not answer.
import fs from 'node:fs'
import path from 'node:path'
import { Cli, deployment, webService } from '../network/cli'

const open: Cli[] = []
afterEach(() => {
  for (const cli of open.splice(0)) cli.remove()
})

function files(objects: Record<string, object | object[] | string>): Cli {
  const cli = new Cli()
  open.push(cli)
  for (const [name, content] of Object.entries(objects)) {
    const full = path.join(cli.dir, name)
    fs.mkdirSync(path.dirname(full), { recursive: true })
    const list = Array.isArray(content) ? { apiVersion: 'v1', kind: 'List', items: content } : content
    fs.writeFileSync(full, typeof content === 'string' ? content : JSON.stringify(list))
  }
  return cli
}

const probe = (path: string) => ({ readinessProbe: { httpGet: { path, port: 80 }, periodSeconds: 1 } })
const external = (name: string, externalName: string) => webService({ type: 'ExternalName', externalName, selector: undefined }, name)
const policy = (spec: object) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'guard' },
  spec: { podSelector: { matchLabels: { app: 'web' } }, ...spec },
})
const slice = (name: string, ip: string) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
  addressType: 'IPv4',
  ports: [{ name: '', port: 80 }],
  endpoints: [{ addresses: [ip] }],
})

interface Result {
  verdict: string
  summary?: RegExp
  cause?: string
}

const CASES: Record<string, { objects: object[]; exit: number; services: Record<string, Result> }> = {
  'Pods answer, through a node port too': {
    objects: [deployment('web'), webService({ type: 'NodePort' })],
    exit: 0,
    services: { 'default/web 80': { verdict: 'answers', summary: /^2 Pods answer, HTTP 200$/ } },
  },
  'what the readiness probe waits for is waited for': {
    objects: [deployment('web', { container: { readinessProbe: { tcpSocket: { port: 80 }, initialDelaySeconds: 90 } } }), webService()],
    exit: 0,
    services: { 'default/web 80': { verdict: 'answers' } },
  },
  'the selector matches nothing': {
    objects: [deployment('web'), webService({ selector: { app: 'wbe' } })],
    exit: 1,
    services: { 'default/web 80': { verdict: 'fails', cause: 'selector' } },
  },
  'the selector takes in Pods of another kind': {
    objects: [
      deployment('web', { labels: { part: 'shop', app: 'web' } }),
      deployment('db', { labels: { part: 'shop', app: 'db' }, container: { name: 'db', image: 'mongo', ports: [] } }),
      webService({ selector: { part: 'shop' } }),
    ],
    exit: 1,
    services: { 'default/web 80': { verdict: 'fails', cause: 'selector' } },
  },
  'Pods are never ready': {
    objects: [deployment('web', { container: probe('/no/such') }), webService()],
    exit: 1,
    services: { 'default/web 80': { verdict: 'fails', cause: 'not-ready' } },
  },
  'one port of two has nobody behind it': {
    objects: [
      deployment('web'),
      webService({
        ports: [
          { name: 'http', port: 80 },
          { name: 'admin', port: 81 },
        ],
      }),
    ],
    exit: 1,
    services: { 'default/web 80': { verdict: 'answers' }, 'default/web 81': { verdict: 'fails', cause: 'target-port' } },
  },
  'a headless Service leads to the port of its Pods': {
    objects: [deployment('web'), webService({ clusterIP: 'None', ports: [{ port: 8080, targetPort: 80 }] })],
    exit: 0,
    services: { 'default/web 8080': { verdict: 'answers', summary: /2 Pods answer/ } },
  },
  'a policy lets some Pods in': {
    objects: [
      deployment('web'),
      deployment('api'),
      webService(),
      policy({ ingress: [{ from: [{ podSelector: { matchLabels: { app: 'api' } } }] }] }),
    ],
    exit: 0,
    services: { 'default/web 80': { verdict: 'answers' } },
  },
  'a policy lets nobody in': {
    objects: [deployment('web'), deployment('api'), webService(), policy({})],
    exit: 1,
    services: { 'default/web 80': { verdict: 'fails', cause: 'policy' } },
  },
  'policies Local with a Pod on one node': {
    objects: [
      deployment('web', { replicas: 1 }),
      webService({ type: 'NodePort', internalTrafficPolicy: 'Local', externalTrafficPolicy: 'Local' }),
    ],
    exit: 0,
    services: { 'default/web 80': { verdict: 'answers' } },
  },
  'other names': {
    objects: [deployment('web'), webService(), external('in', 'web.default.svc.cluster.local'), external('out', 'example.com')],
    exit: 0,
    services: {
      'default/in': { verdict: 'answers' },
      'default/out': { verdict: 'skipped', summary: /outside of the cluster/ },
      'default/web 80': { verdict: 'answers' },
    },
  },
  'another name for nothing': {
    objects: [external('in', 'wbe.default.svc.cluster.local')],
    exit: 1,
    services: { 'default/in': { verdict: 'fails', cause: 'external-name' } },
  },
  'endpoints outside of the cluster': {
    objects: [webService({ selector: undefined }), slice('web', '203.0.113.9')],
    exit: 0,
    services: { 'default/web 80': { verdict: 'skipped', summary: /203\.0\.113\.9:80/ } },
  },
}

test.each(Object.keys(CASES))('%s', async (name) => {
  const { objects, exit, services } = CASES[name]
  const cli = files({ 'all.json': objects })
  const result = await cli.run('check', '-f', 'all.json', '-o', 'json')
  expect({ err: result.err, exit: result.exit }).toEqual({ err: '', exit })
  const report = JSON.parse(result.out) as {
    ok: boolean
    services: { service: string; port?: number; verdict: string; summary: string; cause?: { id: string; remedy: string } }[]
  }
  expect(report.ok).toBe(exit === 0)
  const keyed = Object.fromEntries(report.services.map((s) => [s.port === undefined ? s.service : `${s.service} ${s.port}`, s]))
  expect(Object.keys(keyed)).toEqual(Object.keys(services))
  for (const [key, { verdict, summary = /./, cause }] of Object.entries(services)) {
    expect([key, keyed[key].verdict, keyed[key].cause?.id]).toEqual([key, verdict, cause])
    expect(keyed[key].summary).toMatch(summary)
  }
})

test('a directory, in words; the cluster in the state file is left alone, and one that is not there is not made', async () => {
  const cli = files({ 'app/a.json': deployment('web'), 'app/b.json': webService({ selector: { app: 'wbe' } }), 'app/notes.txt': 'none' })
  const { out, exit } = await cli.run('check', '-f', 'app')
  expect(exit).toBe(1)
  expect(
    out
      .replace(/web-\w+-\w+/g, 'WEB')
      .replace(/after \d+s/, 'after SOME')
      .split('\n'),
  ).toEqual([
    'FAILED   default/web 80/TCP   refused by a rule on node-1: connection refused',
    '  cause  the selector app=wbe of Service web matches no Pod; the nearest, WEB, has app=web',
    '  remedy select app=web',
    `         kubectl patch service web -p '{"spec":{"selector":{"app":"web"}}}'`,
    '',
    '0 of 1 Service ports answer, after SOME of simulated time',
    '',
  ])
  expect(fs.existsSync(path.join(cli.dir, 'state.json'))).toBe(false)
})

test('a kustomization; objects of one name are applied one after the other', async () => {
  const cli = files({
    'kustomization.yaml': 'namePrefix: my-\nnamespace: shop\nresources: [all.json]\n',
    'all.json': [deployment('web'), webService()],
    'twice.json': [deployment('web'), webService({ selector: { app: 'wbe' } }), webService()],
  })
  expect((await cli.run('check', '-k', '.')).out).toMatch(/^ok +shop\/my-web 80\/TCP +2 Pods answer/)
  expect((await cli.run('check', '-f', 'twice.json')).out).toMatch(/^ok +default\/web 80\/TCP/)
})

test('what the cluster refuses is said in its words, and what is not ready', async () => {
  const cli = files({ 'all.json': [webService({ ports: [{ port: 0 }] }, 'bad'), deployment('web', { container: probe('/no/such') })] })
  const { out, exit } = await cli.run('check', '-f', 'all.json', '--timeout', '20s')
  expect(exit).toBe(1)
  expect(out).toContain('The Service "bad" is invalid:')
  expect(out).toContain('warning: Deployment default/web: 0 of 2 Pods ready after 20s\n')
})

test('images described to the cluster in the state file are known', async () => {
  const cli = files({
    'image.yaml': 'image: shop/api\nlisten: [{port: 9000}]\n',
    'all.json': [
      deployment('web', { container: { name: 'api', image: 'shop/api', ports: [{ containerPort: 9000 }] } }),
      webService({ ports: [{ port: 80, targetPort: 9000 }] }),
    ],
  })
  expect((await cli.run('image', 'add', 'image.yaml')).err).toBe('')
  expect((await cli.run('check', '-f', 'all.json')).out).toMatch(/^ok +default\/web 80\/TCP +2 Pods answer, HTTP 200/)
})

test.each([
  ['nothing given', [], 'error: must specify one of -f and -k\n'],
  ['a file that is not there', ['-f', 'nowhere.yml'], 'error: the path "nowhere.yml" does not exist\n'],
  ['both -f and -k', ['-f', '.', '-k', '.'], 'error: only one of -f or -k can be specified\n'],
  ['no nodes', ['-f', '.', '--nodes', '0'], 'error: invalid number of nodes "0": must be from 1 to 1000\n'],
  ['another output', ['-f', '.', '-o', 'yaml'], 'error: unknown output "yaml": only json\n'],
  ['an empty directory', ['-f', '.'], 'error: error reading [.]: recognized file extensions are [.json .yaml .yml]\n'],
])('refused: %s', async (_name, words, err) => {
  const cli = files({})
  expect(await cli.run('check', ...words)).toEqual({ out: '', err, exit: 1 })
})
