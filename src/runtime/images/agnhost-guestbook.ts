// agnhost guestbook: a store of keys with replicas that register at their primary, and a front end. Follows
// kubernetes/test/images/agnhost/guestbook/guestbook.go.
import type { HttpResponse, Json, ProcessContext, Program, Step } from '../process'
import { goAnswer, goEnd, goError, goNotFound } from './go-http'
import { flagOf, podIp, splitPath } from './servers'
import { goLog } from './times'

/** How long a replica tries to register, and how long it waits between, ms. */
const TIMEOUT = 15_000
const PAUSE = 1000
/** What is kept of keys, and of replicas. */
const MOST_KEPT = 1000

interface State {
  [key: string]: Json
  store: { [key: string]: string }
  replicas: string[]
  /** Registering since (ms); null once that is done, or for a primary. */
  since: number | null
}

interface Options {
  port: number
  backend: string
  replicaOf: string
}

/** The answer's body, or the error as http.Client words it. */
function dial(context: ProcessContext, host: string, port: string, request: string): string | Error {
  const at = `${host}:${port}`
  const url = `Get "http://${at}/${request}"`
  const connection = context.connect(host, Number(port))
  if (connection.outcome === 'unresolved') return new Error(`${url}: dial tcp: lookup ${host}: no such host`)
  if (connection.outcome === 'timeout')
    return new Error(`${url}: context deadline exceeded (Client.Timeout exceeded while awaiting headers)`)
  if (connection.outcome !== 'connected') return new Error(`${url}: dial tcp ${connection.ip}:${port}: connect: connection refused`)
  const response = connection.request({ path: `/${request}`, headers: { 'user-agent': 'Go-http-client/1.1' } })
  return response.status === 0 ? new Error(`${url}: EOF`) : response.body
}

function register(state: State, { backend, replicaOf }: Options, context: ProcessContext): Step {
  const now = context.env.now()
  if (now - (state.since ?? now) >= TIMEOUT) {
    goLog(context, 'Timed out while registering to primary.')
    return { state, exit: { code: 1 } }
  }
  const again = { state, wakeAt: now + PAUSE }
  const at = `${replicaOf}:${backend}`
  if (!context.resolve(replicaOf)) {
    goLog(context, `unable to get IP ${at}: dial udp: lookup ${replicaOf}: no such host. Retrying in 1s.`)
    return again
  }
  const request = `register?host=${podIp(context)}`
  goLog(context, `Registering to primary: ${at}/${request}`)
  const answer = dial(context, replicaOf, backend, request)
  if (answer instanceof Error) {
    goLog(context, `encountered error while registering to primary: ${answer.message}. Retrying in 1s.`)
    return again
  }
  const store = storeOf(answer)
  if (!store) {
    goLog(
      context,
      `Error while unmarshaling primary's response: invalid character ${JSON.stringify(answer[0] ?? '')} looking for beginning of value`,
    )
    return { state, exit: { code: 1 } }
  }
  goLog(context, `Registered to node: ${replicaOf}`)
  return { state: { ...state, store, since: null } }
}

function storeOf(answer: string): State['store'] | undefined {
  try {
    return (JSON.parse(answer) as { data?: State['store'] }).data ?? {}
  } catch {
    return undefined
  }
}

interface Answer {
  response: HttpResponse
  state?: Json
}

function set(state: State, query: URLSearchParams, { backend }: Options, context: ProcessContext): Answer {
  const [key, value] = [query.get('key') ?? '', query.get('value') ?? '']
  goLog(context, `GET /set?key=${key}&value=${value}`)
  if (key === '') return { response: goError(context, 'cannot set with empty key.', 400) }
  if (!Object.hasOwn(state.store, key) && Object.keys(state.store).length >= MOST_KEPT)
    return { response: goError(context, `kubesim keeps ${MOST_KEPT} keys`, 507) }
  const next: State = { ...state, store: { ...state.store, [key]: value } }
  for (const replica of state.replicas) {
    const answer = dial(context, replica, backend, `set?key=${key}&value=${value}`)
    if (answer instanceof Error)
      return {
        response: goError(context, `encountered error while propagating to replica '${replica}': ${answer.message}`, 417),
        state: next,
      }
  }
  return { response: goAnswer(context, '{"message":"Updated"}'), state: next }
}

function front(query: URLSearchParams, { backend }: Options, context: ProcessContext): HttpResponse {
  const [command, key, value] = [(query.get('cmd') ?? '').toLowerCase(), query.get('key') ?? '', query.get('value') ?? '']
  goLog(context, `GET /guestbook?cmd=${command}&key=${key}&value=${value}`)
  if (command !== 'get' && command !== 'set') return goError(context, `unsupported cmd: '${command}'`, 400)
  if (command === 'set' && key === '') return goError(context, 'cannot set with empty key.', 400)
  const host = command === 'get' ? 'agnhost-replica' : 'agnhost-primary'
  if (!context.resolve(host)) return goError(context, `host and/or port param are invalid. lookup ${host}: no such host`, 400)
  const answer = dial(context, host, backend, `${command}?key=${key}&value=${value}`)
  return answer instanceof Error ? goError(context, `encountered error: ${answer.message}`, 417) : goAnswer(context, answer)
}

function get(state: State, query: URLSearchParams, context: ProcessContext): HttpResponse {
  const key = query.get('key') ?? ''
  goLog(context, `GET /get?key=${key}`)
  const sorted = Object.fromEntries(Object.entries(state.store).sort(([a], [b]) => (a < b ? -1 : 1)))
  return goAnswer(context, JSON.stringify({ data: key === '' ? sorted : Object.hasOwn(state.store, key) ? state.store[key] : '' }))
}

function registered(state: State, query: URLSearchParams, context: ProcessContext): Answer {
  const ip = query.get('host') ?? ''
  goLog(context, `GET /register?host=${ip}`)
  goLog(context, `Node '${ip}' registered.`)
  const response = goAnswer(context, JSON.stringify({ data: state.store }))
  return { response, state: { ...state, replicas: [...state.replicas, ip].slice(-MOST_KEPT) } }
}

export function guestbook(argv: string[]): Program {
  const options: Options = {
    port: Number(flagOf(argv, 'http-port') || 80),
    backend: flagOf(argv, 'backend-port') || '6379',
    replicaOf: flagOf(argv, 'replicaof') ?? '',
  }
  return {
    start(context) {
      if (context.bound(options.port)) {
        goLog(context, `listen tcp :${options.port}: bind: address already in use`)
        return { state: null, exit: { code: 1 } }
      }
      const state: State = { store: {}, replicas: [], since: options.replicaOf ? context.env.now() : null }
      const step = options.replicaOf ? register(state, options, context) : { state }
      return { ...step, listeners: [{ port: options.port, protocol: 'TCP', handler: 'http' }] }
    },
    wake: (state, context) => ((state as State).since === null ? { state } : register(state as State, options, context)),
    signal: goEnd,
    http(raw, request, _listener, context) {
      const state = raw as State
      const { path, query } = splitPath(request.path)
      if (path === '/register') return registered(state, query, context)
      if (path === '/get') return { response: get(state, query, context) }
      if (path === '/set') return set(state, query, options, context)
      if (path === '/guestbook') return { response: front(query, options, context) }
      return { response: goNotFound(context) }
    },
  }
}
