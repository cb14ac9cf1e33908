// agnhost netexec: a server that tells who it is, dials others, runs commands and ends when it is told. Follows
// kubernetes/test/images/agnhost/netexec/netexec.go.
import { formatDuration } from '../../lib/ages'
import { quote } from '../../lib/go-values'
import type { Exit, HttpRequest, HttpResponse, Image, Json, Listener, ProcessContext, Program } from '../process'
import { runCommand } from '../shell/run-command'
import { goAnswer, goDuration, goEnd, goError, goInteger, goRedirect } from './go-http'
import { clientPort, flagOf, hostnameOf, splitPath } from './servers'
import { goLog } from './times'

interface State {
  [key: string]: Json
  /** Told to end at a time (ms) with a code. */
  ends: { at: number; code: number } | null
}

interface Answer {
  response: HttpResponse
  state?: Json
  exit?: Exit
  wakeAt?: number
}

type Handler = (request: HttpRequest, form: URLSearchParams, context: ProcessContext, image: () => [Image, string]) => HttpResponse | Answer

const HUNG_UP: HttpResponse = { status: 0, headers: {}, body: '' }
/** Tries of one /dial: upstream has no bound. */
const MOST_TRIES = 1000

/** Fields of the query and of a form that was posted. */
function formOf(request: HttpRequest): URLSearchParams {
  const { query } = splitPath(request.path)
  if (!/^application\/x-www-form-urlencoded/.test(request.headers['content-type'] ?? '')) return query
  return new URLSearchParams(`${request.body}&${query}`)
}

function notInteger(context: ProcessContext, code: string): HttpResponse {
  return goAnswer(context, `argument 'code' must be an integer or empty, got ${quote(code)}\n`)
}

const echo: Handler = (_request, form, context) => {
  const [message, code] = [form.get('msg') ?? '', form.get('code') ?? '']
  goLog(context, `GET /echo?msg=${message}&code=${code}`)
  const status = code === '' ? 200 : goInteger(code)
  return status === undefined ? notInteger(context, code) : goAnswer(context, message, { status })
}

const exit: Handler = (_request, form, context) => {
  const [code, timeout, wait] = ['code', 'timeout', 'wait'].map((name) => form.get(name) ?? '')
  goLog(context, `GET /exit?code=${code}&timeout=${timeout}&wait=${wait}`)
  const lengths: Record<string, number> = {}
  for (const [name, text] of Object.entries({ timeout, wait })) {
    const length = text === '' ? 0 : goDuration(text)
    if (length === undefined) return goAnswer(context, `argument '${name}' must be a valid golang duration or empty, got ${quote(text)}\n`)
    lengths[name] = length
  }
  const number = code === '' ? 0 : goInteger(code)
  if (number === undefined) return goAnswer(context, `argument 'code' must be an integer [0-127] or empty, got ${quote(code)}\n`)
  const [waits, allows] = [lengths['wait'], lengths['timeout']].map(formatDuration)
  goLog(context, `Will begin shutdown in ${waits}, allowing ${allows} for connections to close, then will exit with ${number}`)
  if (lengths['wait'] > 0) {
    const at = context.env.now() + lengths['wait']
    return { response: HUNG_UP, state: { ends: { at, code: number & 255 } }, wakeAt: at }
  }
  // Without a time to close connections it ends in the middle of the answer.
  if (lengths['timeout'] > 0) goLog(context, 'Graceful shutdown completed with: <nil>')
  return { response: lengths['timeout'] > 0 ? goAnswer(context, '') : HUNG_UP, exit: { code: number & 255 } }
}

const redirect: Handler = (request, form, context) => {
  const [location, code] = [form.get('location') ?? '', form.get('code') ?? '']
  goLog(context, `${request.method} /redirect?msg=${location}&code=${code}`)
  const status = code === '' ? 302 : goInteger(code)
  return status === undefined ? notInteger(context, code) : goRedirect(context, request, location, status)
}

/** One request of /dial; the error in the words of the library that has it. */
function dialOnce(context: ProcessContext, protocol: string, at: string, ip: string, port: number, request: string): string | Error {
  const connection = context.connect(ip, port, protocol === 'udp' ? 'UDP' : 'TCP')
  if (protocol === 'udp') {
    const answer = connection.outcome === 'connected' ? connection.stream(request) : ''
    if (answer !== '') return answer
    const why = connection.outcome === 'refused' ? 'read: connection refused' : 'i/o timeout'
    return new Error(`reading from udp connection failed. err:'read udp ${context.pod.status.podIP}:${clientPort(context)}->${at}: ${why}'`)
  }
  const url = `Get ${quote(`http://${at}/${request}`)}`
  if (connection.outcome === 'connected') {
    const response = connection.request({ path: `/${request}`, headers: { 'user-agent': 'Go-http-client/1.1', 'accept-encoding': 'gzip' } })
    return response.status === 0 ? new Error(`${url}: EOF`) : response.body
  }
  if (connection.outcome === 'timeout')
    return new Error(`${url}: context deadline exceeded (Client.Timeout exceeded while awaiting headers)`)
  return new Error(`${url}: dial tcp ${at}: connect: ${connection.outcome === 'refused' ? 'connection refused' : 'no route to host'}`)
}

const dial: Handler = (request, _form, context) => {
  const { query } = splitPath(request.path)
  const [host, port, asked, named, tries] = ['host', 'port', 'request', 'protocol', 'tries'].map((name) => query.get(name) ?? '')
  goLog(context, `GET /dial?host=${host}&protocol=${named}&port=${port}&request=${asked}&tries=${tries}`)
  const count = tries === '' ? 1 : goInteger(tries)
  if (count === undefined) return goError(context, `tries parameter is invalid. strconv.Atoi: parsing ${quote(tries)}: invalid syntax`, 400)
  if (asked === '') return goError(context, 'request parameter not specified. <nil>', 400)
  const protocol = named.toLowerCase() || 'http'
  if (!/^(?:http|udp|sctp)$/.test(protocol)) return goError(context, `unsupported protocol. ${named}`, 400)
  const number = goInteger(port)
  const family = protocol === 'http' ? 'tcp' : protocol
  if (number === undefined) return goError(context, `host and/or port param are invalid. lookup ${family}/${port}: unknown port`, 400)
  const ip = /^[\d.]+$|:/.test(host) ? host : context.resolve(host)?.[0]
  if (ip === undefined) return goError(context, `host and/or port param are invalid. lookup ${host}: no such host`, 400)
  const at = ip.includes(':') ? `[${ip}]:${number}` : `${ip}:${number}`
  const [responses, errors]: [string[], string[]] = [[], []]
  let last: string | Error = ''
  for (let i = 0; i < Math.min(count, MOST_TRIES); i++) {
    last = dialOnce(context, protocol, at, ip, number, asked)
    if (last instanceof Error) errors.push(last.message)
    else responses.push(last)
  }
  // Upstream leaves the answers out when the last try failed.
  const all = { ...(errors.length ? { errors } : {}), ...(typeof last === 'string' && last !== '' ? { responses } : {}) }
  return goAnswer(context, JSON.stringify(all))
}

const shell: Handler = (_request, form, context, image) => {
  const command = form.get('shellCommand') || form.get('cmd') || ''
  goLog(context, `GET /shell?cmd=${command}`)
  const { output, code } = runCommand(...image(), context, ['/bin/sh', '-c', command])
  const error = code === 0 ? undefined : code === 137 ? 'signal: killed' : `exit status ${code}`
  goLog(context, `Output: map[${[...(error ? [`error:${error}`] : []), ...(output ? [`output:${output}`] : [])].join(' ')}]`)
  return goAnswer(context, JSON.stringify({ ...(error ? { error } : {}), ...(output ? { output } : {}) }))
}

/** The part of a form with files that is named `file`. */
function uploaded(request: HttpRequest): { text: string } | { why: string } {
  const type = request.headers['content-type'] ?? ''
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/.exec(type)?.[1]
  if (boundary === undefined) return { why: "request Content-Type isn't multipart/form-data" }
  for (const part of request.body.split(`--${boundary}`)) {
    const end = part.indexOf('\r\n\r\n')
    if (end > 0 && /;\s*name="file"/.test(part.slice(0, end)) && /;\s*filename=/.test(part.slice(0, end)))
      return { text: part.slice(end + 4).replace(/\r\n$/, '') }
  }
  return { why: 'http: no such file' }
}

const upload: Handler = (request, _form, context) => {
  goLog(context, 'GET /upload')
  const file = uploaded(request)
  if ('why' in file) {
    goLog(context, `Unable to upload file: ${file.why}`)
    return goAnswer(context, JSON.stringify({ error: 'Unable to upload file.' }))
  }
  const path = `/uploads/upload${Math.floor(context.env.random() * 1e9)}`
  context.files.write(path, file.text, 0o700)
  goLog(context, `Wrote upload to ${path}`)
  return goAnswer(context, JSON.stringify({ output: path }), { status: 201 })
}

const tellsName =
  (path: string): Handler =>
  (_request, _form, context) => {
    goLog(context, `GET ${path}`)
    return goAnswer(context, hostnameOf(context))
  }

const HANDLERS: Record<string, Handler> = {
  '/clientip': (request, _form, context) => {
    goLog(context, 'GET /clientip')
    return goAnswer(context, `${request.remoteAddress}:${clientPort(context)}`)
  },
  '/dial': dial,
  '/echo': echo,
  '/exit': exit,
  '/healthz': (_request, _form, context) => {
    goLog(context, 'GET /healthz')
    // Ready once its UDP or SCTP server is.
    const ready = context.record.listeners.some((l) => l.protocol !== 'TCP')
    return goAnswer(context, '', { status: ready ? 200 : 412 })
  },
  '/hostname': tellsName('/hostname'),
  '/hostName': tellsName('/hostName'),
  '/redirect': redirect,
  '/shell': shell,
  '/shutdown': (_request, _form, context) => {
    goLog(context, 'GET /shutdown')
    return { response: HUNG_UP, exit: { code: 0 } }
  },
  '/upload': upload,
}

function root(context: ProcessContext): HttpResponse {
  goLog(context, 'GET /')
  const now = context.env.now()
  const run = ((now - context.record.startedAt) / 1000).toFixed(9)
  return goAnswer(
    context,
    `NOW: ${new Date(now).toISOString().replace('T', ' ').replace(/0*Z$/, '').replace(/\.$/, '')} +0000 UTC m=+${run}`,
  )
}

/** hostname, echo and clientip, over UDP and SCTP. */
function datagram(data: string, listener: Listener, context: ProcessContext): string {
  const text = data.trim().toLowerCase()
  const name = listener.protocol
  const client = `${context.pod.status.podIP ?? ''}:${clientPort(context)}`
  if (text === 'hostname') {
    goLog(context, `Sending ${name === 'UDP' ? 'udp' : name} hostName response`)
    return hostnameOf(context)
  }
  if (text.startsWith('echo ')) {
    goLog(context, `Echoing ${text.slice(5)} to ${name} client ${client}`)
    return text.slice(5)
  }
  if (text === 'clientip') {
    goLog(context, `Sending clientip back to ${name} client ${client}`)
    return client
  }
  if (text !== '') goLog(context, `Unknown ${name} command received from ${client}: ${text}`)
  return ''
}

export function netexec(argv: string[], image: () => [Image, string]): Program {
  const http = Number(flagOf(argv, 'http-port') || 8080)
  const udp = Number(flagOf(argv, 'udp-port') || 8081)
  const sctp = Number(flagOf(argv, 'sctp-port') || -1)
  const tls = !!flagOf(argv, 'tls-cert-file')
  const override = flagOf(argv, 'http-override')
  return {
    start(context) {
      goLog(context, `Started HTTP server on port ${http}`)
      if (context.bound(http)) {
        goLog(context, `listen tcp :${http}: bind: address already in use`)
        return { state: null, exit: { code: 1 } }
      }
      if (udp !== -1) goLog(context, `Started UDP server on port  ${udp}`)
      if (sctp !== -1) goLog(context, 'Started SCTP server')
      const listeners: Listener[] = [{ port: http, protocol: 'TCP', handler: 'http', ...(tls ? { tls } : {}) }]
      if (udp !== -1) listeners.push({ port: udp, protocol: 'UDP', handler: 'stream' })
      if (sctp !== -1) listeners.push({ port: sctp, protocol: 'SCTP', handler: 'stream' })
      return { state: { ends: null } satisfies State, listeners }
    },
    wake(state, context) {
      const { ends } = state as State
      if (!ends) return { state }
      return context.env.now() < ends.at ? { state, wakeAt: ends.at } : { state, exit: { code: ends.code } }
    },
    signal: goEnd,
    http(_state, given, _listener, context) {
      const request = override ? { ...given, method: 'GET', path: override, headers: {}, body: '' } : given
      const { path } = splitPath(request.path)
      const handler = Object.hasOwn(HANDLERS, path) ? HANDLERS[path] : undefined
      const answer = handler ? handler(request, formOf(request), context, image) : root(context)
      return 'response' in answer ? answer : { response: answer }
    },
    stream: (_state, data, listener, context) => ({ data: datagram(data, listener, context) }),
  }
}
