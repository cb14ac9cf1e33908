// What the images of the cluster's own components share: ports, health checks, a binary.
import type { HttpResponse, Image, Listener, ProcessContext, Program } from '../process'
import { goNotFound } from './go-http'
import { executable, plain, splitPath } from './servers'

interface Port {
  port: number
  protocol?: Listener['protocol']
  tls?: boolean
  stream?: boolean
  local?: boolean
}

/** Listens and answers health checks; `lines` is what it writes first. */
export function component(
  ports: Port[],
  lines: (context: ProcessContext) => string[],
  respond: (path: string, port: number, context: ProcessContext) => HttpResponse | undefined,
): Program {
  return {
    start(context) {
      for (const line of lines(context)) context.log(line, 'stderr')
      const listeners = ports.map(
        (p): Listener => ({
          port: p.port,
          protocol: p.protocol ?? 'TCP',
          handler: p.stream ? 'stream' : 'http',
          ...(p.tls ? { tls: true } : {}),
          ...(p.local ? { address: '127.0.0.1' } : {}),
        }),
      )
      return { state: null, listeners }
    },
    signal: (state, signal) => (signal === 'SIGTERM' || signal === 'SIGINT' ? { state, exit: { code: 0 } } : undefined),
    http: (_state, request, listener, context) => ({
      response: respond(splitPath(request.path).path, listener.port, context) ?? goNotFound(context),
    }),
    stream: () => ({ data: '' }),
  }
}

export function healthy(path: string): HttpResponse | undefined {
  return /^\/(?:healthz|livez|readyz)(?:\/|$)/.test(path)
    ? plain('ok')
    : path === '/metrics'
      ? plain('# HELP up Whether it runs\n# TYPE up gauge\nup 1\n')
      : undefined
}

export function image(repositories: string[], binary: string, sizeBytes: number, program: Program): Image {
  return {
    repositories,
    entrypoint: [`/${binary}`],
    sizeBytes,
    files: { [`/${binary}`]: '', [`/usr/local/bin/${binary}`]: '' },
    program: (argv) => (executable(argv) === binary ? program : undefined),
  }
}
