// Images that users describe: ports with routes or fixed replies, start-up time, dependencies, logs, an end; or a real local process.
import type { Records } from '../../api/contracts'
import { parseDuration } from '../../lib/ages'
import { ownEntry } from '../../lib/own-entry'
import { expandReferences } from '../environment-references'
import type { Passed } from '../http-watch'
import { requestLocalProcess, streamLocalProcess } from '../local-process'
import type { HttpRequest, HttpResponse, Image, Json, Listener, ProcessContext, Program, Step, Userland } from '../process'

/** Record table: image name, `/` written as `~`. */
const TABLE = 'images'

export interface RouteSpec {
  /** Exact path, or a beginning that ends in `*`. Default `*`. */
  path?: string
  method?: string
  status?: number
  headers?: Record<string, string>
  /** `$(NAME)` stands for the container's variables, `$(POD_IP)`, `$(PATH_ASKED)` besides. */
  body?: string
  /** Time until the answer: `200ms`. */
  delay?: string
  /** Share of the requests that fail with 500, from 0 to 1. */
  errorRate?: number
}

export interface ListenSpec {
  port: number
  protocol?: 'TCP' | 'UDP' | 'SCTP'
  routes?: RouteSpec[]
  /** Fixed answer to whatever is sent, for protocols other than HTTP. */
  reply?: string
  /** A server on this machine that answers: `127.0.0.1:3000`. */
  process?: string
}

export interface ImageSpec {
  image: string
  /** Tags that exist; without it all do. */
  tags?: string[]
  userland?: Userland
  size?: number
  environment?: Record<string, string>
  files?: Record<string, string>
  /** Time from the container's start until it listens: `3s`. */
  startupTime?: string
  listen?: ListenSpec[]
  /** Servers it needs before it listens. */
  dependsOn?: { host: string; port: number; timeout?: string; exitCode?: number; message?: string }[]
  /** Lines it writes once it runs. */
  logs?: string[]
  /** False: requests leave no line in the log. */
  logRequests?: boolean
  /** It ends by itself. */
  exit?: { after?: string; code?: number; message?: string }
  /** Exit code on SIGTERM; `ignore` leaves it running. Default 0. */
  onTerm?: number | 'ignore'
}

/** How long a dependency is looked for, ms, when nothing is said, and how often. */
const DEPENDENCY_TIMEOUT = 10_000
const RETRY = 500

function ms(text: string | undefined): number {
  return text === undefined ? 0 : parseDuration(text)
}

interface State {
  [key: string]: Json
  started: number
  stage: 'starting' | 'needs' | 'runs'
}

function step(spec: ImageSpec, state: State, context: ProcessContext): Step {
  const now = context.env.now()
  const variable = (name: string) => ownEntry(context.variables, name)
  const ready = state.started + ms(spec.startupTime)
  if (now < ready) return { state, listeners: [], wakeAt: ready }
  if (state.stage !== 'runs') {
    for (const need of spec.dependsOn ?? []) {
      const host = expandReferences(need.host, variable)
      if (context.connect(host, need.port).outcome === 'connected') continue
      const until = ready + (need.timeout === undefined ? DEPENDENCY_TIMEOUT : ms(need.timeout))
      if (now < until) return { state: { ...state, stage: 'needs' }, listeners: [], wakeAt: Math.min(now + RETRY, until) }
      context.log(need.message ?? `cannot reach ${host}:${need.port}`, 'stderr')
      return { state, exit: { code: need.exitCode ?? 1 } }
    }
    for (const line of spec.logs ?? []) context.log(expandReferences(line, variable))
  }
  const taken = (spec.listen ?? []).find((l) => context.bound(l.port, l.protocol ?? 'TCP'))
  if (taken && state.stage !== 'runs') {
    context.log(`listen tcp :${taken.port}: bind: address already in use`, 'stderr')
    return { state, exit: { code: 1 } }
  }
  const next: State = { ...state, stage: 'runs' }
  const ends = spec.exit ? ready + ms(spec.exit.after) : undefined
  if (ends !== undefined && now >= ends) {
    if (spec.exit?.message) context.log(spec.exit.message, 'stderr')
    return { state: next, exit: { code: spec.exit?.code ?? 0 } }
  }
  return { state: next, listeners: (spec.listen ?? []).map(listenerOf), ...(ends === undefined ? {} : { wakeAt: ends }) }
}

function listenerOf(listen: ListenSpec): Listener {
  const protocol = listen.protocol ?? 'TCP'
  const http = protocol === 'TCP' && listen.reply === undefined
  return { port: listen.port, protocol, handler: http ? 'http' : 'stream', ...(listen.process ? { process: listen.process } : {}) }
}

function answer(listen: ListenSpec | undefined, request: HttpRequest, context: ProcessContext): HttpResponse {
  if (listen?.process) return requestLocalProcess(listen.process, request)
  const path = request.path.split('?', 1)[0]
  const route = (listen?.routes ?? []).find((r) => matches(r, request.method, path))
  if (!route)
    return {
      status: listen?.routes ? 404 : 200,
      headers: { 'content-type': 'text/plain' },
      body: listen?.routes ? '404 page not found\n' : 'OK\n',
    }
  const delayMs = ms(route.delay)
  const late = delayMs > 0 ? { delayMs } : {}
  if (route.errorRate !== undefined && context.env.random() < route.errorRate) {
    return { status: 500, headers: { 'content-type': 'text/plain' }, body: 'Internal Server Error\n', ...late }
  }
  const variables = { ...context.variables, POD_IP: context.pod.status?.podIP ?? '', PATH_ASKED: path }
  const headers: Record<string, string> = { 'content-type': 'text/plain; charset=utf-8' }
  for (const [name, value] of Object.entries(route.headers ?? {})) headers[name.toLowerCase()] = String(value)
  return { status: route.status ?? 200, headers, body: expandReferences(route.body ?? '', (name) => ownEntry(variables, name)), ...late }
}

function matches(route: RouteSpec, method: string, path: string): boolean {
  if (route.method !== undefined && route.method.toUpperCase() !== method) return false
  const pattern = route.path ?? '*'
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern
}

function logRequest(spec: ImageSpec, { method, path, status }: Passed, context: ProcessContext): void {
  if (spec.logRequests !== false) context.log(`${method} ${path} ${status}`)
}

function programOf(spec: ImageSpec): Program {
  const at = (listener: Listener) => spec.listen?.find((l) => l.port === listener.port && (l.protocol ?? 'TCP') === listener.protocol)
  return {
    start: (context) => step(spec, { started: context.env.now(), stage: 'starting' }, context),
    wake: (state, context) => step(spec, state as State, context),
    signal(state, signal) {
      if (spec.onTerm === 'ignore' || (signal !== 'SIGTERM' && signal !== 'SIGINT')) return undefined
      return { state, exit: { code: spec.onTerm ?? 0 } }
    },
    http(_state, request, listener, context) {
      const response = answer(at(listener), request, context)
      logRequest(spec, { ...request, status: response.status }, context)
      return { response }
    },
    passed: (passed, _listener, context) => logRequest(spec, passed, context),
    stream(_state, data, listener) {
      const listen = at(listener)
      if (data === '') return { data: '' }
      return { data: listen?.process ? streamLocalProcess(listen.process, data) : (listen?.reply ?? '') }
    },
  }
}

/** The image a description stands for. */
export function imageOfSpec(spec: ImageSpec): Image {
  return {
    repositories: [spec.image],
    ...(spec.tags ? { hasTag: (tag: string) => spec.tags!.includes(tag) } : {}),
    entrypoint: ['/server'],
    sizeBytes: spec.size ?? 20_000_000,
    userland: spec.userland ?? 'alpine',
    ports: (spec.listen ?? []).map((l) => l.port),
    variables: spec.environment ?? {},
    files: { '/server': '', ...spec.files },
    program: (argv) => (argv[0] === '/server' ? programOf(spec) : undefined),
  }
}

function keyOf(name: string): string {
  return name.replaceAll('/', '~')
}

export function userImages(records: Records): ImageSpec[] {
  return records.list<ImageSpec>(TABLE).map(([, spec]) => spec)
}

const made = new WeakMap<ImageSpec, Image>()

/** The user's own image of this name (without tag), undefined when there is none. */
export function userImage(records: Records, name: string): Image | undefined {
  const spec = records.get<ImageSpec>(TABLE, keyOf(name))
  if (!spec) return undefined
  let image = made.get(spec)
  if (!image) {
    image = imageOfSpec(spec)
    made.set(spec, image)
  }
  return image
}

/** Adds or replaces a description; undefined removes it. */
export function putUserImage(records: Records, name: string, spec: ImageSpec | undefined): void {
  records.put<ImageSpec>(TABLE, keyOf(name), spec)
}
