// mysql.
import type { Image } from '../process'
import { entrypointRuns, noQueries } from './entrypoint'
import { admin, mysqlServer } from './mysql-server'

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
