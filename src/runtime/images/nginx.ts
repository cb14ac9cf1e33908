// nginx: a web server over the container's files.
import type { HttpRequest, HttpResponse, Image, ProcessContext, Program, Step } from '../process'
import { accessLogTime, goLogTime, httpDate } from './times'

const WELCOME = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
`

function start(context: ProcessContext): Step {
  if (!context.bound(80)) return { state: null, listeners: [{ port: 80, protocol: 'TCP', handler: 'http' }] }
  const now = goLogTime(context.env.now())
  context.log(`${now} [emerg] 1#1: bind() to 0.0.0.0:80 failed (98: Address already in use)`, 'stderr')
  context.log(`${now} [emerg] 1#1: still could not bind()`, 'stderr')
  return { state: null, exit: { code: 1 } }
}

function respond(request: HttpRequest, context: ProcessContext): HttpResponse {
  const path = request.path.split('?', 1)[0]
  const file = `/usr/share/nginx/html${path.endsWith('/') ? `${path}index.html` : path}`
  const body = context.files.read(file)
  const headers = { server: 'nginx', date: httpDate(context.env.now()), 'content-type': 'text/html' }
  if (body === undefined) {
    const page =
      '<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n'
    return { status: 404, headers, body: page }
  }
  return { status: 200, headers, body }
}

const server: Program = {
  start,
  signal: (state, signal) =>
    signal === 'SIGTERM' || signal === 'SIGINT' || signal === 'SIGQUIT' ? { state, exit: { code: 0 } } : { state },
  http(_state, request, _listener, context) {
    const response = respond(request, context)
    const agent = request.headers['user-agent'] ?? '-'
    context.log(
      `${request.remoteAddress} - - [${accessLogTime(context.env.now())}] "${request.method} ${request.path} HTTP/1.1" ${response.status} ${response.body.length} "-" "${agent}" "-"`,
    )
    return { response }
  },
}

export const nginx: Image = {
  repositories: ['nginx', 'nginxinc/nginx-unprivileged', 'bitnami/nginx'],
  entrypoint: ['/docker-entrypoint.sh'],
  command: ['nginx', '-g', 'daemon off;'],
  ports: [80],
  stopSignal: 'SIGQUIT',
  sizeBytes: 70_534_964,
  userland: 'debian',
  files: { '/usr/share/nginx/html/index.html': WELCOME },
  program: (argv) => (argv.some((a) => /(^|\/)nginx$/.test(a)) ? server : undefined),
}
