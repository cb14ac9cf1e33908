// Connections a second through a listening node port, beside a bare Node TCP proxy in the same run, and how the three Pods shared them.
// node bench/connections.cjs [--connections 30000] [--concurrency 64]
const { spawn, spawnSync } = require('node:child_process')
const fs = require('node:fs')
const http = require('node:http')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')

const BIN = path.join(__dirname, '..', 'bin', 'kubesim')
const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? fallback : Number(process.argv[at + 1])
}
const CONNECTIONS = option('connections', 30_000)
const CONCURRENCY = option('concurrency', 64)
const ROUNDS = option('rounds', 3)
const NODE_PORT = 30080

// ---------------------------------------------------------------- the other side of the comparison

const BODY = 'Hostname: backend-0000000000-00000\n'.padEnd(300, 'x')

/** Three plain HTTP servers in one process. */
function backends() {
  for (let i = 0; i < 3; i++) {
    const server = http.createServer((_, response) => response.end(BODY))
    server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
  }
}

/** The proxy one would write in ten lines. */
function bareProxy(ports) {
  const server = net.createServer((client) => {
    const upstream = net.connect(ports[Math.floor(Math.random() * ports.length)], '127.0.0.1')
    client.pipe(upstream).pipe(client)
    client.on('error', () => upstream.destroy())
    upstream.on('error', () => client.destroy())
  })
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => process.send({ port: server.address().port }))
}

function fork(...words) {
  const child = spawn(process.execPath, [__filename, ...words], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const ports = []
  return { child, ports, up: (count) => new Promise((resolve) => child.on('message', (m) => ports.push(m.port) >= count && resolve())) }
}

// ---------------------------------------------------------------- load

const REQUEST = 'GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n'

/** Makes the connections, so many at a time; resolves to seconds and answers by `Hostname:`. */
function load(port) {
  const hosts = new Map()
  let begun = 0
  let ended = 0
  let failed = 0
  const started = process.hrtime.bigint()
  return new Promise((resolve) => {
    const next = () => {
      if (begun >= CONNECTIONS) return
      begun++
      let text = ''
      const socket = net.connect(port, '127.0.0.1', () => socket.write(REQUEST))
      socket.on('data', (bytes) => (text += bytes.toString('latin1')))
      socket.on('error', () => failed++)
      socket.on('close', () => {
        const host = /Hostname: (\S+)/.exec(text)?.[1] ?? 'nobody'
        hosts.set(host, (hosts.get(host) ?? 0) + 1)
        if (++ended === CONNECTIONS) resolve({ seconds: Number(process.hrtime.bigint() - started) / 1e9, hosts, failed })
        else next()
      })
    }
    for (let i = 0; i < CONCURRENCY; i++) next()
  })
}

// ---------------------------------------------------------------- kubesim

const OBJECTS = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: whoami, image: traefik/whoami}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: ${NODE_PORT}}]}
`

async function main() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kubesim-bench-'))
  const env = { ...process.env, KUBESIM_STATE: path.join(dir, 'state.json') }
  const kubesim = (...words) => spawnSync(process.execPath, [BIN, ...words], { env, encoding: 'utf8', input: OBJECTS })
  const created = kubesim('create', '-f', '-')
  if (created.status !== 0) throw new Error(created.stderr)
  const serving = spawn(process.execPath, [BIN, 'serve', '--address', '127.0.0.1'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve) => serving.stdout.on('data', (text) => String(text).includes(`:${NODE_PORT} is`) && resolve()))
  const behind = fork('--backends')
  await behind.up(3)
  const bare = fork('--proxy', behind.ports.join(','))
  await bare.up(1)

  const rates = { kubesim: [], bare: [] }
  let shares = new Map()
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, port] of [
      ['kubesim', NODE_PORT],
      ['bare', bare.ports[0]],
    ]) {
      const { seconds, hosts, failed } = await load(port)
      rates[name].push(CONNECTIONS / seconds)
      if (name === 'kubesim') shares = hosts
      if (failed) console.log(`${name}: ${failed} connections failed`)
    }
  }
  serving.kill('SIGINT')
  bare.child.kill()
  behind.child.kill()
  fs.rmSync(dir, { recursive: true, force: true })

  const best = (list) => Math.max(...list)
  const expected = CONNECTIONS / 3
  const value = [...shares.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)
  console.log(`connections a second through a node port: ${Math.round(best(rates.kubesim))}`)
  console.log(`connections a second through a bare Node TCP proxy: ${Math.round(best(rates.bare))}`)
  console.log(`ratio: ${(best(rates.kubesim) / best(rates.bare)).toFixed(2)} (goal: 0.7 or more)`)
  console.log(`shares: ${[...shares].map(([h, n]) => `${h} ${n}`).join(', ')}`)
  // Two degrees of freedom: 9.21 is exceeded once in a hundred runs.
  console.log(`chi-square ${value.toFixed(2)}: ${shares.size === 3 && value < 9.21 ? 'equal shares' : 'the shares are not equal'}`)
}

if (process.argv.includes('--backends')) backends()
else if (process.argv.includes('--proxy')) bareProxy(process.argv.at(-1).split(',').map(Number))
else main()
