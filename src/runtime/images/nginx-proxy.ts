// How nginx answers in a location: return, proxy_pass, files.
import { BoundedRegExp } from '../../lib/bounded-regexp'
import type { HttpRequest, ProcessContext } from '../process'
import type { Draft } from './nginx'
import { type Config, type Directive, findLocation, type Location, type Server } from './nginx-config'
import { accessLogTime, goLogTime } from './times'

export interface Ask {
  config: Config
  server: Server
  location: Location | undefined
  request: HttpRequest
  /** Decoded, without query. */
  path: string
  turn: number
  context: ProcessContext
  depth: number
}

const TYPES: Record<string, string> = {
  html: 'text/html',
  htm: 'text/html',
  css: 'text/css',
  js: 'application/javascript',
  json: 'application/json',
  txt: 'text/plain',
  xml: 'text/xml',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  ico: 'image/x-icon',
  gif: 'image/gif',
  pdf: 'application/pdf',
}

/** A directive of the location, or the server's. */
function directive(ask: Ask, name: string): Directive | undefined {
  return ask.location?.directives.find((d) => d.name === name) ?? ask.server.directives.find((d) => d.name === name)
}

function expand(text: string, ask: Ask): string {
  const { request, context } = ask
  const host = (request.headers['host'] ?? '').replace(/:\d+$/, '')
  return text.replace(/\$\{?([a-z_0-9]+)\}?/g, (whole, name: string) => {
    if (name.startsWith('http_')) return request.headers[name.slice(5).replaceAll('_', '-')] ?? ''
    const map = ask.config.maps[name]
    if (map) return mapped(map.values, expand(map.from, ask))
    if (name === 'time_iso8601') return new Date(context.env.now()).toISOString().replace(/\.\d+Z$/, '+00:00')
    if (name === 'time_local') return accessLogTime(context.env.now())
    if (name.startsWith('arg_')) return new URLSearchParams(request.path.split('?')[1] ?? '').get(name.slice(4)) ?? ''
    if (name === 'hostname') return context.variables['HOSTNAME'] ?? ''
    const known: Record<string, string> = {
      host,
      http_host: request.headers['host'] ?? '',
      remote_addr: request.remoteAddress,
      remote_port: '40000',
      proxy_add_x_forwarded_for: [request.headers['x-forwarded-for'], request.remoteAddress].filter(Boolean).join(', '),
      request_uri: request.path,
      uri: ask.path,
      request_method: request.method,
      args: request.path.split('?')[1] ?? '',
      is_args: request.path.includes('?') ? '?' : '',
      query_string: request.path.split('?')[1] ?? '',
      scheme: 'http',
      server_addr: context.pod.status?.podIP ?? '',
      server_port: String(ask.server.listens[0].port),
      server_name: ask.server.names[0] ?? '',
      server_protocol: 'HTTP/1.1',
      pid: '29',
    }
    return known[name] ?? (name in known ? '' : whole.startsWith('$') ? '' : whole)
  })
}

/** The value a `map` gives. */
function mapped(values: [string, string][], text: string): string {
  const hit = values.find(([key]) =>
    key.startsWith('~') ? new BoundedRegExp(key.replace(/^~\*?/, ''), key.startsWith('~*') ? 'i' : '').test(text) : key === text,
  )
  return (hit ?? values.find(([key]) => key === 'default'))?.[1] ?? ''
}

/** Whether the access log takes a request. */
export function isLogged(ask: Ask): boolean {
  const { config } = ask
  if (!config.accessLog) return false
  return config.logIf === undefined || !['', '0'].includes(expand(`$${config.logIf}`, ask))
}

export function answerLocation(ask: Ask): Draft {
  const own = ask.location?.directives ?? []
  const deny = own.some((d) => d.name === 'deny' && d.args[0] === 'all') && !own.some((d) => d.name === 'allow')
  const quiet = own.some((d) => d.name === 'access_log' && d.args[0] === 'off') ? { quiet: true } : {}
  if (deny) return { status: 403, headers: {}, body: '', page: true }
  const draft = bare(ask)
  const headers = { ...draft.headers }
  for (const d of own.concat(own.some((x) => x.name === 'add_header') ? [] : ask.server.directives)) {
    if (d.name === 'add_header' && (draft.status < 400 || d.args.includes('always')))
      headers[d.args[0].toLowerCase()] = expand(d.args[1] ?? '', ask)
  }
  return { ...draft, headers, ...quiet }
}

function bare(ask: Ask): Draft {
  const returned =
    ask.location?.directives.find((d) => d.name === 'return') ??
    (ask.location?.directives.some((d) => d.name === 'proxy_pass') ? undefined : ask.server.directives.find((d) => d.name === 'return'))
  if (returned) return fromReturn(ask, returned)
  const rewrite = ask.location?.directives.find((d) => d.name === 'rewrite')
  let asked = ask
  if (rewrite) {
    const expression = new BoundedRegExp(rewrite.args[0])
    if (expression.test(ask.path)) {
      const path = ask.path.replace(expression, rewrite.args[1])
      if (/^(?:redirect|permanent)$/.test(rewrite.args[2] ?? ''))
        return { status: rewrite.args[2] === 'permanent' ? 301 : 302, headers: { location: path }, body: '', page: true }
      const query = ask.request.path.includes('?') ? `?${ask.request.path.split('?')[1]}` : ''
      asked = { ...ask, path, request: { ...ask.request, path: path + query } }
      if (rewrite.args[2] !== 'break' && ask.depth < 10)
        return answerLocation({ ...asked, location: findLocation(ask.server, path), depth: ask.depth + 1 })
    }
  }
  if (ask.location?.directives.some((d) => d.name === 'stub_status')) {
    return {
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: `Active connections: 1 \nserver accepts handled requests\n ${ask.turn + 1} ${ask.turn + 1} ${ask.turn + 1} \nReading: 0 Writing: 1 Waiting: 0 \n`,
    }
  }
  const proxy = asked.location?.directives.find((d) => d.name === 'proxy_pass')
  return proxy ? fromUpstream(asked, proxy.args[0]) : fromFile(asked)
}

function fromReturn(ask: Ask, d: Directive): Draft {
  const [code, text] = /^\d{3}$/.test(d.args[0] ?? '') ? [Number(d.args[0]), d.args[1]] : [302, d.args[0]]
  if (text === undefined) return code >= 300 ? { status: code, headers: {}, body: '', page: true } : { status: code, headers: {}, body: '' }
  const value = expand(text, ask)
  if ([301, 302, 303, 307, 308].includes(code))
    return {
      status: code,
      headers: { location: value.startsWith('/') ? `http://${ask.request.headers['host'] ?? ''}${value}` : value },
      body: '',
      page: true,
    }
  const type = directive(ask, 'default_type')?.args[0] ?? 'application/octet-stream'
  return { status: code, headers: { 'content-type': type }, body: value }
}

function pageOf(status: number): Draft {
  return { status, headers: {}, body: '', page: true }
}

/** The `host not found in upstream` that keeps nginx from starting; undefined when all names resolve. */
export function unresolvedUpstream(config: Config, context: ProcessContext): string | undefined {
  for (const server of config.servers) {
    for (const d of [...server.directives, ...server.locations.flatMap((l) => l.directives)]) {
      if (d.name !== 'proxy_pass' || d.args[0]?.includes('$')) continue
      const parts = /^https?:\/\/([^/:]+)/.exec(d.args[0] ?? '')
      if (!parts || config.upstreams[parts[1]] || resolvable(parts[1], context)) continue
      return `host not found in upstream "${parts[1]}" in ${d.file}:${d.line}`
    }
  }
  for (const { servers } of Object.values(config.upstreams)) {
    const missing = servers.find((s) => !resolvable(s.host, context))
    if (missing) return `host not found in upstream "${missing.host}:${missing.port}"`
  }
  return undefined
}

function resolvable(host: string, context: ProcessContext): boolean {
  return host === 'localhost' || /^[\d.]+$/.test(host) || context.resolve(host) !== undefined
}

function fromUpstream(ask: Ask, target: string): Draft {
  const { context, request, config } = ask
  const parts = /^(https?):\/\/([^/:]+)(?::(\d+))?(\/.*)?$/.exec(expand(target, ask))
  if (!parts) return pageOf(500)
  const upstream = config.upstreams[parts[2]]
  const turns = upstream
    ? upstream.servers.flatMap((s) => Array<typeof s>(s.weight).fill(s))
    : [{ host: parts[2], port: Number(parts[3] ?? (parts[1] === 'https' ? 443 : 80)) }]
  // With a path in proxy_pass, it replaces the part the location matched.
  const prefix = ask.location && ask.location.modifier !== '~' && ask.location.modifier !== '~*' ? ask.location.pattern : ''
  const path = parts[4] === undefined || target.includes('$') ? request.path : parts[4] + request.path.slice(prefix.length)
  const set = ask.location?.directives.filter((d) => d.name === 'proxy_set_header') ?? []
  const passed = set.length > 0 ? set : ask.server.directives.filter((d) => d.name === 'proxy_set_header')
  const headers: Record<string, string> = {
    ...request.headers,
    host: upstream ? parts[2] : parts[3] ? `${parts[2]}:${parts[3]}` : parts[2],
    connection: 'close',
  }
  for (const d of passed) headers[d.args[0].toLowerCase()] = expand(d.args[1] ?? '', ask)
  const describe = `client: ${request.remoteAddress}, server: ${ask.server.names[0] ?? ''}, request: "${request.method} ${request.path} HTTP/1.1"`
  let status = 502
  for (let i = 0; i < turns.length; i++) {
    const { host, port } = turns[(ask.turn + i) % turns.length]
    const connection = context.connect(host, port)
    const where = 'ip' in connection ? connection.ip : host
    if (connection.outcome === 'connected') {
      const response = connection.request({ method: request.method, path, headers, body: request.body })
      if (response.status !== 0) return { ...response, headers: { ...response.headers } }
      error(
        context,
        `upstream prematurely closed connection while reading response header from upstream, ${describe}, upstream: "http://${where}:${port}${path}", host: "${request.headers['host'] ?? ''}"`,
      )
      continue
    }
    if (connection.outcome === 'timeout') status = 504
    const why =
      connection.outcome === 'refused'
        ? 'connect() failed (111: Connection refused) while connecting to upstream'
        : connection.outcome === 'timeout'
          ? 'upstream timed out (110: Connection timed out) while connecting to upstream'
          : 'connect() failed (113: No route to host) while connecting to upstream'
    error(context, `${why}, ${describe}, upstream: "http://${where}:${port}${path}", host: "${request.headers['host'] ?? ''}"`)
  }
  return { ...pageOf(status), ...(status === 504 ? { delayMs: 60_000 } : {}) }
}

function error(context: ProcessContext, message: string): void {
  context.log((now) => `${goLogTime(now)} [error] 29#29: *1 ${message}`, 'stderr')
}

function fromFile(ask: Ask): Draft {
  const { request, context, path } = ask
  const { files } = context
  if (request.method !== 'GET' && request.method !== 'HEAD') return pageOf(405)
  const alias = ask.location?.directives.find((d) => d.name === 'alias')?.args[0]
  const root = directive(ask, 'root')?.args[0] ?? '/etc/nginx/html'
  const fileOf = (p: string) => (alias === undefined ? `${root.replace(/\/$/, '')}${p}` : alias + p.slice(ask.location!.pattern.length))
  const tries = directive(ask, 'try_files')?.args
  if (tries) {
    for (const [i, pattern] of tries.entries()) {
      const candidate = expand(pattern, ask)
      if (/^=\d{3}$/.test(candidate)) return pageOf(Number(candidate.slice(1)))
      const target = fileOf(candidate.replace(/\/$/, '') || '/')
      if (candidate.endsWith('/') ? files.isDirectory(target) : files.exists(target) && !files.isDirectory(target))
        return fileDraft(ask, candidate, fileOf)
      if (i === tries.length - 1 && ask.depth < 10)
        return answerLocation({
          ...ask,
          path: candidate,
          location: findLocation(ask.server, candidate),
          request: { ...request, path: candidate },
          depth: ask.depth + 1,
        })
    }
  }
  return fileDraft(ask, path, fileOf)
}

function fileDraft(ask: Ask, path: string, fileOf: (path: string) => string): Draft {
  const { context, request } = ask
  const { files } = context
  const target = fileOf(path)
  const describe = `client: ${request.remoteAddress}, server: ${ask.server.names[0] ?? ''}, request: "${request.method} ${request.path} HTTP/1.1", host: "${request.headers['host'] ?? ''}"`
  if (path.endsWith('/')) {
    const names = directive(ask, 'index')?.args ?? ['index.html']
    const found = names.find((n) => files.exists(target + n))
    if (found) return fileDraft(ask, path + found, fileOf)
    if (directive(ask, 'autoindex')?.args[0] === 'on' && files.isDirectory(target)) {
      const rows = ['<a href="../">../</a>', ...(files.list(target) ?? []).map((n) => `<a href="${n}">${n}</a>`)].join('\r\n')
      return {
        status: 200,
        headers: { 'content-type': 'text/html' },
        body: `<html>\r\n<head><title>Index of ${path}</title></head>\r\n<body>\r\n<h1>Index of ${path}</h1><hr><pre>${rows}\r\n</pre><hr></body>\r\n</html>\r\n`,
      }
    }
    if (!files.isDirectory(target)) {
      error(context, `"${target}${names[0]}" is not found (2: No such file or directory), ${describe}`)
      return pageOf(404)
    }
    error(context, `directory index of "${target}" is forbidden, ${describe}`)
    return pageOf(403)
  }
  if (files.isDirectory(target)) return { ...pageOf(301), headers: { location: `http://${request.headers['host'] ?? ''}${path}/` } }
  const body = files.read(target)
  if (body === undefined) {
    error(context, `open() "${target}" failed (2: No such file or directory), ${describe}`)
    return pageOf(404)
  }
  const changed = files.stat(target)?.changedAt ?? 0
  const type =
    TYPES[/\.(\w+)$/.exec(target)?.[1]?.toLowerCase() ?? ''] ?? directive(ask, 'default_type')?.args[0] ?? 'application/octet-stream'
  const etag = `"${Math.floor(changed / 1000).toString(16)}-${Buffer.byteLength(body).toString(16)}"`
  return {
    status: 200,
    headers: { 'content-type': type, 'last-modified': new Date(changed).toUTCString(), etag, 'accept-ranges': 'bytes' },
    body,
  }
}
