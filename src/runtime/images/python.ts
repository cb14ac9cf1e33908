// python: no interpreter, but `python -m http.server`.
import type { Image, Program } from '../process'
import { versionOfTag } from './entrypoint'
import { language } from './language'
import { executable, httpServer, splitPath } from './servers'

const LAST: Record<string, string> = {
  '3': '3.14.0',
  '3.14': '3.14.0',
  '3.13': '3.13.9',
  '3.12': '3.12.12',
  '3.11': '3.11.14',
  '3.10': '3.10.19',
  '3.9': '3.9.25',
}

function fileServer(argv: string[], version: string): Program {
  const after = argv.slice(argv.indexOf('http.server') + 1)
  const port = Number(after.find((a) => /^\d+$/.test(a)) ?? 8000)
  const at = after.findIndex((a) => a === '-d' || a === '--directory')
  return httpServer({
    ports: () => [port],
    taken(context) {
      context.log('OSError: [Errno 98] Address already in use', 'stderr')
      return 1
    },
    started: (context) => context.log(`Serving HTTP on 0.0.0.0 port ${port} (http://0.0.0.0:${port}/) ...`),
    respond(request, context) {
      const root = at >= 0 ? after[at + 1] : context.record.workingDir
      const { path } = splitPath(request.path)
      const target = `${root.replace(/\/$/, '')}${path}`
      const index = context.files.read(`${target.replace(/\/$/, '')}/index.html`)
      const text = context.files.isDirectory(target)
        ? (index ?? listing(path, context.files.list(target) ?? []))
        : context.files.read(target)
      const status = text === undefined ? 404 : 200
      const say = (text: string) => context.log((now) => `${request.remoteAddress} - - [${pythonTime(now)}] ${text}`, 'stderr')
      if (status === 404) say('code 404, message File not found')
      say(`"${request.method} ${request.path} HTTP/1.1" ${status} -`)
      const body =
        text ??
        `<!DOCTYPE HTML>\n<html lang="en">\n    <head>\n        <meta charset="utf-8">\n        <title>Error response</title>\n    </head>\n    <body>\n        <h1>Error response</h1>\n        <p>Error code: 404</p>\n        <p>Message: File not found.</p>\n        <p>Error code explanation: 404 - Nothing matches the given URI.</p>\n    </body>\n</html>\n`
      return {
        status,
        headers: {
          server: `SimpleHTTP/0.6 Python/${version}`,
          date: context.dateHeader(),
          'content-type':
            status === 404 || context.files.isDirectory(target) || /\.html?$/.test(target) ? 'text/html;charset=utf-8' : 'text/plain',
        },
        body: request.method === 'HEAD' ? '' : body,
      }
    },
  })
}

/** `02/Jan/2026 15:04:05` */
function pythonTime(ms: number): string {
  const t = new Date(ms).toUTCString().split(' ')
  return `${t[1]}/${t[2]}/${t[3]} ${t[4]}`
}

function listing(path: string, names: string[]): string {
  const title = `Directory listing for ${path}`
  return `<!DOCTYPE HTML>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>${title}</title>\n</head>\n<body>\n<h1>${title}</h1>\n<hr>\n<ul>\n${names.map((n) => `<li><a href="${n}">${n}</a></li>\n`).join('')}</ul>\n<hr>\n</body>\n</html>\n`
}

export const python: Image = language({
  repositories: ['python', 'bitnami/python'],
  command: ['python3'],
  says: {
    python: (v) => `Python ${v}`,
    python3: (v) => `Python ${v}`,
    pip: () => 'pip 25.2 from /usr/local/lib/python3/site-packages/pip',
  },
  last: LAST,
  latest: LAST['3'],
  variables: (version) => ({
    PATH: '/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: 'C.UTF-8',
    PYTHON_VERSION: version,
  }),
  sizeBytes: 364_000_000,
  program(argv, tag) {
    return /^python\d?/.test(executable(argv)) && argv.includes('http.server')
      ? fileServer(argv, versionOfTag(tag, LAST, LAST['3']))
      : undefined
  },
})
