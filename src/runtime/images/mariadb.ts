// mariadb.
import type { Image } from '../process'
import { entrypointRuns, noQueries, versionOfTag } from './entrypoint'
import { admin, mysqlServer, type Product } from './mysql-server'

const LAST: Record<string, string> = {
  '12': '12.1.2',
  '12.1': '12.1.2',
  '11': '11.8.5',
  '11.8': '11.8.5',
  '11.4': '11.4.9',
  '10': '10.11.15',
  '10.11': '10.11.15',
  '10.6': '10.6.24',
}

function versionOf(tag: string): string {
  return versionOfTag(tag, LAST, LAST['12'])
}

function product(version: string): Product {
  const line = (now: number, text: string) => `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')} 0 ${text}`
  const shown = `${version}-MariaDB-ubu2404`
  return {
    name: 'MariaDB',
    prefix: 'MARIADB',
    version: shown,
    package: `1:${version}+maria~ubu2404`,
    needs:
      '\tYou need to specify one of MARIADB_ROOT_PASSWORD, MARIADB_ROOT_PASSWORD_HASH, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and MARIADB_RANDOM_ROOT_PASSWORD',
    initialises: () => [],
    begins: (now) => [
      line(now, `[Note] Starting MariaDB ${shown} as process 1`),
      line(now, '[Note] InnoDB: Initializing buffer pool, total size = 128.000MiB, chunk size = 2.000MiB'),
      line(now, '[Note] InnoDB: Completed initialization of buffer pool'),
      line(now, "[Note] Plugin 'FEEDBACK' is disabled."),
    ],
    ready: (now, port) => [
      ...(port ? ['0.0.0.0', '::'].map((at) => line(now, `[Note] Server socket created on IP: '${at}'.`)) : []),
      line(now, '[Note] mariadbd: ready for connections.'),
      `Version: '${shown}'  socket: '/run/mysqld/mysqld.sock'  port: ${port}  mariadb.org binary distribution`,
    ],
    ends: (now) => [
      line(now, '[Note] mariadbd (initiated by: unknown): Normal shutdown'),
      line(now, '[Note] InnoDB: Starting shutdown...'),
      line(now, '[Note] mariadbd: Shutdown complete'),
    ],
    taken: (now, port) => [
      line(now, "[ERROR] Can't start server: Bind on TCP/IP port. Got error: 98: Address already in use"),
      line(now, `[ERROR] Do you already have another server running on port: ${port} ?`),
      line(now, '[ERROR] Aborting'),
    ],
  }
}

export const mariadb: Image = {
  repositories: ['mariadb', 'bitnami/mariadb'],
  entrypoint: ['docker-entrypoint.sh'],
  command: ['mariadbd'],
  ports: [3306],
  sizeBytes: 118_400_000,
  userland: 'debian',
  variant: (tag) => ({
    variables: { GOSU_VERSION: '1.19', LANG: 'C.UTF-8', MARIADB_VERSION: `1:${versionOf(tag)}+maria~ubu2404` },
  }),
  commands: { 'mariadb-admin': admin, mariadb: noQueries('mariadb') },
  files: { '/usr/local/bin/docker-entrypoint.sh': '#!/bin/bash\nexec "$@"\n', '/docker-entrypoint-initdb.d/': '' },
  program: (argv, tag) => (entrypointRuns(argv, 'mariadbd', 'mysqld') ? mysqlServer(product(versionOf(tag))) : undefined),
}
