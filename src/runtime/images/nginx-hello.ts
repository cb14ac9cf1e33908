// nginxdemos/hello: a page that names the server that answered.
import type { Image } from '../process'
import { hostnameOf, httpServer, podIp } from './servers'
import { accessLogTime, httpDate } from './times'

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
        const address: [string, string] = ['Server address', `${podIp(context)}:${listener.port}`]
        const name: [string, string] = ['Server name', hostnameOf(context)]
        const text = tag.includes('plain-text')
        const facts: [string, string][] = text
          ? [address, name, ['Date', now], ['URI', request.path]]
          : [name, address, ['URI', request.path], ['Date', now]]
        const body = text
          ? `${[...facts, ['Request ID', id]].map(([k, v]) => `${k}: ${v}`).join('\n')}\n`
          : `<!DOCTYPE html>\n<html>\n<head>\n<title>Hello World</title>\n</head>\n<body>\n<div class="info">\n${facts.map(([k, v]) => `<p><span>${k.replace(' ', '&nbsp;')}:</span> <span>${v}</span></p>`).join('\n')}\n</div>\n<div class="foot">Request ID: ${id}</div>\n</body>\n</html>\n`
        context.log(
          `${request.remoteAddress} - - [${now}] "${request.method} ${request.path} HTTP/1.1" 200 ${body.length} "-" "${request.headers['user-agent'] ?? '-'}" "-"`,
        )
        return {
          status: 200,
          headers: {
            server: 'nginx/1.29.3',
            date: context.dateHeader(),
            'content-type': text ? 'text/plain' : 'text/html',
            ...(text ? { 'content-length': String(Buffer.byteLength(body)) } : {}),
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
