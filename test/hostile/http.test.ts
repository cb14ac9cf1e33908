// What a web page, a stranger on this machine or a broken client may try on `serve api`, `serve page` and `proxy`: pages of other sites drive
// nothing, no path leads out of a directory, and whoever comes next is answered.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { Cli, until } from '../network/cli'
import { rounds, tried } from '../torture/tried'

jest.setTimeout(120_000)

const SERVERS = {
  'serve api': { words: ['serve', 'api', '--port', '0'], good: '/version' },
  'serve page': { words: ['serve', 'page', '--port', '0'], good: '/' },
  proxy: { words: ['proxy', '--port', '0', '--www', 'site'], good: '/version' },
} as const
type Name = keyof typeof SERVERS
const NAMES = Object.keys(SERVERS) as Name[]

const box = new Cli()
const ports = {} as Record<Name, number>
const printed: { out: string; err: string }[] = []
const running: Promise<number>[] = []

beforeAll(async () => {
  const site = path.join(box.dir, 'site')
  fs.mkdirSync(path.join(site, 'sub'), { recursive: true })
  fs.writeFileSync(path.join(site, 'page.html'), 'a page')
  fs.writeFileSync(path.join(box.dir, 'secret'), 'outside')
  fs.symlinkSync('../secret', path.join(site, 'out'))
  fs.symlinkSync('/etc', path.join(site, 'etc'))
  fs.symlinkSync('page.html', path.join(site, 'in'))
  fs.symlinkSync('loop', path.join(site, 'loop'))
  execFileSync('mkfifo', [path.join(site, 'fifo')])
  await box.run('create', 'configmap', 'web')
  for (const name of NAMES) {
    const { result, done } = box.start(...SERVERS[name].words)
    printed.push(result)
    running.push(done)
    await until(() => /:\d+\/?\s*$/m.test(result.out), `${name} to listen: ${result.out}${result.err}`)
    ports[name] = Number(/:(\d+)\/?\s*$/m.exec(result.out)![1])
  }
})
afterAll(async () => {
  box.interrupt()
  expect(await Promise.all(running)).toEqual(NAMES.map(() => 0))
  // Nothing listens any more.
  for (const name of NAMES) expect(await exchange(ports[name], 'GET / HTTP/1.1\r\n\r\n')).toBe('')
  box.remove()
})

/** Sends bytes and answers what comes until the connection ends or says nothing for a while. */
function exchange(port: number, bytes: string | Buffer, patience = 1500): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    let got = ''
    const end = () => {
      socket.destroy()
      resolve(got)
    }
    socket.setTimeout(patience, end)
    socket.on('data', (part) => {
      got += part.toString('latin1')
    })
    socket.on('error', end)
    socket.on('close', end)
    socket.on('connect', () => socket.write(bytes))
  })
}

const head = (line: string, ...headers: string[]) => `${[line, ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`
const status = (reply: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(reply)?.[1] ?? 0)
const alive = async (name: Name) =>
  status(await exchange(ports[name], head(`GET ${SERVERS[name].good} HTTP/1.1`, `Host: 127.0.0.1:${ports[name]}`)))

const FOREIGN: [string, (port: number) => string[]][] = [
  ['a name that was made to lead here', () => ['Host: rebound.example']],
  ['such a name with this port', (port) => [`Host: rebound.example:${port}`]],
  ['a name that begins as this machine’s', () => ['Host: localhost.evil.example']],
  ['a name that ends as this machine’s', () => ['Host: evil-localhost']],
  ['no name', () => []],
  ['two names', (port) => [`Host: 127.0.0.1:${port}`, 'Host: evil.example']],
  ['a page of another site', (port) => [`Host: 127.0.0.1:${port}`, 'Origin: https://evil.example']],
  ['a page of another port', (port) => [`Host: 127.0.0.1:${port}`, `Origin: http://127.0.0.1:${port + 1}`]],
  ['a page of a file', (port) => [`Host: 127.0.0.1:${port}`, 'Origin: null']],
]

test.each(NAMES.flatMap((name) => FOREIGN.map(([who, headers]) => [name, who, headers] as const)))(
  '%s gives nothing to %s',
  async (name, _who, headers) => {
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
      const where = name === 'serve page' ? '/network.json' : '/api/v1/namespaces/default/configmaps/web'
      const reply = await exchange(ports[name], head(`${method} ${where} HTTP/1.1`, ...headers(ports[name]), 'Content-Length: 0'))
      expect([400, 403]).toContain(status(reply))
      expect(reply).not.toMatch(/access-control-allow|configmap/i)
    }
    expect(await alive(name)).toBe(200)
    tried('a request of a stranger’s page', 4)
  },
)

test('a page of another site opens no WebSocket either, and its deletions did nothing', async () => {
  for (const name of ['serve api', 'proxy'] as const) {
    const upgrade = [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ]
    const line = 'GET /api/v1/namespaces/default/pods/x/exec?command=sh HTTP/1.1'
    const reply = await exchange(
      ports[name],
      `${[line, `Host: 127.0.0.1:${ports[name]}`, 'Origin: https://evil.example', ...upgrade].join('\r\n')}\r\n\r\n`,
    )
    expect(status(reply)).toBe(403)
  }
  expect((await box.run('get', 'configmap', 'web', '-o', 'name')).out).toBe('configmap/web\n')
})

const BROKEN: [string, string | Buffer][] = [
  [
    'a length and chunks at once',
    'POST /version HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n',
  ],
  ['two lengths', 'POST /version HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 9\r\n\r\nGET /x HT'],
  ['a length that is none', 'POST /version HTTP/1.1\r\nHost: localhost\r\nContent-Length: +5\r\n\r\nhello'],
  ['chunks by another name', 'POST /version HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
  ['a header folded', 'GET /version HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n'],
  ['a blank before the colon', 'GET /version HTTP/1.1\r\nHost : localhost\r\n\r\n'],
  ['line feeds alone', 'GET /version HTTP/1.1\nHost: localhost\n\n'],
  ['NUL in a header', 'GET /version HTTP/1.1\r\nHost: local\0host\r\n\r\n'],
  ['a flood of headers', `GET /version HTTP/1.1\r\nHost: localhost\r\n${'X: y\r\n'.repeat(50_000)}\r\n`],
  ['one endless header', `GET /version HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(1 << 20)}\r\n\r\n`],
  ['one endless line', `GET /${'a'.repeat(1 << 20)} HTTP/1.1\r\n`],
  ['HTTP/2 unasked', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['TLS', Buffer.from('160301020001000001fc0303', 'hex')],
  ['bytes of no protocol', Buffer.alloc(100_000, 0xfe)],
  [
    'a body larger than may be',
    `POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000000\r\n\r\n${'x'.repeat(4_000_000)}`,
  ],
  ['a target that is none', 'GET http://[ HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ['a target of stars', 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'],
  [
    'a target with escapes of nothing',
    'GET /api/v1/namespaces/%E0%A4%A/pods/%00%ff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  ],
  ['a target of another server', 'GET http://evil.example/version HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'],
  ['CONNECT', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n'],
  [
    'a header of impersonation that cannot be read',
    'GET /api HTTP/1.1\r\nHost: localhost\r\nImpersonate-Extra-%zz: x\r\nImpersonate-User: u\r\nConnection: close\r\n\r\n',
  ],
]

test.each(NAMES.flatMap((name) => BROKEN.map(([what, bytes]) => [name, what, bytes] as const)))(
  '%s outlives %s',
  async (name, _what, bytes) => {
    const reply = await exchange(ports[name], bytes, 3000)
    // One answer at most: nothing that was smuggled in behind is taken for a request.
    expect(reply.match(/HTTP\/1\.1 \d{3}/g)?.length ?? 0).toBeLessThanOrEqual(1)
    if (reply) expect([307, 400, 403, 404, 405, 408, 413, 415, 431, 500]).toContain(status(reply))
    // Paths are made plain first, as Go's mux does: on this server, never on another.
    expect(reply).not.toMatch(/\n +at |node:internal|location:\s*(?:\/\/|[^/\s])/i)
    expect(await alive(name)).toBe(200)
    tried('a request made to hurt', 1)
  },
)

test.each([
  ['/static/page.html', 200],
  ['/static/in', 200],
  ['/static/../secret', 404],
  ['/static/..%2fsecret', 404],
  ['/static/%2e%2e/secret', 404],
  ['/static/%2e%2e%2f%2e%2e%2fetc/passwd', 404],
  ['/static/sub/../../secret', 404],
  ['/static//etc/passwd', 404],
  ['/static/%00', 404],
  ['/static/page.html%00.png', 404],
  ['/static/..\\secret', 404],
  ['/static/%5c..%5csecret', 404],
  ['/static/out', 404],
  ['/static/etc/passwd', 404],
  ['/static/etc/', 404],
  ['/static/loop', 404],
  ['/static/fifo', 404],
  ['/static/%ff%fe', 404],
  [`/static/${'a/'.repeat(5000)}`, 404],
])('proxy --www: %s', async (target, expected) => {
  const reply = await exchange(ports.proxy, head(`GET ${target} HTTP/1.1`, 'Host: localhost'))
  expect(expected === 404 ? [404, 307] : [expected]).toContain(status(reply))
  expect(reply).not.toMatch(/outside|root:|location:\s*(?:\/\/|[^/\s])/i)
  tried('a path that leads out', 1)
})

test.each(NAMES)('%s: many connections that say nothing', async (name) => {
  const many = rounds(2000)
  const silent: net.Socket[] = []
  for (let i = 0; i < many; i++) {
    const socket = net.connect(ports[name], '127.0.0.1').on('error', () => {})
    silent.push(socket)
  }
  await new Promise((resolve) => setTimeout(resolve, 300))
  // Beyond its bound a server closes what comes; room is there again as soon as others leave.
  for (const socket of silent) socket.destroy()
  await until(async () => (await alive(name)) === 200, `${name} to answer again`)
  tried('a silent connection', many)
})

test('they listened on loopback alone and complained of nothing', () => {
  for (const { err } of printed) expect(err).toBe('')
})
