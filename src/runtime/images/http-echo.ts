// hashicorp/http-echo: answers every request with one text. Follows main.go and handlers.go of version 1.0.
import type { HttpRequest, Image, ProcessContext, Program } from '../process'
import { endOfFlags, type GoFlag, goFlags } from './go-flags'
import { goAnswer } from './go-http'
import { clientPort, executable, httpServer, splitPath } from './servers'
import { goLog, goLogTime } from './times'

const VERSION = '1.0.0'
const FLAGS: Record<string, GoFlag> = {
  listen: { kind: 'string', usage: 'address and port to listen', value: ':5678' },
  'status-code': { kind: 'int', usage: 'http response code, e.g.: 200', value: '200' },
  text: { kind: 'string', usage: 'text to put on the webpage' },
  version: { kind: 'bool', usage: 'display version information' },
}
/** What answering takes, as its log says. */
const TAKES = '24.146µs'

function echo(text: string, status: number, listen: string): Program {
  const own = { 'x-app-name': 'http-echo', 'x-app-version': VERSION }
  const server = httpServer({
    ports: () => [Number(listen.slice(listen.lastIndexOf(':') + 1))],
    taken(context) {
      goLog(context, `[INFO] server is listening on ${listen}`)
      goLog(context, `[ERR] server exited with: listen tcp ${listen}: bind: address already in use`)
      return 1
    },
    started: (context) => goLog(context, `[INFO] server is listening on ${listen}`),
    respond(request, context) {
      const { path } = splitPath(request.path)
      if (path === '/health') return goAnswer(context, '{"status":"ok"}\n', { headers: own })
      log(context, request, `"${request.method} ${path} HTTP/1.1" ${status} ${Buffer.byteLength(text) + 1}`)
      return goAnswer(context, `${text}\n`, { status, headers: own })
    },
  })
  return {
    ...server,
    // It asks for both signals, and does not call an interruption a good end.
    signal(state, signal, context) {
      if (signal !== 'SIGTERM' && signal !== 'SIGINT') return signal === 'SIGQUIT' ? { state, exit: { code: 2 } } : undefined
      goLog(context, '[INFO] received interrupt, shutting down...')
      return { state, exit: { code: 2 } }
    },
  }
}

function log(context: ProcessContext, request: HttpRequest, said: string): void {
  const { host = '', 'user-agent': agent = '' } = request.headers
  const from = `${request.remoteAddress}:${clientPort(context)}`
  context.log((now) => `${goLogTime(now)} ${host} ${from} ${said} "${agent}" ${TAKES}`)
}

/** Writes a line instead of serving, and ends. */
function says(line: string, stream: 'stdout' | 'stderr', code: number): Program {
  return {
    start(context) {
      context.log(line, stream)
      return { state: null, exit: { code } }
    },
  }
}

/** The server its flags and the container's ECHO_TEXT ask for. */
function programOf(argv: string[]): Program {
  const read = goFlags(argv, FLAGS)
  if ('problem' in read) return { start: (context) => endOfFlags(context, read) }
  const { listen, text, version, 'status-code': status } = read.values
  if (version === 'true') return says(`http-echo v${VERSION} (ad9f62a)\nBuilt: 2023-10-18T20:12:11Z`, 'stdout', 0)
  const from = (context: ProcessContext) => {
    const said = text || (context.variables['ECHO_TEXT'] ?? '')
    if (said === '') return says('Missing -text option or ECHO_TEXT env var!', 'stderr', 127)
    return read.args.length > 0 ? says('Too many arguments!', 'stderr', 127) : echo(said, Number(status), listen)
  }
  return {
    start: (context) => from(context).start(context),
    signal: (state, signal, context) => from(context).signal?.(state, signal, context),
    http: (state, request, listener, context) => from(context).http!(state, request, listener, context),
  }
}

export const httpEcho: Image = {
  repositories: ['hashicorp/http-echo'],
  entrypoint: ['/http-echo'],
  ports: [5678],
  variables: { PRODUCT_NAME: 'http-echo', ECHO_TEXT: 'hello-world' },
  user: '65532',
  sizeBytes: 3_264_512,
  files: { '/http-echo': '' },
  program: (argv) => (executable(argv) === 'http-echo' ? programOf(argv) : undefined),
}
