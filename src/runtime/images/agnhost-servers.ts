// agnhost's smaller servers: serve-hostname, liveness, porter, test-webserver, fake-gitserver, http-echo, grpc-health-checking. Follows
// kubernetes/test/images/agnhost.
import { headerName } from '../http-text'
import type { HttpRequest, HttpResponse, Json, Listener, ProcessContext, Program, Step } from '../process'
import { type GoAnswer, goAnswer, goEnd, goError, goInteger, goNotFound, goRedirect, sinceStart } from './go-http'
import { clientPort, flagOf, hostnameOf, httpServer, splitPath } from './servers'
import { goLog } from './times'

/** How long serve-hostname and http-echo stay after SIGTERM, ms. */
const LINGER = 60_000
/** Of a body that is asked for by its size, KiB. */
const MOST_BODY = 1024

/** Serves on after SIGTERM for a minute; most grace periods are shorter, and end in SIGKILL. */
const lingering: Pick<Program, 'signal' | 'wake'> = {
  signal(state, signal, context) {
    if (signal !== 'SIGTERM') return goEnd(state, signal, context)
    goLog(context, 'Shutting down after receiving signal: terminated.')
    goLog(context, 'Awaiting pod deletion.')
    const at = context.env.now() + LINGER
    return { state: { ends: at }, wakeAt: at }
  },
  wake(state, context) {
    const ends = (state as { ends: number } | null)?.ends
    if (ends === undefined) return { state }
    return context.env.now() < ends ? { state, wakeAt: ends } : { state, exit: { code: 0 } }
  },
}

/** The server starts beside the line that says so, and takes the program with it when its port is taken. */
function serving(context: ProcessContext, port: number, listeners: Listener[]): Step {
  goLog(context, `Serving on port ${port}.`)
  if (!listeners.some((l) => context.bound(l.port, l.protocol))) return { state: null, listeners }
  goLog(context, `listen tcp :${port}: bind: address already in use`)
  return { state: null, exit: { code: 1 } }
}

export function serveHostname(argv: string[]): Program {
  const port = Number(flagOf(argv, 'port') || 9376)
  const [tcp, udp, http] = ['tcp', 'udp', 'http'].map((name) => {
    const given = argv.find((a) => a === `--${name}` || a.startsWith(`--${name}=`))
    return given === undefined ? name === 'http' : !given.endsWith('=false')
  })
  const closes = argv.some((a) => a === '--close' || a === '--close=true')
  return {
    ...lingering,
    start(context) {
      if (http && (tcp || udp)) {
        goLog(context, "Can't server TCP/UDP mode and HTTP mode at the same time")
        return { state: null, exit: { code: 1 } }
      }
      const listeners: Listener[] = []
      if (tcp) listeners.push({ port, protocol: 'TCP', handler: 'stream' })
      if (udp) listeners.push({ port, protocol: 'UDP', handler: 'stream' })
      if (http) listeners.push({ port, protocol: 'TCP', handler: 'http' })
      return serving(context, port, listeners)
    },
    http(_state, request, _listener, context) {
      goLog(context, `HTTP request from ${request.remoteAddress}:${clientPort(context)}`)
      return { response: goAnswer(context, hostnameOf(context), closes ? { headers: { connection: 'close' } } : {}) }
    },
    // Over TCP the name comes as soon as one is connected.
    stream(_state, data, { protocol }, context) {
      if (protocol === 'UDP' && data === '') return { data: '' }
      goLog(context, `${protocol} request from ${context.pod.status.podIP ?? ''}:${clientPort(context)}`)
      return { data: hostnameOf(context), close: protocol === 'TCP' }
    },
  }
}

export function echoesRequests(argv: string[]): Program {
  const port = Number(flagOf(argv, 'port') || 8080)
  return {
    ...lingering,
    start: (context) => serving(context, port, [{ port, protocol: 'TCP', handler: 'http' }]),
    http(_state, request, _listener, context) {
      goLog(context, `Echoing back request made to ${request.path} to client (${request.remoteAddress}:${clientPort(context)})`)
      const headers = Object.entries(request.headers).filter(([n]) => n !== 'host')
      const body = {
        path: request.path,
        host: request.headers['host'] ?? '',
        method: request.method,
        proto: 'HTTP/1.1',
        headers: Object.fromEntries(headers.map(([n, v]) => [headerName(n), [v]] as const).sort(([a], [b]) => (a < b ? -1 : 1))),
        httpPort: String(port),
        namespace: context.variables['NAMESPACE'] ?? '',
        pod: context.variables['POD_NAME'] ?? '',
      }
      const own = { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' }
      return { response: goAnswer(context, JSON.stringify(body, undefined, 1), { headers: own }) }
    },
  }
}

/** So many KiB as /sleep-body and its like write them. */
function filler(context: ProcessContext, kib: number): string {
  const words = Math.min(Math.max(kib, 0), MOST_BODY) * 64
  return Array.from({ length: words }, () =>
    Math.floor(context.env.random() * 2 ** 52)
      .toString(16)
      .padStart(16),
  ).join('')
}

/** The paths that are slow, or hang up, as their parameters say. */
function misbehaves(path: string, query: URLSearchParams, context: ProcessContext): HttpResponse {
  const numbers: Record<string, number> = { code: 500, time: 0, size: 0, interval: 0 }
  for (const name of Object.keys(numbers)) {
    const text = query.get(name) ?? ''
    const number = text === '' ? numbers[name] : goInteger(text)
    if (number === undefined)
      return goError(context, `parameter '${name}' is invalid: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`, 400)
    numbers[name] = number
  }
  const { code: status, time, size, interval } = numbers
  const answer = (body: string, more: GoAnswer = {}) => goAnswer(context, body, { status, ...more })
  const slept = `Slept for ${time} secs\n`
  switch (path) {
    case '/sleep-headers':
      return answer(slept + filler(context, size), { delayMs: time * 1000 })
    // Here a body comes whole: what upstream writes late comes with the rest, after all of the time.
    case '/sleep-body':
      return answer(`${filler(context, size)}Sleeping for ${time} secs\n${slept}`, { delayMs: (time + size * interval) * 1000 })
    case '/slow-response':
      return answer(filler(context, size), { delayMs: size * interval * 1000 })
    default:
      return { status: 0, headers: {}, body: '' }
  }
}

/** Answers 200 for its first ten seconds, 500 from then on: the liveness probe's example. */
export const liveness = httpServer({
  ports: () => [8080],
  respond(request, context) {
    const { path, query } = splitPath(request.path)
    const seconds = () => (context.env.now() - context.record.startedAt) / 1000
    if (path === '/healthz') return seconds() > 10 ? goAnswer(context, `error: ${seconds()}`, { status: 500 }) : goAnswer(context, 'ok')
    if (path === '/started') return goAnswer(context, sinceStart(context))
    if (path === '/redirect') return goRedirect(context, request, query.get('loc') ?? '', 302)
    const known = ['/sleep-headers', '/sleep-body', '/slow-response', '/disconnect-headers', '/disconnect-body']
    return known.includes(path) ? misbehaves(path, query, context) : goNotFound(context)
  },
  onTerm: 'go',
})

/** What porter serves: the values of SERVE_PORT_80 and its like, by port. */
function served(context: ProcessContext): { listener: Listener; value: string }[] {
  return Object.entries(context.variables).flatMap(([name, value]) => {
    const [, kind = '', port] = /^SERVE_(TCP_|UDP_|TLS_|SCTP_)?PORT_(\d+)$/.exec(name) ?? []
    if (port === undefined) return []
    const protocol = kind === 'UDP_' ? 'UDP' : kind === 'SCTP_' ? 'SCTP' : 'TCP'
    const listener: Listener = { port: Number(port), protocol, handler: protocol === 'TCP' ? 'http' : 'stream' }
    return [{ listener: kind === 'TLS_' ? { ...listener, tls: true } : listener, value }]
  })
}

export function porter(argv: string[]): Program {
  const valueAt = (context: ProcessContext, { port, protocol }: Listener) =>
    served(context).find(({ listener }) => listener.port === port && listener.protocol === protocol)?.value ?? ''
  return {
    start(context) {
      const all = served(context).map(({ listener }) => listener)
      const free = all.filter((l) => !context.bound(l.port, l.protocol))
      for (const { port } of all.filter((l) => !free.includes(l)))
        goLog(context, `server on port "${port}" failed: listen tcp 0.0.0.0:${port}: bind: address already in use`)
      for (const { port, protocol } of free) {
        if (protocol === 'UDP') goLog(context, `Started UDP server on port ${port}`)
        else if (protocol === 'SCTP') goLog(context, 'Started SCTP server')
      }
      return { state: null, listeners: free }
    },
    signal: goEnd,
    http(_state, request, listener, context) {
      const value = valueAt(context, listener)
      if (!argv.some((a) => a === '--json-response' || a === '--json-response=true')) return { response: goAnswer(context, value) }
      const body = JSON.stringify({ Method: request.method, Body: value })
      return { response: goAnswer(context, body, { headers: { 'content-type': 'application/json' } }) }
    },
    stream: (_state, data, listener, context) => ({ data: data === '' ? '' : valueAt(context, listener) }),
  }
}

const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  htm: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  svg: 'image/svg+xml',
  xml: 'text/xml; charset=utf-8',
}

/** http.FileServer over the container's root. */
function file(request: HttpRequest, context: ProcessContext): HttpResponse {
  const { path } = splitPath(request.path)
  const { files } = context
  if (/\/index\.html$/.test(path)) return { ...goAnswer(context, '', { status: 301, headers: { location: './' } }) }
  if (files.isDirectory(path)) {
    if (!path.endsWith('/')) return goAnswer(context, '', { status: 301, headers: { location: `${path.replace(/^.*\//, '')}/` } })
    const names = (files.list(path) ?? []).map((n) => `<a href="${n}">${n}${files.isDirectory(path + n) ? '/' : ''}</a>\n`)
    const index = files.read(`${path}index.html`)
    const page = `<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n${names.join('')}</pre>\n`
    return goAnswer(context, index ?? page, { headers: { 'content-type': 'text/html; charset=utf-8' } })
  }
  const text = files.read(path)
  if (text === undefined) return goNotFound(context)
  const type = TYPES[/\.(\w+)$/.exec(path)?.[1] ?? '']
  const changed = new Date(files.stat(path)?.changedAt ?? 0).toUTCString()
  return goAnswer(context, text, {
    headers: { 'accept-ranges': 'bytes', 'last-modified': changed, ...(type ? { 'content-type': type } : {}) },
  })
}

export function testWebserver(argv: string[]): Program {
  const own = {
    'access-control-allow-credentials': 'true',
    'access-control-allow-headers': 'DNT,X-Mx-ReqToken,Keep-Alive,User-Agent,X-Requested-With,Cache-Control,Content-Type',
    'access-control-allow-methods': 'GET, POST, OPTIONS',
    'access-control-allow-origin': '*',
    'cache-control': 'private',
  }
  return httpServer({
    ports: () => [Number(flagOf(argv, 'port') || 80)],
    respond(request, context) {
      const answer = file(request, context)
      return { ...answer, headers: { ...own, ...answer.headers } }
    },
    onTerm: 'go',
  })
}

export const fakeGitServer = httpServer({
  ports: () => [8000],
  respond: (_request, context) => goAnswer(context, 'I am a fake git server'),
  onTerm: 'go',
})

/** Serves health checks over gRPC, and two paths that make it well and unwell. */
export function grpcHealth(argv: string[]): Program {
  const [port, http] = [Number(flagOf(argv, 'port') || 5000), Number(flagOf(argv, 'http-port') || 8080)]
  const delay = Number(argv.find((a) => a.startsWith('--delay-unhealthy-sec='))?.split('=')[1] ?? flagOf(argv, 'delay-unhealthy-sec') ?? -1)
  const service = flagOf(argv, 'service') ?? ''
  const check = (state: Json, request: HttpRequest, context: ProcessContext): HttpResponse => {
    goLog(context, `Serving the Check request for health check, started at ${new Date(context.record.startedAt).toISOString()}`)
    const headers: Record<string, string> = { 'content-type': 'application/grpc' }
    if (request.body !== service)
      return { status: 200, headers: { ...headers, 'grpc-status': '5', 'grpc-message': 'unknown service' }, body: '' }
    const late = delay >= 0 && context.env.now() - context.record.startedAt >= delay * 1000
    return { status: 200, headers, body: state === 'unhealthy' || late ? 'NOT_SERVING' : 'SERVING' }
  }
  return {
    start(context) {
      goLog(context, `Http server starting to listen on :${http}`)
      goLog(context, `gRPC server starting to listen on :${port}`)
      const taken = [port, http].find((p) => context.bound(p))
      if (taken === undefined) return { state: null, listeners: [port, http].map((p) => ({ port: p, protocol: 'TCP', handler: 'http' })) }
      goLog(context, `listen tcp :${taken}: bind: address already in use`)
      return { state: null, exit: { code: 1 } }
    },
    signal: goEnd,
    http(state, request, listener, context) {
      const { path } = splitPath(request.path)
      if (listener.port === port)
        return { response: path === '/grpc.health.v1.Health/Check' ? check(state, request, context) : { status: 0, headers: {}, body: '' } }
      if (path !== '/make-serving' && path !== '/make-not-serving') return { response: goNotFound(context) }
      goLog(context, path === '/make-serving' ? 'Mark as healthy' : 'Mark as unhealthy')
      return { response: goAnswer(context, sinceStart(context)), state: path === '/make-serving' ? 'healthy' : 'unhealthy' }
    },
  }
}
