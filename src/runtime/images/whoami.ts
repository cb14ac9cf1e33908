// traefik/whoami: tells who it is and what it was asked.
import { headerName, requestText } from '../http-text'
import type { HttpRequest, Image } from '../process'
import { clientPort, executable, flagOf, hostnameOf, httpServer, plain, podIp, splitPath } from './servers'
import { goLog } from './times'

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
