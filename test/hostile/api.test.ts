// Clients of the API made to hurt: they watch by the thousand, read nothing, lie in their frames, and send without end. Memory stays
// bounded, and whoever comes next is answered.
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { ApiHttp } from '../../src/commands/api-http'
import { Readers } from '../../src/commands/api-readers'
import { type Shell, shell } from '../commands/shell'
import { until } from '../network/cli'
import { rounds, tried } from '../torture/tried'

jest.setTimeout(120_000)

let box: Shell
let api: ApiHttp
let port: number
const sockets = new Set<net.Socket>()

beforeAll(async () => {
  box = shell()
  await box.kubectl('run hello --image=busybox --command -- sleep 1d')
  for (let i = 0; i < 8; i++) {
    box.write('big.txt', 'x'.repeat(1 << 20).slice(200))
    await box.kubectl(`create configmap big${i} --from-file=big.txt`)
  }
  api = new ApiHttp(
    box.host(),
    box.path('state.json'),
    (request) => request.url ?? '/',
    () => {},
  )
  await api.listen({ host: '127.0.0.1', port: 0 })
  port = (api.server.address() as AddressInfo).port
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  expect(await answered()).toBe(200)
})
afterAll(() => {
  api.close()
  box.remove()
})

/** Another client is served. */
function answered(): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.get({ port, path: '/api/v1/namespaces', agent: false }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    request.on('error', reject)
  })
}

function connect(text: string): net.Socket {
  const socket = net.connect(port, '127.0.0.1')
  sockets.add(socket)
  socket.on('error', () => {})
  socket.write(text)
  return socket
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`
const upgrade = (path: string) =>
  `GET /api/v1/namespaces/default/pods/hello/${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n\r\n`

/** What the server keeps for others, bytes. */
function kept(): number {
  const { external, arrayBuffers } = process.memoryUsage()
  return external + arrayBuffers
}

test.each([
  ['lists', '/api/v1/configmaps'],
  ['watches', '/api/v1/configmaps?watch=true'],
])('%s that nobody reads', async (_what, path) => {
  const many = rounds(300)
  for (let i = 0; i < many; i++) {
    connect(get(path)).pause()
    if (i % 20 === 0) expect(await answered()).toBe(200)
  }
  expect(await answered()).toBe(200)
  expect(kept()).toBeLessThan(800 << 20)
  tried('a client of the API that reads nothing', many)
})

test('a thousand watches are all told, and half of them reset', async () => {
  const many = rounds(900)
  let begun = 0
  let told = 0
  const all = Array.from({ length: many }, () => {
    const socket = connect(get('/api/v1/namespaces/default/secrets?watch=true'))
    let text = ''
    socket.on('data', (part) => {
      if (text === '') begun++
      const before = text.includes('"ADDED"')
      text += part
      if (!before && text.includes('"ADDED"')) told++
    })
    return socket
  })
  await until(() => begun === many, 'all to begin')
  all.forEach((socket, i) => {
    if (i % 2) socket.resetAndDestroy()
  })
  await box.kubectl('create secret generic news')
  await until(() => told === Math.ceil(many / 2), 'those that are left to be told')
  tried('a watch of a thousand', many)
})

/** A client's frame, masked with zeros. */
function frame(first: number, body: Buffer, length = body.length): Buffer {
  const head = Buffer.alloc(length < 126 ? 2 : length < 65536 ? 4 : 10)
  head[0] = first
  head[1] = 0x80 | (length < 126 ? length : length < 65536 ? 126 : 127)
  if (length >= 126 && length < 65536) head.writeUInt16BE(length, 2)
  else if (length >= 126) head.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([head, Buffer.alloc(4), body])
}
const NONE = Buffer.alloc(0)
const repeated = (times: number, bytes: Buffer) => Buffer.concat(Array.from({ length: times }, () => bytes))

test.each<[string, Buffer, number]>([
  ['is longer than there are bytes', frame(0x82, NONE, 2 ** 60), 1009],
  ['is a little too long', frame(0x82, NONE, (4 << 20) + 1), 1009],
  ['is not masked', Buffer.from([0x82, 1, 0, 0, 0, 0, 0, 0]), 1002],
  ['has bits nobody agreed on', frame(0xc2, NONE), 1002],
  ['is of no kind', frame(0x83, NONE), 1002],
  ['is of no kind of control', frame(0x8b, NONE), 1002],
  ['asks for a long echo', frame(0x89, Buffer.alloc(126)), 1002],
  ['asks for an echo in parts', frame(0x09, NONE), 1002],
  ['comes in parts without end', Buffer.concat([frame(0x02, NONE), repeated(5000, frame(0x00, NONE))]), 1009],
  ['comes in parts that are too much', repeated(5, frame(0x02, Buffer.alloc(1 << 20))), 1009],
  ['says goodbye and goes on', Buffer.concat([frame(0x88, NONE), repeated(100, frame(0x82, Buffer.alloc(1 << 16)))]), 1000],
])('a frame that %s ends its connection', async (_what, bytes, code) => {
  const socket = connect(upgrade('exec?command=sleep&command=1d&stdin=true'))
  let got = NONE
  socket.on('data', (part) => {
    got = Buffer.concat([got, part])
  })
  await until(() => got.includes('\r\n\r\n'), 'the handshake')
  socket.write(bytes)
  const goodbye = Buffer.from([0x88, 2, code >> 8, code & 255])
  await until(() => got.includes(goodbye), `code ${code}: ${got.toString('hex').slice(-40)}`)
  await until(() => socket.readableEnded || socket.destroyed, 'the end')
  tried('a frame made to hurt', 1)
})

test('a frame that comes byte by byte is read', async () => {
  const socket = connect(upgrade('exec?command=cat&stdin=true&stdout=true'))
  let got = ''
  socket.on('data', (part) => {
    got += part.toString('latin1')
  })
  await until(() => got.includes('\r\n\r\n'), 'the handshake')
  socket.setNoDelay()
  for (const byte of frame(0x82, Buffer.from('\0slow\n'))) {
    socket.write(Buffer.from([byte]))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await until(() => got.includes('slow'), 'the answer')
  tried('a frame made to hurt', 1)
})

test.each([
  ['prints without end, and nobody reads', 'exec?command=yes&stdout=true'],
  ['never ends', 'exec?command=sh&command=-c&command=while%20true;%20do%20:;%20done&stdout=true'],
  ['never reads, and is sent much', 'exec?command=sleep&command=1d&stdin=true'],
])('a command that %s, many times', async (_what, path) => {
  const many = rounds(30)
  const part = frame(0x82, Buffer.alloc(1 << 20))
  for (let i = 0; i < many; i++) {
    const socket = connect(upgrade(path)).pause()
    if (path.includes('stdin')) for (let n = 0; n < 40; n++) socket.write(part)
  }
  for (let i = 0; i < 5; i++) expect(await answered()).toBe(200)
  expect(kept()).toBeLessThan(800 << 20)
  tried('a stream made to hurt', many)
})

test('who takes nothing of an answer is cut off, who takes some is not; beyond the bound the slowest goes first', async () => {
  const readers = new Readers(4 << 20, 400)
  const taken: net.Socket[] = []
  const server = net.createServer((socket) => {
    socket.on('error', () => {})
    readers.add(socket)
    taken.push(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const clients = [0, 1, 2].map(() => net.connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {}))
  await until(() => taken.length === 3, 'three clients')
  const [good, bad, latest] = taken
  bad.write(Buffer.alloc(20 << 20))
  latest.write(Buffer.alloc(30 << 20))
  readers.relieve(latest)
  expect([good, bad, latest].map((socket) => socket.destroyed)).toEqual([false, true, false])
  await until(() => latest.destroyed, 'the idle one to be cut off')
  expect(good.destroyed).toBe(false)
  for (const client of clients) client.destroy()
  server.close()
})
