// Databases as their entrypoints start them: what they need, print and answer; which release an image is.
import type { EnvVar } from '../../../src/api/types'
import { signalContainer } from '../../../src/runtime/containers'
import { exec, logOf, start, testPod, testWorld } from '../world'

function box(image: string, env: Record<string, string> = {}, args?: string[]) {
  const variables: EnvVar[] = Object.entries(env).map(([name, value]) => ({ name, value }))
  const pod = testPod('box', { image, env: variables, ...(args ? { args } : {}) }, '10.244.0.9')
  const world = testWorld({ pods: [pod] })
  const record = start(world, pod)
  const run = (...command: string[]) => exec(world, pod, ...command)
  const end = (signal: 'SIGTERM' | 'SIGINT') => signalContainer(world, pod, pod.spec.containers[0], signal)?.exit?.code
  return { world, pod, record, log: () => logOf(world, pod), run, end }
}

/** Without what the two streams write between, times and process numbers. */
const plain = (lines: string[]) => lines.map((l) => l.replace(/^2026-11-24 10:00:00\.000 UTC \[\d+\] /, '')).join('\n')

describe('postgres', () => {
  test('needs a password', () => {
    const { record, log } = box('postgres:16')
    expect(record.exit?.code).toBe(1)
    expect(log().slice(0, 4)).toEqual([
      'Error: Database is uninitialized and superuser password is not specified.',
      '       You must specify POSTGRES_PASSWORD to a non-empty value for the',
      '       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".',
      '',
    ])
  })
  test('initialises once, then starts', () => {
    const { log, run, record, world, pod } = box('postgres:16.4', { POSTGRES_PASSWORD: 'x', POSTGRES_DB: 'app' })
    const text = plain(log())
    expect(record.listeners.map((l) => l.port)).toEqual([5432])
    for (const line of [
      'The database cluster will be initialized with locale "en_US.utf8".',
      'fixing permissions on existing directory /var/lib/postgresql/data ... ok',
      'CREATE DATABASE',
      '/usr/local/bin/docker-entrypoint.sh: ignoring /docker-entrypoint-initdb.d/*',
      'PostgreSQL init process complete; ready for start up.',
      'LOG:  starting PostgreSQL 16.4 (Debian 16.4-1.pgdg12+1) on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14+deb12u1) 12.2.0, 64-bit',
      'LOG:  listening on IPv4 address "0.0.0.0", port 5432',
    ])
      expect(text.split('\n')).toContain(line)
    expect(text).toMatch(/LOG: {2}database system is ready to accept connections$/)
    expect(run('cat', '/var/lib/postgresql/data/PG_VERSION').stdout).toBe('16\n')
    expect(run('pg_isready', '-U', 'postgres').stdout).toBe('/var/run/postgresql:5432 - accepting connections\n')
    expect(run('pg_isready', '-h', '127.0.0.1', '-p', '1')).toMatchObject({ stdout: '127.0.0.1:1 - no response\n', exitCode: 2 })
    expect(run('sh', '-c', 'echo $PG_MAJOR $PG_VERSION $PGDATA').stdout).toBe('16 16.4-1.pgdg12+1 /var/lib/postgresql/data\n')
    expect(signalContainer(world, pod, pod.spec.containers[0], 'SIGINT')?.exit?.code).toBe(0)
    expect(plain(log().slice(-6))).toMatch(/^LOG: {2}received fast shutdown request\n[\s\S]*LOG: {2}database system is shut down$/)
  })
  test('takes no password and its file', () => {
    const { record, log } = box('postgres', { POSTGRES_PASSWORD: 'x', POSTGRES_PASSWORD_FILE: '/f' })
    expect([record.exit?.code, log()]).toEqual([
      1,
      ['error: both POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are set (but are exclusive)'],
    ])
  })
  test('keeps its data elsewhere since 18', () => {
    expect(box('postgres:18-alpine', { POSTGRES_HOST_AUTH_METHOD: 'trust' }).run('sh', '-c', 'ls $PGDATA/PG_VERSION').stdout).toBe(
      '/var/lib/postgresql/18/docker/PG_VERSION\n',
    )
  })
  test('does not initialise what is not empty', () => {
    const { record, log } = box('postgres:16', { POSTGRES_PASSWORD: 'x', PGDATA: '/etc' })
    expect(record.exit?.code).toBe(1)
    expect(log()[0]).toBe('initdb: error: directory "/etc" exists but is not empty')
  })
})

describe('mysql and mariadb', () => {
  test.each([
    [
      'mysql:8.4',
      [
        '    You need to specify one of the following as an environment variable:',
        '    - MYSQL_ROOT_PASSWORD',
        '    - MYSQL_ALLOW_EMPTY_PASSWORD',
        '    - MYSQL_RANDOM_ROOT_PASSWORD',
      ],
    ],
    [
      'mariadb:11',
      [
        '\tYou need to specify one of MARIADB_ROOT_PASSWORD, MARIADB_ROOT_PASSWORD_HASH, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and MARIADB_RANDOM_ROOT_PASSWORD',
      ],
    ],
  ])('%s needs a password', (image, needs) => {
    const { record, log } = box(image)
    expect(record.exit?.code).toBe(1)
    expect(log()[1]).toBe("2026-11-24 10:00:00+00:00 [Note] [Entrypoint]: Switching to dedicated user 'mysql'")
    expect(log().slice(3)).toEqual([
      '2026-11-24 10:00:00+00:00 [ERROR] [Entrypoint]: Database is uninitialized and password option is not specified',
      ...needs,
    ])
  })
  test('mysql starts with a database and a user', () => {
    const env = { MYSQL_ROOT_PASSWORD: 'x', MYSQL_DATABASE: 'app', MYSQL_USER: 'me', MYSQL_PASSWORD: 'y' }
    const { log, run, end } = box('mysql:8.4.3', env)
    const notes = log().filter((l) => l.includes('[Entrypoint]'))
    expect(notes.map((l) => l.replace(/.*\[Entrypoint\]: /, ''))).toEqual([
      'Entrypoint script for MySQL Server 8.4.3-1.el9 started.',
      "Switching to dedicated user 'mysql'",
      'Entrypoint script for MySQL Server 8.4.3-1.el9 started.',
      'Initializing database files',
      'Database files initialized',
      'Starting temporary server',
      'Temporary server started.',
      'Creating database app',
      'Creating user me',
      'Giving user me access to schema app',
      'Stopping temporary server',
      'Temporary server stopped',
      'MySQL init process done. Ready for start up.',
    ])
    expect(log().at(-1)).toBe(
      "2026-11-24T10:00:00.000000Z 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. Version: '8.4.3'  socket: '/var/run/mysqld/mysqld.sock'  port: 3306  MySQL Community Server - GPL.",
    )
    expect(run('mysqladmin', 'ping', '-h', 'localhost').stdout).toBe('mysqld is alive\n')
    expect(run('mysqladmin', 'ping', '-h', '127.0.0.1', '-P', '1').stderr).toMatch(
      /^mysqladmin: connect to server at '127\.0\.0\.1' failed\nerror: 'Can't connect to MySQL server on '127\.0\.0\.1:1' \(111\)'/,
    )
    expect(end('SIGTERM')).toBe(0)
  })
  test('mysql makes no regular user root', () => {
    expect(box('mysql', { MYSQL_ROOT_PASSWORD: 'x', MYSQL_USER: 'root' }).log()[3]).toMatch(
      /\[ERROR\] \[Entrypoint\]: MYSQL_USER="root", MYSQL_USER and MYSQL_PASSWORD are for configuring a regular user/,
    )
  })
})

describe('mongo', () => {
  test('writes JSON in columns since 4.4', () => {
    const { log, end, run } = box('mongo:7')
    expect(log()[0]).toBe(
      '{"t":{"$date":"2026-11-24T10:00:00.000+00:00"},"s":"I",  "c":"CONTROL",  "id":4615611, "ctx":"initandlisten","msg":"MongoDB starting","attr":{"pid":1,"port":27017,"dbPath":"/data/db","architecture":"64-bit","host":"box"}}',
    )
    expect(log().at(-1)).toBe(
      '{"t":{"$date":"2026-11-24T10:00:00.000+00:00"},"s":"I",  "c":"NETWORK",  "id":23016,   "ctx":"listener","msg":"Waiting for connections","attr":{"port":27017,"ssl":"off"}}',
    )
    expect(run('mongosh', '--quiet', '--eval', "db.adminCommand('ping')").stdout).toBe('{ ok: 1 }\n')
    expect(run('mongosh', '--host', '127.0.0.1:1', '--eval', 'db.runCommand({ping: 1})')).toMatchObject({
      stderr: 'MongoNetworkError: connect ECONNREFUSED 127.0.0.1:1\n',
      exitCode: 1,
    })
    expect(end('SIGTERM')).toBe(0)
    expect(JSON.parse(log().at(-1)!)).toMatchObject({ id: 23138, msg: 'Shutting down', attr: { exitCode: 0 } })
  })
  test('and words before', () => {
    expect(box('mongo:3.3').log()).toEqual([
      '2026-11-24T10:00:00.000+0000 I CONTROL  [initandlisten] MongoDB starting : pid=1 port=27017 dbpath=/data/db 64-bit host=box',
      '2026-11-24T10:00:00.000+0000 I CONTROL  [initandlisten] db version v3.3.15',
      '2026-11-24T10:00:00.000+0000 I NETWORK  [initandlisten] waiting for connections on port 27017',
    ])
  })
})

test.each([
  ['alpine:3.19', 'Alpine Linux v3.19'],
  ['alpine:3.20.1', 'Alpine Linux v3.20'],
  ['debian', 'Debian GNU/Linux 13 (trixie)'],
  ['debian:bookworm-slim', 'Debian GNU/Linux 12 (bookworm)'],
  ['debian:11', 'Debian GNU/Linux 11 (bullseye)'],
  ['ubuntu:22.04', 'Ubuntu 22.04.5 LTS'],
  ['ubuntu:noble', 'Ubuntu 24.04.3 LTS'],
  ['centos:7', 'CentOS Linux 7 (Core)'],
  ['fedora', 'Fedora Linux 43'],
])('%s is %s', (image, name) => {
  const pod = testPod('box', { image, command: ['sleep', '1000'] })
  const world = testWorld({ pods: [pod] })
  start(world, pod)
  expect(exec(world, pod, 'sh', '-c', '. /etc/os-release; echo "$PRETTY_NAME"').stdout).toBe(`${name}\n`)
})

test.each([
  ['node:22', ['node', '--version'], 'v22.21.1\n'],
  ['node:20-alpine', ['npm', '-v'], '10.9.4\n'],
  ['python:3.12-slim', ['python3', '--version'], 'Python 3.12.12\n'],
  ['golang:1.23', ['sh', '-c', 'go version; pwd; echo $GOPATH'], 'go version go1.23.12 linux/amd64\n/go\n/go\n'],
  ['radial/busyboxplus:curl', ['which', 'curl'], '/bin/curl\n'],
  ['httpd:2.4', ['sh', '-c', 'echo $HTTPD_PREFIX; pwd'], '/usr/local/apache2\n/usr/local/apache2\n'],
])('%s runs %j', (image, command, output) => {
  const pod = testPod('box', { image, command: ['sleep', '1000'] })
  const world = testWorld({ pods: [pod] })
  start(world, pod)
  expect(exec(world, pod, ...command).stdout).toBe(output)
})
