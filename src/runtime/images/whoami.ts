// traefik/whoami: tells who it is and what it was asked. Follows app.go.
import { headerName } from '../http-text'
import type { HttpRequest, HttpResponse, Image, Json, ProcessContext, Program } from '../process'
import { endOfFlags, type GoFlag, goFlags } from './go-flags'
import { goAnswer, goBool, goDuration, goEnd, goError, goInteger } from './go-http'
import { clientPort, executable, hostnameOf, httpServer, podIp, splitPath } from './servers'
import { accessLogTime, goLog } from './times'

const UNITS: Record<string, number> = { kb: 1 << 10, mb: 1 << 20, gb: 2 ** 30, tb: 2 ** 40 }
/** /data gives no more than this, bytes: it all stands in memory here. */
const MOST_DATA = 8 << 20
const LETTERS = '-ABCDEFGHIJKLMNOPQRSTUVWXYZ'

interface Options {
  port: number
  name: string
  verbose: boolean
  origins: string
}

/** How health checks are answered from now on. */
interface State {
  [key: string]: Json
  health: number
}

function optionsOf(argv: string[], context: ProcessContext): Options | { problem: string; code: number } {
  const { WHOAMI_PORT_NUMBER, WHOAMI_NAME, WHOAMI_ALLOWED_ORIGINS } = context.variables
  const flags: Record<string, GoFlag> = {
    'allowed-origins': { kind: 'string', usage: 'give me a list of allowed clients', value: WHOAMI_ALLOWED_ORIGINS || '*' },
    cacert: { kind: 'string', usage: 'give me a CA chain, enforces mutual TLS' },
    cert: { kind: 'string', usage: 'give me a certificate' },
    key: { kind: 'string', usage: 'give me a key' },
    name: { kind: 'string', usage: 'give me a name', ...(WHOAMI_NAME ? { value: WHOAMI_NAME } : {}) },
    port: { kind: 'string', usage: 'give me a port number', value: WHOAMI_PORT_NUMBER || '80' },
    verbose: { kind: 'bool', usage: 'Enable verbose logging' },
  }
  const read = goFlags(argv, flags)
  if ('problem' in read) return read
  const { port, name, verbose, 'allowed-origins': origins } = read.values
  return { port: Number(port), name, verbose: goBool(verbose), origins }
}

/** The request as http.Request.Write puts it down: Host and User-Agent first, the others by name, lines ended by CR LF. */
function written({ method, path, headers, body }: HttpRequest): string {
  const { host = '', 'user-agent': agent = 'Go-http-client/1.1', 'content-length': length, ...others } = headers
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, `User-Agent: ${agent}`]
  if (length !== undefined) lines.push(`Content-Length: ${length}`)
  for (const [name, value] of Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1))) lines.push(`${headerName(name)}: ${value}`)
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

function addresses(context: ProcessContext): string[] {
  return ['127.0.0.1', '::1', podIp(context)]
}

function whoIs(request: HttpRequest, query: URLSearchParams, { name }: Options, context: ProcessContext): HttpResponse {
  const lines = [
    ...(name ? [`Name: ${name}`] : []),
    `Hostname: ${hostnameOf(context)}`,
    ...addresses(context).map((ip) => `IP: ${ip}`),
    `RemoteAddr: ${request.remoteAddress}:${clientPort(context)}`,
  ]
  const variables = goBool(query.get('env')) ? Object.entries(context.variables).map(([n, v]) => `${n}=${v}\n`) : []
  const delayMs = goDuration(query.get('wait') ?? '')
  return goAnswer(context, `${lines.join('\n')}\n${written(request)}${variables.join('')}`, { delayMs })
}

function api(request: HttpRequest, query: URLSearchParams, { name, origins }: Options, context: ProcessContext): HttpResponse {
  const headers = Object.entries(request.headers).filter(([n]) => n !== 'host')
  const sorted = headers.map(([n, v]): [string, string[]] => [headerName(n), [v]]).sort(([a], [b]) => (a < b ? -1 : 1))
  const body = {
    hostname: hostnameOf(context),
    ip: addresses(context),
    ...(headers.length ? { headers: Object.fromEntries(sorted) } : {}),
    url: request.path,
    host: request.headers['host'],
    method: request.method,
    ...(name ? { name } : {}),
    remoteAddr: `${request.remoteAddress}:${clientPort(context)}`,
    ...(goBool(query.get('env'))
      ? { environ: Object.fromEntries(Object.entries(context.variables).sort(([a], [b]) => (a < b ? -1 : 1))) }
      : {}),
  }
  return goAnswer(context, `${JSON.stringify(body)}\n`, {
    headers: { 'access-control-allow-methods': '*', 'access-control-allow-origin': origins, 'content-type': 'application/json' },
  })
}

function data(query: URLSearchParams, context: ProcessContext): HttpResponse {
  const wanted = Math.max(0, goInteger(query.get('size') ?? '') ?? 1) * (UNITS[(query.get('unit') ?? '').toLowerCase()] ?? 1)
  const size = Math.min(wanted, MOST_DATA)
  // Up to one byte there is nothing between the bars, and no bar.
  const inside = LETTERS.repeat(Math.ceil(size / LETTERS.length)).slice(1, Math.max(1, size - 1))
  const attachment: Record<string, string> = goBool(query.get('attachment'))
    ? { 'accept-ranges': 'bytes', 'content-disposition': 'Attachment', 'content-type': 'text/plain; charset=utf-8' }
    : {}
  return goAnswer(context, size > 1 ? `|${inside}|` : '', { headers: attachment })
}

function health(state: State, request: HttpRequest, context: ProcessContext): { response: HttpResponse; state?: Json } {
  if (request.method !== 'POST') return { response: goAnswer(context, '', { status: state.health }) }
  const text = request.body.trim()
  if (text === '') return { response: goError(context, 'EOF', 400) }
  const code = goInteger(text)
  if (code === undefined) return { response: goError(context, `json: cannot unmarshal ${kindOf(text)} into Go value of type int`, 400) }
  context.log(`Update health check status code [${code}]`)
  return { response: goAnswer(context, ''), state: { ...state, health: code } }
}

function kindOf(text: string): string {
  if (text.startsWith('"')) return 'string'
  if (text.startsWith('{')) return 'object'
  if (text.startsWith('[')) return 'array'
  return /^(?:true|false)$/.test(text) ? 'bool' : `number ${text}`
}

function answer(state: State, request: HttpRequest, options: Options, context: ProcessContext): { response: HttpResponse; state?: Json } {
  const { path, query } = splitPath(request.path)
  switch (path) {
    case '/health':
      return health(state, request, context)
    case '/bench':
      return { response: goAnswer(context, '1', { headers: { connection: 'keep-alive', 'content-type': 'text/plain' } }) }
    case '/data':
      return { response: data(query, context) }
    case '/api':
      return { response: api(request, query, options, context) }
    case '/echo': {
      // Only the refusal: nothing here speaks WebSocket.
      goLog(context, `websocket: the client is not using the websocket protocol: 'upgrade' token not found in 'Connection' header`)
      const refused = goError(context, 'Bad Request', 400)
      return { response: { ...refused, headers: { 'sec-websocket-version': '13', ...refused.headers } } }
    }
    default:
      return { response: whoIs(request, query, options, context) }
  }
}

function server(argv: string[]): Program {
  const base = (options: Options) =>
    httpServer({
      ports: () => [options.port],
      taken(context) {
        goLog(context, `Starting up on port ${options.port}`)
        goLog(context, `listen tcp :${options.port}: bind: address already in use`)
        return 1
      },
      started: (context) => goLog(context, `Starting up on port ${options.port}`),
      respond: (_request, context) => goAnswer(context, ''),
    })
  return {
    start(context) {
      const options = optionsOf(argv, context)
      return 'problem' in options ? endOfFlags(context, options) : { ...base(options).start(context), ...STARTED }
    },
    signal: goEnd,
    http(state, request, _listener, context) {
      const options = optionsOf(argv, context) as Options
      const answered = answer((state ?? STARTED.state) as State, request, options, context)
      if (options.verbose) {
        const from = `${request.remoteAddress}:${clientPort(context)}`
        const said = `"${request.method} ${splitPath(request.path).path} HTTP/1.1" - -`
        goLog(context, `${from} - - [${accessLogTime(context.env.now())}] ${said}`)
      }
      return answered
    },
  }
}

const STARTED: { state: State } = { state: { health: 200 } }

export const whoami: Image = {
  repositories: ['traefik/whoami', 'containous/whoami', 'jwilder/whoami'],
  entrypoint: ['/whoami'],
  ports: [80],
  sizeBytes: 2_798_592,
  files: { '/whoami': '' },
  program: (argv) => (executable(argv) === 'whoami' ? server(argv) : undefined),
}
