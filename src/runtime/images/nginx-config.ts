// nginx configuration: parsing, includes, and what of it decides an answer.
import { BoundedRegExp } from '../../lib/bounded-regexp'

export interface Directive {
  name: string
  args: string[]
  block?: Directive[]
  file: string
  line: number
}

/** `message` as `nginx: [emerg] …` prints it. */
export class ConfigProblem extends Error {}

export interface Location {
  modifier: string
  pattern: string
  directives: Directive[]
}

export interface Server {
  listens: { port: number; isDefault: boolean; tls: boolean }[]
  names: string[]
  directives: Directive[]
  locations: Location[]
}

export interface Upstream {
  servers: { host: string; port: number; weight: number }[]
}

export interface Config {
  servers: Server[]
  upstreams: Record<string, Upstream>
  daemon: boolean
  accessLog: boolean
  /** The variable that decides whether a request is logged, without its `$`. */
  logIf?: string
  /** Variables made by `map`: from another one, by exact value, `~expression`, or default. */
  maps: Record<string, { from: string; values: [string, string][] }>
}

const DIRECTIVES = new Set(
  'worker_processes worker_connections error_log pid events http server location upstream listen server_name root alias index return rewrite proxy_pass proxy_set_header proxy_http_version proxy_read_timeout proxy_connect_timeout proxy_send_timeout proxy_buffering proxy_redirect proxy_cache_bypass proxy_ssl_verify proxy_buffers proxy_buffer_size proxy_next_upstream try_files add_header default_type types include sendfile tcp_nopush tcp_nodelay keepalive_timeout keepalive gzip gzip_types gzip_min_length gzip_vary gzip_proxied gzip_comp_level log_format access_log error_page autoindex stub_status allow deny auth_basic auth_basic_user_file client_max_body_size client_body_buffer_size expires set if map resolver resolver_timeout ssl ssl_certificate ssl_certificate_key ssl_protocols ssl_ciphers ssl_prefer_server_ciphers ssl_session_cache ssl_session_timeout server_tokens charset user daemon internal limit_req limit_req_zone limit_conn limit_conn_zone large_client_header_buffers types_hash_max_size underscores_in_headers absolute_redirect port_in_redirect server_name_in_redirect fastcgi_pass fastcgi_param fastcgi_index fastcgi_split_path_info real_ip_header set_real_ip_from stream zone least_conn ip_hash hash break last_modified etag open_file_cache env master_process load_module multi_accept use http2 client_body_temp_path proxy_temp_path fastcgi_temp_path uwsgi_temp_path scgi_temp_path sub_filter sub_filter_once server_names_hash_bucket_size reset_timedout_connection send_timeout client_header_timeout client_body_timeout chunked_transfer_encoding ssi log_not_found proxy_hide_header proxy_pass_header proxy_intercept_errors proxy_request_buffering proxy_cache proxy_cache_path proxy_cache_valid js_import js_content uwsgi_pass grpc_pass mirror satisfy'.split(
    ' ',
  ),
)

/** Parses a file; `read` gives others that it includes (a path, or a pattern's matches). */
export function parseConfig(text: string, file: string, include: (pattern: string) => { path: string; text: string }[]): Directive[] {
  let at = 0
  let line = 1
  function token(): { text: string; quoted: boolean; line: number } | undefined {
    for (;;) {
      const c = text[at]
      if (c === undefined) return undefined
      if (c === '\n') line++
      if (/\s/.test(c)) at++
      else if (c === '#') while (at < text.length && text[at] !== '\n') at++
      else break
    }
    const begun = line
    const c = text[at]
    if (c === ';' || c === '{' || c === '}') {
      at++
      return { text: c, quoted: false, line: begun }
    }
    if (c === '"' || c === "'") {
      let out = ''
      at++
      while (at < text.length && text[at] !== c) {
        if (text[at] === '\n') line++
        if (text[at] === '\\' && (text[at + 1] === c || text[at + 1] === '\\')) at++
        else if (text[at] === '\\' && 'nrt'.includes(text[at + 1] ?? ' ')) {
          out += { n: '\n', r: '\r', t: '\t' }[text[at + 1] as 'n']
          at += 2
          continue
        }
        out += text[at++]
      }
      if (at >= text.length) throw new ConfigProblem(`unexpected end of file, expecting ";" or "}" in ${file}:${line}`)
      at++
      return { text: out, quoted: true, line: begun }
    }
    let out = ''
    while (at < text.length && !/[\s;{}]/.test(text[at])) {
      if (text.startsWith('${', at)) {
        const end = text.indexOf('}', at)
        out += text.slice(at, end + 1)
        at = end + 1
        continue
      }
      if (text[at] === '\\' && at + 1 < text.length) out += text[at++]
      out += text[at++]
    }
    return { text: out, quoted: false, line: begun }
  }
  function block(inner: boolean): Directive[] {
    const out: Directive[] = []
    for (;;) {
      const first = token()
      if (!first) {
        if (inner) throw new ConfigProblem(`unexpected end of file, expecting "}" in ${file}:${line}`)
        return out
      }
      if (!first.quoted && first.text === '}') {
        if (inner) return out
        throw new ConfigProblem(`unexpected "}" in ${file}:${first.line}`)
      }
      if (!first.quoted && first.text === ';') throw new ConfigProblem(`unexpected ";" in ${file}:${first.line}`)
      const directive: Directive = { name: first.text, args: [], file, line: first.line }
      for (;;) {
        const next = token()
        if (!next) throw new ConfigProblem(`unexpected end of file, expecting ";" or "}" in ${file}:${line}`)
        if (!next.quoted && next.text === ';') break
        if (!next.quoted && next.text === '{') {
          directive.block = block(true)
          break
        }
        if (!next.quoted && next.text === '}') throw new ConfigProblem(`unexpected "}" in ${file}:${next.line}`)
        directive.args.push(next.text)
      }
      if (directive.name === 'include') {
        for (const other of include(directive.args[0] ?? '')) out.push(...parseConfig(other.text, other.path, include))
      } else out.push(directive)
    }
  }
  return block(false)
}

/** Checks names and collects servers; throws ConfigProblem. */
export function readConfig(directives: Directive[]): Config {
  const config: Config = { servers: [], upstreams: {}, daemon: true, accessLog: true, maps: {} }
  for (const d of directives) {
    check(d)
    if (d.name === 'daemon') config.daemon = d.args[0] !== 'off'
    if (d.name === 'http') for (const inner of d.block ?? []) httpDirective(config, inner)
  }
  return config
}

/** Blocks whose entries are values, not directives. */
const VALUES = new Set(['types', 'map', 'geo', 'split_clients', 'stream'])

function check(d: Directive): void {
  if (!DIRECTIVES.has(d.name)) throw new ConfigProblem(`unknown directive "${d.name}" in ${d.file}:${d.line}`)
  if (d.block && !VALUES.has(d.name)) for (const inner of d.block) check(inner)
}

function httpDirective(config: Config, d: Directive): void {
  if (d.name === 'upstream') {
    const servers = (d.block ?? [])
      .filter((s) => s.name === 'server')
      .map((s) => {
        const [host, port] = s.args[0].split(':')
        return { host, port: Number(port ?? 80), weight: Number(/weight=(\d+)/.exec(s.args.join(' '))?.[1] ?? 1) }
      })
    config.upstreams[d.args[0]] = { servers }
  } else if (d.name === 'access_log') {
    config.accessLog = d.args[0] !== 'off'
    const condition = d.args.find((a) => a.startsWith('if=$'))
    if (condition) config.logIf = condition.slice(4)
  } else if (d.name === 'map') {
    const values = (d.block ?? []).map((entry): [string, string] => [entry.name, entry.args[0] ?? ''])
    config.maps[d.args[1]?.replace(/^\$/, '') ?? ''] = { from: d.args[0] ?? '', values }
  } else if (d.name === 'server') {
    const directives = d.block ?? []
    const listens = directives
      .filter((x) => x.name === 'listen')
      .map((x) => ({ port: portOf(x), isDefault: x.args.includes('default_server'), tls: x.args.includes('ssl') }))
      .filter((x) => x.port > 0)
    const locations = directives.filter((x) => x.name === 'location').map(locationOf)
    config.servers.push({
      listens: listens.length > 0 ? listens : [{ port: 80, isDefault: false, tls: false }],
      names: directives.filter((x) => x.name === 'server_name').flatMap((x) => x.args),
      directives,
      locations,
    })
  }
}

function portOf(d: Directive): number {
  const text = d.args[0] ?? '80'
  if (text.startsWith('unix:')) return 0
  const port = /(?:^|:)(\d+)$/.exec(text)?.[1]
  const value = port === undefined ? 80 : Number(port)
  if (value > 65535 || (port === undefined && !/^[\w.*[\]:-]+$/.test(text)))
    throw new ConfigProblem(`invalid port in "${text}" of the "listen" directive in ${d.file}:${d.line}`)
  return value
}

function locationOf(d: Directive): Location {
  const [first, second] = d.args
  return second === undefined
    ? { modifier: '', pattern: first ?? '/', directives: d.block ?? [] }
    : { modifier: first, pattern: second, directives: d.block ?? [] }
}

/** The location for a path: exact, then the longest prefix (`^~` ends the search), then the first matching expression. */
export function findLocation(server: Server, path: string): Location | undefined {
  const exact = server.locations.find((l) => l.modifier === '=' && l.pattern === path)
  if (exact) return exact
  const prefixes = server.locations.filter((l) => (l.modifier === '' || l.modifier === '^~') && path.startsWith(l.pattern))
  const longest = prefixes.sort((a, b) => b.pattern.length - a.pattern.length)[0]
  if (longest?.modifier === '^~') return longest
  const expression = server.locations.find(
    (l) => l.modifier.startsWith('~') && new BoundedRegExp(l.pattern, l.modifier === '~*' ? 'i' : '').test(path),
  )
  return expression ?? longest
}

/** The server for a port and a Host header. */
export function findServer(config: Config, port: number, host: string): Server | undefined {
  const candidates = config.servers.filter((s) => s.listens.some((l) => l.port === port))
  const name = host.replace(/:\d+$/, '').toLowerCase()
  return (
    candidates.find((s) => s.names.some((n) => n.toLowerCase() === name || (n.startsWith('*.') && name.endsWith(n.slice(1))))) ??
    candidates.find((s) => s.listens.some((l) => l.port === port && l.isDefault)) ??
    candidates[0]
  )
}
