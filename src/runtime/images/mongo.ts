// mongo: a MongoDB server at handshake level, with documents that other images' drivers keep in it.
import type { Json } from '../../api/types'
import type { Image, Listener, ProcessContext, Program, Step } from '../process'

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

/** Up to 4.2 plain text, from 4.4 on one JSON object a line. */
function say(context: ProcessContext, tag: string, component: string, ctx: string, message: string, id: number): void {
  const now = context.env.now()
  if (isStructured(tag)) {
    const t = { $date: new Date(now).toISOString().replace('Z', '+00:00') }
    context.log(JSON.stringify({ t, s: 'I', c: component, id, ctx, msg: message }))
  } else context.log(`${stamp(now)} I ${component.padEnd(8)} [${ctx}] ${message}`)
}

function isStructured(tag: string): boolean {
  const [major, minor] = tag.split('.').map((n) => Number.parseInt(n, 10))
  return Number.isNaN(major) || major > 4 || (major === 4 && minor >= 4)
}

function start(context: ProcessContext, tag: string): Step {
  const { argv } = context
  const port = Number(flag(argv, '--port') || 27017)
  const web = argv.includes('--httpinterface') || argv.includes('--rest')
  const version = /^\d+\.\d+/.test(tag)
    ? tag.split('-')[0].split('.').length > 2
      ? tag.split('-')[0]
      : `${tag.split('-')[0]}.15`
    : '8.0.4'
  say(
    context,
    tag,
    'CONTROL',
    'initandlisten',
    `MongoDB starting : pid=1 port=${port} dbpath=/data/db 64-bit host=${context.variables['HOSTNAME'] ?? ''}`,
    4615611,
  )
  say(context, tag, 'CONTROL', 'initandlisten', `db version v${version}`, 23403)
  const stored = context.files.read(DATA)
  const state: State = { data: stored ? (JSON.parse(stored) as State['data']) : {}, connections: 0 }
  const wanted: Listener[] = [{ port, protocol: 'TCP', handler: 'stream' }]
  if (web) wanted.push({ port: port + 1000, protocol: 'TCP', handler: 'http' })
  for (const { port: p } of wanted) {
    if (!context.bound(p)) continue
    say(
      context,
      tag,
      'STORAGE',
      'initandlisten',
      `exception in initAndListen: 9 Failed to set up sockets during startup. addr already in use: 0.0.0.0:${p}, terminating`,
      20557,
    )
    return { state, exit: { code: 48 } }
  }
  if (web) say(context, tag, 'NETWORK', 'websvr', `admin web console waiting for connections on port ${port + 1000}`, 0)
  say(
    context,
    tag,
    'NETWORK',
    isStructured(tag) ? 'listener' : 'initandlisten',
    isStructured(tag) ? 'Waiting for connections' : `waiting for connections on port ${port}`,
    23016,
  )
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
      say(context, tag, 'CONTROL', 'signalProcessingThread', `got signal 15 (Terminated), will terminate after current cmd ends`, 23377)
      say(context, tag, 'CONTROL', 'signalProcessingThread', 'shutting down with code:0', 20565)
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

export const mongo: Image = {
  repositories: ['mongo', 'bitnami/mongodb', 'mongodb/mongodb-community-server', 'percona/percona-server-mongodb'],
  entrypoint: ['docker-entrypoint.sh'],
  command: ['mongod'],
  ports: [27017],
  sizeBytes: 148_563_201,
  userland: 'debian',
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
