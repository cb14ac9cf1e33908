// What mysql and mariadb have in common: entrypoint, greeting, mysqladmin; no queries.
import type { Command, ProcessContext, Program } from '../process'
import { logStamp } from './entrypoint'

export function mysqlServer(product: 'MySQL' | 'MariaDB'): Program {
  const own = product === 'MySQL' ? 'MYSQL' : 'MARIADB'
  const version = product === 'MySQL' ? '8.4.3' : '11.6.2-MariaDB-ubu2404'
  const daemon = product === 'MySQL' ? 'mysqld' : 'mariadbd'
  const note = (context: ProcessContext, level: string, text: string) =>
    context.log(`${logStamp(context).slice(0, 19)}+00:00 [${level}] [Entrypoint]: ${text}`, level === 'ERROR' ? 'stderr' : 'stdout')
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

export const admin: Command = (io) => {
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
