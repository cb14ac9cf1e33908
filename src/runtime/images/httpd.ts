// httpd: Apache's web server over the container's files.
import { reasonOf } from '../http-text'
import type { Command, HttpRequest, HttpResponse, Image, ProcessContext, Program } from '../process'
import { executable, httpServer, podIp, splitPath } from './servers'
import { accessLogTime } from './times'

const ROOT = '/usr/local/apache2/htdocs'
const INDEX = '<html><body><h1>It works!</h1></body></html>\n'
/** The page was last changed long before the image was made. */
const INDEX_CHANGED = Date.UTC(2007, 5, 11, 18, 53, 14)

function apacheTime(ms: number): string {
  const t = new Date(ms)
  const [day, date, month, year, time] = t.toUTCString().replace(',', '').split(' ')
  return `${day} ${month} ${date} ${time}.${String(t.getUTCMilliseconds()).padStart(3, '0')}000 ${year}`
}

function notice(context: ProcessContext, module: string, text: string): void {
  context.log((now) => `[${apacheTime(now)}] [${module}:notice] [pid 1:tid 1] ${text}`, 'stderr')
}

const ERROR_WORDS: Record<number, string> = {
  403: "You don't have permission to access this resource.",
  404: 'The requested URL was not found on this server.',
  405: 'The requested method $method is not allowed for this URL.',
  501: '$method not supported for current URL.',
}

/** Apache's own page for a status. */
export function apacheError(request: HttpRequest, context: ProcessContext, status: number, server: string, extra = ''): HttpResponse {
  const words = extra || (ERROR_WORDS[status] ?? '').replace('$method', request.method)
  const title = reasonOf(status)
  const body = `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>${status} ${title}</title>\n</head><body>\n<h1>${title}</h1>\n<p>${words}</p>\n</body></html>\n`
  return answered(context, status, server, body, { 'content-type': 'text/html; charset=iso-8859-1' })
}

/** Headers in Apache's order: Date, Server, what is told of the file, the length, the type. */
function answered(
  context: ProcessContext,
  status: number,
  server: string,
  body: string,
  { 'content-type': type, ...headers }: Record<string, string>,
): HttpResponse {
  const length = String(Buffer.byteLength(body))
  return {
    status,
    headers: { date: context.dateHeader(), server, ...headers, 'content-length': length, ...(type ? { 'content-type': type } : {}) },
    body,
  }
}

const TYPES: Record<string, string> = {
  html: 'text/html',
  htm: 'text/html',
  css: 'text/css',
  js: 'text/javascript',
  json: 'application/json',
  txt: 'text/plain',
  xml: 'application/xml',
  svg: 'image/svg+xml',
}

function respond(request: HttpRequest, context: ProcessContext, server: string): HttpResponse {
  const { path } = splitPath(request.path)
  const { files } = context
  if (request.method === 'OPTIONS')
    return answered(context, 200, server, '', { allow: 'GET,POST,OPTIONS,HEAD,TRACE', 'content-type': 'text/html' })
  if (!/^(?:GET|HEAD|POST)$/.test(request.method)) {
    const refused = apacheError(request, context, /^(?:PUT|DELETE|PATCH|TRACE)$/.test(request.method) ? 405 : 501, server)
    return { ...refused, headers: { ...refused.headers, allow: 'GET,POST,OPTIONS,HEAD,TRACE' } }
  }
  if (files.isDirectory(ROOT + path) && !path.endsWith('/')) {
    const to = `http://${request.headers['host'] ?? ''}${path}/`
    const moved = apacheError(request, context, 301, server, `The document has moved <a href="${to}">here</a>.`)
    return { ...moved, headers: { ...moved.headers, location: to } }
  }
  const target = `${ROOT}${path.endsWith('/') ? `${path}index.html` : path}`
  const text = files.read(target)
  if (text !== undefined) return fileAnswer(target, text, context, server)
  if (!path.endsWith('/') || !files.isDirectory(ROOT + path)) return apacheError(request, context, 404, server)
  const names = [...(path === '/' ? [] : ['Parent Directory']), ...(files.list(ROOT + path) ?? [])]
  const item = (name: string) => {
    const shown = files.isDirectory(`${ROOT}${path}${name}`) ? `${name}/` : name
    return `<li><a href="${name === 'Parent Directory' ? path.replace(/[^/]*\/$/, '') : shown}"> ${shown}</a></li>\n`
  }
  const page = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html>\n <head>\n  <title>Index of ${path.replace(/(.)\/$/, '$1')}</title>\n </head>\n <body>\n<h1>Index of ${path.replace(/(.)\/$/, '$1')}</h1>\n<ul>${names.map(item).join('')}</ul>\n</body></html>\n`
  return answered(context, 200, server, page, { 'content-type': 'text/html;charset=ISO-8859-1' })
}

function fileAnswer(path: string, text: string, context: ProcessContext, server: string): HttpResponse {
  const changed = text === INDEX ? INDEX_CHANGED : (context.files.stat(path)?.changedAt ?? 0)
  const type = TYPES[/\.(\w+)$/.exec(path)?.[1] ?? '']
  return answered(context, 200, server, text, {
    'last-modified': new Date(changed).toUTCString(),
    // Size and time of change, microseconds.
    etag: `"${Buffer.byteLength(text).toString(16)}-${(BigInt(changed) * 1000n).toString(16)}"`,
    'accept-ranges': 'bytes',
    ...(type ? { 'content-type': type } : {}),
  })
}

function program(server: string, portsOf: (context: ProcessContext) => number[]): Program {
  const base = httpServer({
    ports: portsOf,
    taken(context) {
      for (const at of ['[::]', '0.0.0.0'])
        context.log(`(98)Address already in use: AH00072: make_sock: could not bind to address ${at}:${portsOf(context)[0]}`, 'stderr')
      context.log('no listening sockets available, shutting down', 'stderr')
      context.log('AH00015: Unable to open logs', 'stderr')
      return 1
    },
    started(context) {
      const unnamed = `AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using ${podIp(context)}. Set the 'ServerName' directive globally to suppress this message`
      context.log(unnamed, 'stderr')
      context.log(unnamed, 'stderr')
      notice(context, 'mpm_event', `AH00489: ${server} configured -- resuming normal operations`)
      notice(context, 'core', "AH00094: Command line: 'httpd -D FOREGROUND'")
    },
    respond(request, context) {
      const response = respond(request, context, server)
      const size = request.method === 'HEAD' || response.body === '' ? '-' : String(Buffer.byteLength(response.body))
      const said = `"${request.method} ${request.path} HTTP/1.1" ${response.status} ${size}`
      context.log((now) => `${request.remoteAddress} - - [${accessLogTime(now)}] ${said}`)
      return response
    },
  })
  return {
    ...base,
    signal(state, signal, context) {
      if (signal === 'SIGTERM' || signal === 'SIGINT') notice(context, 'mpm_event', 'AH00491: caught SIGTERM, shutting down')
      else if (signal === 'SIGWINCH') notice(context, 'mpm_event', 'AH00492: caught SIGWINCH, shutting down gracefully')
      else if (signal === 'SIGUSR1' || signal === 'SIGHUP') {
        notice(
          context,
          'mpm_event',
          `AH0049${signal === 'SIGHUP' ? 4 : 3}: ${signal} received.  ${signal === 'SIGHUP' ? 'Attempting to restart' : 'Doing graceful restart'}`,
        )
        notice(context, 'mpm_event', `AH00489: ${server} configured -- resuming normal operations`)
        return { state }
      } else return undefined
      return { state, exit: { code: 0 } }
    },
  }
}

/** The ports that the configuration in the container names. */
function ports(context: ProcessContext): number[] {
  const listed = [...(context.files.read('/usr/local/apache2/conf/httpd.conf') ?? '').matchAll(/^\s*Listen\s+(?:\S+:)?(\d+)/gim)]
  return listed.length ? listed.map(([, port]) => Number(port)) : [80]
}

function versionOf(tag: string): string {
  return /^2\.\d+\.\d+/.exec(tag)?.[0] ?? '2.4.62'
}

const control =
  (version: string): Command =>
  (io) => {
    if (io.args[0] === '-v') io.out(`Server version: Apache/${version} (Unix)\nServer built:   Aug 13 2024 02:38:09\n`)
    else if (io.args[0] === '-t') io.err('Syntax OK\n')
    else return 1
    return 0
  }

export const httpd: Image = {
  repositories: ['httpd', 'bitnami/apache', 'registry.k8s.io/e2e-test-images/httpd'],
  hasTag: (tag) => !/^\d/.test(tag) || /^2(?:\.[24](?:\.\d{1,2})?)?(?:-[\w.-]+)?$/.test(tag),
  command: ['httpd-foreground'],
  workingDir: '/usr/local/apache2',
  ports: [80],
  stopSignal: 'SIGWINCH',
  sizeBytes: 58_460_160,
  userland: 'debian',
  variant: (tag) => ({
    variables: {
      PATH: '/usr/local/apache2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HTTPD_PREFIX: '/usr/local/apache2',
      HTTPD_VERSION: versionOf(tag),
      HTTPD_PATCHES: '',
    },
    commands: { httpd: control(versionOf(tag)) },
  }),
  files: {
    [`${ROOT}/index.html`]: INDEX,
    '/usr/local/apache2/conf/httpd.conf': `ServerRoot "/usr/local/apache2"\nListen 80\nUser www-data\nGroup www-data\nServerAdmin you@example.com\nDocumentRoot "${ROOT}"\nErrorLog /proc/self/fd/2\nLogLevel warn\nCustomLog /proc/self/fd/1 common\n`,
    '/usr/local/apache2/logs/': '',
    '/usr/local/bin/httpd-foreground': '#!/bin/sh\nset -e\n\nrm -f /usr/local/apache2/logs/httpd.pid\n\nexec httpd -DFOREGROUND "$@"\n',
  },
  program(argv, tag) {
    const own = executable(argv)
    const runs = own === 'httpd-foreground' || (own === 'httpd' && argv.some((a) => /FOREGROUND/.test(a)))
    return runs ? program(`Apache/${versionOf(tag)} (Unix)`, ports) : undefined
  },
}
