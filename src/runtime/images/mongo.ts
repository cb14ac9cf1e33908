// mongo: a MongoDB server at handshake level, with documents that other images' drivers keep in it.
import type { Json } from '../../api/types'
import type { Command, Image, Listener, ProcessContext, Program, Step } from '../process'
import { noQueries, versionOfTag } from './entrypoint'

interface State {
  [key: string]: Json
  /** Documents by collection (`test.people`) and id. */
  data: { [collection: string]: { [id: string]: Json } }
  connections: number
}

const DATA = '/data/db/kubesim.json'

function flag(argv: string[], ...names: string[]): string | undefined {
  for (const [i, arg] of argv.entries()) {
    for (const name of names) {
      if (arg === name) return argv[i + 1]?.startsWith('-') ? '' : (argv[i + 1] ?? '')
      if (arg.startsWith(`${name}=`)) return arg.slice(name.length + 1)
    }
  }
  return undefined
}

/** Three digits of milliseconds and a numeric zone, as mongod up to 4.2 writes times. */
function stamp(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+0000')
}

/** What a line of the log says: in words up to 4.2, as a message with attributes from 4.4 on. */
interface Said {
  component: string
  /** Who says it, before 4.4 and since. */
  by: [string, string]
  text: string
  id: number
  message: string
  attributes?: Json
}

/** Up to 4.2 plain text, from 4.4 on one JSON object a line, its fields in columns. */
function say(context: ProcessContext, tag: string, { component, by, text, id, message, attributes }: Said): void {
  const now = context.env.now()
  if (!isStructured(tag)) {
    const severity = /^4\.[02]\b/.test(tag) ? 'I ' : 'I'
    context.log(`${stamp(now)} ${severity} ${component.padEnd(8)} [${by[0]}] ${text}`)
    return
  }
  const time = new Date(now).toISOString().replace('Z', '+00:00')
  const columns = `"s":"I",  ${`"c":"${component}",`.padEnd(16)}${`"id":${id},`.padEnd(14)}`
  const rest = `"ctx":"${by[1]}","msg":${JSON.stringify(message)}${attributes === undefined ? '' : `,"attr":${JSON.stringify(attributes)}`}`
  context.log(`{"t":{"$date":"${time}"},${columns}${rest}}`)
}

const LAST: Record<string, string> = {
  '8': '8.2.2',
  '8.0': '8.0.16',
  '7': '7.0.26',
  '7.0': '7.0.26',
  '6': '6.0.27',
  '5': '5.0.32',
  '4': '4.4.30',
  '4.4': '4.4.30',
  '4.2': '4.2.25',
  '4.0': '4.0.28',
  '3': '3.7.9',
  '3.6': '3.6.23',
  '3.4': '3.4.24',
  '3.3': '3.3.15',
  '3.2': '3.2.21',
}

function versionOf(tag: string): string {
  return versionOfTag(tag, LAST, LAST['8'])
}

function isStructured(tag: string): boolean {
  const [major, minor] = tag.split('.').map((n) => Number.parseInt(n, 10))
  return Number.isNaN(major) || major > 4 || (major === 4 && minor >= 4)
}

/** Lines that only versions since 4.4 write as they begin. */
function introduce(context: ProcessContext, tag: string, version: string): void {
  if (!isStructured(tag)) return
  const begin = (component: string, who: string, id: number, message: string, attributes?: Json) =>
    say(context, tag, { component, by: ['', who], text: '', id, message, ...(attributes === undefined ? {} : { attributes }) })
  const tls = "Automatically disabling TLS 1.0, to force-enable TLS 1.0 specify --sslDisabledProtocols 'none'"
  begin('CONTROL', 'main', 23285, tls)
  begin('CONTROL', 'main', 5945603, 'Multi threading initialized')
  const buildInfo = { version, gitVersion: '', openSSLVersion: 'OpenSSL 3.0.2 15 Mar 2022', modules: [], allocator: 'tcmalloc' }
  begin('CONTROL', 'initandlisten', 23403, 'Build Info', { buildInfo })
  begin('CONTROL', 'initandlisten', 51765, 'Operating System', { os: { name: 'Ubuntu', version: '22.04' } })
  begin('CONTROL', 'initandlisten', 21951, 'Options set by command line', { options: { net: { bindIp: '*' } } })
}

function start(context: ProcessContext, tag: string): Step {
  const { argv } = context
  const port = Number(flag(argv, '--port') || 27017)
  const web = argv.includes('--httpinterface') || argv.includes('--rest')
  const version = versionOf(tag)
  const host = context.variables['HOSTNAME'] ?? ''
  const by: [string, string] = ['initandlisten', 'initandlisten']
  say(context, tag, {
    component: 'CONTROL',
    by,
    text: `MongoDB starting : pid=1 port=${port} dbpath=/data/db 64-bit host=${host}`,
    id: 4615611,
    message: 'MongoDB starting',
    attributes: { pid: 1, port, dbPath: '/data/db', architecture: '64-bit', host },
  })
  if (isStructured(tag)) introduce(context, tag, version)
  else say(context, tag, { component: 'CONTROL', by, text: `db version v${version}`, id: 0, message: '' })
  const stored = context.files.read(DATA)
  const state: State = { data: stored ? (JSON.parse(stored) as State['data']) : {}, connections: 0 }
  const wanted: Listener[] = [{ port, protocol: 'TCP', handler: 'stream' }]
  if (web) wanted.push({ port: port + 1000, protocol: 'TCP', handler: 'http' })
  const taken = wanted.find((l) => context.bound(l.port))
  if (taken) {
    const why = `SocketException: Address already in use: 0.0.0.0:${taken.port}`
    say(context, tag, {
      component: 'STORAGE',
      by,
      text: `exception in initAndListen: 9 Failed to set up sockets during startup. addr already in use: 0.0.0.0:${taken.port}, terminating`,
      id: 20568,
      message: 'Error setting up listener',
      attributes: { error: { code: 9001, codeName: 'SocketException', errmsg: why } },
    })
    return { state, exit: { code: 48 } }
  }
  if (web)
    say(context, tag, {
      component: 'NETWORK',
      by: ['websvr', 'websvr'],
      text: `admin web console waiting for connections on port ${port + 1000}`,
      id: 0,
      message: 'admin web console waiting for connections',
    })
  say(context, tag, {
    component: 'NETWORK',
    by: ['initandlisten', 'listener'],
    text: `waiting for connections on port ${port}`,
    id: 23016,
    message: 'Waiting for connections',
    attributes: { port, ssl: 'off' },
  })
  return { state, listeners: wanted }
}

/** What drivers of this catalogue send: one JSON command a message. */
function command(state: State, data: string, context: ProcessContext): { reply: Json; state?: State } {
  let request: Record<string, Json>
  try {
    request = JSON.parse(data) as Record<string, Json>
  } catch {
    return { reply: { ok: 0, errmsg: 'no such command' } }
  }
  if ('isMaster' in request || 'hello' in request || 'ping' in request) return { reply: { ismaster: true, maxWireVersion: 5, ok: 1 } }
  if (typeof request['find'] === 'string') return { reply: { documents: Object.values(state.data[request['find']] ?? {}), ok: 1 } }
  if (typeof request['update'] === 'string') {
    const name = request['update']
    const collection = { ...state.data[name], [String(request['id'])]: request['set'] ?? {} }
    const next = { ...state, data: { ...state.data, [name]: collection } }
    context.files.makeDirectory('/data/db')
    context.files.write(DATA, JSON.stringify(next.data))
    return { reply: { n: 1, ok: 1 }, state: next }
  }
  return { reply: { ok: 0, errmsg: `no such command: '${Object.keys(request)[0] ?? ''}'` } }
}

const NATIVE = 'It looks like you are trying to access MongoDB over HTTP on the native driver port.\n'

function server(tag: string): Program {
  return {
    start: (context) => start(context, tag),
    signal(state, signal, context) {
      if (signal !== 'SIGTERM' && signal !== 'SIGINT') return undefined
      const by: [string, string] = ['signalProcessingThread', 'SignalHandler']
      const [number, name] = signal === 'SIGTERM' ? [15, 'Terminated'] : [2, 'Interrupt']
      const text = `got signal ${number} (${name}), will terminate after current cmd ends`
      say(context, tag, {
        component: 'CONTROL',
        by,
        text,
        id: 23377,
        message: 'Received signal',
        attributes: { signal: number, error: name },
      })
      if (isStructured(tag)) say(context, tag, { component: 'CONTROL', by, text: '', id: 20565, message: 'Now exiting' })
      const ended = 'shutting down with code:0'
      say(context, tag, { component: 'CONTROL', by, text: ended, id: 23138, message: 'Shutting down', attributes: { exitCode: 0 } })
      return { state, exit: { code: 0 } }
    },
    http(_state, request, _listener, context) {
      const host = context.variables['HOSTNAME'] ?? ''
      const title = `mongod ${host}:27017`
      const body = `<html><head>\n<title>${title}</title>\n</head><body>\n<h2>${title}</h2>\n<p><a href="/_commands">List all commands</a> | <a href="/_replSet">Replica set status</a></p>\n<p>Commands: <a href="/buildInfo?text=1">buildInfo</a> <a href="/isMaster?text=1">isMaster</a> <a href="/serverStatus?text=1">serverStatus</a></p>\n</body></html>\n`
      if (request.path === '/' || request.path.startsWith('/_'))
        return { response: { status: 200, headers: { 'content-type': 'text/html;charset=utf-8' }, body } }
      if (/^\/(buildInfo|isMaster|serverStatus|listDatabases)\b/.test(request.path))
        return {
          response: { status: 200, headers: { 'content-type': 'text/plain;charset=utf-8' }, body: '{ "ismaster" : true, "ok" : 1 }\n' },
        }
      return { response: { status: 404, headers: { 'content-type': 'text/html;charset=utf-8' }, body: 'not found\n' } }
    },
    stream(raw, data, _listener, context) {
      const state = raw as State
      if (data === '') return { data: '' }
      if (/^(GET|HEAD|POST|PUT) /.test(data))
        return {
          data: `HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${NATIVE.length}\r\n\r\n${NATIVE}`,
          close: true,
        }
      const { reply, state: next } = command(state, data, context)
      return { data: JSON.stringify(reply), ...(next ? { state: next } : {}) }
    },
  }
}

/** The shell, mongosh or mongo before it: a ping, as probes send it. */
const shell: Command = (io) => {
  const at = io.args.indexOf('--eval')
  const script = at >= 0 ? (io.args[at + 1] ?? '') : ''
  if (!/\bping\b/.test(script)) return noQueries(io.name)(io)
  const address = io.args.find((a) => /^mongodb:\/\//.test(a))?.replace(/^mongodb:\/\/(?:[^@/]*@)?/, '')
  const named = io.args.includes('--host') ? io.args[io.args.indexOf('--host') + 1] : undefined
  const [host, port = '27017'] = (address ?? named ?? '127.0.0.1').split(/[:/?,]/)
  const connection = io.process.connect(host, Number(port) || 27017)
  if (connection.outcome === 'connected') {
    io.out(io.name === 'mongo' ? '{ "ok" : 1 }\n' : '{ ok: 1 }\n')
    return 0
  }
  const at127 = 'ip' in connection ? `${connection.ip}:${port}` : host
  io.err(
    io.name === 'mongo'
      ? `Error: couldn't connect to server ${at127}, connection attempt failed\n`
      : `MongoNetworkError: connect ECONNREFUSED ${at127}\n`,
  )
  return 1
}

export const mongo: Image = {
  repositories: ['mongo', 'bitnami/mongodb', 'mongodb/mongodb-community-server', 'percona/percona-server-mongodb'],
  entrypoint: ['docker-entrypoint.sh'],
  command: ['mongod'],
  ports: [27017],
  sizeBytes: 148_563_201,
  userland: 'debian',
  commands: { mongosh: shell, mongo: shell },
  variant(tag) {
    const version = versionOf(tag)
    const major = /^\d+\.\d+/.exec(version)?.[0] ?? ''
    return {
      variables: {
        GOSU_VERSION: '1.19',
        MONGO_PACKAGE: 'mongodb-org',
        MONGO_REPO: 'repo.mongodb.org',
        MONGO_MAJOR: major,
        MONGO_VERSION: version,
        ...(isStructured(tag) ? { HOME: '/data/db' } : {}),
      },
    }
  },
  files: { '/usr/local/bin/docker-entrypoint.sh': '#!/bin/bash\nexec "$@"\n', '/data/db/storage.bson': '', '/usr/bin/mongod': '' },
  program(argv, tag) {
    const [first, second] = argv.map((a) => a.replace(/^.*\//, ''))
    if (first === 'mongod') return server(tag)
    // The entrypoint script puts `mongod` before bare flags.
    return first === 'docker-entrypoint.sh' && (second === undefined || second === 'mongod' || second.startsWith('-'))
      ? server(tag)
      : undefined
  },
}
