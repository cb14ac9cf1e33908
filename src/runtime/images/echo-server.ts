// What kicbase/echo-server and jmalloc/echo-server have in common: the request comes back as text. Follows cmd/echo-server/main.go.
import { headerName } from '../http-text'
import type { HttpRequest, Image, ProcessContext } from '../process'
import { goAnswer } from './go-http'
import { clientPort, executable, hostnameOf, httpServer } from './servers'

function headerLines(request: HttpRequest): string {
  const headers = Object.entries(request.headers).filter(([n]) => n !== 'host')
  return headers
    .map(([n, v]) => `${headerName(n)}: ${v}\n`)
    .sort()
    .join('')
}

function respond(request: HttpRequest, context: ProcessContext) {
  const { variables } = context
  const verbose = variables['LOG_HTTP_BODY'] || variables['LOG_HTTP_HEADERS']
  context.log(`${verbose ? '--------  ' : ''}${request.remoteAddress}:${clientPort(context)} | ${request.method} ${request.path}`)
  if (variables['LOG_HTTP_HEADERS']) context.write(`Headers\n${headerLines(request)}`)
  if (variables['LOG_HTTP_BODY']) context.write(hexDump(request.body))
  const named = request.headers['x-send-server-hostname'] || variables['SEND_SERVER_HOSTNAME'] || ''
  const host = named.toLowerCase() === 'false' ? '' : `Request served by ${hostnameOf(context)}\n\n`
  const headers: Record<string, string> = { 'content-type': 'text/plain' }
  for (const [name, value] of Object.entries(variables))
    if (name.startsWith('SEND_HEADER_')) headers[name.slice('SEND_HEADER_'.length).replaceAll('_', '-')] = value
  const asked = `${request.method} ${request.path} HTTP/1.1\n\nHost: ${request.headers['host'] ?? ''}\n${headerLines(request)}`
  return goAnswer(context, `${host}${asked}${request.body ? `\n${request.body}` : ''}`, { headers })
}

/** hex.Dump: offset, bytes, text. */
function hexDump(text: string): string {
  const bytes = Buffer.from(text)
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)]
    const half = (part: number[]) => part.map((b) => b.toString(16).padStart(2, '0')).join(' ')
    const shown = row.map((b) => (b < 32 || b > 126 ? '.' : String.fromCharCode(b))).join('')
    lines.push(`${at.toString(16).padStart(8, '0')}  ${half(row.slice(0, 8)).padEnd(23)}  ${half(row.slice(8)).padEnd(23)}  |${shown}|\n`)
  }
  return lines.join('')
}

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
            respond,
            onTerm: 'go',
          })
        : undefined,
  }
}
