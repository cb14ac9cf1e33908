// httpd: Apache's web server over the container's files.
import { reasonOf } from '../http-text'
import type { Image } from '../process'
import { executable, httpServer, podIp, splitPath } from './servers'
import { accessLogTime } from './times'

function apacheTime(ms: number): string {
  const t = new Date(ms)
  const [day, date, month, year, time] = t.toUTCString().replace(',', '').split(' ')
  return `${day} ${month} ${date} ${time}.${String(t.getUTCMilliseconds()).padStart(3, '0')}000 ${year}`
}

const ERROR_WORDS: Record<number, string> = {
  403: "You don't have permission to access this resource.",
  404: 'The requested URL was not found on this server.',
  405: 'The requested method is not allowed for this URL.',
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
  variables: { HTTPD_PREFIX: '/usr/local/apache2', HTTPD_VERSION: '2.4.62' },
  files: { '/usr/local/apache2/htdocs/index.html': '<html><body><h1>It works!</h1></body></html>\n' },
  program(argv) {
    if (!/^httpd(?:-foreground)?$/.test(executable(argv))) return undefined
    const base = httpServer({
      ports: () => [80],
      taken(context) {
        context.log('(98)Address already in use: AH00072: make_sock: could not bind to address [::]:80', 'stderr')
        context.log('(98)Address already in use: AH00072: make_sock: could not bind to address 0.0.0.0:80', 'stderr')
        context.log('no listening sockets available, shutting down', 'stderr')
        context.log('AH00015: Unable to open logs', 'stderr')
        return 1
      },
      started(context) {
        const ip = podIp(context)
        const warning = `AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using ${ip}. Set the 'ServerName' directive globally to suppress this message`
        context.log(warning, 'stderr')
        context.log(warning, 'stderr')
        const time = apacheTime(context.env.now())
        context.log(
          `[${time}] [mpm_event:notice] [pid 1:tid 1] AH00489: Apache/2.4.62 (Unix) configured -- resuming normal operations`,
          'stderr',
        )
        context.log(`[${time}] [core:notice] [pid 1:tid 1] AH00094: Command line: 'httpd -D FOREGROUND'`, 'stderr')
      },
      respond(request, context) {
        const { path } = splitPath(request.path)
        const root = '/usr/local/apache2/htdocs'
        const target = `${root}${path.endsWith('/') ? `${path}index.html` : path}`
        const text = context.files.read(target)
        const status = text !== undefined ? 200 : path.endsWith('/') && context.files.isDirectory(root + path) ? 200 : 404
        const names = context.files.list(root + path) ?? []
        const body =
          text ??
          (status === 200
            ? `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html>\n <head>\n  <title>Index of ${path}</title>\n </head>\n <body>\n<h1>Index of ${path}</h1>\n<ul>${names.map((n) => `<li><a href="${n}"> ${n}</a></li>\n`).join('')}</ul>\n</body></html>\n`
            : `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>${status} ${reasonOf(status)}</title>\n</head><body>\n<h1>${reasonOf(status)}</h1>\n<p>${ERROR_WORDS[status]}</p>\n</body></html>\n`)
        const said = `"${request.method} ${request.path} HTTP/1.1" ${status} ${body.length}`
        context.log((now) => `${request.remoteAddress} - - [${accessLogTime(now)}] ${said}`)
        return {
          status,
          headers: {
            date: context.dateHeader(),
            server: 'Apache/2.4.62 (Unix)',
            'content-type': status === 404 ? 'text/html; charset=iso-8859-1' : 'text/html',
          },
          body: request.method === 'HEAD' ? '' : body,
        }
      },
      onTerm: 0,
    })
    return { ...base, signal: (state, signal) => (/^SIG(?:TERM|INT|WINCH)$/.test(signal) ? { state, exit: { code: 0 } } : undefined) }
  },
}
