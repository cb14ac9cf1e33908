// hashicorp/http-echo: answers every request with one text.
import type { HttpResponse, Image, ProcessContext } from '../process'
import { clientPort, executable, flagOf, httpServer, splitPath } from './servers'
import { goLog, goLogTime } from './times'

export const httpEcho: Image = {
  repositories: ['hashicorp/http-echo'],
  entrypoint: ['/http-echo'],
  ports: [5678],
  sizeBytes: 3_264_512,
  files: { '/http-echo': '' },
  program(argv) {
    if (executable(argv) !== 'http-echo') return undefined
    const listen = flagOf(argv, 'listen') || ':5678'
    const port = Number(listen.slice(listen.lastIndexOf(':') + 1))
    const server = httpServer({
      ports: () => [port],
      taken(context) {
        goLog(context, `[ERR] Error starting server: listen tcp ${listen}: bind: address already in use`)
        return 1
      },
      started: (context) => goLog(context, `[INFO] server is listening on ${listen}`),
      respond(request, context): HttpResponse {
        const text = textOf(argv, context)
        if (splitPath(request.path).path === '/health')
          return { status: 200, headers: { 'content-type': 'application/json' } as Record<string, string>, body: '{"status":"ok"}' }
        const agent = request.headers['user-agent'] ?? ''
        context.log(
          `${goLogTime(context.env.now())} ${request.headers['host'] ?? ''} ${request.remoteAddress}:${clientPort(context)} "${request.method} ${request.path} HTTP/1.1" ${flagOf(argv, 'status-code') || 200} ${text.length + 1} "${agent}" 24.146µs`,
        )
        return {
          status: Number(flagOf(argv, 'status-code') || 200),
          headers: {
            'x-app-name': 'http-echo',
            'x-app-version': '1.0.0',
            date: context.dateHeader(),
            'content-type': 'text/plain; charset=utf-8',
          },
          body: `${text}\n`,
        }
      },
      onTerm: 0,
    })
    return {
      ...server,
      start(context) {
        if (textOf(argv, context) !== '') return server.start(context)
        context.log('Missing -text option!', 'stderr')
        return { state: null, exit: { code: 127 } }
      },
    }
  },
}

function textOf(argv: string[], context: ProcessContext): string {
  return flagOf(argv, 'text') ?? context.variables['ECHO_TEXT'] ?? ''
}
