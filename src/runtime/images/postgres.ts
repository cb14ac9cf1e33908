// postgres: it starts as its entrypoint does, listens and asks for a password; no queries.
import type { Command, Image, Listener, ProcessContext, Program, Step } from '../process'
import { entrypointRuns, fileVariable, logStamp, noQueries, versionOfTag } from './entrypoint'

const NO_PASSWORD = `Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".

       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all
       connections without a password. This is *not* recommended.

       See PostgreSQL documentation about "trust":
       https://www.postgresql.org/docs/current/auth-trust.html
`

const LAST: Record<string, string> = {
  '18': '18.1',
  '17': '17.7',
  '16': '16.11',
  '15': '15.15',
  '14': '14.20',
  '13': '13.23',
  '12': '12.22',
}
const SOCKET = '/var/run/postgresql/.s.PGSQL.5432'

function versionOf(tag: string): string {
  return versionOfTag(tag, LAST, LAST['18'])
}

function dataOf(version: string): string {
  const major = version.split('.')[0]
  return Number(major) >= 18 ? `/var/lib/postgresql/${major}/docker` : '/var/lib/postgresql/data'
}

/** What the server says it is. */
function banner(tag: string): string {
  const version = versionOf(tag)
  return tag.includes('alpine')
    ? `PostgreSQL ${version} on x86_64-pc-linux-musl, compiled by gcc (Alpine 14.2.0) 14.2.0, 64-bit`
    : `PostgreSQL ${version} (Debian ${version}-1.pgdg12+1) on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14+deb12u1) 12.2.0, 64-bit`
}

function say(context: ProcessContext, pid: number, text: string): void {
  context.log((now) => `${logStamp(now)} [${pid}] ${text}`, 'stderr')
}

/** What initdb prints. */
function initialisation(data: string): string {
  return `The files belonging to this database system will be owned by user "postgres".
This user must also own the server process.

The database cluster will be initialized with locale "en_US.utf8".
The default database encoding has accordingly been set to "UTF8".
The default text search configuration will be set to "english".

Data page checksums are disabled.

fixing permissions on existing directory ${data} ... ok
creating subdirectories ... ok
selecting dynamic shared memory implementation ... posix
selecting default "max_connections" ... 100
selecting default "shared_buffers" ... 128MB
selecting default time zone ... Etc/UTC
creating configuration files ... ok
running bootstrap script ... ok
performing post-bootstrap initialization ... ok
syncing data to disk ... ok


Success. You can now start the database server using:

    pg_ctl -D ${data} -l logfile start

`
}

const TRUST = `initdb: warning: enabling "trust" authentication for local connections
initdb: hint: You can change this by editing pg_hba.conf or using the option -A, or --auth-local and --auth-host, the next time you run initdb.
`

/** The lines of a server's end; it ends at once, no connection holds it. */
function endLines(context: ProcessContext, pid: number, worker: number, how: string): void {
  say(context, pid, `LOG:  received ${how} shutdown request`)
  if (how === 'immediate') return
  if (how === 'fast') say(context, pid, 'LOG:  aborting any active transactions')
  say(context, pid, `LOG:  background worker "logical replication launcher" (PID ${worker + 5}) exited with exit code 1`)
  say(context, worker, 'LOG:  shutting down')
  say(context, worker, 'LOG:  checkpoint starting: shutdown immediate')
  say(context, pid, 'LOG:  database system is shut down')
}

/** The entrypoint's work on an empty directory: initdb, a server that listens to nobody for a while, the user's scripts. */
function initialise(context: ProcessContext, data: string, tag: string): void {
  const { files, variables } = context
  context.write(initialisation(data))
  context.write(TRUST, 'stderr')
  context.write('waiting for server to start....')
  say(context, 48, `LOG:  starting ${banner(tag)}`)
  say(context, 48, `LOG:  listening on Unix socket "${SOCKET}"`)
  say(context, 51, `LOG:  database system was shut down at ${logStamp(context.env.now()).replace(/\.\d+/, '')}`)
  say(context, 48, 'LOG:  database system is ready to accept connections')
  context.write(' done\nserver started\n')
  const user = fileVariable(context, 'POSTGRES_USER').value || 'postgres'
  if ((fileVariable(context, 'POSTGRES_DB').value || user) !== 'postgres') context.write('CREATE DATABASE\n\n')
  const scripts = files.list('/docker-entrypoint-initdb.d') ?? []
  if (scripts.length === 0) context.write('\n/usr/local/bin/docker-entrypoint.sh: ignoring /docker-entrypoint-initdb.d/*\n')
  for (const name of scripts)
    context.write(
      `\n/usr/local/bin/docker-entrypoint.sh: ${/\.(?:sh|sql(?:\.gz|\.xz|\.zst)?)$/.test(name) ? 'running' : 'ignoring'} /docker-entrypoint-initdb.d/${name}\n`,
    )
  context.write('\nwaiting for server to shut down....')
  endLines(context, 48, 49, 'fast')
  context.write(' done\nserver stopped\n\nPostgreSQL init process complete; ready for start up.\n\n')
  files.makeDirectory(data)
  files.write(`${data}/PG_VERSION`, `${variables['PG_MAJOR'] ?? versionOf(tag).split('.')[0]}\n`)
  for (const name of ['postgresql.conf', 'pg_hba.conf', 'pg_ident.conf', 'postgresql.auto.conf']) files.write(`${data}/${name}`, '')
  for (const name of ['base', 'global', 'pg_wal']) files.makeDirectory(`${data}/${name}`)
}

/** Why the directory cannot be made a database, in the words of the entrypoint and of initdb. */
function refusal(context: ProcessContext, data: string): string | undefined {
  const password = fileVariable(context, 'POSTGRES_PASSWORD')
  if (password.both) return 'error: both POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are set (but are exclusive)\n'
  if (!password.value && context.variables['POSTGRES_HOST_AUTH_METHOD'] !== 'trust') return NO_PASSWORD
  const there = context.files.list(data) ?? []
  if (there.length === 0) return undefined
  const head = `initdb: error: directory "${data}" exists but is not empty\n`
  return there.includes('lost+found')
    ? `${head}initdb: detail: It contains a lost+found directory, perhaps due to it being a mount point.\ninitdb: hint: Using a mount point directly as the data directory is not recommended.\nCreate a subdirectory under the mount point.\n`
    : `${head}initdb: hint: If you want to create a new database system, either remove or empty the directory "${data}" or run initdb with an argument other than "${data}".\n`
}

/** The port that `-p` or `-c port=` names. */
function portOf(argv: string[]): number {
  const at = argv.indexOf('-p')
  return Number((at >= 0 ? argv[at + 1] : undefined) ?? argv.find((a) => /^(?:--)?port=/.test(a))?.split('=')[1] ?? 5432)
}

function start(context: ProcessContext, tag: string): Step {
  const { variables, files } = context
  const data = variables['PGDATA'] || dataOf(versionOf(tag))
  if (files.exists(`${data}/PG_VERSION`))
    context.write('\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n')
  else {
    const refused = refusal(context, data)
    if (refused) {
      context.write(refused, 'stderr')
      return { state: null, exit: { code: 1 } }
    }
    initialise(context, data, tag)
  }
  const port = portOf(context.argv)
  say(context, 1, `LOG:  starting ${banner(tag)}`)
  if (context.bound(port)) {
    for (const [family, at] of [
      ['IPv4', '0.0.0.0'],
      ['IPv6', '::'],
    ]) {
      say(context, 1, `LOG:  could not bind ${family} address "${at}": Address already in use`)
      say(context, 1, `HINT:  Is another postmaster already running on port ${port}? If not, wait a few seconds and retry.`)
    }
    say(context, 1, 'WARNING:  could not create listen socket for "*"')
    say(context, 1, 'FATAL:  could not create any TCP/IP sockets')
    say(context, 1, 'LOG:  database system is shut down')
    return { state: null, exit: { code: 1 } }
  }
  say(context, 1, `LOG:  listening on IPv4 address "0.0.0.0", port ${port}`)
  say(context, 1, `LOG:  listening on IPv6 address "::", port ${port}`)
  say(context, 1, `LOG:  listening on Unix socket "${SOCKET}"`)
  say(context, 62, `LOG:  database system was shut down at ${logStamp(context.env.now()).replace(/\.\d+/, '')}`)
  say(context, 1, 'LOG:  database system is ready to accept connections')
  const listeners: Listener[] = [{ port, protocol: 'TCP', handler: 'stream' }]
  return { state: null, listeners }
}

const ENDS: Record<string, string> = { SIGTERM: 'smart', SIGINT: 'fast', SIGQUIT: 'immediate' }

function server(tag: string): Program {
  return {
    start: (context) => start(context, tag),
    signal(state, signal, context) {
      const how = ENDS[signal]
      if (signal === 'SIGHUP') say(context, 1, 'LOG:  received SIGHUP, reloading configuration files')
      if (how === undefined) return signal === 'SIGHUP' ? { state } : undefined
      endLines(context, 1, 60, how)
      return { state, exit: { code: 0 } }
    },
    // To a startup packet: an authentication request.
    stream: (_state, data) => (data === '' ? { data: '' } : { data: 'R\0\0\0\f\0\0\0\x05', close: /^(?:GET|POST|HEAD) /.test(data) }),
  }
}

/** pg_isready: the usual probe. */
const isReady: Command = (io) => {
  const value = (short: string, long: string) => {
    const at = io.args.findIndex((a) => a === short || a === long)
    return at >= 0 ? io.args[at + 1] : io.args.find((a) => a.startsWith(`${long}=`))?.slice(long.length + 1)
  }
  const host = value('-h', '--host') ?? io.variables['PGHOST']
  const port = Number(value('-p', '--port') ?? io.variables['PGPORT'] ?? 5432)
  const up = io.process.connect(host ?? '127.0.0.1', port).outcome === 'connected'
  const quiet = io.args.some((a) => a === '-q' || a === '--quiet')
  if (!quiet) io.out(`${host ?? '/var/run/postgresql'}:${port} - ${up ? 'accepting connections' : 'no response'}\n`)
  return up ? 0 : 2
}

export const postgres: Image = {
  repositories: ['postgres', 'bitnami/postgresql', 'postgis/postgis'],
  entrypoint: ['docker-entrypoint.sh'],
  command: ['postgres'],
  ports: [5432],
  stopSignal: 'SIGINT',
  sizeBytes: 153_800_704,
  userland: 'debian',
  variant(tag) {
    const version = versionOf(tag)
    const major = version.split('.')[0]
    return {
      variables: {
        PATH: `/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin${tag.includes('alpine') ? '' : `:/usr/lib/postgresql/${major}/bin`}`,
        GOSU_VERSION: '1.19',
        LANG: 'en_US.utf8',
        PG_MAJOR: major,
        PG_VERSION: tag.includes('alpine') ? version : `${version}-1.pgdg12+1`,
        PGDATA: dataOf(version),
      },
    }
  },
  commands: { pg_isready: isReady, psql: noQueries('psql') },
  files: { '/usr/local/bin/docker-entrypoint.sh': '#!/bin/bash\nexec "$@"\n', '/docker-entrypoint-initdb.d/': '' },
  program: (argv, tag) => (entrypointRuns(argv, 'postgres') ? server(tag) : undefined),
}
