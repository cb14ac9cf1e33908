// wget, BusyBox's and GNU's.
import { reasonOf, responseHeaders } from '../../../http-text'
import type { Command, CommandIo, HttpResponse } from '../../../process'
import { isGnu } from '../errors'
import { formatDate } from '../system'
import { CONNECT_GIVES_UP } from './curl'
import { authority, parseUrl, resolveUrl, type Target } from './url'

interface Options {
  urls: string[]
  quiet: boolean
  output?: string
  spider: boolean
  /** ms */
  timeout: number
  headers: Record<string, string>
  body?: string
  method?: string
  showHeaders: boolean
  agent?: string
  insecure: boolean
  content: boolean
  tries: number
}

interface State {
  target: Target
  redirects: number
  waits?: { response?: HttpResponse; failure?: string; ip: string }
}

function parse(io: CommandIo): Options | undefined {
  const o: Options = {
    urls: [],
    quiet: false,
    spider: false,
    timeout: 900_000,
    headers: {},
    showHeaders: false,
    insecure: false,
    content: false,
    tries: 20,
  }
  const { args } = io
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    const long = /^--([a-z-]+)(?:=(.*))?$/s.exec(arg)
    const value = () => long?.[2] ?? args[++i] ?? ''
    const named = long?.[1]
    if (named === 'quiet' || named === 'no-verbose') o.quiet = named === 'quiet'
    else if (named === 'spider') o.spider = true
    else if (named === 'timeout' || named === 'connect-timeout' || named === 'read-timeout') o.timeout = Number(value()) * 1000
    else if (named === 'header') {
      const [name, text] = value().split(/:\s*(.*)/s)
      o.headers[name] = text ?? ''
    } else if (named === 'post-data' || named === 'body-data') o.body = value()
    else if (named === 'post-file') o.body = io.files.read(io.path(value())) ?? ''
    else if (named === 'method') o.method = value()
    else if (named === 'output-document') o.output = value()
    else if (named === 'user-agent') o.agent = value()
    else if (named === 'tries') o.tries = Number(value())
    else if (named === 'server-response') o.showHeaders = true
    else if (named === 'content-on-error') o.content = true
    else if (named === 'no-check-certificate') o.insecure = true
    else if (named) continue
    else if (arg.startsWith('-') && arg.length > 1) {
      for (let at = 1; at < arg.length; at++) {
        const letter = arg[at]
        const rest = () => {
          const text = at + 1 < arg.length ? arg.slice(at + 1) : (args[++i] ?? '')
          at = arg.length
          return text
        }
        if (letter === 'q') o.quiet = true
        else if (letter === 'S') o.showHeaders = true
        else if (letter === 'O') o.output = rest()
        else if (letter === 'T') o.timeout = Number(rest()) * 1000
        else if (letter === 'U') o.agent = rest()
        else if (letter === 't') o.tries = Number(rest())
        else if (letter === 'P' || letter === 'Y' || letter === 'o' || letter === 'e') rest()
        else if (!'cnvd'.includes(letter)) {
          io.err(
            isGnu(io)
              ? `wget: invalid option -- '${letter}'\n`
              : `wget: unrecognized option: ${letter}\nBusyBox v1.36.1 (2024-05-18 00:09:43 UTC) multi-call binary.\n\nUsage: wget [-cqS] [--spider] [-O FILE] [-o LOGFILE] [--header STR]\n\t[--post-data STR | --post-file FILE] [-Y on/off]\n\t[-P DIR] [-U AGENT] [-T SEC] URL...\n`,
          )
          return undefined
        }
      }
    } else o.urls.push(arg)
  }
  return o
}

export const wget: Command = (io, raw) => {
  const options = parse(io)
  if (!options) return isGnu(io) ? 2 : 1
  if (options.urls.length === 0) {
    io.err(
      isGnu(io)
        ? "wget: missing URL\nUsage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n"
        : 'BusyBox v1.36.1 (2024-05-18 00:09:43 UTC) multi-call binary.\n\nUsage: wget [-cqS] [--spider] [-O FILE] [-o LOGFILE] [--header STR]\n\t[--post-data STR | --post-file FILE] [-Y on/off]\n\t[-P DIR] [-U AGENT] [-T SEC] URL...\n',
    )
    return 1
  }
  const target = parseUrl(options.urls[0])
  if (!target || !/^https?$/.test(target.scheme)) {
    io.err(isGnu(io) ? `${options.urls[0]}: Unsupported scheme.\n` : `wget: not an http or ftp url: ${options.urls[0]}\n`)
    return 1
  }
  let state = (raw as unknown as State | undefined) ?? { target, redirects: 0 }
  for (;;) {
    if (!state.waits) {
      const { waits, takes } = open(io, options, state)
      state = { ...state, waits }
      if (takes > 0) return { state: state as never, wakeAt: io.process.env.now() + takes }
    }
    const next = isGnu(io) ? gnu(io, options, state) : busybox(io, options, state)
    if (typeof next === 'number') return next
    state = next
  }
}

function open(io: CommandIo, options: Options, state: State): { waits: NonNullable<State['waits']>; takes: number } {
  const { target } = state
  const verbose = !options.quiet
  const now = formatDate(io.process.env.now(), '%Y-%m-%d %H:%M:%S')
  if (isGnu(io) && verbose) io.err(`--${now}--  ${target.scheme}://${authority(target)}${target.path}\n`)
  const connection = io.process.connect(target.host, target.port)
  if (connection.outcome === 'unresolved') {
    if (isGnu(io) && verbose) io.err(`Resolving ${target.host} (${target.host})... failed: Name or service not known.\n`)
    return { waits: { failure: 'name', ip: '' }, takes: 0 }
  }
  const { ip } = connection
  if (isGnu(io) && verbose) {
    if (ip !== target.host) io.err(`Resolving ${target.host} (${target.host})... ${ip}\n`)
    io.err(
      `Connecting to ${target.host} (${target.host})|${ip}|:${target.port}... `.replace(
        ip === target.host ? `${target.host} (${target.host})|${ip}|` : '\0',
        ip,
      ),
    )
  } else if (verbose) io.err(`Connecting to ${authority(target)} (${ip}:${target.port})\n`)
  if (connection.outcome === 'timeout') {
    const limit = Math.min(options.timeout, CONNECT_GIVES_UP)
    return { waits: { failure: limit < CONNECT_GIVES_UP ? 'late' : 'Operation timed out', ip }, takes: limit }
  }
  if (connection.outcome !== 'connected') {
    const failure = connection.outcome === 'refused' ? 'Connection refused' : isGnu(io) ? 'No route to host' : 'Host is unreachable'
    return { waits: { failure, ip }, takes: connection.outcome === 'refused' ? 0 : 3000 }
  }
  const headers: Record<string, string> = {
    Host: authority(target),
    'User-Agent': options.agent ?? (isGnu(io) ? 'Wget/1.21.4' : 'Wget'),
    ...(isGnu(io) ? { Accept: '*/*' } : {}),
    Connection: isGnu(io) ? 'Keep-Alive' : 'close',
    ...options.headers,
  }
  const method = options.method ?? (options.body !== undefined ? 'POST' : options.spider ? 'HEAD' : 'GET')
  const response = connection.request({ method, path: target.path, headers, body: options.body ?? '' })
  if ((response.delayMs ?? 0) > options.timeout) return { waits: { failure: 'late', ip }, takes: options.timeout }
  if (response.status === 0) return { waits: { failure: 'closed', ip }, takes: response.delayMs ?? 0 }
  return { waits: { response, ip }, takes: response.delayMs ?? 0 }
}

function follow(state: State, response: HttpResponse): State | undefined {
  const location = response.headers['location']
  if (![301, 302, 303, 307, 308].includes(response.status) || location === undefined || state.redirects >= 5) return undefined
  const target = resolveUrl(state.target, location)
  return target && { target, redirects: state.redirects + 1 }
}

function nameOfOutput(options: Options, target: Target): string {
  return options.output ?? (target.path.split('?', 1)[0].replace(/^.*\//, '') || 'index.html')
}

/** Writes the body; false when the file could not be made. */
function save(io: CommandIo, name: string, body: string): boolean {
  if (name === '-') {
    io.out(body)
    return true
  }
  try {
    io.files.write(io.path(name), body)
    return true
  } catch (error) {
    io.err(isGnu(io) ? `${name}: ${(error as Error).message}\n` : `wget: can't open '${name}': ${(error as Error).message}\n`)
    return false
  }
}

function busybox(io: CommandIo, options: Options, state: State): number | State {
  const { response, failure, ip } = state.waits!
  if (failure === 'name') {
    io.err(`wget: bad address '${authority(state.target)}'\n`)
    return 1
  }
  if (failure === 'late') {
    io.err('wget: download timed out\n')
    return 1
  }
  if (failure === 'closed') {
    io.err('wget: error getting response\n')
    return 1
  }
  if (failure) {
    io.err(`wget: can't connect to remote host (${ip}): ${failure}\n`)
    return 1
  }
  if (options.showHeaders) {
    io.err(`  HTTP/1.1 ${response!.status} ${reasonOf(response!.status)}\n`)
    for (const [name, value] of responseHeaders(response!)) io.err(`  ${name}: ${value}\n`)
    io.err('  \n')
  }
  const next = follow(state, response!)
  if (next) return next
  if (response!.status >= 400) {
    io.err(`wget: server returned error: HTTP/1.1 ${response!.status} ${reasonOf(response!.status)}\n`)
    return 1
  }
  if (options.spider) {
    if (!options.quiet) io.err('remote file exists\n')
    return 0
  }
  const name = nameOfOutput(options, state.target)
  if (name !== '-' && options.output === undefined && io.files.exists(io.path(name))) {
    io.err(`wget: can't open '${name}': File exists\n`)
    return 1
  }
  if (!options.quiet) io.err(name === '-' ? 'writing to stdout\n' : `saving to '${name}'\n`)
  if (!save(io, name, response!.body)) return 1
  if (!options.quiet) {
    const size = Buffer.byteLength(response!.body)
    io.err(
      `\r${(name === '-' ? '-' : name).slice(0, 20).padEnd(20)} 100% |********************************| ${String(size).padStart(5)}  0:00:00 ETA\n`,
    )
    io.err(name === '-' ? 'written to stdout\n' : `'${name}' saved\n`)
  }
  return 0
}

function gnu(io: CommandIo, options: Options, state: State): number | State {
  const { response, failure } = state.waits!
  const say = (text: string) => !options.quiet && io.err(text)
  const { target } = state
  const time = formatDate(io.process.env.now(), '%Y-%m-%d %H:%M:%S')
  if (failure === 'name') {
    say(`wget: unable to resolve host address ‘${target.host}’\n`)
    return 4
  }
  if (failure === 'closed') {
    say('connected.\nHTTP request sent, awaiting response... No data received.\n')
    return 4
  }
  if (failure) {
    say(`failed: ${failure === 'late' ? 'Connection timed out' : failure}.\n`)
    return 4
  }
  say(`connected.\nHTTP request sent, awaiting response... `)
  const { status } = response!
  if (options.showHeaders)
    io.err(
      `\n  HTTP/1.1 ${status} ${reasonOf(status)}\n${responseHeaders(response!)
        .map(([n, v]) => `  ${n}: ${v}\n`)
        .join('')}`,
    )
  else say(`${status} ${reasonOf(status)}\n`)
  const next = follow(state, response!)
  if (next) {
    say(`Location: ${response!.headers['location']} [following]\n`)
    return next
  }
  if (status >= 400) {
    say(`${time} ERROR ${status}: ${reasonOf(status)}.\n${options.spider ? 'Remote file does not exist -- broken link!!!\n' : ''}\n`)
    if (options.content) save(io, nameOfOutput(options, target), response!.body)
    return 8
  }
  const type = response!.headers['content-type']?.split(';', 1)[0]
  const size = Buffer.byteLength(response!.body)
  say(`Length: ${size}${type ? ` [${type}]` : ''}\n`)
  if (options.spider) {
    say('Remote file exists.\n\n')
    return 0
  }
  const name = nameOfOutput(options, target)
  say(`Saving to: ‘${name === '-' ? 'STDOUT' : name}’\n\n`)
  if (!save(io, name, response!.body)) return 3
  say(
    `     0K                                                       100% 10.0M=0s\n\n${time} (10.0 MB/s) - ${name === '-' ? 'written to stdout' : `‘${name}’ saved`} [${size}/${size}]\n\n`,
  )
  return 0
}
