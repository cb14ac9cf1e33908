// postgres and mysql: they start as their entrypoints do, listen, and greet; no queries.
import type { Command, Image, ProcessContext, Program } from '../process'
import { executable } from './servers'

const NO_PASSWORD = `Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".

       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all
       connections without a password. This is *not* recommended.

       See PostgreSQL documentation about "trust":
       https://www.postgresql.org/docs/current/auth-trust.html
`

function stamp(context: ProcessContext): string {
  return new Date(context.env.now()).toISOString().replace('T', ' ').replace('Z', ' UTC')
}

const postgresServer: Program = {
  start(context) {
    const { variables, files } = context
    const data = variables['PGDATA'] || '/var/lib/postgresql/data'
    const initialised = files.exists(`${data}/PG_VERSION`)
    if (!initialised && !variables['POSTGRES_PASSWORD'] && variables['POSTGRES_HOST_AUTH_METHOD'] !== 'trust') {
      context.write(NO_PASSWORD, 'stderr')
      return { state: null, exit: { code: 1 } }
    }
    if (!initialised) {
      context.log(
        `The files belonging to this database system will be owned by user "postgres".\n\nSuccess. You can now start the database server using:\n\n    pg_ctl -D ${data} -l logfile start\n\nPostgreSQL init process complete; ready for start up.\n`,
      )
      files.makeDirectory(data)
      files.write(`${data}/PG_VERSION`, '17\n')
    } else context.log('\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n')
    if (context.bound(5432)) {
      context.log(`${stamp(context)} [1] LOG:  could not bind IPv4 address "0.0.0.0": Address already in use`, 'stderr')
      context.log(`${stamp(context)} [1] FATAL:  could not create any TCP/IP sockets`, 'stderr')
      return { state: null, exit: { code: 1 } }
    }
    context.log(`${stamp(context)} [1] LOG:  listening on IPv4 address "0.0.0.0", port 5432`, 'stderr')
    context.log(`${stamp(context)} [1] LOG:  database system is ready to accept connections`, 'stderr')
    return { state: null, listeners: [{ port: 5432, protocol: 'TCP', handler: 'stream' }] }
  },
  signal(state, signal, context) {
    if (signal !== 'SIGTERM' && signal !== 'SIGINT' && signal !== 'SIGQUIT') return undefined
    context.log(`${stamp(context)} [1] LOG:  received ${signal === 'SIGINT' ? 'fast' : 'smart'} shutdown request`, 'stderr')
    context.log(`${stamp(context)} [1] LOG:  database system is shut down`, 'stderr')
    return { state, exit: { code: 0 } }
  },
  // To a startup packet: an authentication request.
  stream: (_state, data) => (data === '' ? { data: '' } : { data: 'R\0\0\0\f\0\0\0\x05', close: /^(?:GET|POST|HEAD) /.test(data) }),
}

/** pg_isready: the usual probe. */
const isReady: Command = (io) => {
  const at = io.args.indexOf('-h')
  const host = at >= 0 ? io.args[at + 1] : '127.0.0.1'
  const portAt = io.args.indexOf('-p')
  const port = portAt >= 0 ? Number(io.args[portAt + 1]) : 5432
  const connection = io.process.connect(host, port)
  const shown = at >= 0 ? host : '/var/run/postgresql'
  io.out(`${shown}:${port} - ${connection.outcome === 'connected' ? 'accepting connections' : 'no response'}\n`)
  return connection.outcome === 'connected' ? 0 : 2
}

const noQueries =
  (name: string): Command =>
  (io) => {
    io.err(`${name}: kubesim's database answers connections, not queries\n`)
    return 1
  }

export const postgres: Image = {
  repositories: ['postgres', 'bitnami/postgresql', 'postgis/postgis'],
  entrypoint: ['docker-entrypoint.sh'],
  command: ['postgres'],
  ports: [5432],
  stopSignal: 'SIGINT',
  sizeBytes: 153_800_704,
  userland: 'debian',
  variables: { PG_MAJOR: '17', PGDATA: '/var/lib/postgresql/data' },
  commands: { pg_isready: isReady, psql: noQueries('psql') },
  files: { '/usr/local/bin/docker-entrypoint.sh': '#!/bin/bash\nexec "$@"\n' },
  program: (argv) => (entrypointRuns(argv, 'postgres') ? postgresServer : undefined),
}

/** The entrypoint script with this daemon, or with flags for it. */
function entrypointRuns(argv: string[], ...names: string[]): boolean {
  const first = executable(argv)
  const own = /entrypoint\.sh$/.test(first) ? executable(argv.slice(1)) : first
  return names.includes(own) || (/entrypoint\.sh$/.test(first) && (own === '' || own.startsWith('-')))
}

function mysqlServer(product: 'MySQL' | 'MariaDB'): Program {
  const own = product === 'MySQL' ? 'MYSQL' : 'MARIADB'
  const version = product === 'MySQL' ? '8.4.3' : '11.6.2-MariaDB-ubu2404'
  const daemon = product === 'MySQL' ? 'mysqld' : 'mariadbd'
  const note = (context: ProcessContext, level: string, text: string) =>
    context.log(`${stamp(context).slice(0, 19)}+00:00 [${level}] [Entrypoint]: ${text}`, level === 'ERROR' ? 'stderr' : 'stdout')
  return {
    start(context) {
      const { variables, files } = context
      const set = (name: string) => variables[`${own}_${name}`] || variables[`MYSQL_${name}`]
      note(context, 'Note', `Entrypoint script for ${product} Server ${version} started.`)
      const initialised = files.isDirectory('/var/lib/mysql/mysql')
      if (!initialised && !set('ROOT_PASSWORD') && !set('ALLOW_EMPTY_PASSWORD') && !set('RANDOM_ROOT_PASSWORD')) {
        note(
          context,
          'ERROR',
          `Database is uninitialized and password option is not specified\n    You need to specify one of the following as an environment variable:\n    - ${own}_ROOT_PASSWORD\n    - ${own}_ALLOW_EMPTY_PASSWORD\n    - ${own}_RANDOM_ROOT_PASSWORD`,
        )
        return { state: null, exit: { code: 1 } }
      }
      if (!initialised) {
        note(context, 'Note', 'Initializing database files')
        files.makeDirectory('/var/lib/mysql/mysql')
        files.write('/var/lib/mysql/ibdata1', '')
        note(context, 'Note', `${product} init process done. Ready for start up.`)
      }
      const time = new Date(context.env.now()).toISOString().replace('Z', '000Z')
      if (context.bound(3306)) {
        context.log(`${time} 0 [ERROR] [MY-010262] [Server] Can't start server: Bind on TCP/IP port: Address already in use`, 'stderr')
        return { state: null, exit: { code: 1 } }
      }
      context.log(
        `${time} 0 [System] [MY-010931] [Server] /usr/sbin/${daemon}: ready for connections. Version: '${version}'  socket: '/var/run/mysqld/mysqld.sock'  port: 3306  ${product} Community Server - GPL.`,
        'stderr',
      )
      return { state: null, listeners: [{ port: 3306, protocol: 'TCP', handler: 'stream' }] }
    },
    signal: (state, signal) => (signal === 'SIGTERM' || signal === 'SIGQUIT' ? { state, exit: { code: 0 } } : undefined),
    // The server speaks first: protocol version, its own version, a connection's number.
    stream: (_state, data) => (data === '' ? { data: `J\0\0\0\n${version}\0\x08\0\0\0` } : { data: '', close: true }),
  }
}

const admin: Command = (io) => {
  const at = io.args.indexOf('-h')
  const host = at >= 0 ? io.args[at + 1] : (io.args.find((a) => /^(?:-h|--host=)./.test(a))?.replace(/^(?:-h|--host=)/, '') ?? '127.0.0.1')
  const up = io.process.connect(host, 3306).outcome === 'connected'
  if (io.args.includes('ping')) {
    if (up) io.out('mysqld is alive\n')
    else
      io.err(
        `mysqladmin: connect to server at '${host}' failed\nerror: 'Can't connect to MySQL server on '${host}:3306' (111)'\nCheck that mysqld is running on ${host} and that the port is 3306.\n`,
      )
  }
  return up ? 0 : 1
}

export const mysql: Image = {
  repositories: ['mysql', 'bitnami/mysql', 'percona', 'mysql/mysql-server'],
  entrypoint: ['docker-entrypoint.sh'],
  command: ['mysqld'],
  ports: [3306, 33060],
  sizeBytes: 170_394_624,
  userland: 'debian',
  commands: { mysqladmin: admin, mysql: noQueries('mysql') },
  files: { '/usr/local/bin/docker-entrypoint.sh': '#!/bin/bash\nexec "$@"\n' },
  program: (argv) => (entrypointRuns(argv, 'mysqld') ? mysqlServer('MySQL') : undefined),
}

export const mariadb: Image = {
  repositories: ['mariadb', 'bitnami/mariadb'],
  entrypoint: ['docker-entrypoint.sh'],
  command: ['mariadbd'],
  ports: [3306],
  sizeBytes: 118_400_000,
  userland: 'debian',
  commands: { 'mariadb-admin': admin, mariadb: noQueries('mariadb') },
  files: { '/usr/local/bin/docker-entrypoint.sh': '#!/bin/bash\nexec "$@"\n' },
  program: (argv) => (entrypointRuns(argv, 'mariadbd', 'mysqld') ? mysqlServer('MariaDB') : undefined),
}

export const memcached: Image = {
  repositories: ['memcached', 'bitnami/memcached'],
  entrypoint: ['docker-entrypoint.sh'],
  command: ['memcached'],
  ports: [11211],
  sizeBytes: 32_800_000,
  userland: 'debian',
  program: (argv) =>
    entrypointRuns(argv, 'memcached')
      ? {
          start: (context) =>
            context.bound(11211)
              ? { state: null, exit: { code: 71 } }
              : { state: null, listeners: [{ port: 11211, protocol: 'TCP', handler: 'stream' }] },
          signal: (state, signal) => (signal === 'SIGTERM' || signal === 'SIGINT' ? { state, exit: { code: 0 } } : undefined),
          stream: (_state, data) => ({ data: data.startsWith('version') ? 'VERSION 1.6.32\r\n' : data === '' ? '' : 'ERROR\r\n' }),
        }
      : undefined,
}
