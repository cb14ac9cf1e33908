// agnhost's programs that serve nothing: connect, logs-generator, entrypoint-tester, dns-suffix, mounttest, pause. Follows
// kubernetes/test/images/agnhost.
import { formatDuration } from '../../lib/ages'
import { quote } from '../../lib/go-values'
import type { Connection, ProcessContext, Program, Step } from '../process'
import { FileError } from '../tree'
import { goDuration, goEnd } from './go-http'
import { flagOf } from './servers'

/** Prints once, and ends. */
function prints(text: (context: ProcessContext) => string): Program {
  return {
    start(context) {
      context.write(text(context))
      return { state: null, exit: { code: 0 } }
    },
  }
}

function resolvConf(context: ProcessContext, keyword: string): string {
  const lines = (context.files.read('/etc/resolv.conf') ?? '').split('\n').filter((l) => l.startsWith(`${keyword} `))
  return `${lines.flatMap((l) => l.trim().split(/\s+/).slice(1)).join(',')}\n`
}

export const dnsSuffix = prints((context) => resolvConf(context, 'search'))
export const dnsServerList = prints((context) => resolvConf(context, 'nameserver'))
export const etcHosts = prints((context) => `${context.files.read('/etc/hosts') ?? ''}\n`)
export const entrypointTester = (argv: string[]): Program => prints(() => `[${argv.join(' ')}]\n`)

function connectProblem(connection: Connection, protocol: string, target: string): string | undefined {
  const udp = protocol === 'udp'
  switch (connection.outcome) {
    case 'unresolved':
      return `DNS: lookup ${connection.host}: no such host`
    case 'timeout':
      return udp ? `TIMEOUT: read udp ${target}: i/o timeout` : 'TIMEOUT'
    case 'refused':
      return udp ? `REFUSED: read udp ${target}: read: connection refused` : 'REFUSED'
    case 'unreachable':
      return `OTHER: dial ${protocol} ${target}: connect: no route to host`
    case 'connected':
      return undefined
  }
}

/** Tries one connection and says how it went, with an exit code for each way. */
export function connect(argv: string[]): Program {
  const protocol = flagOf(argv, 'protocol') || 'tcp'
  const words = argv.slice(argv.indexOf('connect') + 1)
  const target = words.find((a, i) => !a.startsWith('-') && !/^--(?:timeout|protocol|udp-data|sctp-data)$/.test(words[i - 1] ?? ''))
  return {
    start(context) {
      const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(target ?? '') ?? []
      if (target === undefined) context.write('Error: accepts 1 arg(s), received 0\n', 'stderr')
      if (target === undefined) return { state: null, exit: { code: 0 } }
      if (port === undefined) {
        context.log(`UNKNOWN: address ${target}: missing port in address`, 'stderr')
        return { state: null, exit: { code: 1 } }
      }
      const connection = context.connect(host, Number(port), protocol === 'udp' ? 'UDP' : 'TCP')
      const silent =
        protocol === 'udp' && connection.outcome === 'connected' && connection.stream(flagOf(argv, 'udp-data') ?? 'hostname') === ''
      const problem = silent ? `TIMEOUT: read udp ${target}: i/o timeout` : connectProblem(connection, protocol, target)
      if (problem) context.log(problem, 'stderr')
      return { state: null, exit: { code: problem ? 1 : 0 } }
    },
  }
}

/** klog's head of a line of logs_generator.go: level, date, time, process. */
function klog(now: number, level: string, line: number): string {
  const t = new Date(now).toISOString()
  return `${level}${t.slice(5, 7)}${t.slice(8, 10)} ${t.slice(11, 23)}000       1 logs_generator.go:${line}] `
}

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789'

/** A line as the API server might write it. */
function logLine(context: ProcessContext, number: number): string {
  const below = (n: number) => Math.floor(context.env.random() * n)
  const method = ['GET', 'POST', 'PUT'][below(3)]
  const namespace = ['kube-system', 'default', 'ns'][below(3)]
  const pod = Array.from({ length: 3 + below(2) }, () => LETTERS[below(LETTERS.length)]).join('')
  return `${number} ${method} /api/v1/namespaces/${namespace}/pods/${pod} ${200 + below(400)}`
}

export function logsGenerator(argv: string[]): Program {
  const value = (long: string, short: string) => flagOf(argv, long) ?? flagOf(argv, short)
  const total = Number(value('log-lines-total', 't') ?? 0)
  const run = goDuration(value('run-duration', 'd') ?? '0') ?? 0
  const step = (context: ProcessContext, line: number): Step => {
    if (line >= total) return { state: line, exit: { code: 0 } }
    context.log(`${klog(context.env.now(), 'I', 76)}${logLine(context, line)}`, 'stderr')
    return { state: line + 1, wakeAt: context.env.now() + Math.max(1, Math.floor(run / total)) }
  }
  return {
    start(context) {
      if (total > 0 && run > 0) return step(context, 0)
      const wrong = total > 0 ? `Invalid duration: ${formatDuration(run)}` : `Invalid total number of lines: ${total}`
      context.log(`${klog(context.env.now(), 'F', total > 0 ? 68 : 64)}${wrong}`, 'stderr')
      return { state: 0, exit: { code: 255 } }
    },
    wake: (state, context) => step(context, Number(state)),
    signal: goEnd,
  }
}

const MODES = { new_file_0644: 0o644, new_file_0666: 0o666, new_file_0660: 0o660, new_file_0777: 0o777 }
const NEW_FILE = 'mount-tester new file\n'

/** `-rw-r--r--`, as Go prints a mode. */
function modeText(mode: number, type: string): string {
  const letters = [...'rwxrwxrwx'].map((letter, i) => ((mode >> (8 - i)) & 1 ? letter : '-')).join('')
  return `${type === 'directory' ? 'd' : ''}${mode & 0o1000 ? 't' : ''}${type === 'directory' || mode & 0o1000 ? '' : '-'}${letters}`
}

/** Makes and looks at files as its flags ask for, and says what it found. */
export function mountTest(argv: string[]): Program {
  return {
    start(context) {
      const { files } = context
      let failed = false
      const say = (text: string) => context.write(text)
      const fail = (text: string) => {
        say(text)
        failed = true
      }
      const content = (path: string) => {
        const text = files.read(path)
        if (text === undefined) fail(`error reading file content for ${quote(path)}: open ${path}: no such file or directory\n`)
        else say(`content of file ${quote(path)}: ${text}\n`)
      }
      const each = (name: string, use: (path: string) => void) => {
        const path = flagOf(argv, name)
        if (path) use(path)
      }
      each('fs_type', (path) => say(`mount type of ${quote(path)}: ${files.exists(path) ? 'ext2/ext3' : 'unknown'}\n`))
      for (const [name, mode] of Object.entries(MODES)) {
        each(name, (path) => {
          try {
            files.write(path, NEW_FILE, mode)
            content(path)
          } catch (error) {
            if (!(error instanceof FileError)) throw error
            const why =
              error.code === 'EROFS' ? 'read-only file system' : error.code === 'EISDIR' ? 'is a directory' : 'no such file or directory'
            fail(`error writing new file ${quote(path)}: open ${path}: ${why}\n`)
          }
        })
      }
      for (const [name, what] of [
        ['file_mode', 'mode'],
        ['file_perm', 'perms'],
      ]) {
        each(name, (path) => {
          const stat = files.stat(path)
          if (!stat) fail(`error getting file mode of ${quote(path)}: lstat ${path}: no such file or directory\n`)
          else
            say(
              `${what} of file ${quote(path)}: ${what === 'perms' ? modeText(stat.mode & 0o777, 'file') : modeText(stat.mode, stat.type)}\n`,
            )
        })
      }
      each('file_content', content)
      return { state: null, exit: { code: failed ? 1 : 0 } }
    },
  }
}

/** Waits to be ended; each signal has a code of its own. */
export const paused: Program = {
  start(context) {
    context.log('Paused')
    return { state: null }
  },
  signal: (state, signal, context) =>
    signal === 'SIGINT' || signal === 'SIGTERM' ? { state, exit: { code: signal === 'SIGINT' ? 1 : 2 } } : goEnd(state, signal, context),
}

/** For the subcommands that only wait here. */
export const waiting: Program = { start: () => ({ state: null }), signal: goEnd }
