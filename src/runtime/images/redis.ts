// redis: a server that keeps what it is told, and its command-line client.
import type { Command, CommandIo, Image, Json, ProcessContext, Program, Step } from '../process'
import { type Keys, runRedis, type Session } from './redis-commands'
import { decodeReply, encodeCommand, encodeReply, parseCommands, type Reply, showReply, splitWords } from './redis-protocol'
import { executable } from './servers'

interface State {
  [key: string]: Json
  keys: Keys & Json
  config: Record<string, string>
  since: number
}

const DUMP = 'dump.rdb'

function stamp(ms: number): string {
  const t = new Date(ms)
  const two = (n: number) => String(n).padStart(2, '0')
  const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][t.getUTCMonth()]
  return `${two(t.getUTCDate())} ${month} ${t.getUTCFullYear()} ${two(t.getUTCHours())}:${two(t.getUTCMinutes())}:${two(t.getUTCSeconds())}.${String(t.getUTCMilliseconds()).padStart(3, '0')}`
}

function say(context: ProcessContext, message: string, mark = '*'): void {
  context.log(`1:M ${stamp(context.env.now())} ${mark} ${message}`)
}

/** Settings of the configuration file and of `--name value` arguments. */
function settings(context: ProcessContext): Record<string, string> {
  const config: Record<string, string> = {
    maxmemory: '0',
    'maxmemory-policy': 'noeviction',
    appendonly: 'no',
    save: '3600 1 300 100 60 10000',
    dir: '/data',
    port: '6379',
    bind: '* -::*',
  }
  const words = context.argv.slice(context.argv.findIndex((a) => executable([a]) === 'redis-server') + 1)
  const lines: string[] = []
  if (words[0] && !words[0].startsWith('-')) lines.push(...(context.files.read(words[0]) ?? '').split('\n'))
  for (const group of words
    .join('\0')
    .split(/(?:^|\0)--/)
    .slice(1))
    lines.push(group.replaceAll('\0', ' '))
  for (const line of lines) {
    const [name, ...values] = splitWords(line.replace(/^\s*#.*/, ''))
    if (name) config[name.toLowerCase()] = values.join(' ')
  }
  const memory = /^(\d+)(k|kb|m|mb|g|gb)$/i.exec(config['maxmemory'])
  if (memory)
    config['maxmemory'] = String(
      Number(memory[1]) * { k: 1000, kb: 1024, m: 1e6, mb: 1048576, g: 1e9, gb: 1073741824 }[memory[2].toLowerCase() as 'k'],
    )
  return config
}

function start(context: ProcessContext, version: string): Step {
  const config = settings(context)
  const port = Number(config['port'])
  context.log(`1:C ${stamp(context.env.now())} * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo`)
  context.log(`1:C ${stamp(context.env.now())} * Redis version=${version}, bits=64, commit=00000000, modified=0, pid=1, just started`)
  if (context.argv.length <= 2)
    context.log(
      `1:C ${stamp(context.env.now())} # Warning: no config file specified, using the default config. In order to specify a config file use redis-server /path/to/redis.conf`,
    )
  else context.log(`1:C ${stamp(context.env.now())} * Configuration loaded`)
  const state: State = { keys: {}, config, since: context.env.now() }
  if (context.bound(port)) {
    say(context, `Warning: Could not create server TCP listening socket *:${port}: bind: Address already in use`, '#')
    say(context, `Failed listening on port ${port} (tcp), aborting.`, '#')
    return { state, exit: { code: 1 } }
  }
  say(context, `Running mode=standalone, port=${port}.`)
  say(context, 'Server initialized')
  const dump = context.files.read(`${config['dir']}/${DUMP}`)
  if (dump) {
    state.keys = JSON.parse(dump) as State['keys']
    say(context, `Done loading RDB, keys loaded: ${Object.keys(state.keys).length}, keys expired: 0.`)
  }
  say(context, 'Ready to accept connections tcp')
  return { state, listeners: [{ port, protocol: 'TCP', handler: 'stream' }] }
}

/** Snapshots to the data directory, as save points and shutdown do. */
function persist(state: State, context: ProcessContext): void {
  if (!context.files.isDirectory(state.config['dir'])) context.files.makeDirectory(state.config['dir'])
  context.files.write(`${state.config['dir']}/${DUMP}`, JSON.stringify(state.keys))
}

function info(state: State, version: string, now: number): string {
  const seconds = Math.floor((now - state.since) / 1000)
  const count = Object.keys(state.keys).length
  return `# Server\r\nredis_version:${version}\r\nredis_mode:standalone\r\nos:Linux x86_64\r\ntcp_port:${state.config['port']}\r\nuptime_in_seconds:${seconds}\r\nuptime_in_days:${Math.floor(seconds / 86400)}\r\n\r\n# Clients\r\nconnected_clients:1\r\n\r\n# Replication\r\nrole:master\r\nconnected_slaves:0\r\n\r\n# Keyspace\r\n${count > 0 ? `db0:keys=${count},expires=0,avg_ttl=0\r\n` : ''}`
}

function versionOf(tag: string): string {
  const known: Record<string, string> = {
    '7': '7.4.1',
    '7.2': '7.2.6',
    '7.0': '7.0.15',
    '6': '6.2.16',
    '6.2': '6.2.16',
    '5': '5.0.14',
    '8': '8.2.1',
  }
  const bare = tag.split('-')[0]
  return known[bare] ?? (/^\d+\.\d+\.\d+$/.test(bare) ? bare : /^\d+\.\d+$/.test(bare) ? `${bare}.0` : '8.2.1')
}

function server(tag: string): Program {
  const version = versionOf(tag)
  return {
    start: (context) => start(context, version),
    signal(raw, signal, context) {
      if (signal !== 'SIGTERM' && signal !== 'SIGINT') return undefined
      const state = raw as State
      context.log(`1:signal-handler (${Math.floor(context.env.now() / 1000)}) Received SIGTERM scheduling shutdown...`)
      say(context, 'User requested shutdown...')
      if (state.config['save'] !== '') {
        say(context, 'Saving the final RDB snapshot before exiting.')
        persist(state, context)
        say(context, 'DB saved on disk')
      }
      say(context, 'Redis is now ready to exit, bye bye...', '#')
      return { state, exit: { code: 0 } }
    },
    stream(raw, data, _listener, context) {
      if (data === '') return { data: '' }
      const state = structuredClone(raw) as State
      const password = state.config['requirepass']
      let authorised = !password
      let out = ''
      let exit = false
      const { commands } = parseCommands(data.endsWith('\n') ? data : `${data}\n`)
      for (const words of commands) {
        const name = words[0].toLowerCase()
        const session: Session = {
          keys: state.keys,
          now: context.env.now(),
          config: state.config,
          info: info(state, version, context.env.now()),
        }
        let reply: Reply
        if (name === 'auth') {
          authorised = words.at(-1) === password
          reply = authorised
            ? { status: 'OK' }
            : {
                error: password
                  ? 'WRONGPASS invalid username-password pair or user is disabled.'
                  : 'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
              }
        } else if (!authorised && name !== 'hello' && name !== 'quit') reply = { error: 'NOAUTH Authentication required.' }
        else if (/^(?:get|post)$/.test(name) && words[2]?.startsWith('HTTP/')) return { data: '', close: true }
        else reply = runRedis(session, words)
        state.keys = session.keys as State['keys']
        if (name === 'save' || name === 'bgsave') persist(state, context)
        if (name === 'shutdown') exit = true
        else out += encodeReply(reply)
      }
      return { data: out, state, ...(exit ? { exit: { code: 0 }, close: true } : {}) }
    },
  }
}

interface CliOptions {
  host: string
  port: number
  password?: string
  words: string[]
  raw?: boolean
}

function cliOptions(io: CommandIo): CliOptions {
  const o: CliOptions = { host: '127.0.0.1', port: 6379, words: [], password: io.variables['REDISCLI_AUTH'] }
  const { args } = io
  let i = 0
  for (; i < args.length && args[i].startsWith('-'); i++) {
    if (args[i] === '-h') o.host = args[++i]
    else if (args[i] === '-p') o.port = Number(args[++i])
    else if (args[i] === '-a' || args[i] === '--pass') o.password = args[++i]
    else if (args[i] === '-n' || args[i] === '--user' || args[i] === '-u') i++
    else if (args[i] === '--raw') o.raw = true
    else if (args[i] === '--no-raw') o.raw = false
  }
  o.words = args.slice(i)
  return o
}

/** redis-cli: one command from its words, or a command a line from standard input. */
const cli: Command = (io, state) => {
  const o = cliOptions(io)
  const terminal = o.raw === undefined ? io.tty : !o.raw
  const connection = io.process.connect(o.host, o.port)
  if (connection.outcome !== 'connected') {
    const why =
      connection.outcome === 'refused'
        ? 'Connection refused'
        : connection.outcome === 'unresolved'
          ? 'Name or service not known'
          : connection.outcome === 'timeout'
            ? 'Connection timed out'
            : 'No route to host'
    io.err(`Could not connect to Redis at ${o.host}:${o.port}: ${why}\n`)
    return 1
  }
  function ask(words: string[]): boolean {
    const auth = o.password ? encodeCommand(['AUTH', o.password]) : ''
    const text = connection.outcome === 'connected' ? connection.stream(auth + encodeCommand(words)) : ''
    const { reply } = decodeReply(auth ? decodeReply(text).rest : text || '+\r\n')
    io.out(`${showReply(reply, terminal)}\n`)
    return !(reply !== null && typeof reply === 'object' && 'error' in reply)
  }
  if (o.words.length > 0) return ask(o.words) || !terminal ? 0 : 1
  const prompt = io.tty ? `${o.host}:${o.port}> ` : ''
  if (state === undefined) io.out(prompt)
  const { text, end } = io.input()
  for (const line of text.split('\n')) {
    const words = splitWords(line)
    if (words.length === 0) continue
    if (/^(?:quit|exit)$/i.test(words[0])) return 0
    ask(words)
    io.out(prompt)
  }
  return end ? 0 : { state: {}, onInput: true }
}

export const redis: Image = {
  repositories: [
    'redis',
    'bitnami/redis',
    'valkey/valkey',
    'registry.k8s.io/redis',
    'gcr.io/google_containers/redis',
    'docker.io/library/redis',
  ],
  entrypoint: ['docker-entrypoint.sh'],
  command: ['redis-server'],
  workingDir: '/data',
  ports: [6379],
  sizeBytes: 45_006_722,
  userland: 'debian',
  variant: (tag) => ({ variables: { GOSU_VERSION: '1.17', REDIS_VERSION: versionOf(tag) } }),
  commands: { 'redis-cli': cli },
  files: { '/usr/local/bin/docker-entrypoint.sh': '#!/bin/sh\nexec "$@"\n', '/usr/local/bin/redis-server': '' },
  program(argv, tag) {
    const first = executable(argv)
    const own = first === 'docker-entrypoint.sh' ? executable(argv.slice(1)) : first
    return own === 'redis-server' || (first === 'docker-entrypoint.sh' && (own === '' || own.startsWith('-') || own.endsWith('.conf')))
      ? server(tag)
      : undefined
  },
}
