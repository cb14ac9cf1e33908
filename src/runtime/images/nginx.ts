// nginx: a web server and proxy that follows the configuration and the files in its container.
import { reasonOf } from '../http-text'
import type { Command, Files, HttpRequest, HttpResponse, Image, Json, ProcessContext, Program, Step } from '../process'
import { extraCommands } from '../shell/catalogue'
import { type Config, ConfigProblem, findLocation, findServer, parseConfig, readConfig } from './nginx-config'
import { CONF, DEFAULT_SERVER, errorPage, WELCOME } from './nginx-files'
import { answerLocation, isLogged, unresolvedUpstream } from './nginx-proxy'
import { accessLogTime, goLogTime } from './times'

/** nginx tries to bind again this often, so many times, before it gives up. */
const BIND_PAUSE = 500
const BIND_TRIES = 5

interface State {
  [key: string]: Json
  /** The whole configuration as it was read, file by file; null while it is the image's own. */
  files: { path: string; text: string }[] | null
  tries: number
  /** Requests and upstream turns so far. */
  turn: number
}

const parsed = new Map<string, Config>()

function configOf(files: State['files']): Config {
  const all = files ?? [
    { path: '/etc/nginx/nginx.conf', text: CONF },
    { path: '/etc/nginx/conf.d/default.conf', text: DEFAULT_SERVER },
  ]
  const key = all.map((f) => `${f.path}\0${f.text}`).join('\0')
  let config = parsed.get(key)
  if (!config) {
    config = readConfig(parseConfig(all[0].text, all[0].path, (pattern) => all.slice(1).filter((f) => matchesInclude(pattern, f.path))))
    if (parsed.size > 50) parsed.clear()
    parsed.set(key, config)
  }
  return config
}

function matchesInclude(pattern: string, path: string): boolean {
  const absolute = pattern.startsWith('/') ? pattern : `/etc/nginx/${pattern}`
  return new RegExp(`^${absolute.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')}$`).test(path)
}

/** Reads the configuration and all it includes; null when it is the image's own, so that the state stays small. */
function readFiles(files: Files): State['files'] {
  const main = files.read('/etc/nginx/nginx.conf') ?? ''
  const out = [{ path: '/etc/nginx/nginx.conf', text: main }]
  const seen = new Set<string>()
  function follow(text: string): void {
    for (const [, pattern] of text.matchAll(/^\s*include\s+([^;]+);/gm)) {
      const absolute = pattern.startsWith('/') ? pattern : `/etc/nginx/${pattern}`
      const directory = absolute.replace(/\/[^/]*$/, '')
      const names = absolute.includes('*')
        ? (files.list(directory) ?? []).map((n) => `${directory}/${n}`).filter((p) => matchesInclude(absolute, p))
        : [absolute]
      for (const path of names) {
        if (seen.has(path) || path === '/etc/nginx/mime.types') continue
        seen.add(path)
        const inner = files.read(path)
        if (inner === undefined) {
          if (!absolute.includes('*'))
            throw new ConfigProblem(`open() "${path}" failed (2: No such file or directory) in /etc/nginx/nginx.conf:1`)
          continue
        }
        out.push({ path, text: inner })
        follow(inner)
      }
    }
  }
  follow(main)
  const own = main === CONF && out.length === 2 && out[1].text === DEFAULT_SERVER
  return own ? null : out
}

function emerg(context: ProcessContext, message: string): void {
  context.log(`${goLogTime(context.env.now())} [emerg] 1#1: ${message}`, 'stderr')
  context.log(`nginx: [emerg] ${message}`, 'stderr')
}

function start(context: ProcessContext): Step {
  try {
    const files = readFiles(context.files)
    const config = configOf(files)
    const missing = unresolvedUpstream(config, context)
    if (missing) throw new ConfigProblem(missing)
    const state: State = { files, tries: 0, turn: 0 }
    // `daemon off;` comes by -g; without it process 1 would end at once.
    if (config.daemon && !context.argv.some((a) => a.includes('daemon off')) && context.argv.some((a) => /(^|\/)nginx$/.test(a)))
      return { state, exit: { code: 0 } }
    return bind(state, context)
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error
    emerg(context, error.message)
    return { state: null, exit: { code: 1 } }
  }
}

function bind(state: State, context: ProcessContext): Step {
  const config = configOf(state.files)
  const listens = new Map(config.servers.flatMap((s) => s.listens).map((l) => [l.port, l.tls]))
  const taken = [...listens.keys()].filter((p) => context.bound(p))
  if (taken.length === 0) {
    const listeners = [...listens].map(([port, tls]) => ({
      port,
      protocol: 'TCP' as const,
      handler: 'http' as const,
      ...(tls ? { tls } : {}),
    }))
    return { state: { ...state, tries: 0 }, listeners }
  }
  for (const port of taken) emerg(context, `bind() to 0.0.0.0:${port} failed (98: Address already in use)`)
  if (state.tries + 1 < BIND_TRIES)
    return { state: { ...state, tries: state.tries + 1 }, listeners: [], wakeAt: context.env.now() + BIND_PAUSE }
  emerg(context, 'still could not bind()')
  return { state, exit: { code: 1 } }
}

function versionOf(tag: string): string {
  const parts = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(tag)
  if (!parts) return '1.29.3'
  const last: Record<string, string> = {
    '1.25': '5',
    '1.26': '3',
    '1.27': '5',
    '1.28': '0',
    '1.29': '3',
    '1.24': '0',
    '1.23': '4',
    '1.22': '1',
    '1.21': '6',
    '1.20': '2',
    '1.19': '10',
    '1.18': '0',
    '1.17': '10',
    '1.16': '1',
    '1.15': '12',
    '1.14': '2',
  }
  return `${parts[1]}.${parts[2]}.${parts[3] ?? last[`${parts[1]}.${parts[2]}`] ?? '0'}`
}

function server(tag: string): Program {
  const version = `nginx/${versionOf(tag)}`
  return {
    start,
    wake: (state, context) => ((state as State).tries > 0 ? bind(state as State, context) : { state }),
    signal(state, signal, context) {
      if (signal === 'SIGHUP') return reload(state as State, context)
      if (signal === 'SIGUSR1' || signal === 'SIGUSR2' || signal === 'SIGWINCH') return { state }
      return { state, exit: { code: 0 } }
    },
    http(raw, request, listener, context) {
      const state = raw as State
      const config = configOf(state.files)
      const response = respond(config, state, request, listener.port, version, context)
      const turn = Object.keys(config.upstreams).length > 0 ? { state: { ...state, turn: state.turn + 1 } } : {}
      const own = config.servers[0]
      if (
        !response.quiet &&
        own &&
        isLogged({ config, server: own, location: undefined, request, path: request.path, turn: 0, context, depth: 0 })
      )
        access(context, request, response)
      return { response: finish(response, request, version, context), ...turn }
    },
  }
}

/** HUP: the new configuration when it is good, the old one otherwise. */
function reload(state: State, context: ProcessContext): Step {
  try {
    const files = readFiles(context.files)
    configOf(files)
    return bind({ ...state, files }, context)
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error
    context.log(`${goLogTime(context.env.now())} [emerg] 1#1: ${error.message}`, 'stderr')
    return { state }
  }
}

/** An answer before the headers every answer has. */
export interface Draft extends HttpResponse {
  /** Not to be logged. */
  quiet?: boolean
  /** The page is nginx's own for this status. */
  page?: boolean
}

function respond(config: Config, state: State, request: HttpRequest, port: number, version: string, context: ProcessContext): Draft {
  if (request.method !== 'GET' && !/^[A-Z]+$/.test(request.method)) return { status: 400, headers: {}, body: '', page: true }
  const own = findServer(config, port, request.headers['host'] ?? '')
  if (!own) return { status: 404, headers: {}, body: '', page: true }
  const path = decode(request.path.split('?', 1)[0])
  const draft = answerLocation({
    config,
    server: own,
    location: findLocation(own, path),
    request,
    path,
    turn: state.turn,
    context,
    depth: 0,
  })
  if (!draft.page) return draft
  const replaced = own.directives.filter((d) => d.name === 'error_page').find((d) => d.args.includes(String(draft.status)))
  const target = replaced?.args.at(-1)
  if (target?.startsWith('/')) {
    const page = answerLocation({
      config,
      server: own,
      location: findLocation(own, target),
      request: { ...request, path: target },
      path: target,
      turn: state.turn,
      context,
      depth: 1,
    })
    if (!page.page) return { ...page, status: replaced!.args.some((a) => a.startsWith('=')) ? page.status : draft.status }
  }
  return {
    ...draft,
    headers: { 'content-type': 'text/html', ...draft.headers },
    body: errorPage(draft.status, reasonOf(draft.status), version),
  }
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function finish(draft: Draft, request: HttpRequest, version: string, context: ProcessContext): HttpResponse {
  const { quiet: _, page: __, ...response } = draft
  const { 'content-type': type, ...others } = draft.headers
  const head: Record<string, string> = { server: version, date: context.dateHeader() }
  if (type !== undefined) head['content-type'] = type
  if (!('content-length' in others)) head['content-length'] = String(Buffer.byteLength(draft.body))
  head['connection'] = request.headers['connection'] === 'close' ? 'close' : 'keep-alive'
  return { ...response, headers: { ...head, ...others }, body: request.method === 'HEAD' ? '' : draft.body }
}

function access(context: ProcessContext, request: HttpRequest, response: HttpResponse): void {
  const size = request.method === 'HEAD' ? 0 : Buffer.byteLength(response.body)
  const field = (name: string) => request.headers[name] ?? '-'
  const said = `"${request.method} ${request.path} HTTP/1.1" ${response.status} ${size} "${field('referer')}" "${field('user-agent')}" "${field('x-forwarded-for')}"`
  context.log((now) => `${request.remoteAddress} - - [${accessLogTime(now)}] ${said}`)
}

const control: Command = (io) => {
  const tag = /:([^:/@]+)(?:@|$)/.exec(io.process.container.image)?.[1] ?? 'latest'
  if (io.args[0] === '-v') io.err(`nginx version: nginx/${versionOf(tag)}\n`)
  else if (io.args.includes('-t') || io.args.includes('-T')) {
    try {
      const files = readFiles(io.files)
      const config = configOf(files)
      const missing = unresolvedUpstream(config, io.process)
      if (missing) throw new ConfigProblem(missing)
      io.err(
        'nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n',
      )
      if (io.args.includes('-T'))
        for (const f of files ?? [
          { path: '/etc/nginx/nginx.conf', text: CONF },
          { path: '/etc/nginx/conf.d/default.conf', text: DEFAULT_SERVER },
        ])
          io.out(`# configuration file ${f.path}:\n${f.text}\n`)
    } catch (error) {
      if (!(error instanceof ConfigProblem)) throw error
      io.err(`nginx: [emerg] ${error.message}\nnginx: configuration file /etc/nginx/nginx.conf test failed\n`)
      return 1
    }
  } else if (io.args[0] === '-s') {
    const signals = { reload: 'SIGHUP', quit: 'SIGQUIT', stop: 'SIGTERM', reopen: 'SIGUSR1' } as const
    const signal = signals[io.args[1] as keyof typeof signals]
    if (!signal) {
      io.err(`nginx: invalid option: "-s ${io.args[1] ?? ''}"\n`)
      return 1
    }
    io.err(`${goLogTime(io.process.env.now())} [notice] ${30 + Math.floor(io.process.env.random() * 70)}#0: signal process started\n`)
    io.kill(1, signal)
  } else {
    for (let i = 0; i < BIND_TRIES; i++) io.err('nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)\n')
    io.err('nginx: [emerg] still could not bind()\n')
    return 1
  }
  return 0
}

export const nginx: Image = {
  repositories: [
    'nginx',
    'bitnami/nginx',
    'registry.k8s.io/nginx-slim',
    'k8s.gcr.io/nginx-slim',
    'gcr.io/google_containers/nginx-slim',
    'registry.k8s.io/e2e-test-images/nginx',
    'public.ecr.aws/nginx/nginx',
  ],
  // Released: minor versions up to 1.29, each with at most 27 patches.
  hasTag: (tag) => {
    const version = /^v?(\d+)(?:\.(\d+)(?:\.(\d+))?)?(?:-[\w.-]+)?$/.exec(tag)
    if (!version) return /^(?:latest|stable|mainline|alpine|perl|otel|alpine-slim|bookworm|trixie|bullseye|buster)/.test(tag)
    return Number(version[1]) <= 1 && Number(version[2] ?? 0) <= 29 && Number(version[3] ?? 0) <= 27
  },
  entrypoint: ['/docker-entrypoint.sh'],
  command: ['nginx', '-g', 'daemon off;'],
  variant: (tag) => ({
    variables: { NGINX_VERSION: versionOf(tag), NJS_VERSION: '0.8.4', NJS_RELEASE: '2~bookworm', PKG_RELEASE: '1~bookworm' },
  }),
  ports: [80],
  stopSignal: 'SIGQUIT',
  sizeBytes: 71_005_258,
  userland: 'debian',
  titles: (argv) => [`nginx: master process ${argv.join(' ')}`, 'nginx: worker process'],
  commands: { nginx: control, ...extraCommands('curl') },
  files: {
    '/docker-entrypoint.sh': '#!/bin/sh\nexec "$@"\n',
    '/etc/nginx/nginx.conf': CONF,
    '/etc/nginx/conf.d/default.conf': DEFAULT_SERVER,
    '/etc/nginx/mime.types':
      'types {\n    text/html  html htm shtml;\n    text/css  css;\n    application/json  json;\n    text/plain  txt;\n}\n',
    '/usr/share/nginx/html/index.html': WELCOME,
    '/usr/share/nginx/html/50x.html':
      '<!DOCTYPE html>\n<html>\n<head>\n<title>Error</title>\n</head>\n<body>\n<h1>An error occurred.</h1>\n<p>Sorry, the page you are looking for is currently unavailable.<br/>\nPlease try again later.</p>\n</body>\n</html>\n',
    '/usr/sbin/nginx': '',
  },
  program(argv, tag) {
    const [first, second] = argv.map((a) => a.replace(/^.*\//, ''))
    const own = first === 'docker-entrypoint.sh' ? second : first
    // Under another name than the entrypoint's, -t, -v and -s are commands.
    return own === 'nginx' && !argv.some((a) => /^-[tTvVsh]$/.test(a)) ? server(tag) : undefined
  },
}
