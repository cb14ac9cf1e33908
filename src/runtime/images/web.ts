// Small web servers made for demonstrations: httpd, http-echo, whoami, echo-server, hello-app, kubernetes-bootcamp, nginxdemos/hello.
import { headerName, reasonOf, requestText } from '../http-text'
import type { HttpRequest, HttpResponse, Image, ProcessContext } from '../process'
import { clientPort, executable, flagOf, goNotFound, hostnameOf, httpServer, plain, splitPath } from './servers'
import { accessLogTime, goLog, goLogTime, httpDate } from './times'

function podIp(context: ProcessContext): string {
  return context.pod.status?.podIP ?? '127.0.0.1'
}

// ---------------------------------------------------------------- httpd

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
        context.log(
          `${request.remoteAddress} - - [${accessLogTime(context.env.now())}] "${request.method} ${request.path} HTTP/1.1" ${status} ${body.length}`,
        )
        return {
          status,
          headers: {
            date: httpDate(context.env.now()),
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

// ---------------------------------------------------------------- hashicorp/http-echo

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
            date: httpDate(context.env.now()),
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

// ---------------------------------------------------------------- traefik/whoami

function goRequest(request: HttpRequest): string {
  const { host, ...headers } = request.headers
  const order = Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1))
  return requestText({ ...request, headers: { host: host ?? '', ...Object.fromEntries(order) }, body: '' }).replaceAll('\r\n', '\n')
}

export const whoami: Image = {
  repositories: ['traefik/whoami', 'containous/whoami', 'jwilder/whoami'],
  entrypoint: ['/whoami'],
  ports: [80],
  sizeBytes: 2_798_592,
  files: { '/whoami': '' },
  program(argv) {
    if (executable(argv) !== 'whoami') return undefined
    return httpServer({
      ports: (context) => [Number(flagOf(argv, 'port') || context.variables['WHOAMI_PORT_NUMBER'] || 80)],
      started: (context) => goLog(context, `Starting up on port ${flagOf(argv, 'port') || context.variables['WHOAMI_PORT_NUMBER'] || 80}`),
      respond(request, context) {
        const { path } = splitPath(request.path)
        if (path === '/health') return plain('')
        if (path === '/bench') return plain('1')
        const name = flagOf(argv, 'name') || context.variables['WHOAMI_NAME']
        const ips = ['127.0.0.1', '::1', podIp(context)]
        if (path === '/api') {
          const body = {
            hostname: hostnameOf(context),
            ip: ips,
            headers: Object.fromEntries(
              Object.entries(request.headers)
                .filter(([n]) => n !== 'host')
                .map(([n, v]) => [headerName(n), [v]]),
            ),
            url: request.path,
            host: request.headers['host'],
            method: request.method,
            ...(name ? { name } : {}),
            remoteAddr: `${request.remoteAddress}:${clientPort(context)}`,
          }
          return { status: 200, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(body)}\n` }
        }
        const lines = [
          ...(name ? [`Name: ${name}`] : []),
          `Hostname: ${hostnameOf(context)}`,
          ...ips.map((ip) => `IP: ${ip}`),
          `RemoteAddr: ${request.remoteAddress}:${clientPort(context)}`,
        ]
        return plain(`${lines.join('\n')}\n${goRequest(request)}`)
      },
      onTerm: 143,
    })
  },
}

// ---------------------------------------------------------------- echo servers

function echoServer(repositories: string[], sizeBytes: number): Image {
  return {
    repositories,
    entrypoint: ['/bin/echo-server'],
    ports: [8080],
    sizeBytes,
    files: { '/bin/echo-server': '' },
    program: (argv) =>
      executable(argv) === 'echo-server'
        ? httpServer({
            ports: (context) => [Number(context.variables['PORT'] || 8080)],
            started: (context) => context.log(`Echo server listening on port ${context.variables['PORT'] || 8080}.`),
            respond(request, context) {
              context.log(`${request.remoteAddress}:${clientPort(context)} | ${request.method} ${request.path}`)
              const headers = Object.entries(request.headers)
                .filter(([n]) => n !== 'host')
                .sort(([a], [b]) => (a < b ? -1 : 1))
              const shown = [`Host: ${request.headers['host'] ?? ''}`, ...headers.map(([n, v]) => `${headerName(n)}: ${v}`)].join('\n')
              return plain(
                `Request served by ${hostnameOf(context)}\n\nHTTP/1.1 ${request.method} ${request.path}\n\n${shown}\n\n${request.body}`,
              )
            },
            onTerm: 143,
          })
        : undefined,
  }
}

export const kicbaseEcho = echoServer(['kicbase/echo-server'], 4_943_872)
export const jmallocEcho = echoServer(['jmalloc/echo-server'], 8_130_560)

// ---------------------------------------------------------------- gcr.io/google-samples

export const helloApp: Image = {
  repositories: ['gcr.io/google-samples/hello-app', 'us-docker.pkg.dev/google-samples/containers/gke/hello-app'],
  entrypoint: ['/hello-app'],
  ports: [8080],
  sizeBytes: 12_000_256,
  userland: 'alpine',
  files: { '/hello-app': '' },
  program: (argv, tag) =>
    executable(argv) === 'hello-app'
      ? httpServer({
          ports: (context) => [Number(context.variables['PORT'] || 8080)],
          started: (context) => goLog(context, `Server listening on port ${context.variables['PORT'] || 8080}`),
          respond(request, context) {
            goLog(context, `Serving request: ${splitPath(request.path).path}`)
            return plain(`Hello, world!\nVersion: ${tag.startsWith('2') ? '2.0.0' : '1.0.0'}\nHostname: ${hostnameOf(context)}\n`)
          },
          onTerm: 143,
        })
      : undefined,
}

export const bootcamp: Image = {
  repositories: ['gcr.io/google-samples/kubernetes-bootcamp', 'docker.io/jocatalin/kubernetes-bootcamp', 'jocatalin/kubernetes-bootcamp'],
  command: ['/bin/sh', '-c', 'node server.js'],
  ports: [8080],
  sizeBytes: 83_621_376,
  userland: 'debian',
  files: { '/server.js': "var http = require('http');\n" },
  program: (argv, tag) =>
    argv.includes('server.js') || argv.includes('node server.js')
      ? httpServer({
          ports: () => [8080],
          started: (context) =>
            context.log(
              `Kubernetes Bootcamp App Started At: ${new Date(context.env.now()).toISOString()} | Running On:  ${hostnameOf(context)} \n`,
            ),
          respond(request, context) {
            context.log(
              `Running On: ${hostnameOf(context)} | Total Requests: 1 | App Uptime: ${(context.env.now() - context.record.startedAt) / 1000} seconds | Log Time: ${new Date(context.env.now()).toISOString()}`,
            )
            void request
            return plain(`Hello Kubernetes bootcamp! | Running on: ${hostnameOf(context)} | v=${tag.replace(/^v/, '') || '1'}\n`)
          },
        })
      : undefined,
}

// ---------------------------------------------------------------- nginxdemos/hello

export const nginxHello: Image = {
  repositories: ['nginxdemos/hello', 'nginxdemos/nginx-hello'],
  entrypoint: ['/docker-entrypoint.sh'],
  command: ['nginx', '-g', 'daemon off;'],
  ports: [80],
  stopSignal: 'SIGQUIT',
  sizeBytes: 17_412_096,
  userland: 'alpine',
  program(argv, tag) {
    if (!argv.some((a) => /(^|\/)nginx$/.test(a))) return undefined
    return httpServer({
      ports: (context) => [context.container.image.includes('nginx-hello') ? 8080 : 80],
      respond(request, context, listener) {
        const now = accessLogTime(context.env.now())
        const id = Array.from({ length: 32 }, () => Math.floor(context.env.random() * 16).toString(16)).join('')
        const facts: [string, string][] = [
          ['Server address', `${podIp(context)}:${listener.port}`],
          ['Server name', hostnameOf(context)],
          ['Date', now],
          ['URI', request.path],
        ]
        const text = tag.includes('plain-text')
        const body = text
          ? `${[...facts, ['Request ID', id]].map(([k, v]) => `${k}: ${v}`).join('\n')}\n`
          : `<!DOCTYPE html>\n<html>\n<head>\n<title>Hello World</title>\n</head>\n<body>\n<div class="info">\n${facts.map(([k, v]) => `<p><span>${k}:</span> <span>${v}</span></p>`).join('\n')}\n</div>\n<div class="foot">Request ID: ${id}</div>\n</body>\n</html>\n`
        context.log(
          `${request.remoteAddress} - - [${now}] "${request.method} ${request.path} HTTP/1.1" 200 ${body.length} "-" "${request.headers['user-agent'] ?? '-'}" "-"`,
        )
        return {
          status: 200,
          headers: {
            server: 'nginx/1.27.1',
            date: httpDate(context.env.now()),
            'content-type': text ? 'text/plain' : 'text/html',
            connection: 'keep-alive',
            expires: httpDate(context.env.now() - 1000),
            'cache-control': 'no-cache',
          },
          body,
        }
      },
      onTerm: 0,
    })
  },
}

/** The PHP page that the autoscaler's walkthrough loads. */
export const hpaExample: Image = {
  repositories: ['registry.k8s.io/hpa-example', 'k8s.gcr.io/hpa-example'],
  command: ['apache2-foreground'],
  ports: [80],
  sizeBytes: 141_434_880,
  userland: 'debian',
  program: (argv) =>
    executable(argv) === 'apache2-foreground'
      ? httpServer({
          ports: () => [80],
          respond: (r) => (splitPath(r.path).path === '/' || r.path === '/index.php' ? plain('OK!') : goNotFound()),
          onTerm: 0,
        })
      : undefined,
}
