// Servers made to hurt whoever reads a manifest from them: each ends with one error, in Go's words, and nothing is made.
import dns from 'node:dns'
import fs from 'node:fs'
import net from 'node:net'
import zlib from 'node:zlib'
import { readUrl } from '../../src/cli/read-url'
import { type Shell, shell } from '../commands/shell'
import { isWhole, tried } from '../torture/tried'

jest.setTimeout(60_000)

let box: Shell
let before: Buffer
beforeAll(async () => {
  box = shell()
  await box.kubectl('create configmap web')
  before = fs.readFileSync(box.path('state.json'))
})
afterAll(() => box.remove())

const MANIFEST = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fromurl}\n'
const head = (status: string, ...headers: string[]) => [`HTTP/1.1 ${status}`, ...headers, 'Connection: close', '', ''].join('\r\n')
const redirect = (to: string) => head('302 Found', `Location: ${to}`, 'Content-Length: 0')

const endless = (socket: net.Socket) => {
  const part = Buffer.alloc(1 << 20, 'a')
  const pour = () => {
    while (socket.writable && socket.write(part));
  }
  socket.write(head('200 OK'))
  socket.on('drain', pour)
  pour()
}
const bomb = () => zlib.gzipSync(Buffer.alloc(200 << 20, 'a'))

/** What it sends, and what is said of it. Those that are asked again, after a second and another, are slow. */
const SERVERS: [string, string | (() => Buffer) | ((socket: net.Socket) => void), string, { slow?: boolean }?][] = [
  ['leads to a file', redirect('file:///etc/passwd'), 'unsupported protocol scheme "file"'],
  ['leads to data', redirect('data:text/plain,x'), 'unsupported protocol scheme "data"', { slow: true }],
  ['leads round and round', redirect('/'), 'stopped after 10 redirects'],
  ['leads to what is no address', redirect('http://[::bad/'), 'failed to parse Location header "http://[::bad/"', { slow: true }],
  ['leads nowhere', head('302 Found', 'Content-Length: 0'), 'server reported 302 Found, status code=302'],
  [
    'leads to a port where nobody is',
    redirect('http://127.0.0.1:1/'),
    'The connection to the server 127.0.0.1:1 was refused',
    { slow: true },
  ],
  ['sends less than it says', head('200 OK', 'Content-Length: 5000') + MANIFEST, 'unexpected EOF'],
  ['says two lengths', head('200 OK', 'Content-Length: 1', 'Content-Length: 2') + MANIFEST, 'transport connection broken', { slow: true }],
  ['says a length below nothing', head('200 OK', 'Content-Length: -1') + MANIFEST, 'transport connection broken', { slow: true }],
  ['sends chunks of nonsense', `${head('200 OK', 'Transfer-Encoding: chunked')}zz\r\n`, 'unexpected EOF'],
  ['sends no HTTP', '\xfe'.repeat(5000), 'transport connection broken', { slow: true }],
  ['hangs up', (socket) => void socket.resetAndDestroy(), 'Unable to connect to the server: EOF', { slow: true }],
  ['sends headers without end', head('200 OK', ...Array.from({ length: 100_000 }, () => 'X: y')), 'broken', { slow: true }],
  ['says gzip of what is none', head('200 OK', 'Content-Encoding: gzip') + MANIFEST, 'gzip: invalid header'],
  ['packs 200 MB into 200 kB', () => Buffer.concat([Buffer.from(head('200 OK', 'Content-Encoding: gzip')), bomb()]), 'more than 104857600'],
  ['sends without end', endless, 'more than 104857600 bytes'],
  ['fails in colours', head('500 \x1b[31mred', 'Content-Length: 0'), 'server reported 500 ^[[31mred, status code=500', { slow: true }],
]

test.each(SERVERS.filter(([, , , { slow } = {}]) => isWhole || !slow))('a server that %s', async (_what, sends, said) => {
  const server = net.createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      if (typeof sends === 'string') socket.end(sends, 'latin1')
      else if (sends === endless || sends.length === 1) (sends as (socket: net.Socket) => void)(socket)
      else socket.end((sends as () => Buffer)())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  const answer = await box.kubectl(`create -f http://127.0.0.1:${port}/x`)
  server.close()
  expect(answer).toContain(said)
  expect(answer).toMatch(/\[exit 1\]$/)
  expect(answer).not.toMatch(/failed unexpectedly|\x1b/)
  expect(fs.readFileSync(box.path('state.json')).equals(before)).toBe(true)
  tried('a server of manifests made to hurt', 1)
})

const HEAD = head('200 OK')
const drip = (text: string, every: number) => (socket: net.Socket) => {
  let sent = 0
  const timer = setInterval(() => socket.write(text[sent++ % text.length]), every)
  socket.on('close', () => clearInterval(timer))
}
const dripBody = (socket: net.Socket) => {
  socket.write(HEAD)
  drip('# ', 50)(socket)
}
const PATIENT = { dial: 300, handshake: 300, silence: 300, whole: 2500 }
const HEADERS = 'Unable to connect to the server: context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
const BODY = 'context deadline exceeded (Client.Timeout or context cancellation while reading body)'

test.each<[string, string, (socket: net.Socket) => void, string, object?]>([
  ['says nothing', 'http://127.0.0.1', () => {}, HEADERS],
  ['sends its headers byte by byte', 'http://127.0.0.1', drip(HEAD, 100), HEADERS],
  ['stops in the middle', 'http://127.0.0.1', (socket) => socket.write(HEAD + MANIFEST), BODY],
  ['stops in the middle of what it packed', 'http://127.0.0.1', (socket) => socket.write(head('200 OK', 'Content-Encoding: gzip')), BODY],
  ['sends its body byte by byte', 'http://127.0.0.1', dripBody, BODY],
  [
    'leads on after a while, round and round',
    'http://127.0.0.1',
    (socket) => setTimeout(() => socket.end(redirect('/')), 200),
    HEADERS,
    { whole: 900 },
  ],
  ['says nothing of TLS', 'https://127.0.0.1', () => {}, 'Unable to connect to the server: net/http: TLS handshake timeout'],
  ['has a name that nobody answers for', 'http://nowhere.example', () => {}, 'dial tcp: lookup nowhere.example: i/o timeout'],
])('a server that %s is not waited for long', async (_what, origin, answer, said, patience = {}) => {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => answer(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  const lookup = origin.includes('nowhere') ? jest.spyOn(dns, 'lookup').mockImplementation((() => {}) as never) : undefined
  await expect(readUrl(`${origin}:${port}/x`, { ...PATIENT, ...patience })).rejects.toThrow(said)
  for (const socket of sockets) socket.destroy()
  server.close()
  lookup?.mockRestore()
  tried('a server of manifests made to hurt', 1)
})
