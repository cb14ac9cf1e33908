// What mysql and mariadb have in common: entrypoint, greeting, mysqladmin; no queries.
import type { Command, ProcessContext, Program, Step } from '../process'
import { fileVariable, logStamp } from './entrypoint'

export interface Product {
  name: 'MySQL' | 'MariaDB'
  /** What its variables begin with; MYSQL_ is understood besides. */
  prefix: 'MYSQL' | 'MARIADB'
  /** As the server says it, and as its package is named. */
  version: string
  package: string
  /** Lines of the server's own log: as it begins, with its port when it is ready, when it ends. */
  begins(now: number): string[]
  ready(now: number, port: number): string[]
  ends(now: number): string[]
  taken(now: number, port: number): string[]
  /** What initialising the files says of itself. */
  initialises(now: number): string[]
  /** What is asked for when there is no password. */
  needs: string
}

type Level = 'Note' | 'Warn' | 'ERROR'

function note(context: ProcessContext, level: Level, text: string): void {
  const stamp = `${logStamp(context.env.now()).slice(0, 19)}+00:00`
  context.log(`${stamp} [${level}] [Entrypoint]: ${text}`, level === 'Note' ? 'stdout' : 'stderr')
}

/** One of the variables that the entrypoint reads, by the product's name or MySQL's. */
function variable(context: ProcessContext, { prefix }: Product, name: string): string {
  return fileVariable(context, `${prefix}_${name}`).value || fileVariable(context, `MYSQL_${name}`).value
}

/** Why the entrypoint does not begin. */
function refusal(context: ProcessContext, product: Product): string | undefined {
  for (const name of ['ROOT_HOST', 'DATABASE', 'USER', 'PASSWORD', 'ROOT_PASSWORD'].map((n) => `${product.prefix}_${n}`))
    if (fileVariable(context, name).both) return `Both ${name} and ${name}_FILE are set (but are exclusive)`
  const passwords = ['ROOT_PASSWORD', 'ALLOW_EMPTY_PASSWORD', 'RANDOM_ROOT_PASSWORD', 'ROOT_PASSWORD_HASH', 'ALLOW_EMPTY_ROOT_PASSWORD']
  if (!passwords.some((name) => variable(context, product, name)))
    return `Database is uninitialized and password option is not specified\n${product.needs}`
  if (product.name === 'MySQL' && variable(context, product, 'USER') === 'root')
    return `MYSQL_USER="root", MYSQL_USER and MYSQL_PASSWORD are for configuring a regular user and cannot be used for the root user\n    Remove MYSQL_USER="root" and use one of the following to control the root user password:\n    - MYSQL_ROOT_PASSWORD\n    - MYSQL_ALLOW_EMPTY_PASSWORD\n    - MYSQL_RANDOM_ROOT_PASSWORD`
  return undefined
}

function initialise(context: ProcessContext, product: Product): void {
  const { files, env } = context
  const say = (text: string) => note(context, 'Note', text)
  const server = (lines: string[]) => {
    for (const line of lines) context.log(line, 'stderr')
  }
  say('Initializing database files')
  server(product.initialises(env.now()))
  say('Database files initialized')
  say('Starting temporary server')
  server(product.begins(env.now()))
  server(product.ready(env.now(), 0))
  say('Temporary server started.')
  if (variable(context, product, 'RANDOM_ROOT_PASSWORD')) {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
    const password = Array.from({ length: 32 }, () => letters[Math.floor(env.random() * letters.length)]).join('')
    say(`GENERATED ROOT PASSWORD: ${password}`)
  }
  const [database, user] = [variable(context, product, 'DATABASE'), variable(context, product, 'USER')]
  if (database) say(`Creating database ${database}`)
  if (user && variable(context, product, 'PASSWORD')) {
    say(`Creating user ${user}`)
    if (database) say(`Giving user ${user} access to schema ${database}`)
  }
  for (const name of files.list('/docker-entrypoint-initdb.d') ?? [])
    say(
      `/usr/local/bin/docker-entrypoint.sh: ${/\.(?:sh|sql(?:\.bz2|\.gz|\.xz|\.zst)?)$/.test(name) ? 'running' : 'ignoring'} /docker-entrypoint-initdb.d/${name}`,
    )
  context.write('\n')
  say('Stopping temporary server')
  server(product.ends(env.now()))
  say('Temporary server stopped')
  context.write('\n')
  say(`${product.name} init process done. Ready for start up.`)
  context.write('\n')
  files.makeDirectory('/var/lib/mysql/mysql')
  files.write('/var/lib/mysql/ibdata1', '')
}

function portOf(argv: string[]): number {
  const at = argv.findIndex((a) => a === '--port' || a === '-P')
  return Number((at >= 0 ? argv[at + 1] : argv.find((a) => a.startsWith('--port='))?.slice(7)) ?? 3306)
}

function start(context: ProcessContext, product: Product): Step {
  const { env, files } = context
  const begun = `Entrypoint script for ${product.name} Server ${product.package} started.`
  for (const text of [begun, "Switching to dedicated user 'mysql'", begun]) note(context, 'Note', text)
  if (!files.isDirectory('/var/lib/mysql/mysql')) {
    const refused = refusal(context, product)
    if (refused) {
      note(context, 'ERROR', refused)
      return { state: null, exit: { code: 1 } }
    }
    initialise(context, product)
  }
  const port = portOf(context.argv)
  for (const line of product.begins(env.now())) context.log(line, 'stderr')
  if (context.bound(port)) {
    for (const line of product.taken(env.now(), port)) context.log(line, 'stderr')
    return { state: null, exit: { code: 1 } }
  }
  for (const line of product.ready(env.now(), port)) context.log(line, 'stderr')
  return { state: null, listeners: [{ port, protocol: 'TCP', handler: 'stream' }] }
}

export function mysqlServer(product: Product): Program {
  return {
    start: (context) => start(context, product),
    signal(state, signal, context) {
      if (signal !== 'SIGTERM' && signal !== 'SIGQUIT') return undefined
      for (const line of product.ends(context.env.now())) context.log(line, 'stderr')
      return { state, exit: { code: 0 } }
    },
    // The server speaks first: protocol version, its own version, a connection's number.
    stream: (_state, data) => (data === '' ? { data: `J\0\0\0\n${product.version}\0\x08\0\0\0` } : { data: '', close: true }),
  }
}

/** mysqladmin under its name or MariaDB's: whether the server is alive. */
export const admin: Command = (io) => {
  const value = (short: string, long: string) => {
    const at = io.args.findIndex((a) => a === short || a === long)
    if (at >= 0) return io.args[at + 1]
    return io.args.find((a) => a.startsWith(`${long}=`) || (a.startsWith(short) && !a.startsWith('--')))?.replace(/^(?:--[a-z]+=|-.)/, '')
  }
  const host = value('-h', '--host')
  const port = Number(value('-P', '--port') ?? 3306)
  const up = io.process.connect(host ?? '127.0.0.1', port).outcome === 'connected'
  const [daemon, kind] = io.name === 'mariadb-admin' ? ['mariadbd', ''] : ['mysqld', 'MySQL ']
  if (up) {
    if (io.args.includes('ping')) io.out(`${daemon} is alive\n`)
    return 0
  }
  const socket = '/var/run/mysqld/mysqld.sock'
  const why =
    host === undefined || host === 'localhost'
      ? `error: 'Can't connect to local ${kind}server through socket '${socket}' (2)'\nCheck that ${daemon} is running and that the socket: '${socket}' exists!\n`
      : `error: 'Can't connect to ${kind}server on '${host}:${port}' (111)'\nCheck that ${daemon} is running on ${host} and that the port is ${port}.\nYou can check this by doing 'telnet ${host} ${port}'\n`
  io.err(`${io.name}: connect to server at '${host ?? 'localhost'}' failed\n${why}`)
  return 1
}
