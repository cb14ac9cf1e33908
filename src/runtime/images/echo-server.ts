// What kicbase/echo-server and jmalloc/echo-server have in common: the request comes back as text.
import { headerName } from '../http-text'
import type { Image } from '../process'
import { clientPort, executable, hostnameOf, httpServer, plain } from './servers'

export function echoServer(repositories: string[], sizeBytes: number): Image {
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
