// The page that shows the network: what it is told, who may ask, and that news come by themselves.
import http from 'node:http'
import { ClusterFile } from '../../src/cluster-file'
import { expressions, LOCAL_HOSTS } from '../../src/commands/api-filter'
import { listenOn } from '../../src/commands/listen'
import { pageOf } from '../../src/commands/page-html'
import { PageServer } from '../../src/commands/serve-page'
import { Live } from '../../src/live'
import type { Overview } from '../../src/trace/overview'
import { type Shell, shell } from './shell'

let box: Shell
let page: PageServer
let port: number

beforeEach(async () => {
  box = shell(2)
  await box.kubectl('create deployment web --image=nginx --replicas=2')
  await box.kubectl('expose deployment web --port=80 --type=NodePort')
  await box.kubectl('create service clusterip lost --tcp=80:8080')
  await box.kubectl('create service externalname out --external-name=example.com')
  const any = [/^/]
  const filter = { acceptPaths: any, rejectPaths: [], rejectMethods: [], acceptHosts: expressions(LOCAL_HOSTS) }
  page = new PageServer(new Live(new ClusterFile(box.host(), box.path('state.json'))), filter)
  port = await listenOn(page.server, '127.0.0.1', 0)
})

afterEach(() => {
  page.close()
  box.remove()
})

function ask(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status?: number; body: string; policy?: string }> {
  return new Promise((resolve, reject) => {
    const request = http.request({ port, path, method, headers, agent: false }, (response) => {
      let body = ''
      response.on('data', (part) => (body += part))
      response.on('end', () =>
        resolve({ status: response.statusCode, body, policy: response.headers['content-security-policy'] as string | undefined }),
      )
    })
    request.on('error', reject)
    request.end()
  })
}

async function network(): Promise<Overview> {
  return JSON.parse((await ask('/network.json')).body) as Overview
}

test('each Service has its endpoints and one verdict', async () => {
  const { services, nodes, pods } = await network()
  const told = services.map(({ key, endpoints, verdict }) => `${key}: ${endpoints.length} endpoints; ${verdict.text}`)
  const nearest = pods.find((pod) => pod.name.startsWith('web-'))?.name
  expect(told).toEqual([
    'default/kubernetes: 1 endpoints; connections are delivered',
    `default/lost: 0 endpoints; the selector app=lost of Service lost matches no Pod; the nearest, ${nearest}, has app=web`,
    'default/out: 0 endpoints; another name for example.com',
    'default/web: 2 endpoints; connections are delivered',
    'kube-system/kube-dns: 2 endpoints; connections are delivered',
  ])
  expect(services[1].verdict.command).toBe(`kubectl patch service lost -p '{"spec":{"selector":{"app":"web"}}}'`)
  expect(nodes.map(({ name, address, ready }) => [name, address, ready])).toEqual([
    ['node-1', '172.18.0.2', true],
    ['node-2', '172.18.0.3', true],
  ])
})

test('looking changes nothing', async () => {
  const before = await box.kubectl('get --raw /api/v1/nodes?limit=1')
  await network()
  await ask('/')
  expect(await box.kubectl('get --raw /api/v1/nodes?limit=1')).toBe(before)
})

test.each<[string, string, Record<string, string>, string, number]>([
  ['the page', '/', {}, 'GET', 200],
  ['another host', '/', { Host: 'evil.example' }, 'GET', 403],
  ['another site', '/network.json', { Origin: 'http://evil.example' }, 'GET', 403],
  ['a write', '/', {}, 'POST', 405],
  ['another path', '/etc/passwd', {}, 'GET', 404],
])('%s', async (_name, path, headers, method, status) => {
  expect((await ask(path, headers, method)).status).toBe(status)
})

test('text of the cluster ends no script, and the page loads nothing from elsewhere', async () => {
  expect(pageOf('{"a":"</script><script>"}').split('</script>').length).toBe(3)
  expect((await ask('/')).policy).toContain("default-src 'none'")
})

test('news come by themselves', async () => {
  const verdicts: string[] = []
  const wanted = 'connections are delivered'
  await new Promise<void>((resolve) => {
    const request = http.get({ port, path: '/events', agent: false }, (response) => {
      let text = ''
      response.on('error', () => {})
      response.on('data', (part) => {
        text += part
        const events = text.split('\n\n').slice(0, -1)
        text = text.slice(text.lastIndexOf('\n\n') + 2)
        for (const event of events) {
          const { services } = JSON.parse(event.slice('data: '.length)) as Overview
          verdicts.push(services.find(({ name }) => name === 'lost')?.verdict.text ?? '')
          if (verdicts.length === 1) {
            const patch =
              '[{"op":"replace","path":"/spec/selector/app","value":"web"},{"op":"replace","path":"/spec/ports/0/targetPort","value":80}]'
            void box.kubectl(`patch service lost --type=json -p '${patch}'`)
          }
        }
        if (verdicts.at(-1) !== wanted) return
        request.destroy()
        resolve()
      })
    })
    request.on('error', () => {})
  })
  expect([verdicts[0] === wanted, verdicts.at(-1)]).toEqual([false, wanted])
})
