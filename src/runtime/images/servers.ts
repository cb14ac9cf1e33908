// What small HTTP servers of the catalogue share: a port, an answer, how they start and end.
import type { HttpRequest, HttpResponse, Json, Listener, ProcessContext, Program } from '../process'
import { goEnd } from './go-http'

export interface ServerOptions {
  ports(context: ProcessContext): number[]
  respond(request: HttpRequest, context: ProcessContext, listener: Listener, state: Json): HttpResponse
  /** Lines it writes once it listens. */
  started?(context: ProcessContext): void
  /** What it writes when a port is taken, before it ends with `code`. */
  taken?(context: ProcessContext, port: number): number
  /** Exit code on SIGTERM; `go`: what a Go program without a handler does; undefined: it has none and, as process 1, ignores it. */
  onTerm?: number | 'go'
  tls?: boolean
}

export function httpServer(options: ServerOptions): Program {
  return {
    start(context) {
      const ports = options.ports(context)
      const taken = ports.find((p) => context.bound(p))
      if (taken !== undefined) return { state: null, exit: { code: options.taken?.(context, taken) ?? 1 } }
      options.started?.(context)
      return {
        state: null,
        listeners: ports.map((port) => ({ port, protocol: 'TCP', handler: 'http', ...(options.tls ? { tls: true } : {}) })),
      }
    },
    signal(state, signal, context) {
      if (options.onTerm === 'go') return goEnd(state, signal, context)
      if (options.onTerm === undefined || (signal !== 'SIGTERM' && signal !== 'SIGINT' && signal !== 'SIGQUIT')) return undefined
      return { state, exit: { code: options.onTerm } }
    },
    http: (state, request, listener, context) => ({ response: options.respond(request, context, listener, state) }),
  }
}

export function plain(body: string, status = 200): HttpResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body }
}

/** Path without its query, and the query. */
export function splitPath(path: string): { path: string; query: URLSearchParams } {
  const at = path.indexOf('?')
  return { path: at < 0 ? path : path.slice(0, at), query: new URLSearchParams(at < 0 ? '' : path.slice(at + 1)) }
}

/** The value of a flag: `-name=x`, `--name x`, undefined when it is not there. */
export function flagOf(argv: string[], name: string): string | undefined {
  for (const [i, arg] of argv.entries()) {
    const bare = arg.replace(/^--?/, '')
    if (bare === arg) continue
    if (bare === name) return argv[i + 1] !== undefined && !argv[i + 1].startsWith('-') ? argv[i + 1] : ''
    if (bare.startsWith(`${name}=`)) return bare.slice(name.length + 1)
  }
  return undefined
}

/** The name of an executable without its directory. */
export function executable(argv: string[]): string {
  return (argv[0] ?? '').replace(/^.*\//, '')
}

/** A port a client calls from; nobody looks closely. */
export function clientPort(context: ProcessContext): number {
  return 32768 + Math.floor(context.env.random() * 28000)
}

export function hostnameOf(context: ProcessContext): string {
  return context.variables['HOSTNAME'] ?? context.pod.metadata.name
}

export function podIp(context: ProcessContext): string {
  return context.pod.status?.podIP ?? '127.0.0.1'
}
