// postgres: it starts as its entrypoint does, listens and asks for a password; no queries.
import type { Command, Image, Program } from '../process'
import { entrypointRuns, logStamp, noQueries } from './entrypoint'

const NO_PASSWORD = `Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".

       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all
       connections without a password. This is *not* recommended.

       See PostgreSQL documentation about "trust":
       https://www.postgresql.org/docs/current/auth-trust.html
`

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
      context.log(`${logStamp(context)} [1] LOG:  could not bind IPv4 address "0.0.0.0": Address already in use`, 'stderr')
      context.log(`${logStamp(context)} [1] FATAL:  could not create any TCP/IP sockets`, 'stderr')
      return { state: null, exit: { code: 1 } }
    }
    context.log(`${logStamp(context)} [1] LOG:  listening on IPv4 address "0.0.0.0", port 5432`, 'stderr')
    context.log(`${logStamp(context)} [1] LOG:  database system is ready to accept connections`, 'stderr')
    return { state: null, listeners: [{ port: 5432, protocol: 'TCP', handler: 'stream' }] }
  },
  signal(state, signal, context) {
    if (signal !== 'SIGTERM' && signal !== 'SIGINT' && signal !== 'SIGQUIT') return undefined
    context.log(`${logStamp(context)} [1] LOG:  received ${signal === 'SIGINT' ? 'fast' : 'smart'} shutdown request`, 'stderr')
    context.log(`${logStamp(context)} [1] LOG:  database system is shut down`, 'stderr')
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
