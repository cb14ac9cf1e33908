// Clients of `dns serve` made to hurt: lies about lengths, halves, bytes one by one, floods and silence; the next question is answered.
import dgram from 'node:dgram'
import net from 'node:net'
import { Cli, until } from '../network/cli'
import { isWhole, rounds, tried } from '../torture/tried'

jest.setTimeout(60_000)

const one = new Cli()
let port: number
let running: Promise<unknown>
let printed: { out: string; err: string }
beforeAll(async () => {
  await one.wait(10)
  const { result, done } = one.start('dns', 'serve', '--port', '0')
  printed = result
  running = done
  await until(() => /:(\d+)/.test(result.out), 'it to listen')
  port = Number(/:(\d+)/.exec(result.out)![1])
})
afterAll(async () => {
  one.interrupt()
  await running
  one.remove()
})

/** `kubernetes.default.svc.cluster.local A`, recursion desired. */
const QUESTION = Buffer.concat([
  Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
  ...['kubernetes', 'default', 'svc', 'cluster', 'local'].map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`)),
  Buffer.from([0, 0, 1, 0, 1]),
])
const framed = (message: Buffer, length = message.length) => Buffer.concat([Buffer.from([length >> 8, length & 255]), message])

const open: net.Socket[] = []
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy()
})

function connect(): net.Socket {
  const socket = net.connect(port, '127.0.0.1')
  socket.on('error', () => {})
  open.push(socket)
  return socket
}

function closed(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

function answered(): Promise<Buffer> {
  const socket = connect()
  socket.write(framed(QUESTION))
  return new Promise((resolve, reject) => {
    socket.once('data', resolve)
    socket.once('close', () => reject(new Error('no answer')))
  })
}

const DRIBBLE = 300
const CLIENTS: [string, (socket: net.Socket) => void, { closes?: boolean; slow?: boolean }?][] = [
  ['says nothing', () => {}],
  ['says a length and no more', (s) => s.write(Buffer.from([0xff, 0xff])), { closes: true, slow: true }],
  ['sends half a question', (s) => s.write(framed(QUESTION).subarray(0, 20)), { closes: true, slow: true }],
  [
    'sends byte after byte',
    (s) => {
      const timer = setInterval(() => s.write('x'), DRIBBLE)
      s.write(Buffer.from([0xff, 0xff]))
      s.once('close', () => clearInterval(timer))
    },
    { closes: true },
  ],
  ['says less than it sends', (s) => s.write(framed(QUESTION, 12))],
  ['says a length of nothing', (s) => s.write(Buffer.alloc(1000))],
  ['ends its half at once', (s) => s.end()],
  ['resets in a question', (s) => s.write(framed(QUESTION).subarray(0, 5), () => s.resetAndDestroy())],
  [
    'asks ten thousand times and reads nothing',
    (s) => s.pause().write(Buffer.concat(Array.from({ length: 10_000 }, () => framed(QUESTION)))),
  ],
  ['sends garbage', (s) => s.write(Buffer.alloc(200_000, 0xfe))],
]

test.each(CLIENTS.filter(([, , { slow } = {}]) => isWhole || !slow))('a client that %s', async (_what, act, { closes } = {}) => {
  const socket = connect()
  const end = closed(socket)
  socket.once('connect', () => act(socket))
  if (closes) await end
  const answer = await answered()
  expect([answer[2], answer[3]]).toEqual([0x12, 0x34])
  expect(answer.subarray(-4)).toEqual(Buffer.from([10, 96, 0, 1]))
  tried('a client of dns serve made to hurt', 1)
})

test('many connections at once that say nothing', async () => {
  const count = rounds(1000)
  await Promise.all(Array.from({ length: count }, () => new Promise<void>((resolve) => connect().once('connect', () => resolve()))))
  expect((await answered()).subarray(-4)).toEqual(Buffer.from([10, 96, 0, 1]))
  tried('a silent connection', count)
})

test('datagrams of garbage, empty, oversized, many', async () => {
  const socket = dgram.createSocket('udp4')
  const count = rounds(10_000)
  let random = 7
  for (let i = 0; i < count; i++) {
    random = (Math.imul(random, 1103515245) + 12345) >>> 0
    socket.send(Buffer.alloc(random % 600, random & 255), port, '127.0.0.1')
    if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  socket.send(Buffer.alloc(60_000, 1), port, '127.0.0.1')
  const answer = await new Promise<Buffer>((resolve) => {
    socket.on('message', (bytes) => bytes.length > 40 && bytes[0] === 0x12 && resolve(bytes))
    // A flood may push one out: it is asked again, as a resolver does.
    const timer = setInterval(() => socket.send(QUESTION, port, '127.0.0.1'), 100)
    socket.once('close', () => clearInterval(timer))
  })
  socket.close()
  expect(answer.subarray(-4)).toEqual(Buffer.from([10, 96, 0, 1]))
  tried('a client of dns serve made to hurt', count)
})

test('the server complained of nothing', () => expect(printed.err).toBe(''))
