// Clients of a forwarded port and of a node's port that are slow, half open, resetting, oversized or many: each is bounded, and the next
// one is answered.
import http from 'node:http'
import net from 'node:net'
import { Cli, until } from '../network/cli'
import { rounds, tried } from '../torture/tried'

jest.setTimeout(60_000)

const WAYS: [string, string[], RegExp, RegExp][] = [
  [
    'a forwarded port',
    ['port-forward', 'pod/web', ':80'],
    /127\.0\.0\.1:(\d+) -> 80/,
    /^Forwarding from 127\.0\.0\.1:\d+ -> 80\n(Forwarding from \[::1\]:\d+ -> 80\n)?(Handling connection for \d+\n)+$/,
  ],
  [
    'a node’s port',
    ['serve'],
    /127\.0\.0\.\d+:(\d+) is default\/web:80/,
    /^(node-\d is 127\.0\.0\.\d(, )?)+\n(127\.0\.0\.\d:\d+ is default\/web:80\n)+$/,
  ],
]

describe.each(WAYS)('%s', (_way, words, listens, says) => {
  let one: Cli
  let port: number
  let running: Promise<unknown>
  let printed: { out: string; err: string }

  beforeAll(async () => {
    one = new Cli()
    await one.run('run', 'web', '--image=traefik/whoami', '--port=80')
    await one.wait(10)
    await one.run('expose', 'pod', 'web', '--type=NodePort')
    const { result, done } = one.start(...words)
    printed = result
    running = done
    await until(() => listens.test(result.out), 'it to listen')
    port = Number(listens.exec(result.out)![1])
  })
  afterAll(async () => {
    one.interrupt()
    await running
    one.remove()
  })

  function status(): Promise<number | undefined> {
    return new Promise((resolve) => {
      const request = http.get({ host: '127.0.0.1', port, agent: false }, (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode))
      })
      request.on('error', () => resolve(undefined))
    })
  }

  /** Connects, lets `act` do something, and resolves once the connection is closed, or at once when it may stay open. */
  function client(act: (socket: net.Socket) => void, stays = false): Promise<string> {
    return new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1')
      open.push(socket)
      let got = ''
      socket.on('data', (bytes) => {
        got += bytes.toString('latin1')
      })
      socket.on('error', () => {})
      socket.on('close', () => resolve(got))
      socket.on('connect', () => {
        act(socket)
        if (stays) resolve(got)
      })
    })
  }

  const open: net.Socket[] = []
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy()
  })

  const HEAD = 'GET / HTTP/1.1\r\nHost: x\r\n'

  test.each<[string, () => Promise<string>]>([
    ['says nothing', () => client(() => {}, true)],
    ['sends half a request', () => client((s) => s.write(HEAD), true)],
    ['ends its half at once', () => client((s) => s.end())],
    ['ends its half in a request', () => client((s) => s.end(HEAD))],
    ['resets', () => client((s) => s.resetAndDestroy())],
    ['resets in a request', () => client((s) => s.write(HEAD, () => s.resetAndDestroy()))],
    ['sends headers without end', () => client((s) => s.write(HEAD + 'X-Flood: y\r\n'.repeat(100_000)))],
    ['sends one endless header', () => client((s) => s.write(`${HEAD}X: ${'y'.repeat(2 << 20)}`))],
    ['sends a line without end', () => client((s) => s.write(`GET /${'a'.repeat(2 << 20)}`))],
    ['sends what is no HTTP', () => client((s) => s.write(Buffer.alloc(100_000, 0xff)))],
    [
      'announces a body it never sends',
      () => client((s) => s.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\nx`), true),
    ],
    [
      'sends a body beyond the bound',
      () => client((s) => s.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n${'x'.repeat(20_000_000)}`)),
    ],
    ['says two lengths', () => client((s) => s.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx`))],
    ['sends chunks of nonsense', () => client((s) => s.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'))],
  ])('a client that %s', async (_name, meet) => {
    const got = await meet()
    if (got) expect(got).toMatch(/^HTTP\/1\.1 (400|408|413|431|200)/)
    expect(await status()).toBe(200)
    tried('a client made to hurt', 1)
  })

  test('many connections at once that say nothing', async () => {
    const many = rounds(3000)
    await Promise.all(Array.from({ length: many }, () => client(() => {}, true)))
    expect(await status()).toBe(200)
    tried('a silent connection', many)
  })

  test('it lived, listened on loopback alone, and complained of nothing', () => {
    expect(printed.err).toBe('')
    expect(printed.out).toMatch(says)
  })
})
