// mariadb.
import type { Image } from '../process'
import { entrypointRuns, noQueries } from './entrypoint'
import { admin, mysqlServer } from './mysql-server'

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
