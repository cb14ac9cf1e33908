// vfarcic/go-demo-2: a small API in front of MongoDB. It listens only once its database answers, and panics when it does not within 10 s.
import type { Json } from '../../api/types'
import type { Command, HttpRequest, HttpResponse, Image, ProcessContext, Program, Step } from '../process'
import { goAnswer, goEnd, goError, goInteger, goNotFound } from './go-http'
import { goLog } from './times'

/** mgo.Dial gives up after this long, ms. */
const DIAL_TIMEOUT = 10_000
/** mgo looks for servers again after this long, ms. */
const RETRY = 500
const PORT = 8080
/** Prometheus' default buckets, s. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

interface State {
  [key: string]: Json
  /** Dialling since (ms); null once the database answered. */
  since: number | null
  /** `code method path` -> seconds, count and hits per bucket. */
  metrics: { [series: string]: number[] }
}

function databaseHost(context: ProcessContext): string {
  const name = context.variables['DB_ENV'] || 'DB'
  return context.variables[name] || 'localhost'
}

/** The hosts of a mgo connection string: `mongodb://user@a,b:27018/db?opts`. */
function servers(url: string): { host: string; port: number }[] {
  const list = url
    .replace(/^mongodb:\/\//, '')
    .replace(/^[^@/]*@/, '')
    .split(/[/?]/, 1)[0]
  return list.split(',').map((server) => {
    const [host, port] = server.split(':')
    return { host, port: Number(port) || 27017 }
  })
}

function reachable(context: ProcessContext): boolean {
  return servers(databaseHost(context)).some(({ host, port }) => {
    const connection = context.connect(host, port)
    return connection.outcome === 'connected' && connection.stream('{"isMaster":1}').includes('"ok":1')
  })
}

function dial(state: State, context: ProcessContext): Step {
  const now = context.env.now()
  const since = state.since ?? now
  if (reachable(context)) {
    if (context.bound(PORT)) {
      goLog(context, 'ListenAndServe: listen tcp :8080: bind: address already in use')
      return { state, exit: { code: 1 } }
    }
    return { state: { ...state, since: null }, listeners: [{ port: PORT, protocol: 'TCP', handler: 'http' }] }
  }
  if (now - since >= DIAL_TIMEOUT) {
    const trace = [
      'panic: no reachable servers',
      '',
      'goroutine 1 [running]:',
      'main.setupDb()',
      '\t/src/main.go:66 +0x173',
      'main.main()',
      '\t/src/main.go:47 +0x7a',
    ]
    for (const line of trace) context.log(line, 'stderr')
    return { state, exit: { code: 2 } }
  }
  return { state: { ...state, since }, listeners: [], wakeAt: Math.min(now + RETRY, since + DIAL_TIMEOUT) }
}

/** Counts so many equal answers. */
function observe(state: State, request: HttpRequest, code: number, ms: number, times = 1): State {
  const key = `${code} ${request.method} ${request.path.split('?', 1)[0]}`
  const before = state.metrics[key] ?? [0, 0, ...BUCKETS.map(() => 0)]
  const seconds = ms / 1000
  const series = [
    before[0] + seconds * times,
    before[1] + times,
    ...BUCKETS.map((limit, i) => before[i + 2] + (seconds <= limit ? times : 0)),
  ]
  return { ...state, metrics: { ...state.metrics, [key]: series } }
}

function metricsText(state: State, context: ProcessContext): string {
  const service = context.variables['SERVICE_NAME'] || 'go-demo'
  const name = 'http_server_resp_time'
  const lines = [`# HELP ${name} Request response time`, `# TYPE ${name} histogram`]
  for (const [key, [sum, count, ...hits]] of Object.entries(state.metrics).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [code, method, path] = key.split(' ')
    const labels = `code="${code}",method="${method}",path="${path}",service="${service}"`
    for (const [i, limit] of BUCKETS.entries()) lines.push(`${name}_bucket{${labels},le="${limit}"} ${hits[i]}`)
    lines.push(`${name}_bucket{${labels},le="+Inf"} ${count}`, `${name}_sum{${labels}} ${sum}`, `${name}_count{${labels}} ${count}`)
  }
  return `${lines.join('\n')}\n`
}

/** People live in the database, under `test.people`. */
function person(request: HttpRequest, query: URLSearchParams, context: ProcessContext): HttpResponse {
  for (const { host, port } of servers(databaseHost(context))) {
    const connection = context.connect(host, port)
    if (connection.outcome !== 'connected') continue
    if (request.method === 'PUT') {
      const name = query.get('name') ?? ''
      connection.stream(JSON.stringify({ update: 'test.people', id: name, set: { name } }))
      return goAnswer(context, 'Everything is OK')
    }
    const found = JSON.parse(connection.stream(JSON.stringify({ find: 'test.people' })) || '{}') as { documents?: { name?: string }[] }
    return goAnswer(context, (found.documents ?? []).map((p) => p.name ?? '').join('\n'))
  }
  if (request.method === 'PUT') return goError(context, 'EOF', 500)
  goLog(context, `http: panic serving ${request.remoteAddress}:41234: EOF`)
  // net/http recovers the panic and closes the connection without an answer.
  return { status: 0, headers: {}, body: '' }
}

function answer(request: HttpRequest, state: State, context: ProcessContext): HttpResponse {
  const [path, search] = [request.path.split('?', 1)[0], request.path.slice(request.path.indexOf('?') + 1)]
  if (path === '/metrics')
    return goAnswer(context, metricsText(state, context), { headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } })
  const known = ['/demo/hello', '/demo/person', '/demo/random-error'].includes(path)
  if (!known) return goNotFound(context)
  goLog(context, `${request.method} request to ${request.path}`)
  const query = new URLSearchParams(request.path.includes('?') ? search : '')
  if (path === '/demo/hello')
    return goAnswer(context, 'hello, world!\n', { delayMs: Math.max(0, goInteger(query.get('delay') ?? '') ?? 0) })
  if (path === '/demo/person') return person(request, query, context)
  if (context.env.random() >= 0.1) return goAnswer(context, 'Everything is still OK\n')
  goLog(context, 'ERROR: Something, somewhere, went wrong!')
  return goAnswer(context, 'ERROR: Something, somewhere, went wrong!\n', { status: 500 })
}

const server: Program = {
  start: (context) => dial({ since: context.env.now(), metrics: {} }, context),
  wake: (state, context) => ((state as State).since === null ? { state } : dial(state as State, context)),
  signal: goEnd,
  http(raw, request, _listener, context) {
    const state = raw as State
    const response = answer(request, state, context)
    const measured = response.status !== 0 && response.status !== 404 && !request.path.startsWith('/metrics')
    if (!measured) return { response }
    const { status, delayMs = 0 } = response
    // Only /metrics tells what was counted.
    const grows = (now: Json, times: number) => observe(now as State, request, status, delayMs, times)
    return { response, state: observe(state, request, status, delayMs), grows }
  },
}

const usage: Command = (io) => {
  io.err('go-demo: already running as process 1\n')
  return 1
}

export const goDemo2: Image = {
  repositories: ['vfarcic/go-demo-2', 'vfarcic/go-demo', 'vfarcic/go-demo-3', 'vfarcic/go-demo-5'],
  command: ['go-demo'],
  variables: { DB: 'db' },
  ports: [PORT],
  sizeBytes: 10_742_314,
  userland: 'alpine',
  commands: { 'go-demo': usage },
  program: (argv) => (argv[0].replace(/^.*\//, '') === 'go-demo' ? server : undefined),
}
