// Commands about the system: hostname, env, date, id, uname, ps, sleep, printf, expr and their like.

import { createHash } from 'node:crypto'
import { bytesOfText } from '../../../lib/byte-text'
import type { Command, CommandIo } from '../../process'
import { printfText } from '../printf-format'
import { base, isGnu, linesOf, parseFlags, readOperand } from './errors'
import { nameOfId } from './owners'

const hostname: Command = (io) => {
  const name = (io.files.read('/etc/hostname') ?? '').trim()
  const flag = io.args[0]
  if (flag === '-i' || flag === '-I') io.out(`${io.process.pod.status?.podIP ?? '127.0.0.1'}${flag === '-I' ? ' ' : ''}\n`)
  else if (flag === '-s') io.out(`${name.split('.')[0]}\n`)
  else if (flag === '-f')
    io.out(
      `${name}${io.process.pod.spec.subdomain ? `.${io.process.pod.spec.subdomain}.${io.process.pod.metadata.namespace}.svc.cluster.local` : ''}\n`,
    )
  else if (flag !== undefined && !flag.startsWith('-')) {
    io.err(isGnu(io) ? 'hostname: you must be root to change the host name\n' : 'hostname: sethostname: Operation not permitted\n')
    return 1
  } else io.out(`${name}\n`)
  return 0
}

const env: Command = (io, state) => {
  if (state !== undefined) return io.result?.status ?? 0
  let at = 0
  const added: Record<string, string> = {}
  let variables = { ...io.variables }
  for (; at < io.args.length; at++) {
    const assignment = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(io.args[at])
    if (assignment) added[assignment[1]] = assignment[2]
    else if (io.args[at] === '-i' || io.args[at] === '-') variables = {}
    else if (io.args[at] === '-u') delete variables[io.args[++at]]
    else break
  }
  const argv = io.args.slice(at)
  if (argv.length > 0 && !io.has(argv[0])) {
    io.err(isGnu(io) ? `env: '${argv[0]}': No such file or directory\n` : `env: can't execute '${argv[0]}': No such file or directory\n`)
    return 127
  }
  if (argv.length > 0) return { state: {}, run: { argv, variables: { ...variables, ...added }, only: true } }
  for (const [name, value] of Object.entries({ ...variables, ...added })) io.out(`${name}=${value}\n`)
  return 0
}

const printenv: Command = (io) => {
  if (io.args.length === 0) return env(io)
  let status = 0
  for (const name of io.args) {
    const value = io.variables[name]
    if (value === undefined) status = 1
    else io.out(`${value}\n`)
  }
  return status
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

/** strftime in UTC. */
export function formatDate(ms: number, format: string): string {
  const t = new Date(ms)
  const two = (n: number) => String(n).padStart(2, '0')
  const hour12 = t.getUTCHours() % 12 || 12
  const dayOfYear = Math.floor((ms - Date.UTC(t.getUTCFullYear(), 0, 1)) / 86_400_000) + 1
  const fields: Record<string, () => string> = {
    a: () => DAYS[t.getUTCDay()].slice(0, 3),
    A: () => DAYS[t.getUTCDay()],
    b: () => MONTHS[t.getUTCMonth()].slice(0, 3),
    h: () => MONTHS[t.getUTCMonth()].slice(0, 3),
    B: () => MONTHS[t.getUTCMonth()],
    c: () => formatDate(ms, '%a %b %e %H:%M:%S %Y'),
    d: () => two(t.getUTCDate()),
    D: () => formatDate(ms, '%m/%d/%y'),
    e: () => String(t.getUTCDate()).padStart(2),
    F: () => formatDate(ms, '%Y-%m-%d'),
    H: () => two(t.getUTCHours()),
    I: () => two(hour12),
    j: () => String(dayOfYear).padStart(3, '0'),
    m: () => two(t.getUTCMonth() + 1),
    M: () => two(t.getUTCMinutes()),
    n: () => '\n',
    N: () =>
      String(ms % 1000)
        .padStart(3, '0')
        .padEnd(9, '0'),
    p: () => (t.getUTCHours() < 12 ? 'AM' : 'PM'),
    R: () => formatDate(ms, '%H:%M'),
    s: () => String(Math.floor(ms / 1000)),
    S: () => two(t.getUTCSeconds()),
    t: () => '\t',
    T: () => formatDate(ms, '%H:%M:%S'),
    u: () => String(t.getUTCDay() || 7),
    w: () => String(t.getUTCDay()),
    x: () => formatDate(ms, '%m/%d/%y'),
    X: () => formatDate(ms, '%H:%M:%S'),
    y: () => two(t.getUTCFullYear() % 100),
    Y: () => String(t.getUTCFullYear()),
    z: () => '+0000',
    Z: () => 'UTC',
    '%': () => '%',
  }
  return format.replace(/%-?([a-zA-Z%])/g, (whole, c: string) => {
    const value = fields[c]?.() ?? whole
    return whole.startsWith('%-') ? value.replace(/^[0 ](?=.)/, '') : value
  })
}

/** A time as people write it, ms; undefined when it is none. */
export function timeOf(text: string, now: number): number | undefined {
  if (/^@-?\d+(?:\.\d+)?$/.test(text)) return Number(text.slice(1)) * 1000
  if (text === 'now' || text === '') return now
  const day = { today: 0, yesterday: -1, tomorrow: 1 }[text]
  if (day !== undefined) return now + day * 86_400_000
  const parts = /^([+-]?\d+) (second|sec|minute|min|hour|day|week)s?( ago)?$/.exec(text)
  if (parts) {
    const unit = { second: 1, sec: 1, minute: 60, min: 60, hour: 3600, day: 86_400, week: 604_800 }[parts[2] as 'day']
    return now + Number(parts[1]) * unit * 1000 * (parts[3] ? -1 : 1)
  }
  const date = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text
  const at = Date.parse(/[zZ]|[+-]\d\d:?\d\d$|GMT|UTC/.test(date) ? date : `${date.replace(' ', 'T')}Z`)
  return Number.isNaN(at) ? undefined : at
}

const date: Command = (io) => {
  let ms = io.process.env.now()
  let format = '%a %b %e %H:%M:%S UTC %Y'
  for (let i = 0; i < io.args.length; i++) {
    const arg = io.args[i]
    const long = /^--date=(.*)$/s.exec(arg)
    if (arg.startsWith('+')) format = arg.slice(1)
    else if (arg === '-r' || arg === '--reference') {
      const name = io.args[++i] ?? ''
      const stat = io.files.stat(io.path(name))
      if (!stat) {
        io.err(isGnu(io) ? `date: ${name}: No such file or directory\n` : `date: can't stat '${name}': No such file or directory\n`)
        return 1
      }
      ms = stat.changedAt
    } else if (arg === '-d' || arg === '--date' || long) {
      const text = long?.[1] ?? io.args[++i] ?? ''
      const at = timeOf(text, ms)
      if (at === undefined) {
        io.err(`date: invalid date '${text}'\n`)
        return 1
      }
      ms = at
    } else if (arg === '-R') format = '%a, %d %b %Y %H:%M:%S +0000'
    else if (/^(?:-I|--iso-8601)/.test(arg)) format = arg.includes('s') && arg !== '--iso-8601' ? '%Y-%m-%dT%H:%M:%S+00:00' : '%Y-%m-%d'
  }
  io.out(`${formatDate(ms, format)}\n`)
  return 0
}

/** Numbers and names of a user's groups: the main one, those /etc/group gives the user, fsGroup and the supplemental ones. */
function groupsOf(io: CommandIo, name: string | undefined, gid: number): [number, string | undefined][] {
  const lines = (io.files.read('/etc/group') ?? '').split('\n').map((l) => l.split(':'))
  const nameOf = (id: number) => lines.find((l) => l[2] === String(id))?.[0]
  const own = lines.filter((l) => name !== undefined && (l[3] ?? '').split(',').includes(name)).map((l) => Number(l[2]))
  const { fsGroup, supplementalGroups } = (io.process.pod.spec.securityContext ?? {}) as { fsGroup?: number; supplementalGroups?: number[] }
  const all = new Set([gid, ...own, ...(fsGroup === undefined ? [] : [fsGroup]), ...(supplementalGroups ?? [])])
  // The kernel keeps them sorted; GNU puts the main one before the others.
  const sorted = [...all].sort((a, b) => a - b)
  const shown = isGnu(io) ? [gid, ...sorted.filter((id) => id !== gid)] : sorted
  return shown.map((id) => [id, nameOf(id)])
}

const id: Command = (io) => {
  const { flags, rest } = parseFlags(io)
  const given = rest[0]
  const entry = given === undefined ? undefined : (io.files.read('/etc/passwd') ?? '').split('\n').find((l) => l.split(':')[0] === given)
  if (given !== undefined && !entry) {
    io.err(isGnu(io) ? `id: '${given}': no such user\n` : `id: unknown user ${given}\n`)
    return 1
  }
  const { uid, gid } = entry ? { uid: Number(entry.split(':')[2]), gid: Number(entry.split(':')[3]) } : io.process.pids
  const name = given ?? nameOfId(io, '/etc/passwd', uid)
  const groups = groupsOf(io, name, gid)
  const main = groups.find(([number]) => number === gid)!
  const shown = ([number, label]: [number, string | undefined]) => (flags.has('n') ? (label ?? number) : number)
  if (flags.has('u')) io.out(`${flags.has('n') ? (name ?? uid) : uid}\n`)
  else if (flags.has('g')) io.out(`${shown(main)}\n`)
  else if (flags.has('G')) io.out(`${groups.map(shown).join(' ')}\n`)
  else {
    const named = ([number, label]: [number, string | undefined]) => (label === undefined ? String(number) : `${number}(${label})`)
    io.out(`uid=${named([uid, name])} gid=${named(main)} groups=${groups.map(named).join(',')}\n`)
  }
  return 0
}

const groups: Command = (io) => {
  const { uid, gid } = io.process.pids
  io.out(
    `${groupsOf(io, nameOfId(io, '/etc/passwd', uid), gid)
      .map(([number, label]) => label ?? number)
      .join(' ')}\n`,
  )
  return 0
}

const whoami: Command = (io) => {
  const { uid } = io.process.pids
  const name = nameOfId(io, '/etc/passwd', uid)
  if (name) io.out(`${name}\n`)
  else io.err(isGnu(io) ? `whoami: cannot find name for user ID ${uid}\n` : `whoami: unknown uid ${uid}\n`)
  return name ? 0 : 1
}

const uname: Command = (io) => {
  const { flags } = parseFlags(io)
  const host = (io.files.read('/etc/hostname') ?? '').trim()
  const parts: [string, string][] = [
    ['s', 'Linux'],
    ['n', host],
    ['r', '6.8.0-generic'],
    ['v', '#1 SMP PREEMPT_DYNAMIC'],
    ['m', 'x86_64'],
    ['o', 'GNU/Linux'],
  ]
  const all = flags.has('a')
  const shown = parts.filter(([letter]) => all || flags.has(letter)).map(([, text]) => text)
  io.out(`${shown.length > 0 ? shown.join(' ') : 'Linux'}\n`)
  return 0
}

const printf: Command = (io) => {
  const [format, ...args] = io.args[0] === '--' ? io.args.slice(1) : io.args
  const gnu = isGnu(io)
  if (format === undefined) {
    io.err(gnu ? "printf: missing operand\nTry 'printf --help' for more information.\n" : 'printf: usage: printf FORMAT [ARGUMENT...]\n')
    return 1
  }
  const { text, bad, unknown } = printfText(format, args, {
    bash: gnu,
    date: (time, wanted) => formatDate(time ?? io.process.env.now(), wanted),
  })
  io.out(text)
  for (const arg of bad) io.err(gnu ? `printf: '${arg}': expected a numeric value\n` : `printf: invalid number '${arg}'\n`)
  if (unknown !== undefined)
    io.err(gnu ? `printf: ${unknown.slice(0, 2)}: invalid conversion specification\n` : `printf: ${unknown}: invalid format\n`)
  return bad.length > 0 || unknown !== undefined ? 1 : 0
}

const sum: Command = (io) => {
  const algorithm = base(io).replace('sum', '')
  const { flags, rest } = parseFlags(io)
  const digest = (text: string) => createHash(algorithm).update(bytesOfText(text)).digest('hex')
  let status = 0
  for (const name of rest.length > 0 ? rest : ['-']) {
    const text = readOperand(io, name)
    if (text === undefined) status = 1
    else if (flags.has('c') || flags.has('check')) status = checkSums(io, text, digest, flags.has('s') || flags.has('status')) ? status : 1
    else io.out(`${digest(text)}  ${name}\n`)
  }
  return status
}

/** `md5sum -c`: every file of the list; true when all are as they should be. */
function checkSums(io: CommandIo, list: string, digest: (text: string) => string, silent: boolean): boolean {
  let [wrong, all] = [0, 0]
  for (const line of linesOf(list)) {
    const parts = /^(\S+) [ *](.*)$/.exec(line)
    if (!parts) continue
    all++
    const text = readOperand(io, parts[2])
    const good = text !== undefined && digest(text) === parts[1]
    if (!good) wrong++
    if (!silent) io.out(`${parts[2]}: ${good ? 'OK' : text === undefined ? 'FAILED open or read' : 'FAILED'}\n`)
  }
  if (wrong > 0 && !silent) {
    const what = isGnu(io)
      ? `${wrong} computed checksum${wrong === 1 ? '' : 's'} did NOT match`
      : `${wrong} of ${all} computed checksums did NOT match`
    io.err(`${base(io)}: WARNING: ${what}\n`)
  }
  return wrong === 0
}

const said =
  (text: string | ((io: CommandIo) => string)): Command =>
  (io) => {
    io.out(typeof text === 'string' ? text : text(io))
    return 0
  }

/** Programs that are builtins of the shell as well: the shell takes its own. */
const builtin: Command = () => 0

export const SYSTEM: Record<string, Command> = {
  arch: said('x86_64\n'),
  clear: said('\x1b[H\x1b[J'),
  date,
  dmesg: () => 1,
  echo: builtin,
  env,
  false: builtin,
  free: said(
    '              total        used        free      shared  buff/cache   available\nMem:        8148232     1276016     5120340        1024     1751876     6871216\nSwap:             0           0           0\n',
  ),
  groups,
  hostname,
  id,
  kill: builtin,
  md5sum: sum,
  mount: said((io) => (io.files.read('/proc/mounts') ?? '').replace(/^(\S+) (\S+) (\S+) (\S+) 0 0$/gm, '$1 on $2 type $3 ($4)')),
  nproc: said('4\n'),
  printenv,
  printf,
  pwd: builtin,
  sha1sum: sum,
  sha256sum: sum,
  sha512sum: sum,
  test: builtin,
  '[': builtin,
  top: said(
    'Mem: 3027892K used, 5120340K free, 1024K shrd, 102400K buff, 1843200K cached\nCPU:   1% usr   1% sys   0% nic  98% idle   0% io   0% irq   0% sirq\nLoad average: 0.08 0.05 0.01 1/234 7\n',
  ),
  true: builtin,
  tty: (io) => {
    io.out(io.tty ? '/dev/pts/0\n' : 'not a tty\n')
    return io.tty ? 0 : 1
  },
  uname,
  uptime: said((io) => {
    const up = Number((io.files.read('/proc/uptime') ?? '0').split(' ')[0])
    return ` ${formatDate(io.process.env.now(), '%H:%M:%S')} up ${Math.floor(up / 60)} min,  0 users,  load average: 0.08, 0.05, 0.01\n`
  }),
  which: (io) => {
    let status = 0
    for (const name of io.args) {
      const found = (io.variables['PATH'] ?? '').split(':').find((d) => io.files.exists(`${d}/${name}`))
      if (found) io.out(`${found}/${name}\n`)
      else status = 1
    }
    return status
  },
  whoami,
}
