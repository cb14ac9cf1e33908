// kubesim serve page: what a browser gets, what follows the state, and who is turned away.
import http from 'node:http'
import vm from 'node:vm'
import type { PageData } from '../../src/commands/page-data'
import { SCRIPT } from '../../src/commands/page-text'
import type { Trace } from '../../src/trace/types'
import { Cli, clientPod, deployment, until, webService } from '../network/cli'

const open: Cli[] = []
const running: Promise<unknown>[] = []
afterEach(async () => {
  for (const cli of open) cli.interrupt()
  await Promise.all(running.splice(0))
  for (const cli of open.splice(0)) cli.remove()
})

interface Answer {
  status: number
  type: string
  policy: string
  body: string
}

async function served(objects: object[]): Promise<{ cli: Cli; get: (path: string, options?: http.RequestOptions) => Promise<Answer> }> {
  const cli = new Cli()
  open.push(cli)
  await cli.create(objects)
  await cli.wait(10)
  const { result, done } = cli.start('serve', 'page', '--port', '0')
  running.push(done)
  await until(() => result.out.includes('http://127.0.0.1:'), 'the page')
  const port = Number(/:(\d+)\n/.exec(result.out)![1])
  const get = (path: string, options: http.RequestOptions = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const request = http.request({ host: '127.0.0.1', port, path, ...options }, (response) => {
        let body = ''
        response.on('data', (part) => (body += part))
        const { 'content-type': type = '', 'content-security-policy': policy = '' } = response.headers
        response.on('end', () => resolve({ status: response.statusCode!, type, policy: String(policy), body }))
      })
      request.on('error', reject).end()
    })
  return { cli, get }
}

test.each([
  ['/', 'text/html; charset=utf-8', /<script src="\/page\.js">/],
  ['/page.js', 'text/javascript; charset=utf-8', /fetch\('\/network\.json'\)/],
  ['/page.css', 'text/css; charset=utf-8', /#lines/],
])('%s is there, and lets nothing from elsewhere in', async (path, type, content) => {
  const { get } = await served([])
  const answer = await get(path)
  expect(answer).toMatchObject({ status: 200, type })
  expect(answer.body).toMatch(content)
  expect(answer.policy).toContain("default-src 'none'; script-src 'self'")
})

test('its program is one that a browser reads', () => {
  expect(() => new vm.Script(SCRIPT)).not.toThrow()
  expect(SCRIPT).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write/)
})

test('nodes, Pods and Services with their endpoints, as they are now', async () => {
  const { cli, get } = await served([
    deployment('web'),
    webService({ type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30080 }] }),
  ])
  const network = async () => JSON.parse((await get('/network.json')).body) as PageData
  const { nodes, pods, services } = await network()
  expect(nodes.map((n) => [n.name, n.ip, n.podCidr, n.ready])).toEqual([
    ['node-1', '172.18.0.2', '10.244.0.0/24', true],
    ['node-2', '172.18.0.3', '10.244.1.0/24', true],
  ])
  const own = pods.filter((p) => p.labels.app === 'web')
  expect(own.map((p) => [p.state, p.ready])).toEqual([
    ['Running', true],
    ['Running', true],
  ])
  const web = services.find((s) => s.key === 'default/web')!
  expect(web).toMatchObject({
    type: 'NodePort',
    selector: { app: 'web' },
    ports: [{ name: 'http', port: 80, protocol: 'TCP', nodePort: 30080 }],
  })
  expect(web.ports[0].endpoints.map((e) => [e.pod, e.address, e.ready]).sort()).toEqual(own.map((p) => [p.key, `${p.ip}:80`, true]).sort())
  await cli.run('scale', 'deployment', 'web', '--replicas=0')
  await until(
    async () => (await network()).services.find((s) => s.key === 'default/web')!.ports[0].endpoints.every((e) => !e.ready),
    'the end',
  )
})

test('a trace is the one of the command', async () => {
  const { get } = await served([clientPod(), deployment('web', { replicas: 1 }), webService()])
  const ask = async (query: string) => JSON.parse((await get(`/trace.json?${query}`)).body) as Trace & { error?: string }
  expect(await ask('from=default/client&to=web.default:80&protocol=tcp')).toMatchObject({
    verdict: 'delivered',
    container: { container: 'nginx' },
  })
  expect(await ask('from=outside&to=web.default:80')).toMatchObject({ verdict: 'not resolved', cause: { id: 'cluster-name-outside' } })
  expect(await ask('from=default/nobody&to=web')).toEqual({ error: 'pods "nobody" not found' })
  expect(await ask('from=node-1&to=')).toEqual({ error: 'the name or address to go to is empty' })
})

test.each<[string, string, http.RequestOptions, number]>([
  ['a name that leads here by a trick', '/network.json', { headers: { host: 'evil.example' } }, 403],
  ['a page of another site', '/network.json', { headers: { origin: 'http://evil.example' } }, 403],
  ['another method', '/', { method: 'POST' }, 405],
  ['another path', '/../etc/passwd', {}, 404],
])('%s is turned away', async (_name, path, options, status) => {
  const { get } = await served([])
  expect((await get(path, options)).status).toBe(status)
})

test.each([
  [['--port', '70000'], 'error: invalid port "70000"\n'],
  [['--address', 'localhost'], 'error: invalid address "localhost"\n'],
])('serve page %j is refused', async (words, err) => {
  const cli = new Cli()
  open.push(cli)
  expect(await cli.run('serve', 'page', ...words)).toEqual({ out: '', err, exit: 1 })
})
