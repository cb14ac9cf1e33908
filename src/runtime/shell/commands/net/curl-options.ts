// curl's command line.
import type { CommandIo } from '../../../process'

export interface CurlOptions {
  urls: string[]
  method?: string
  headers: [string, string][]
  data: string[]
  output?: string
  remoteName: boolean
  silent: boolean
  showError: boolean
  verbose: boolean
  include: boolean
  head: boolean
  fail: boolean
  failWithBody: boolean
  follow: boolean
  insecure: boolean
  get: boolean
  writeOut?: string
  connectTimeout?: number
  maxTime?: number
  retry: number
  retryDelay?: number
  retryRefused: boolean
  user?: string
  agent: string
  resolve: Record<string, string>
  maxRedirects: number
  noProgress: boolean
  upload?: string
}

/** Long names of short options. */
const SHORT: Record<string, string> = {
  X: 'request',
  H: 'header',
  d: 'data',
  o: 'output',
  O: 'remote-name',
  s: 'silent',
  S: 'show-error',
  v: 'verbose',
  i: 'include',
  I: 'head',
  f: 'fail',
  L: 'location',
  k: 'insecure',
  G: 'get',
  w: 'write-out',
  m: 'max-time',
  u: 'user',
  A: 'user-agent',
  e: 'referer',
  b: 'cookie',
  c: 'cookie-jar',
  T: 'upload-file',
  F: 'form',
  x: 'proxy',
  V: 'version',
  h: 'help',
}
const VALUED = new Set(
  'request header data data-raw data-binary data-urlencode data-ascii json output write-out connect-timeout max-time retry retry-delay retry-max-time user user-agent referer cookie cookie-jar upload-file form proxy resolve connect-to max-redirs url cacert cert key interface limit-rate'.split(
    ' ',
  ),
)
const BARE = new Set(
  'remote-name silent show-error verbose include head fail fail-with-body location insecure get retry-connrefused retry-all-errors no-progress-meter compressed globoff http1.0 http1.1 http2 ipv4 ipv6 no-buffer location-trusted keepalive no-keepalive tcp-nodelay progress-bar create-dirs'.split(
    ' ',
  ),
)
const IGNORED: Record<string, string> = { 4: 'ipv4', 6: 'ipv6', N: 'no-buffer', g: 'globoff', '#': 'progress-bar', 0: 'http1.0' }

/** The options, or the message (without `curl: `) and exit code of a usage error. */
export function parseCurl(io: CommandIo): CurlOptions | { problem: string; code: number } {
  const o: CurlOptions = {
    urls: [],
    headers: [],
    data: [],
    remoteName: false,
    silent: false,
    showError: false,
    verbose: false,
    include: false,
    head: false,
    fail: false,
    failWithBody: false,
    follow: false,
    insecure: false,
    get: false,
    retry: 0,
    retryRefused: false,
    agent: 'curl/8.10.1',
    resolve: {},
    maxRedirects: 50,
    noProgress: false,
  }
  const { args } = io
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    if (arg.startsWith('--')) {
      const name = arg.slice(2)
      if (VALUED.has(name)) {
        if (i + 1 >= args.length) return { problem: `option ${arg}: requires parameter`, code: 2 }
        set(io, o, name, args[++i])
      } else if (BARE.has(name) || BARE.has(name.replace(/^no-/, ''))) set(io, o, name, '')
      else return { problem: `option ${arg}: is unknown`, code: 2 }
    } else if (arg.startsWith('-') && arg.length > 1) {
      for (let at = 1; at < arg.length; at++) {
        const name = SHORT[arg[at]] ?? IGNORED[arg[at]]
        if (name === undefined) return { problem: `option -${arg[at]}: is unknown`, code: 2 }
        if (!VALUED.has(name)) {
          set(io, o, name, '')
          continue
        }
        const value = at + 1 < arg.length ? arg.slice(at + 1) : args[++i]
        if (value === undefined) return { problem: `option -${arg[at]}: requires parameter`, code: 2 }
        set(io, o, name, value)
        break
      }
    } else o.urls.push(arg)
  }
  return o
}

function dataOf(io: CommandIo, value: string, strip: boolean): string {
  if (!value.startsWith('@')) return value
  const text = value === '@-' ? io.stdin : (io.files.read(io.path(value.slice(1))) ?? '')
  return strip ? text.replace(/[\r\n]/g, '') : text
}

function encodePair(value: string): string {
  const equals = value.indexOf('=')
  return equals < 0
    ? encodeURIComponent(value)
    : `${value.slice(0, equals + (equals === 0 ? 0 : 1))}${encodeURIComponent(value.slice(equals + 1))}`
}

function set(io: CommandIo, o: CurlOptions, name: string, value: string): void {
  switch (name) {
    case 'request':
      o.method = value
      break
    case 'header': {
      const colon = value.search(/[:;]/)
      if (colon > 0) o.headers.push([value.slice(0, colon), value.slice(colon + 1).trim()])
      break
    }
    case 'data':
    case 'data-ascii':
      o.data.push(dataOf(io, value, true))
      break
    case 'data-raw':
      o.data.push(value)
      break
    case 'data-binary':
      o.data.push(dataOf(io, value, false))
      break
    case 'data-urlencode':
      o.data.push(encodePair(value))
      break
    case 'form':
      o.data.push(value)
      break
    case 'json':
      o.data.push(dataOf(io, value, false))
      o.headers.push(['Content-Type', 'application/json'], ['Accept', 'application/json'])
      break
    case 'output':
      o.output = value
      break
    case 'remote-name':
      o.remoteName = true
      break
    case 'silent':
      o.silent = true
      break
    case 'show-error':
      o.showError = true
      break
    case 'verbose':
      o.verbose = true
      break
    case 'include':
      o.include = true
      break
    case 'head':
      o.head = true
      break
    case 'fail':
      o.fail = true
      break
    case 'fail-with-body':
      o.failWithBody = true
      break
    case 'location':
    case 'location-trusted':
      o.follow = true
      break
    case 'insecure':
    case 'cacert':
      o.insecure = true
      break
    case 'get':
      o.get = true
      break
    case 'write-out':
      o.writeOut = value.startsWith('@') ? (io.files.read(io.path(value.slice(1))) ?? '') : value
      break
    case 'connect-timeout':
      o.connectTimeout = Number(value) * 1000
      break
    case 'max-time':
      o.maxTime = Number(value) * 1000
      break
    case 'retry':
      o.retry = Number(value)
      break
    case 'retry-delay':
      o.retryDelay = Number(value) * 1000
      break
    case 'retry-connrefused':
    case 'retry-all-errors':
      o.retryRefused = true
      break
    case 'user':
      o.user = value
      break
    case 'user-agent':
      o.agent = value
      break
    case 'referer':
      o.headers.push(['Referer', value])
      break
    case 'cookie':
      o.headers.push(['Cookie', value])
      break
    case 'resolve': {
      const [host, port, ...address] = value.split(':')
      o.resolve[`${host}:${port}`] = address.join(':')
      break
    }
    case 'max-redirs':
      o.maxRedirects = Number(value)
      break
    case 'no-progress-meter':
      o.noProgress = true
      break
    case 'upload-file':
      o.upload = value
      break
    case 'url':
      o.urls.push(value)
      break
  }
}
