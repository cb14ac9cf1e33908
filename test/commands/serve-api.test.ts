// The Kubernetes API over HTTP, as clients see it: codes, forms of answers, bounds, watches, users.
import { spawn, spawnSync } from 'node:child_process'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { ApiHttp } from '../../src/commands/api-http'
import { type Shell, shell } from './shell'

interface Reply {
  status: number
  headers: http.IncomingHttpHeaders
  body: string
}

interface Asked {
  method?: string
  body?: string | Buffer
  headers?: Record<string, string>
}

let box: Shell
let api: ApiHttp
let port: number

beforeEach(async () => {
  box = shell(2)
  await box.kubectl('create deployment web --image=nginx:1.25 --replicas=3')
  await box.kubectl('expose deployment web --port=80')
  api = new ApiHttp(
    box.host(),
    box.path('state.json'),
    (request) => request.url ?? '/',
    () => {},
  )
  await api.listen({ host: '127.0.0.1', port: 0 })
  port = (api.server.address() as AddressInfo).port
})

afterEach(() => {
  api.close()
  box.remove()
})

function ask(path: string, { method = 'GET', body, headers = {} }: Asked = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = http.request({ port, path, method, headers, agent: false }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts).toString() }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}

interface Watching {
  open: Promise<void>
  /** Resolves to the first so many events. */
  upTo(count: number): Promise<string[]>
  end(): void
}

function watch(path: string): Watching {
  let text = ''
  const waiting: (() => void)[] = []
  const request = http.request({ port, path, agent: false })
  const open = new Promise<void>((resolve) => {
    request.on('response', (response) => {
      resolve()
      response.on('error', () => {})
      response.on('data', (part) => {
        text += part
        for (const wake of waiting.splice(0)) wake()
      })
    })
  })
  request.on('error', () => {})
  request.end()
  const events = () =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { type: string; object: { kind: string; reason?: string; metadata: { name?: string } } })
      .map(({ type, object }) => [type, object.kind, object.metadata.name ?? object.reason].filter(Boolean).join(' '))
  return {
    open,
    async upTo(count) {
      while (events().length < count) await new Promise<void>((resolve) => waiting.push(resolve))
      return events()
    },
    end: () => request.destroy(),
  }
}

const JSON_TYPE = { 'Content-Type': 'application/json' }
const CONFIG_MAP = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: '1' } })
const CMS = '/api/v1/namespaces/default/configmaps'

test.each<[string, string, Asked, number, string]>([
  ['health', '/healthz', {}, 200, 'ok'],
  ['an unknown path', '/nope', {}, 404, '404 page not found'],
  ['an unknown resource', '/api/v1/nopes', {}, 404, '404 page not found'],
  ['a missing object', '/api/v1/namespaces/default/pods/x', {}, 404, '"reason":"NotFound","details":{"name":"x","kind":"pods"},"code":404'],
  ['a name outside its namespace', '/api/v1/pods/x', {}, 404, '404 page not found'],
  ['a method that is not served', '/api/v1/namespaces/default/pods/x', { method: 'POST' }, 405, '"reason":"MethodNotAllowed"'],
  ['a collection put', CMS, { method: 'PUT', body: CONFIG_MAP }, 405, '"code":405'],
  ['a form nobody can make', '/api/v1/pods', { headers: { Accept: 'text/html' } }, 406, 'only the following media types are accepted'],
  ['a create', CMS, { method: 'POST', body: CONFIG_MAP, headers: JSON_TYPE }, 201, '"data":{"a":"1"}'],
  ['a create that is only tried', `${CMS}?dryRun=All`, { method: 'POST', body: CONFIG_MAP }, 201, '"name":"c"'],
  ['an unknown dry run', `${CMS}?dryRun=x`, { method: 'POST', body: CONFIG_MAP }, 422, 'supported values: \\"All\\"'],
  ['a body of another kind', '/api/v1/namespaces/default/secrets', { method: 'POST', body: CONFIG_MAP }, 400, 'must be of type Secret'],
  ['a body that is no JSON', CMS, { method: 'POST', body: '{', headers: JSON_TYPE }, 400, '"reason":"BadRequest"'],
  ['a body in a strange form', CMS, { method: 'POST', body: 'x', headers: { 'Content-Type': 'text/plain' } }, 415, 'application/yaml'],
  [
    'a patch in a strange form',
    '/apis/apps/v1/namespaces/default/deployments/web',
    { method: 'PATCH', body: '{}', headers: JSON_TYPE },
    415,
    'application/merge-patch+json',
  ],
  [
    'a merge patch',
    '/apis/apps/v1/namespaces/default/deployments/web',
    { method: 'PATCH', body: '{"spec":{"replicas":1}}', headers: { 'Content-Type': 'application/merge-patch+json' } },
    200,
    '"replicas":1',
  ],
  [
    'an apply without a manager',
    `${CMS}/d`,
    { method: 'PATCH', body: CONFIG_MAP.replace('"c"', '"d"'), headers: { 'Content-Type': 'application/apply-patch+yaml' } },
    422,
    'fieldManager: Required value',
  ],
  [
    'an apply that creates',
    `${CMS}/c?fieldManager=me`,
    {
      method: 'PATCH',
      body: 'apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n',
      headers: { 'Content-Type': 'application/apply-patch+yaml' },
    },
    201,
    '"operation":"Apply"',
  ],
  ['a version that is yet to come', '/api/v1/pods?resourceVersion=999999', {}, 504, 'Too large resource version: 999999'],
  ['a version that is none', '/api/v1/pods?resourceVersion=x', {}, 422, 'strconv.ParseUint'],
  ['an unknown field selector', '/api/v1/pods?fieldSelector=spec.x=1', {}, 400, 'field label not supported: spec.x'],
  ['a scale', '/apis/apps/v1/namespaces/default/deployments/web/scale', {}, 200, '"kind":"Scale"'],
  [
    'a scale written',
    '/apis/apps/v1/namespaces/default/deployments/web/scale',
    { method: 'PUT', body: '{"metadata":{"name":"web"},"spec":{"replicas":2}}' },
    200,
    '"spec":{"replicas":2}',
  ],
  ['metrics, which are not installed', '/apis/metrics.k8s.io/v1beta1/nodes', {}, 404, '404 page not found'],
])('%s', async (_name, path, asked, status, part) => {
  const reply = await ask(path, asked)
  expect(reply.body).toContain(part)
  expect(reply.status).toBe(status)
})

test('a table has the columns, the rows and what is known of each row', async () => {
  const headers = { Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' }
  const table = JSON.parse((await ask('/apis/apps/v1/namespaces/default/deployments', { headers })).body)
  expect(table.columnDefinitions.map((c: { name: string; priority: number }) => `${c.name} ${c.priority}`)).toEqual([
    'Name 0',
    'Ready 0',
    'Up-To-Date 0',
    'Available 0',
    'Age 0',
    'Containers 1',
    'Images 1',
    'Selector 1',
  ])
  expect(table.rows.map((row: { cells: unknown[] }) => row.cells)).toEqual([
    ['web', '3/3', '3', '3', '0s', 'nginx', 'nginx:1.25', 'app=web'],
  ])
  expect(table.rows[0].object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'web' } })
})

test('a list comes in pages', async () => {
  const first = JSON.parse((await ask('/api/v1/namespaces/default/pods?limit=2')).body)
  expect([first.items.length, first.metadata.remainingItemCount]).toEqual([2, 1])
  const rest = JSON.parse((await ask(`/api/v1/namespaces/default/pods?limit=2&continue=${first.metadata.continue}`)).body)
  expect([rest.items.length, rest.metadata.continue, rest.metadata.resourceVersion]).toEqual([1, undefined, first.metadata.resourceVersion])
  const names = [...first.items, ...rest.items].map((pod) => pod.metadata.name)
  expect(new Set(names).size).toBe(3)
})

test('a stale update is refused, a fresh one accepted', async () => {
  await ask(CMS, { method: 'POST', body: CONFIG_MAP })
  const object = JSON.parse((await ask(`${CMS}/c`)).body)
  object.data = { a: '2' }
  expect((await ask(`${CMS}/c`, { method: 'PUT', body: JSON.stringify(object) })).status).toBe(200)
  const again = await ask(`${CMS}/c`, { method: 'PUT', body: JSON.stringify(object) })
  expect([again.status, JSON.parse(again.body).reason]).toEqual([409, 'Conflict'])
})

test('fields that are unknown are warned of, or refused', async () => {
  const body = JSON.stringify({ ...JSON.parse(CONFIG_MAP), colour: 'red' })
  const warned = await ask(CMS, { method: 'POST', body })
  expect([warned.status, warned.headers.warning]).toEqual([201, '299 - "unknown field \\"colour\\""'])
  const refused = await ask(`${CMS}?fieldValidation=Strict`, { method: 'POST', body })
  expect([refused.status, JSON.parse(refused.body).message]).toEqual([
    400,
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "colour"',
  ])
})

test('bodies have a bound', async () => {
  const reply = await ask(CMS, { method: 'POST', body: Buffer.alloc((3 << 20) + 1, 32) }).catch(() => undefined)
  // The connection is cut while the rest is still on its way, or the answer is read first.
  if (reply) expect(reply.status).toBe(413)
  expect(JSON.parse((await ask(CMS)).body).items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual([
    'kube-root-ca.crt',
  ])
})

test('a watch begins with what is there and goes on with what other commands do', async () => {
  const { open, upTo, end } = watch(`${CMS}?watch=1`)
  await open
  await box.kubectl('create configmap one --from-literal=a=1')
  await upTo(2)
  await box.kubectl('label configmap one x=y')
  await upTo(3)
  await box.kubectl('delete configmap one')
  const told = ['ADDED ConfigMap kube-root-ca.crt', 'ADDED ConfigMap one', 'MODIFIED ConfigMap one', 'DELETED ConfigMap one']
  expect(await upTo(4)).toEqual(told)
  end()
})

test('a watch goes on from the version of a list, and tells of objects that come into its view', async () => {
  const { metadata } = JSON.parse((await ask(`${CMS}`)).body)
  await box.kubectl('create configmap one --from-literal=a=1')
  await box.kubectl('label configmap one x=y')
  const { upTo, end } = watch(`${CMS}?watch=1&labelSelector=x%3Dy&resourceVersion=${metadata.resourceVersion}`)
  await upTo(1)
  await box.kubectl('label configmap one x-')
  expect(await upTo(2)).toEqual(['ADDED ConfigMap one', 'DELETED ConfigMap one'])
  end()
})

test('a watch list ends its beginning with a bookmark', async () => {
  const query = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'
  const { upTo, end } = watch(`${CMS}?${query}`)
  expect(await upTo(2)).toEqual(['ADDED ConfigMap kube-root-ca.crt', 'BOOKMARK ConfigMap'])
  end()
})

test('a watch from a version that is forgotten says so', async () => {
  expect(await watch(`${CMS}?watch=1&resourceVersion=1`).upTo(1)).toEqual(['ERROR Status Expired'])
})

test('a log is served', async () => {
  await box.kubectl('run hello --image=busybox --restart=Never -- echo hello')
  expect((await ask('/api/v1/namespaces/default/pods/hello/log')).body).toBe('hello\n')
  expect((await ask('/api/v1/namespaces/default/pods/hello/log?container=x')).body).toContain('container x is not valid for pod hello')
  expect((await ask('/api/v1/namespaces/default/pods/hello/log?tailLines=-1')).status).toBe(422)
})

test('somebody else may do what their roles say', async () => {
  const headers = { 'Impersonate-User': 'ann' }
  const refused = await ask('/api/v1/namespaces/default/pods', { headers })
  expect([refused.status, JSON.parse(refused.body).message]).toEqual([
    403,
    'pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the namespace "default"',
  ])
  await box.kubectl('create rolebinding ann --clusterrole=view --user=ann')
  expect((await ask('/api/v1/namespaces/default/pods', { headers })).status).toBe(200)
  expect((await ask('/api/v1/namespaces/default/secrets?watch=1', { headers })).status).toBe(403)
})

test('a token is its service account; another one is nobody', async () => {
  const token = await box.kubectl('create token default')
  const review = { method: 'POST', body: '{}', headers: { Authorization: `Bearer ${token}` } }
  const reply = await ask('/apis/authentication.k8s.io/v1/selfsubjectreviews', review)
  expect(JSON.parse(reply.body).status.userInfo.username).toBe('system:serviceaccount:default:default')
  expect((await ask('/api/v1/pods', { headers: { Authorization: 'Bearer x.y.z' } })).status).toBe(401)
})

test('the documents tell which parameters a write takes and how lists merge', async () => {
  const { paths } = JSON.parse((await ask('/openapi/v3')).body)
  const document = JSON.parse((await ask(paths['apis/apps/v1'].serverRelativeURL)).body)
  const { patch } = document.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']
  expect(patch['x-kubernetes-group-version-kind']).toEqual({ group: 'apps', version: 'v1', kind: 'Deployment' })
  expect(patch.parameters.map((p: { name: string }) => p.name)).toContain('fieldValidation')
  expect(document.components.schemas['io.k8s.api.core.v1.PodSpec'].properties.containers).toMatchObject({
    type: 'array',
    'x-kubernetes-patch-merge-key': 'name',
    'x-kubernetes-list-map-keys': ['name'],
  })
})

/** Runs a command over a WebSocket; each channel's text, `input` sent first. */
function execute(query: string, input?: string): Promise<Record<number, string>> {
  return streams(`hello/exec?${query}`, input)
}

/** The same of what a Pod's subresource gives. */
function streams(path: string, input?: string): Promise<Record<number, string>> {
  const channels: Record<number, string> = {}
  return new Promise((resolve, reject) => {
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Protocol': 'v5.channel.k8s.io',
    }
    const request = http.request({ port, path: `/api/v1/namespaces/default/pods/${path}`, headers, agent: false })
    request.on('response', (response) => {
      let body = ''
      response.on('data', (part) => (body += part))
      response.on('end', () => reject(new Error(body)))
    })
    request.on('upgrade', (response, socket, head) => {
      expect(response.headers['sec-websocket-accept']).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
      let bytes = head
      const read = () => {
        while (bytes.length >= 2) {
          const long = bytes[1] === 126
          const length = long ? bytes.readUInt16BE(2) : bytes[1]
          const start = long ? 4 : 2
          if (bytes.length < start + length) return
          if (bytes[0] === 0x82) channels[bytes[start]] = (channels[bytes[start]] ?? '') + bytes.subarray(start + 1, start + length)
          bytes = bytes.subarray(start + length)
        }
      }
      socket.on('data', (part) => {
        bytes = Buffer.concat([bytes, part])
        read()
      })
      socket.on('end', () => {
        read()
        socket.destroy()
        resolve(channels)
      })
      // A mask of zeros leaves the bytes as they are.
      const frame = (body: Buffer) => socket.write(Buffer.concat([Buffer.from([0x82, 0x80 | body.length, 0, 0, 0, 0]), body]))
      read()
      if (input !== undefined) {
        frame(Buffer.concat([Buffer.from([0]), Buffer.from(input)]))
        frame(Buffer.from([255, 0]))
      }
    })
    request.on('error', reject)
    request.end()
  })
}

test('a command runs in a container', async () => {
  await box.kubectl('run hello --image=busybox -- sleep 1000')
  const script = encodeURIComponent('echo out; echo wrong >&2; exit 3')
  const { 1: out, 2: err, 3: status } = await execute(`command=sh&command=-c&command=${script}&stdout=true&stderr=true`)
  expect([out, err, JSON.parse(status).details.causes]).toEqual(['out\n', 'wrong\n', [{ reason: 'ExitCode', message: '3' }]])
  expect(await execute('command=cat&stdin=true&stdout=true', 'a line\n')).toEqual({
    1: 'a line\n',
    3: '{"metadata":{},"status":"Success"}',
  })
  expect((await execute('command=ls&container=nope'))[3]).toContain('container nope')
})

test('a client joins the streams of a container', async () => {
  await box.kubectl('run reader --image=busybox -i --attach=false --restart=Never -- sh')
  const input = 'echo out; echo wrong >&2; exit 3\n'
  expect(await streams('reader/attach?stdin=true&stdout=true&stderr=true', input)).toEqual({
    1: 'out\n',
    2: 'wrong\n',
    3: '{"metadata":{},"status":"Success"}',
  })
  expect(await box.kubectl("get pod reader -o jsonpath='{.status.containerStatuses[0].state.terminated.exitCode}'")).toBe('3')
  await box.kubectl('run hello --image=busybox -- sleep 1000')
  expect((await streams('hello/attach?container=nope'))[3]).toContain('container nope')
  await expect(streams('nosuch/attach')).rejects.toThrow('pods \\"nosuch\\" not found')
  await expect(streams('hello/portforward')).rejects.toThrow('only exec and attach over a WebSocket are served')
})

/** A kubectl of the official kind: its help names the project's address, and its version is told without a cluster. */
function realKubectl(): string | undefined {
  const { status, stdout } = spawnSync('kubectl', ['options'], { encoding: 'utf8' })
  return status === 0 && stdout.includes('--kuberc') && !stdout.includes('--state') ? 'kubectl' : undefined
}

const real = realKubectl()
if (!real) console.info('no kubectl on the PATH: the API is not tried with it')
;(real ? test : test.skip)('a kubectl works on it', async () => {
  const kubectl = (...words: string[]) =>
    new Promise<string>((resolve) => {
      const child = spawn('kubectl', ['-s', `http://127.0.0.1:${port}`, ...words], {
        env: { ...process.env, HOME: box.dir, KUBECONFIG: '' },
      })
      let text = ''
      child.stdout.on('data', (part) => (text += part))
      child.stderr.on('data', (part) => (text += part))
      child.on('close', () => resolve(text))
    })
  expect(await kubectl('create', 'deployment', 'two', '--image=nginx')).toBe('deployment.apps/two created\n')
  expect(await kubectl('scale', 'deployment', 'two', '--replicas=2')).toBe('deployment.apps/two scaled\n')
  expect(await kubectl('rollout', 'status', 'deployment', 'two')).toBe('deployment "two" successfully rolled out\n')
  expect(await kubectl('get', 'deployment', 'two', '--no-headers')).toMatch(/^two +2\/2 +2 +2 +0s\n$/)
  expect(await kubectl('delete', 'deployment', 'two')).toBe('deployment.apps "two" deleted from default namespace\n')
})
