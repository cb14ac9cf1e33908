// agnhost's subcommands. Follows kubernetes/test/images/agnhost.
import type { HttpRequest, HttpResponse, Json, ProcessContext, Program } from '../process'
import { clientPort, flagOf, goNotFound, hostnameOf, httpServer, plain, splitPath } from './servers'
import { goLog } from './times'

interface NetexecState {
  [key: string]: Json
  http: number
  udp: number
}

/** Go's duration text as ms, 0 for nothing. */
function duration(text: string | null): number {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text ?? '')
  return parts ? Number(parts[1]) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[parts[2] as 's'] : 0
}

function dial(query: URLSearchParams, context: ProcessContext): HttpResponse {
  const host = query.get('host') ?? ''
  const port = Number(query.get('port') ?? 0)
  const protocol = (query.get('protocol') || 'http').toLowerCase()
  const request = query.get('request') ?? ''
  goLog(
    context,
    `GET /dial?host=${host}&protocol=${query.get('protocol') ?? ''}&port=${port}&request=${request}&tries=${query.get('tries') ?? ''}`,
  )
  if (request === '') return plain('request parameter not specified. <nil>\n', 400)
  const responses: string[] = []
  const errors: string[] = []
  for (let i = 0; i < Number(query.get('tries') || 1); i++) {
    const connection = context.connect(host, port, protocol === 'udp' ? 'UDP' : 'TCP')
    if (connection.outcome === 'unresolved') return plain(`host and/or port param are invalid. lookup ${host}: no such host\n`, 400)
    if (connection.outcome === 'connected') {
      const answer = protocol === 'udp' ? connection.stream(request) : connection.request({ path: `/${request}` }).body
      responses.push(answer)
    } else
      errors.push(
        `${protocol === 'udp' ? 'reading from udp connection failed. err:' : `Get "http://${connection.ip}:${port}/${request}": `}dial tcp ${connection.ip}:${port}: ${connection.outcome === 'timeout' ? 'i/o timeout' : 'connect: connection refused'}`,
      )
  }
  return plain(JSON.stringify({ ...(errors.length > 0 ? { errors } : {}), ...(responses.length > 0 ? { responses } : {}) }))
}

type Answer = { response: HttpResponse; exit?: { code: number } }

function netexecAnswer(request: HttpRequest, context: ProcessContext): Answer {
  const { path, query } = splitPath(request.path)
  const log = (text: string) => goLog(context, text)
  switch (path) {
    case '/clientip':
      log('GET /clientip')
      return { response: plain(`${request.remoteAddress}:${clientPort(context)}`) }
    case '/hostname':
    case '/hostName':
      log(`GET ${path}`)
      return { response: plain(hostnameOf(context)) }
    case '/echo': {
      const [message, code] = [query.get('msg') ?? '', query.get('code') ?? '']
      log(`GET /echo?msg=${message}&code=${code}`)
      if (code !== '' && !/^-?\d+$/.test(code))
        return { response: plain(`argument 'code' must be an integer or empty, got ${JSON.stringify(code)}\n`) }
      return { response: plain(message, code === '' ? 200 : Number(code)) }
    }
    case '/healthz':
      log('GET /healthz')
      return { response: plain('', 200) }
    case '/exit': {
      const [code, wait] = [query.get('code') ?? '', query.get('wait') ?? '']
      log(`GET /exit?code=${code}&timeout=${query.get('timeout') ?? ''}&wait=${wait}`)
      return { response: { status: 0, headers: {}, body: '', delayMs: duration(wait) }, exit: { code: Number(code) || 0 } }
    }
    case '/shutdown':
      log('GET /shutdown')
      return { response: { status: 0, headers: {}, body: '' }, exit: { code: 0 } }
    case '/redirect':
      return { response: { status: Number(query.get('code') || 302), headers: { location: query.get('location') ?? '/' }, body: '' } }
    case '/dial':
      return { response: dial(query, context) }
    default:
      log('GET /')
      return {
        response: plain(
          `NOW: ${new Date(context.env.now()).toISOString().replace('T', ' ').replace('Z', '000000 +0000 UTC')} m=+${((context.env.now() - context.record.startedAt) / 1000).toFixed(9)}`,
        ),
      }
  }
}

function netexec(argv: string[]): Program {
  const http = Number(flagOf(argv, 'http-port') || 8080)
  const udp = Number(flagOf(argv, 'udp-port') || 8081)
  return {
    start(context) {
      goLog(context, `Started HTTP server on port ${http}`)
      if (context.bound(http)) {
        goLog(context, `listen tcp :${http}: bind: address already in use`)
        return { state: null, exit: { code: 1 } }
      }
      if (udp > 0) goLog(context, `Started UDP server on port  ${udp}`)
      const state: NetexecState = { http, udp }
      return {
        state,
        listeners: [
          { port: http, protocol: 'TCP', handler: 'http' },
          ...(udp > 0 ? [{ port: udp, protocol: 'UDP' as const, handler: 'stream' as const }] : []),
        ],
      }
    },
    signal: goTerm,
    http: (_state, request, _listener, context) => netexecAnswer(request, context),
    stream(_state, data, _listener, context) {
      const text = data.trim().toLowerCase()
      if (text === 'hostname') return { data: hostnameOf(context) }
      if (text.startsWith('echo ')) return { data: text.slice(5) }
      return { data: text === 'clientip' ? `${context.pod.status?.podIP ?? ''}:${clientPort(context)}` : '' }
    },
  }
}

/** What a Go program without a handler does. */
const goTerm: NonNullable<Program['signal']> = (state, signal) =>
  signal === 'SIGTERM'
    ? { state, exit: { code: 143 } }
    : signal === 'SIGINT'
      ? { state, exit: { code: 130 } }
      : { state, exit: { code: 2 } }

/** Answers 200 for its first ten seconds, 500 from then on: the liveness probe's example. */
export const liveness = httpServer({
  ports: () => [8080],
  respond(request, context) {
    if (splitPath(request.path).path !== '/healthz')
      return request.path === '/started' ? plain(`${(context.env.now() - context.record.startedAt) / 1000}s`) : goNotFound()
    const seconds = (context.env.now() - context.record.startedAt) / 1000
    return seconds > 10 ? { ...plain(`error: ${seconds}`), status: 500 } : plain('ok')
  },
  onTerm: 143,
})

export function serveHostname(argv: string[]): Program {
  const port = Number(flagOf(argv, 'port') || 9376)
  return httpServer({
    ports: () => [port],
    respond(request, context) {
      goLog(context, `HTTP request from ${request.remoteAddress}:${clientPort(context)}`)
      return plain(`${hostnameOf(context)}\n`)
    },
    onTerm: 143,
  })
}

/** Tries one TCP connection and says how it went, with an exit code for each way. */
function connect(argv: string[]): Program {
  return {
    start(context) {
      const target = argv.slice(argv.indexOf('connect') + 1).find((a) => a.includes(':') && !a.startsWith('-')) ?? ''
      const [host, port] = target.split(':')
      const connection = context.connect(host, Number(port))
      const [text, code] = {
        connected: ['', 0],
        refused: ['REFUSED', 1],
        timeout: ['TIMEOUT', 1],
        unreachable: ['OTHER: no route to host', 1],
        unresolved: [`DNS: lookup ${host}: no such host`, 1],
      }[connection.outcome] as [string, number]
      if (text) context.log(text, 'stderr')
      return { state: null, exit: { code } }
    },
  }
}

/** Waits for its end. */
const waiting: Program = {
  start(context) {
    context.log('Paused')
    return { state: null }
  },
  signal: (state, signal) => (signal === 'SIGTERM' || signal === 'SIGINT' ? { state, exit: { code: 0 } } : undefined),
}

function logsGenerator(argv: string[], context: ProcessContext, line: number): { state: Json; wakeAt?: number; exit?: { code: number } } {
  const total = Number(flagOf(argv, 'log-lines-total') || 0)
  const run = duration(flagOf(argv, 'run-duration') ?? null)
  if (line >= total) return { state: line, exit: { code: 0 } }
  goLog(
    context,
    `logs_generator.go:76] ${line} ${['GET', 'POST', 'PUT'][line % 3]} /api/v1/namespaces/ns/pods/${Math.floor(context.env.random() * 1e6).toString(36)} ${200 + Math.floor(context.env.random() * 400)}`,
  )
  return { state: line + 1, wakeAt: context.env.now() + Math.max(1, Math.floor(run / Math.max(1, total))) }
}

export function programOf(argv: string[]): Program {
  const sub = argv.slice(1).find((a) => !a.startsWith('-')) ?? 'pause'
  switch (sub) {
    case 'netexec':
      return netexec(argv)
    case 'serve-hostname':
      return serveHostname(argv)
    case 'liveness':
      return liveness
    case 'connect':
      return connect(argv)
    case 'test-webserver':
      return httpServer({
        ports: () => [Number(flagOf(argv, 'port') || 80)],
        respond: (request, context) => {
          const text = context.files.read(splitPath(request.path).path)
          return text === undefined ? goNotFound() : plain(text)
        },
        onTerm: 143,
      })
    case 'logs-generator':
      return {
        start: (context) => logsGenerator(argv, context, 0),
        wake: (state, context) => logsGenerator(argv, context, Number(state)),
        signal: goTerm,
      }
    case 'entrypoint-tester':
      return {
        start(context) {
          context.log(`[${argv.join(' ')}]`)
          return { state: null, exit: { code: 0 } }
        },
      }
    case 'dns-suffix':
    case 'dns-server-list':
    case 'etc-hosts':
      return {
        start(context) {
          const conf = context.files.read('/etc/resolv.conf') ?? ''
          const key = sub === 'dns-suffix' ? 'search' : 'nameserver'
          context.write(
            sub === 'etc-hosts'
              ? (context.files.read('/etc/hosts') ?? '')
              : `${conf
                  .split('\n')
                  .filter((l) => l.startsWith(key))
                  .map((l) => l.slice(key.length + 1))
                  .join(',')
                  .replaceAll(' ', ',')}\n`,
          )
          return { state: null, exit: { code: 0 } }
        },
      }
    default:
      return waiting
  }
}
