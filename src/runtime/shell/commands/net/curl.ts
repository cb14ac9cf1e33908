// curl, as its 8.x prints.

import { reasonOf, responseHeaders } from '../../../http-text'
import type { Command, CommandIo, HttpResponse } from '../../../process'
import { type CurlOptions, parseCurl } from './curl-options'
import { authority, parseUrl, resolveUrl, type Target } from './url'

/** The kernel gives up a connection attempt after this long, ms (tcp_syn_retries 6). */
export const CONNECT_GIVES_UP = 134_000

interface State {
  url: number
  target: Target
  redirects: number
  attempt: number
  /** When this transfer began, ms. */
  began: number
  method: string
  sendBody: boolean
  /** Set while an answer is on its way. */
  waits?: { response?: HttpResponse; ip: string; failure?: Failure }
  /** Set while waiting to try again. */
  retrying?: boolean
  code: number
}

interface Failure {
  code: number
  message: string
}

export const curl: Command = (io, raw) => {
  const options = parseCurl(io)
  if ('problem' in options) {
    io.err(`curl: ${options.problem}\ncurl: try 'curl --help' or 'curl --manual' for more information\n`)
    return options.code
  }
  if (options.urls.length === 0) {
    io.err("curl: (2) no URL specified\ncurl: try 'curl --help' or 'curl --manual' for more information\n")
    return 2
  }
  let state = raw as unknown as State | undefined
  for (;;) {
    state ??= begin(io, options, 0, 0)
    if ('failed' in state) return fail(io, options, state.failed as Failure, state)
    const next = step(io, options, state)
    if (typeof next === 'number') {
      if (state.url + 1 >= options.urls.length) return next
      state = begin(io, options, state.url + 1, next)
    } else if ('wakeAt' in next) return next
    else state = next.again
  }
}

function begin(io: CommandIo, options: CurlOptions, url: number, code: number): State {
  const target = parseUrl(options.urls[url])
  const supported = target && ['http', 'https', 'telnet', 'ftp'].includes(target.scheme)
  const failed = !target
    ? { code: 3, message: 'URL rejected: No host part in the URL' }
    : supported
      ? undefined
      : { code: 1, message: `Protocol "${target.scheme}" not supported` }
  const body = options.data.length > 0 && !options.get
  const method = options.method ?? (options.head ? 'HEAD' : options.upload !== undefined ? 'PUT' : body ? 'POST' : 'GET')
  const state: State = { url, target: target!, redirects: 0, attempt: 0, began: io.process.env.now(), method, sendBody: body, code }
  if (target && options.get && options.data.length > 0)
    state.target = { ...target, path: `${target.path}${target.path.includes('?') ? '&' : '?'}${options.data.join('&')}` }
  return failed ? ({ ...state, failed } as State) : state
}

type Next = number | { again: State } | { state: never; wakeAt: number }

function suspended(state: State, wakeAt: number): Next {
  return { state: state as never, wakeAt }
}

function step(io: CommandIo, options: CurlOptions, state: State): Next {
  const now = io.process.env.now()
  if (state.retrying) return { again: { ...state, retrying: false, began: now } }
  if (!state.waits) {
    const opened = open(io, options, state)
    const limit = options.maxTime === undefined ? Number.POSITIVE_INFINITY : state.began + options.maxTime
    const at = now + opened.takes
    const late = at > limit
    const waits: State['waits'] = late
      ? {
          ip: opened.ip,
          failure: {
            code: 28,
            message:
              opened.failure?.code === 28
                ? `Connection timed out after ${options.maxTime} milliseconds`
                : `Operation timed out after ${options.maxTime} milliseconds with 0 bytes received`,
          },
        }
      : { ip: opened.ip, ...(opened.failure ? { failure: opened.failure } : { response: opened.response }) }
    const next = { ...state, waits }
    return opened.takes > 0 ? suspended(next, Math.min(at, limit)) : { again: next }
  }
  const { response, failure, ip } = state.waits
  if (failure) {
    if (state.attempt < options.retry && (failure.code === 28 || (failure.code === 7 && options.retryRefused)))
      return again(io, options, state, failure.message)
    return fail(io, options, failure, state)
  }
  return received(io, options, state, response!, ip)
}

function again(io: CommandIo, options: CurlOptions, state: State, why: string): Next {
  const delay = options.retryDelay ?? 1000 * 2 ** state.attempt
  const left = options.retry - state.attempt
  if (!options.silent)
    io.err(
      `Warning: Problem: ${why}. Will retry in ${delay / 1000} second${delay === 1000 ? '' : 's'}. ${left} retr${left === 1 ? 'y' : 'ies'} left.\n`,
    )
  const next: State = { ...state, attempt: state.attempt + 1, retrying: true }
  delete next.waits
  return suspended(next, io.process.env.now() + delay)
}

/** Connects and sends; `takes` is how long that and the answer last, ms. */
function open(
  io: CommandIo,
  options: CurlOptions,
  state: State,
): { ip: string; takes: number; response?: HttpResponse; failure?: Failure } {
  const { target } = state
  const say = (text: string) => options.verbose && io.err(`* ${text}\n`)
  const fixed = options.resolve[`${target.host}:${target.port}`]
  const connection = io.process.connect(fixed ?? target.host, target.port)
  if (connection.outcome === 'unresolved') {
    say(`Could not resolve host: ${target.host}`)
    if (options.verbose) io.err('* closing connection #0\n')
    return { ip: '', takes: 0, failure: { code: 6, message: `Could not resolve host: ${target.host}` } }
  }
  const { ip } = connection
  if (ip !== target.host) {
    say(`Host ${target.host}:${target.port} was resolved.`)
    say('IPv6: (none)')
    say(`IPv4: ${ip}`)
  }
  say(`  Trying ${ip}:${target.port}...`)
  if (connection.outcome !== 'connected') {
    const limit = Math.min(options.connectTimeout ?? Number.POSITIVE_INFINITY, CONNECT_GIVES_UP)
    if (connection.outcome === 'timeout') {
      const message =
        options.connectTimeout === undefined
          ? `Failed to connect to ${target.host} port ${target.port} after ${limit} ms: Could not connect to server`
          : `Connection timed out after ${limit} milliseconds`
      return { ip, takes: limit, failure: { code: 28, message } }
    }
    const why = connection.outcome === 'refused' ? 'Connection refused' : 'No route to host'
    say(`connect to ${ip} port ${target.port} from ${io.process.pod.status?.podIP ?? '127.0.0.1'} port 40000 failed: ${why}`)
    say(`Failed to connect to ${target.host} port ${target.port} after 0 ms: Could not connect to server`)
    say('closing connection #0')
    const takes = connection.outcome === 'refused' ? 0 : 3000
    return {
      ip,
      takes,
      failure: {
        code: 7,
        message: `Failed to connect to ${target.host} port ${target.port} after ${takes} ms: Could not connect to server`,
      },
    }
  }
  say(`Connected to ${target.host} (${ip}) port ${target.port}`)
  const secure = target.scheme === 'https'
  if (secure && !connection.tls)
    return { ip, takes: 0, failure: { code: 35, message: 'TLS connect error: error:0A0000C6:SSL routines::packet length too long' } }
  if (secure && !options.insecure) {
    const message =
      'SSL certificate problem: unable to get local issuer certificate\nMore details here: https://curl.se/docs/sslcerts.html\n\ncurl failed to verify the legitimacy of the server and therefore could not\nestablish a secure connection to it. To learn more about this situation and\nhow to fix it, please visit the webpage mentioned above.'
    return { ip, takes: 0, failure: { code: 60, message } }
  }
  const body = state.sendBody
    ? options.data.join('&')
    : options.upload !== undefined
      ? options.upload === '-'
        ? io.stdin
        : (io.files.read(io.path(options.upload)) ?? '')
      : ''
  const headers = requestHeaders(options, state, body)
  if (options.verbose) {
    io.err(`> ${state.method} ${target.path} HTTP/1.1\n${headers.map(([n, v]) => `> ${n}: ${v}\n`).join('')}> \n`)
    io.err(
      body === ''
        ? '* Request completely sent off\n'
        : `} [${Buffer.byteLength(body)} bytes data]\n* upload completely sent off: ${Buffer.byteLength(body)} bytes\n`,
    )
  }
  const response =
    connection.tls && !secure
      ? { status: 400, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'Client sent an HTTP request to an HTTPS server.\n' }
      : connection.request({ method: state.method, path: target.path, headers: Object.fromEntries(headers), body })
  return { ip, takes: response.delayMs ?? 0, response }
}

function requestHeaders(options: CurlOptions, state: State, body: string): [string, string][] {
  const given = new Set(options.headers.map(([n]) => n.toLowerCase()))
  const headers: [string, string][] = []
  const add = (name: string, value: string) => given.has(name.toLowerCase()) || headers.push([name, value])
  add('Host', authority(state.target))
  const user = options.user ?? state.target.user
  if (user !== undefined) add('Authorization', `Basic ${Buffer.from(user.includes(':') ? user : `${user}:`).toString('base64')}`)
  add('User-Agent', options.agent)
  add('Accept', '*/*')
  for (const [name, value] of options.headers) if (value !== '') headers.push([name, value])
  if (body !== '' || state.sendBody) {
    add('Content-Length', String(Buffer.byteLength(body)))
    if (options.upload === undefined) add('Content-Type', 'application/x-www-form-urlencoded')
  }
  return headers
}

function received(io: CommandIo, options: CurlOptions, state: State, response: HttpResponse, ip: string): Next {
  const { target } = state
  if (response.status === 0) {
    const failure =
      response.body === '' ? { code: 52, message: 'Empty reply from server' } : { code: 1, message: 'Received HTTP/0.9 when not allowed' }
    if (state.attempt < options.retry && options.retryRefused) return again(io, options, state, failure.message)
    return fail(io, options, failure, state)
  }
  const headers = responseHeaders(state.method === 'HEAD' ? response : response)
  const head = [`HTTP/1.1 ${response.status} ${reasonOf(response.status)}`, ...headers.map(([n, v]) => `${n}: ${v}`)]
  if (options.verbose) io.err(`${head.map((l) => `< ${l}\n`).join('')}< \n`)
  const location = response.headers['location']
  if ([408, 429, 500, 502, 503, 504].includes(response.status) && state.attempt < options.retry)
    return again(io, options, state, `HTTP error`)
  if (options.include || options.head) deliver(io, options, state, `${head.map((l) => `${l}\r\n`).join('')}\r\n`, true)
  if (options.follow && location !== undefined && response.status >= 300 && response.status < 400) {
    const to = resolveUrl(target, location)
    if (state.redirects >= options.maxRedirects)
      return fail(io, options, { code: 47, message: `Maximum (${options.maxRedirects}) redirects followed` }, state)
    if (to) {
      if (options.verbose) io.err(`* Issue another request to this URL: '${location}'\n`)
      const keep = response.status === 307 || response.status === 308 || options.method !== undefined
      const next: State = {
        ...state,
        target: to,
        redirects: state.redirects + 1,
        ...(keep ? {} : { method: state.method === 'HEAD' ? 'HEAD' : 'GET', sendBody: false }),
      }
      delete next.waits
      return { again: next }
    }
  }
  const bad = response.status >= 400
  const body = state.method === 'HEAD' || (bad && options.fail && !options.failWithBody) ? '' : response.body
  if (options.verbose && body !== '' && !io.tty) io.err(`{ [${Buffer.byteLength(body)} bytes data]\n`)
  const wrote = deliver(io, options, state, body, false)
  if (wrote) return fail(io, options, wrote, state)
  meter(io, options, Buffer.byteLength(body))
  if (options.verbose) io.err(`* Connection #0 to host ${target.host} left intact\n`)
  const failed = bad && (options.fail || options.failWithBody)
  if (failed) complain(io, options, { code: 22, message: `The requested URL returned error: ${response.status}` })
  writeOut(io, options, state, { response, ip, code: failed ? 22 : 0, size: Buffer.byteLength(body) })
  return failed ? 22 : 0
}

/** Writes the body (or headers) where -o says. */
function deliver(io: CommandIo, options: CurlOptions, state: State, text: string, first: boolean): Failure | undefined {
  const name = options.output ?? (options.remoteName ? state.target.path.split('?', 1)[0].replace(/^.*\//, '') : undefined)
  if (name === undefined || name === '-') {
    io.out(text)
    return undefined
  }
  if (name === '/dev/null') return undefined
  try {
    const path = io.path(name)
    if (first) io.files.write(path, text)
    else if (options.include || options.head) io.files.append(path, text)
    else io.files.write(path, text)
    return undefined
  } catch {
    return { code: 23, message: `Failure writing output to destination, passed ${Buffer.byteLength(text)} returned 0` }
  }
}

/** The progress meter: shown unless silent, or when the body goes to a terminal. */
function meter(io: CommandIo, options: CurlOptions, size: number): void {
  if (options.silent || options.noProgress || (io.tty && options.output === undefined && !options.remoteName)) return
  const total = String(size).padStart(5)
  io.err(
    '  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n',
  )
  io.err(
    `\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0\r100 ${total}  100 ${total}    0     0  ${String(
      size * 1000,
    )
      .slice(0, 5)
      .padStart(5)}      0 --:--:-- --:--:-- --:--:-- ${String(size * 1000)
      .slice(0, 5)
      .padStart(5)}\n`,
  )
}

function complain(io: CommandIo, options: CurlOptions, failure: Failure): void {
  if (!options.silent || options.showError) io.err(`curl: (${failure.code}) ${failure.message}\n`)
}

function fail(io: CommandIo, options: CurlOptions, failure: Failure, state: State): number {
  if (!options.silent && !options.noProgress && !io.tty && [7, 28, 52, 56].includes(failure.code)) {
    io.err(
      '  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n',
    )
    io.err('\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0\n')
  }
  complain(io, options, failure)
  writeOut(io, options, state, { code: failure.code, size: 0, ip: state.waits?.ip ?? '', message: failure.message })
  return failure.code
}

interface Outcome {
  response?: HttpResponse
  ip: string
  code: number
  size: number
  message?: string
}

function writeOut(io: CommandIo, options: CurlOptions, state: State, outcome: Outcome): void {
  if (options.writeOut === undefined) return
  const { target } = state
  const took = ((io.process.env.now() - state.began) / 1000).toFixed(6)
  const status = String(outcome.response?.status ?? 0).padStart(3, '0')
  const values: Record<string, string> = {
    content_type: outcome.response?.headers['content-type'] ?? '',
    errormsg: outcome.message ?? '',
    exitcode: String(outcome.code),
    http_code: status,
    http_version: '1.1',
    local_ip: io.process.pod.status?.podIP ?? '',
    local_port: '40000',
    method: state.method,
    num_connects: '1',
    num_redirects: String(state.redirects),
    redirect_url: outcome.response?.headers['location'] ?? '',
    remote_ip: outcome.ip,
    remote_port: String(target?.port ?? 0),
    response_code: status,
    scheme: target?.scheme ?? '',
    size_download: String(outcome.size),
    speed_download: String(outcome.size),
    time_appconnect: '0.000000',
    time_connect: '0.000000',
    time_namelookup: '0.000000',
    time_pretransfer: '0.000000',
    time_starttransfer: took,
    time_total: took,
    url: options.urls[state.url],
    url_effective: target ? `${target.scheme}://${authority(target)}${target.path}` : '',
  }
  const text = options.writeOut.replace(/%\{([^}]*)\}|%%|\\([nrt])/g, (whole, name?: string, letter?: string) => {
    if (letter) return { n: '\n', r: '\r', t: '\t' }[letter]!
    if (name === 'stderr' || name === 'stdout') return ''
    return name === undefined ? '%' : (values[name] ?? whole)
  })
  io.out(text)
}
