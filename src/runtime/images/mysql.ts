// mysql.
import type { Image } from '../process'
import { entrypointRuns, noQueries, versionOfTag } from './entrypoint'
import { admin, mysqlServer, type Product } from './mysql-server'

const LAST: Record<string, string> = { '9': '9.5.0', '8': '8.4.7', '8.4': '8.4.7', '8.0': '8.0.44', '5': '5.7.44', '5.7': '5.7.44' }

function versionOf(tag: string): string {
  return versionOfTag(tag, LAST, LAST['9'])
}

function product(version: string): Product {
  // Microseconds, the connection's number, severity, code, subsystem.
  const line = (now: number, text: string, thread = 0) => `${new Date(now).toISOString().replace('Z', '000Z')} ${thread} ${text}`
  const daemon = '/usr/sbin/mysqld'
  const inno = (now: number) => [
    line(now, '[System] [MY-013576] [InnoDB] InnoDB initialization has started.', 1),
    line(now, '[System] [MY-013577] [InnoDB] InnoDB initialization has ended.', 1),
  ]
  return {
    name: 'MySQL',
    prefix: 'MYSQL',
    version,
    package: `${version}-1.el9`,
    needs:
      '    You need to specify one of the following as an environment variable:\n    - MYSQL_ROOT_PASSWORD\n    - MYSQL_ALLOW_EMPTY_PASSWORD\n    - MYSQL_RANDOM_ROOT_PASSWORD',
    initialises: (now) => [
      line(now, '[System] [MY-015017] [Server] MySQL Server Initialization - start.'),
      line(now, `[System] [MY-013169] [Server] ${daemon} (mysqld ${version}) initializing of server in progress as process 80`),
      ...inno(now),
      line(
        now,
        '[Warning] [MY-010453] [Server] root@localhost is created with an empty password ! Please consider switching off the --initialize-insecure option.',
        6,
      ),
      line(now, '[System] [MY-015018] [Server] MySQL Server Initialization - end.'),
    ],
    begins: (now) => [
      line(now, '[System] [MY-015015] [Server] MySQL Server - start.'),
      line(now, `[System] [MY-010116] [Server] ${daemon} (mysqld ${version}) starting as process 1`),
      ...inno(now),
      line(now, '[Warning] [MY-010068] [Server] CA certificate ca.pem is self signed.'),
      line(
        now,
        '[System] [MY-013602] [Server] Channel mysql_main configured to support TLS. Encrypted connections are now supported for this channel.',
      ),
    ],
    ready: (now, port) => [
      line(
        now,
        `[System] [MY-011323] [Server] X Plugin ready for connections. ${port ? "Bind-address: '::' port: 33060, socket" : 'Socket'}: /var/run/mysqld/mysqlx.sock`,
      ),
      line(
        now,
        `[System] [MY-010931] [Server] ${daemon}: ready for connections. Version: '${version}'  socket: '/var/run/mysqld/mysqld.sock'  port: ${port}  MySQL Community Server - GPL.`,
      ),
    ],
    ends: (now) => [
      line(now, `[System] [MY-013172] [Server] Received SHUTDOWN from user <via user signal>. Shutting down mysqld (Version: ${version}).`),
      line(now, `[System] [MY-010910] [Server] ${daemon}: Shutdown complete (mysqld ${version})  MySQL Community Server - GPL.`),
      line(now, '[System] [MY-015016] [Server] MySQL Server - end.'),
    ],
    taken: (now, port) => [
      line(now, "[ERROR] [MY-010262] [Server] Can't start server: Bind on TCP/IP port: Address already in use"),
      line(now, `[ERROR] [MY-010257] [Server] Do you already have another mysqld server running on port: ${port} ?`),
      line(now, '[ERROR] [MY-010119] [Server] Aborting'),
    ],
  }
}

export const mysql: Image = {
  repositories: ['mysql', 'bitnami/mysql', 'percona', 'mysql/mysql-server'],
  entrypoint: ['docker-entrypoint.sh'],
  command: ['mysqld'],
  ports: [3306, 33060],
  sizeBytes: 170_394_624,
  userland: 'debian',
  variant: (tag) => ({
    variables: {
      GOSU_VERSION: '1.19',
      MYSQL_MAJOR: /^\d+\.\d+/.exec(versionOf(tag))?.[0] ?? '',
      MYSQL_VERSION: `${versionOf(tag)}-1.el9`,
      MYSQL_SHELL_VERSION: `${versionOf(tag)}-1.el9`,
    },
  }),
  commands: { mysqladmin: admin, mysql: noQueries('mysql') },
  files: { '/usr/local/bin/docker-entrypoint.sh': '#!/bin/bash\nexec "$@"\n', '/docker-entrypoint-initdb.d/': '' },
  program: (argv, tag) => (entrypointRuns(argv, 'mysqld') ? mysqlServer(product(versionOf(tag))) : undefined),
}
