// Commands that listen for real: DNS, port-forward, node ports, load balancers. Ports are free ones or of random node ports.
import dgram from 'node:dgram'
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import path from 'node:path'
import { chiSquare, chiSquareTail } from '../../src/lib/chi-square'
import type { Message } from '../../src/network/dns/message'
import { queryFor, RCODES, recordText, TYPES } from '../../src/network/dns/message'
import { decode, encode } from '../../src/network/dns/wire'
import { Cli, clientPod, deployment, type Result, until, webService } from './cli'

jest.setTimeout(30_000)
const open: Cli[] = []
const running: Promise<unknown>[] = []

function cli(): Cli {
  const one = new Cli()
  open.push(one)
  return one
}
function start(one: Cli, ...words: string[]): Result {
  const { result, done } = one.start(...words)
  running.push(done)
  done.then((exit) => {
    result.exit = exit
  })
  result.exit = -1
  return result
}
afterEach(async () => {
  for (const one of open) one.interrupt()
  await Promise.all(running.splice(0))
  for (const one of open.splice(0)) one.remove()
})

const whoami = { image: 'traefik/whoami', ports: [{ containerPort: 80 }] }
const randomNodePort = () => 30_000 + Math.floor(Math.random() * 2700)

interface Answer {
  status?: number
  body?: string
  error?: string
}
function get(port: number, options: { path?: string; agent?: http.Agent; address?: string } = {}): Promise<Answer> {
  return new Promise((resolve) => {
    const request = http.get(
      { host: options.address ?? '127.0.0.1', port, path: options.path ?? '/', agent: options.agent ?? false, timeout: 3000 },
      (response) => {
        let body = ''
        response.on('data', (part) => {
          body += part
        })
        response.on('end', () => resolve({ status: response.statusCode, body }))
      },
    )
    request.on('timeout', () => request.destroy(new Error('timeout')))
    request.on('error', (error: NodeJS.ErrnoException) => resolve({ error: error.code ?? error.message }))
  })
}
const hostOf = ({ body }: Answer) => /Hostname: (\S+)/.exec(body ?? '')?.[1]

// ---------------------------------------------------------------- DNS

function askUdp(port: number, message: Message): Promise<Message> {
  return new Promise((resolve) => {
    const socket = dgram.createSocket('udp4')
    socket.on('message', (bytes) => {
      socket.close()
      resolve(decode(bytes))
    })
    socket.send(encode(message), port, '127.0.0.1')
  })
}

const framed = (bytes: Buffer) => Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])

/** Sends these parts over one connection and reads so many replies. */
function askTcp(port: number, parts: Buffer[], replies: number): Promise<Message[]> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    let got = Buffer.alloc(0)
    const messages: Message[] = []
    socket.on('data', (bytes) => {
      got = Buffer.concat([got, bytes])
      while (got.length >= 2 && got.length >= 2 + got.readUInt16BE(0)) {
        messages.push(decode(got.subarray(2, 2 + got.readUInt16BE(0))))
        got = got.subarray(2 + got.readUInt16BE(0))
      }
      if (messages.length >= replies) socket.destroy()
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(messages))
    const send = async () => {
      for (const part of parts) {
        socket.write(part)
        await new Promise((r) => setTimeout(r, 20))
      }
    }
    send()
  })
}

async function dnsServer(one: Cli): Promise<number> {
  const result = start(one, 'dns', 'serve', '--port', '0')
  await until(() => result.out !== '', 'the DNS server to come up')
  return Number(/:(\d+) /.exec(result.out)![1])
}

test('dns serve answers over UDP and TCP and follows the state', async () => {
  const one = cli()
  await one.create([webService({ clusterIP: '10.96.0.77' })])
  const port = await dnsServer(one)
  const question = queryFor('web.default.svc.cluster.local.', TYPES.A, 21)
  const answers = ['web.default.svc.cluster.local. 30 IN A 10.96.0.77']
  expect((await askUdp(port, question)).answers.map(recordText)).toEqual(answers)
  const [first, second] = [framed(encode(question)), framed(encode({ ...question, id: 22 }))]
  // Two questions at once, then one in small pieces.
  const replies = await askTcp(port, [Buffer.concat([first, second]), first.subarray(0, 1), first.subarray(1, 9), first.subarray(9)], 3)
  expect(replies.map((r) => [r.id, r.answers.map(recordText)])).toEqual([
    [21, answers],
    [22, answers],
    [21, answers],
  ])
  const later = queryFor('later.default.svc.cluster.local.', TYPES.A)
  expect(RCODES[(await askUdp(port, later)).rcode]).toBe('NXDOMAIN')
  await one.create([webService({ clusterIP: '10.96.0.78' }, 'later')])
  await until(async () => (await askUdp(port, later)).answers.length === 1, 'the new Service')
  await one.run('delete', 'service', 'later')
  await until(async () => RCODES[(await askUdp(port, later)).rcode] === 'NXDOMAIN', 'its end')
})

test('dns serve outlives noise', async () => {
  const one = cli()
  const port = await dnsServer(one)
  const noise = dgram.createSocket('udp4')
  for (const bytes of [Buffer.alloc(0), Buffer.from('hello'), Buffer.alloc(500, 0xff)]) noise.send(bytes, port, '127.0.0.1')
  await askTcp(port, [Buffer.from([0xff, 0xff]), Buffer.alloc(70_000, 1)], 1)
  noise.close()
  expect((await askUdp(port, queryFor('kubernetes.default.svc.cluster.local.', TYPES.A))).answers).toHaveLength(1)
})

test('dns serve asks others about names outside', async () => {
  const upstream = dgram.createSocket('udp4')
  await new Promise<void>((resolve) => upstream.bind(0, '127.0.0.1', resolve))
  upstream.on('message', (bytes, from) => {
    const request = decode(bytes)
    const record = { name: request.questions[0].name, ttl: 60, type: 'A' as const, address: '192.0.2.1' }
    upstream.send(encode({ ...request, response: true, answers: [record] }), from.port, from.address)
  })
  const one = cli()
  const result = start(one, 'dns', 'serve', '--port', '0', '--forward', `127.0.0.1:${upstream.address().port}`)
  await until(() => result.out !== '', 'the DNS server to come up')
  const reply = await askUdp(Number(/:(\d+) /.exec(result.out)![1]), queryFor('example.com.', TYPES.A, 5))
  upstream.close()
  expect([reply.id, reply.answers.map(recordText)]).toEqual([5, ['example.com. 60 IN A 192.0.2.1']])
})

test('dns serve says why it cannot listen', async () => {
  const one = cli()
  const port = await dnsServer(one)
  const busy = await one.run('dns', 'serve', '--port', String(port))
  expect(busy).toMatchObject({ exit: 1, err: `error: cannot listen on 127.0.0.1:${port} (TCP): address already in use\n` })
  expect((await one.run('dns', 'serve', '--address', 'here')).err).toBe('error: invalid address "here"\n')
  expect((await one.run('dns', 'serve', '--port', '70000')).err).toBe('error: invalid port "70000": must be from 0 to 65535\n')
})

// ---------------------------------------------------------------- port-forward

test('port-forward leads to one Pod, whose log tells of it, and ends with the Pod', async () => {
  const one = cli()
  await one.create([deployment('web', { replicas: 3, container: whoami }), webService()])
  await one.wait(5)
  const result = start(one, 'port-forward', 'svc/web', '--address', '127.0.0.1', ':80')
  await until(() => result.out !== '', 'the port')
  const port = Number(/127\.0\.0\.1:(\d+) -> 80/.exec(result.out)![1])
  const hosts = new Set<string | undefined>()
  for (let i = 0; i < 6; i++) hosts.add(hostOf(await get(port)))
  expect(hosts.size).toBe(1)
  expect(result.out.match(new RegExp(`^Handling connection for ${port}$`, 'gm'))).toHaveLength(6)
  await one.run('delete', 'pod', [...hosts][0]!, '--now', '--wait=false')
  one.now += 40_000
  await until(() => result.exit === 1, 'the end of port-forward')
  expect(result.err).toBe('error: lost connection to pod\n')
})

test('port-forward to a port nobody listens on ends as kubectl does', async () => {
  const one = cli()
  await one.create([{ ...clientPod('lone'), spec: { containers: [{ name: 'c', ...whoami }] } }])
  await one.wait(5)
  const result = start(one, 'port-forward', 'lone', '--address', '127.0.0.1', ':81')
  await until(() => result.out !== '', 'the port')
  const { error } = await get(Number(/127\.0\.0\.1:(\d+)/.exec(result.out)![1]))
  expect(error).toBe('ECONNRESET')
  await until(() => result.exit === 1, 'the end of port-forward')
  expect(result.err).toMatch(
    /^E\d{4} .* portforward\.go:\d+\] "Unhandled Error" err="an error occurred forwarding \d+ -> 81: .*connection refused/,
  )
  expect(result.err).toMatch(/error: lost connection to pod\n$/)
})

// ---------------------------------------------------------------- serve

function nodePortService(nodePort: number, more: object = {}) {
  return webService({ type: 'NodePort', ports: [{ port: 80, nodePort }], ...more })
}

async function served(one: Cli, port: number, ...words: string[]): Promise<Result> {
  const result = start(one, 'serve', '--address', '127.0.0.1', ...words)
  await until(() => result.out.includes(`127.0.0.1:${port} is`), 'the node port')
  return result
}

test('serve shares connections among the Pods, and keeps requests of one connection together', async () => {
  const one = cli()
  const port = randomNodePort()
  await one.create([deployment('web', { replicas: 3, container: whoami }), nodePortService(port)])
  await one.wait(5)
  await served(one, port)
  const hosts = new Set<string | undefined>()
  for (let i = 0; i < 40; i++) hosts.add(hostOf(await get(port)))
  expect(hosts.size).toBe(3)
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const kept = new Set<string | undefined>()
  for (let i = 0; i < 10; i++) kept.add(hostOf(await get(port, { agent })))
  agent.destroy()
  expect(kept.size).toBe(1)
})

test('nine hundred connections through a node port are shared equally', async () => {
  const one = cli()
  const port = randomNodePort()
  await one.create([deployment('web', { replicas: 3, container: whoami }), nodePortService(port)])
  await one.wait(5)
  await served(one, port)
  const counts = new Map<string | undefined, number>()
  const some = async (n: number) => {
    for (let i = 0; i < n; i++) {
      const host = hostOf(await get(port))
      counts.set(host, (counts.get(host) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: 30 }, () => some(30)))
  expect(counts.size).toBe(3)
  const equal = [300, 300, 300]
  // Chance alone goes below this once in ten thousand runs.
  expect(chiSquareTail(chiSquare([...counts.values()], equal), 2)).toBeGreaterThan(0.0001)
})

test('session affinity keeps a client on one Pod', async () => {
  const one = cli()
  const port = randomNodePort()
  await one.create([deployment('web', { replicas: 3, container: whoami }), nodePortService(port, { sessionAffinity: 'ClientIP' })])
  await one.wait(5)
  await served(one, port)
  const hosts = new Set<string | undefined>()
  for (let i = 0; i < 20; i++) hosts.add(hostOf(await get(port)))
  expect(hosts.size).toBe(1)
})

test('ports open and close as Services and endpoints come and go; a busy one is told and does not stop the others', async () => {
  const one = cli()
  const [first, second] = [randomNodePort(), randomNodePort()]
  const taken = net.createServer().listen(second, '127.0.0.1')
  await one.create([deployment('web', { container: whoami }), nodePortService(first)])
  await one.wait(5)
  const result = await served(one, first)
  await one.create([{ ...nodePortService(second), metadata: { name: 'other' } }])
  await until(() => result.err !== '', 'the complaint')
  expect(result.err).toBe(`cannot listen on 127.0.0.1:${second} for default/other:80: address already in use\n`)
  expect((await get(first)).status).toBe(200)
  await new Promise((resolve) => taken.close(resolve))
  await until(() => result.out.includes(`127.0.0.1:${second} is default/other:80`), 'the freed port')
  await one.run('delete', 'service', 'other')
  await until(() => result.out.includes(`closed 127.0.0.1:${second}`), 'the end of the Service')
  expect((await get(second)).error).toBe('ECONNREFUSED')
  await one.run('scale', 'deployment', 'web', '--replicas=0')
  one.now += 40_000
  await until(async () => (await get(first)).error === 'ECONNREFUSED', 'the end of the endpoints')
})

test('a Pod that does not listen resets, one that a policy hides is silent', async () => {
  const one = cli()
  const port = randomNodePort()
  const deny = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'deny' }, spec: { podSelector: {} } }
  await one.create([
    deployment('web', { container: whoami }),
    nodePortService(port, { ports: [{ port: 80, targetPort: 81, nodePort: port }] }),
  ])
  await one.wait(5)
  await served(one, port)
  expect((await get(port)).error).toBe('ECONNRESET')
  await one.create([deny])
  await until(async () => (await get(port)).error === 'timeout', 'silence')
})

/** One datagram from a socket of its own, or from the one given; what comes back, or undefined. */
function datagram(port: number, text: string | Buffer, socket = dgram.createSocket('udp4')): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), 1500)
    socket.once('message', (bytes) => {
      clearTimeout(timer)
      resolve(bytes)
    })
    socket.send(text, port, '127.0.0.1')
    socket.unref()
  })
}

test('UDP node ports: a flow stays with its Pod, the cluster DNS answers too, and over TCP', async () => {
  const one = cli()
  const [port, dns] = [randomNodePort(), randomNodePort()]
  const agnhost = { image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', args: ['netexec', '--udp-port=8081'], ports: [] }
  const dnsPorts = [
    { name: 'udp', port: 53, protocol: 'UDP', nodePort: dns },
    { name: 'tcp', port: 53, protocol: 'TCP', nodePort: dns },
  ]
  await one.create([
    deployment('web', { replicas: 3, container: agnhost }),
    nodePortService(port, { ports: [{ port: 80, targetPort: 8081, nodePort: port, protocol: 'UDP' }] }),
    webService({ type: 'NodePort', selector: { 'k8s-app': 'kube-dns' }, ports: dnsPorts }, 'names', { namespace: 'kube-system' }),
  ])
  await one.wait(5)
  const result = start(one, 'serve', '--address', '127.0.0.1')
  await until(() => result.out.includes(`127.0.0.1:${dns}/UDP is kube-system/names:53\n`), 'the ports')
  expect(result.out).toContain(`127.0.0.1:${port}/UDP is default/web:80\n`)
  const hosts = new Set<string>()
  for (let i = 0; i < 40; i++) hosts.add(String(await datagram(port, 'hostname')))
  expect(hosts.size).toBe(3)
  const socket = dgram.createSocket('udp4')
  const kept = new Set<string>()
  for (let i = 0; i < 10; i++) kept.add(String(await datagram(port, 'hostname', socket)))
  expect(kept.size).toBe(1)

  const question = encode(queryFor('kubernetes.default.svc.cluster.local.', 1, 77))
  const expected = [{ type: 'A', address: '10.96.0.1' }]
  expect(decode((await datagram(dns, question))!)).toMatchObject({ id: 77, answers: expected })
  const length = Buffer.alloc(2)
  length.writeUInt16BE(question.length)
  const overTcp = await new Promise<Buffer>((resolve, reject) => {
    const client = net.connect(dns, '127.0.0.1', () => client.write(Buffer.concat([length, question])))
    client.once('data', (bytes) => {
      client.destroy()
      resolve(bytes)
    })
    client.once('error', reject)
  })
  expect(decode(overTcp.subarray(2))).toMatchObject({ id: 77, answers: expected })
})

test('what is answered stands in the log', async () => {
  const one = cli()
  const port = randomNodePort()
  const nginx = { image: 'nginx:1.25' }
  await one.create([deployment('web', { replicas: 1, container: nginx }), nodePortService(port)])
  await one.wait(5)
  await served(one, port)
  expect((await get(port, { path: '/seen' })).status).toBe(404)
  const state = path.join(one.dir, 'state.json')
  await until(() => fs.readFileSync(state, 'utf8').includes('GET /seen'), 'the log line')
})

test('a load balancer gets an address, which is taken back at the end', async () => {
  const one = cli()
  const port = randomNodePort()
  const spec = { type: 'LoadBalancer', ports: [{ port: port + 1, targetPort: 80, nodePort: port }] }
  await one.create([deployment('web', { container: whoami }), webService(spec)])
  await one.wait(5)
  const result = await served(one, port, '--load-balancer')
  await until(() => result.out.includes(`127.0.0.1:${port + 1} is`), 'the load balancer')
  expect((await one.run('get', 'service', 'web', '-o', 'jsonpath={.status.loadBalancer.ingress[0].ip}')).out).toBe('127.0.0.1')
  expect((await get(port + 1)).status).toBe(200)
  one.interrupt()
  await until(() => result.exit === 0, 'the end')
  expect((await one.run('get', 'service', 'web', '--no-headers')).out).toContain('<pending>')
})

// ---------------------------------------------------------------- hit

test('hit shows equal shares, and the stickiness of kept connections', async () => {
  const one = cli()
  await one.create([deployment('web', { replicas: 3, container: whoami }), webService()])
  await one.wait(5)
  const report = async (...words: string[]) => JSON.parse((await one.run('hit', 'web', '-o', 'json', ...words)).out)
  const many = await report('-n', '3000')
  expect(many).toMatchObject({
    requests: 3000,
    connections: 3000,
    answered: 3000,
    failed: 0,
    statuses: { 200: 3000 },
    chiSquare: { degrees: 2, equal: true },
  })
  expect(many.pods).toHaveLength(3)
  const kept = await report('-n', '100', '--keepalive')
  expect(kept.connections).toBe(1)
  expect(kept.pods.map((p: { requests: number }) => p.requests).sort()).toEqual([0, 0, 100].sort())
  const some = await report('-n', '100', '--keepalive', '--concurrency', '10')
  expect(some.connections).toBe(10)
  expect((await one.run('hit', 'nobody', '-n', '3')).out).toMatch(/not resolved: 3/)
  expect((await one.run('hit', 'node-1:31999/path', '-n', '3')).out).toBe(
    'node-1:31999/path: 3 requests over 3 connections\n\nno Pod was reached\nrefused: 3\nwhy: kubesim trace outside node-1:31999\n',
  )
  expect((await one.run('hit', 'web', '-n', '0')).err).toMatch(/invalid number of requests "0"/)
})
