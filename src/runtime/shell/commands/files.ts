// Commands on files: cat, ls, cp, mv, rm, mkdir, touch, ln, chmod, stat, find, du, df and their like.
import type { Command, CommandIo, FileStat } from '../../process'
import { joinPath, nameOf, normalPath, parentOf } from '../../tree'
import { attempt, base, isGnu, misused, parseFlags } from './errors'
import { human, modeText } from './looks'
import { ownerNames } from './owners'
import { timeOf } from './system'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function listTime(ms: number, now: number): string {
  const t = new Date(ms)
  const day = String(t.getUTCDate()).padStart(2)
  const recent = Math.abs(now - ms) < 15_768_000_000
  const clock = `${String(t.getUTCHours()).padStart(2, '0')}:${String(t.getUTCMinutes()).padStart(2, '0')}`
  return `${MONTHS[t.getUTCMonth()]} ${day} ${recent ? clock : ` ${t.getUTCFullYear()}`}`
}

const ls: Command = (io) => {
  const { flags, rest } = parseFlags(io, '')
  const operands = rest.length > 0 ? rest : ['.']
  const now = io.process.env.now()
  let status = 0
  const isFile = (name: string) => !io.files.isDirectory(io.path(name)) || flags.has('d')
  const found = operands.filter((name) => {
    const exists = io.files.stat(io.path(name)) !== undefined
    if (!exists) {
      io.err(isGnu(io) ? `ls: cannot access '${name}': No such file or directory\n` : `ls: ${name}: No such file or directory\n`)
      status = isGnu(io) ? 2 : 1
    }
    return exists
  })
  function show(listed: { name: string; path: string }[], total: boolean): void {
    const rows = listed.map(({ name, path }) => ({ name, stat: io.files.stat(path)! })).filter((r) => r.stat)
    if (flags.has('t')) rows.sort((a, b) => b.stat.changedAt - a.stat.changedAt)
    if (flags.has('S')) rows.sort((a, b) => b.stat.size - a.stat.size)
    if (flags.has('r')) rows.reverse()
    const long = flags.has('l') || flags.has('n')
    if (!long) {
      const shown = rows.map((r) => (flags.has('F') || flags.has('p') ? r.name + (r.stat.type === 'directory' ? '/' : '') : r.name))
      if (shown.length > 0) io.out(io.tty && !flags.has('1') ? `${columns(shown)}\n` : `${shown.join('\n')}\n`)
      return
    }
    const size = (s: FileStat) => (flags.has('h') ? human(s.size) : String(s.size))
    const width = Math.max(1, ...rows.map((r) => size(r.stat).length))
    const names = ownerNames(io, flags.has('n'))
    const owners = rows.map((r) => names(r.stat))
    const widths = [0, 1].map((i) => (isGnu(io) ? Math.max(0, ...owners.map((o) => o[i].length)) : 8))
    // GNU puts numbers to the right.
    const column2 = (text: string, i: number) => (isGnu(io) && /^\d+$/.test(text) ? text.padStart(widths[i]) : text.padEnd(widths[i]))
    if (total) io.out(`total ${rows.reduce((n, { stat }) => n + (stat.type === 'link' ? 0 : Math.ceil(stat.size / 4096) * 4), 0)}\n`)
    for (const [row, { name, stat }] of rows.entries()) {
      const links = stat.type === 'directory' ? 2 : 1
      const suffix = stat.type === 'link' ? ` -> ${stat.target}` : ''
      const owner = `${column2(owners[row][0], 0)} ${column2(owners[row][1], 1)}`
      const column = isGnu(io) ? size(stat).padStart(width) : size(stat).padStart(Math.max(9, width))
      io.out(
        `${modeText(stat)} ${isGnu(io) ? links : String(links).padStart(4)} ${owner} ${column} ${listTime(stat.changedAt, now)} ${name}${suffix}\n`,
      )
    }
  }
  if (!flags.has('U')) found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  if (flags.has('r')) found.reverse()
  const files = found.filter(isFile)
  const directories = found.filter((n) => !isFile(n))
  if (files.length > 0)
    show(
      files.map((name) => ({ name, path: io.path(name) })),
      false,
    )
  function directory(name: string, path: string, heading: boolean): void {
    if (heading) io.out(`${name}:\n`)
    const all = io.files.list(path) ?? []
    const visible = all.filter((n) => flags.has('a') || flags.has('A') || !n.startsWith('.'))
    const names = [...(flags.has('a') ? ['.', '..'] : []), ...visible]
    show(
      names.map((n) => ({ name: n, path: n === '.' ? followed(io, path) : n === '..' ? parentOf(path) : joinPath(path, n) })),
      true,
    )
    if (!flags.has('R')) return
    for (const n of visible) {
      const below = joinPath(path, n)
      if (io.files.stat(below)?.type !== 'directory') continue
      io.out('\n')
      directory(`${name === '/' ? '' : name}/${n}`, below, true)
    }
  }
  for (const [i, name] of directories.entries()) {
    if (i > 0 || files.length > 0) io.out('\n')
    directory(name, io.path(name), operands.length > 1 || flags.has('R'))
  }
  return status
}

/** Where a link leads: a directory is shown as what it is. */
function followed(io: CommandIo, path: string): string {
  let at = path
  for (let i = 0; i < 40; i++) {
    const target = io.files.stat(at)?.target
    if (target === undefined) break
    at = target.startsWith('/') ? normalPath(target) : joinPath(parentOf(at), target)
  }
  return at
}

function columns(names: string[]): string {
  const width = Math.max(...names.map((n) => n.length)) + 2
  const perLine = Math.max(1, Math.floor(80 / width))
  const rows = Math.ceil(names.length / perLine)
  const lines: string[] = []
  for (let r = 0; r < rows; r++) {
    const cells = names.filter((_, i) => i % rows === r)
    lines.push(cells.map((n, i) => (i < cells.length - 1 ? n.padEnd(width) : n)).join(''))
  }
  return lines.join('\n')
}

/** Copies a file or a tree. */
function copyTree(io: CommandIo, from: string, to: string): void {
  if (!io.files.isDirectory(from)) {
    io.files.write(to, io.files.read(from) ?? '', io.files.stat(from)?.mode)
    return
  }
  io.files.makeDirectory(to)
  for (const name of io.files.list(from) ?? []) copyTree(io, joinPath(from, name), joinPath(to, name))
}

const cp: Command = (io) => {
  const { flags, rest } = parseFlags(io)
  if (rest.length < 2) {
    const what = rest.length === 0 ? 'missing file operand' : `missing destination file operand after '${rest[0]}'`
    return misused(io, what, '[-arPLHpfinlsTu] SOURCE DEST')
  }
  const target = rest.at(-1)!
  const into = io.files.isDirectory(io.path(target))
  let status = 0
  for (const source of rest.slice(0, -1)) {
    const from = io.path(source)
    if (!io.files.exists(from)) {
      io.err(
        isGnu(io) ? `cp: cannot stat '${source}': No such file or directory\n` : `cp: can't stat '${source}': No such file or directory\n`,
      )
      status = 1
    } else if (io.files.isDirectory(from) && !flags.has('r') && !flags.has('R') && !flags.has('a')) {
      io.err(isGnu(io) ? `cp: -r not specified; omitting directory '${source}'\n` : `cp: omitting directory '${source}'\n`)
      status = 1
    } else {
      const to = into ? joinPath(io.path(target), nameOf(normalPath(from))) : io.path(target)
      if (
        !attempt(
          io,
          (why) => (isGnu(io) ? `cannot create regular file '${target}': ${why}` : `can't create '${target}': ${why}`),
          () => copyTree(io, from, to),
        )
      )
        status = 1
      else if (flags.has('v')) io.out(`'${source}' -> '${into ? `${target.replace(/\/$/, '')}/${nameOf(normalPath(from))}` : target}'\n`)
    }
  }
  return status
}

const mv: Command = (io) => {
  const { rest, flags } = parseFlags(io)
  if (rest.length < 2) {
    const what = rest.length === 0 ? 'missing file operand' : `missing destination file operand after '${rest[0]}'`
    return misused(io, what, '[-finT] SOURCE DEST')
  }
  const target = rest.at(-1)!
  const into = io.files.isDirectory(io.path(target))
  let status = 0
  for (const source of rest.slice(0, -1)) {
    const from = io.path(source)
    if (!io.files.exists(from)) {
      io.err(
        isGnu(io)
          ? `mv: cannot stat '${source}': No such file or directory\n`
          : `mv: can't rename '${source}': No such file or directory\n`,
      )
      status = 1
      continue
    }
    const to = into ? joinPath(io.path(target), nameOf(from)) : io.path(target)
    const done = attempt(
      io,
      (why) => (isGnu(io) ? `cannot move '${source}' to '${target}': ${why}` : `can't rename '${source}': ${why}`),
      () => {
        copyTree(io, from, to)
        io.files.remove(from)
      },
    )
    if (!done) status = 1
    else if (flags.has('v'))
      io.out(`${isGnu(io) ? 'renamed ' : ''}'${source}' -> '${into ? `${target.replace(/\/$/, '')}/${nameOf(from)}` : target}'\n`)
  }
  return status
}

const rm: Command = (io) => {
  const { flags, rest } = parseFlags(io)
  const deep = flags.has('r') || flags.has('R')
  if (rest.length === 0) return flags.has('f') ? 0 : misused(io, 'missing operand', '[-irf] FILE...')
  let status = 0
  for (const name of rest) {
    const path = io.path(name)
    if (io.files.stat(path) === undefined) {
      if (flags.has('f')) continue
      io.err(
        isGnu(io) ? `rm: cannot remove '${name}': No such file or directory\n` : `rm: can't remove '${name}': No such file or directory\n`,
      )
      status = 1
    } else if (io.files.stat(path)!.type === 'directory' && !deep) {
      io.err(isGnu(io) ? `rm: cannot remove '${name}': Is a directory\n` : `rm: '${name}' is a directory\n`)
      status = 1
    } else if (
      !attempt(
        io,
        (why) => (isGnu(io) ? `cannot remove '${name}': ${why}` : `can't remove '${name}': ${why}`),
        () => io.files.remove(path),
      )
    )
      status = 1
    else if (flags.has('v')) io.out(`removed '${name}'\n`)
  }
  return status
}

/** As typed, up to the first part that is not there; `tail` when more would follow. */
function firstMissing(io: CommandIo, name: string, tail = ''): string {
  for (let at = name.indexOf('/', 1); at !== -1; at = name.indexOf('/', at + 1)) {
    const part = name.slice(0, at)
    if (!io.files.exists(io.path(part))) return part + tail
  }
  return name
}

const mkdir: Command = (io) => {
  const { flags, rest } = parseFlags(io, 'm')
  if (rest.length === 0) return misused(io, 'missing operand', '[-m MODE] [-p] DIRECTORY...')
  let status = 0
  for (const name of rest) {
    const path = io.path(name)
    const deep = flags.has('p')
    const say = (why: string) =>
      isGnu(io)
        ? `cannot create directory '${firstMissing(io, name)}': ${why}`
        : `can't create directory '${firstMissing(io, name, '/')}': ${why}`
    if (!deep && io.files.exists(path)) {
      io.err(`mkdir: ${say('File exists')}\n`)
      status = 1
    } else if (!deep && !io.files.isDirectory(parentOf(path))) {
      io.err(`mkdir: ${isGnu(io) ? 'cannot' : "can't"} create directory '${name}': No such file or directory\n`)
      status = 1
    } else if (!attempt(io, say, () => io.files.makeDirectory(path))) status = 1
    else if (flags.has('v')) io.out(isGnu(io) ? `mkdir: created directory '${name}'\n` : `created directory: '${name}'\n`)
  }
  return status
}

const rmdir: Command = (io) => {
  let status = 0
  for (const name of parseFlags(io).rest) {
    const path = io.path(name)
    const why = !io.files.exists(path)
      ? 'No such file or directory'
      : !io.files.isDirectory(path)
        ? 'Not a directory'
        : io.files.list(path)!.length > 0
          ? 'Directory not empty'
          : undefined
    if (why) {
      io.err(`rmdir: ${isGnu(io) ? `failed to remove '${name}'` : `'${name}'`}: ${why}\n`)
      status = 1
    } else if (
      !attempt(
        io,
        (reason) => `'${name}': ${reason}`,
        () => io.files.remove(path),
      )
    )
      status = 1
  }
  return status
}

/** `[[CC]YY]MMDDhhmm[.ss]`, ms; undefined for what is none. */
function stampTime(text: string, now: number): number | undefined {
  const [, century, year, month, day, hour, minute, second = '00'] =
    /^(?:(\d\d)?(\d\d))?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?$/.exec(text) ?? []
  if (month === undefined) return undefined
  const century19 = Number(year) >= 69 ? '19' : '20'
  const full = year === undefined ? String(new Date(now).getUTCFullYear()) : `${century ?? century19}${year}`
  const time = Date.parse(`${full}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(time) || new Date(time).getUTCDate() !== Number(day) ? undefined : time
}

const touch: Command = (io) => {
  const { rest, flags, values } = parseFlags(io, 'dtr')
  const given = values['d'] ?? values['date'] ?? values['t']
  const like = values['r'] ?? values['reference']
  const time =
    like === undefined
      ? values['t'] !== undefined
        ? stampTime(values['t'], io.process.env.now())
        : given === undefined
          ? undefined
          : timeOf(given, io.process.env.now())
      : io.files.stat(io.path(like))?.changedAt
  if (time === undefined && (given ?? like) !== undefined) {
    if (like !== undefined)
      io.err(
        isGnu(io)
          ? `touch: failed to get attributes of '${like}': No such file or directory\n`
          : `touch: ${like}: No such file or directory\n`,
      )
    else io.err(isGnu(io) ? `touch: invalid date format '${given}'\n` : `touch: invalid date '${given}'\n`)
    return 1
  }
  if (rest.length === 0) return misused(io, 'missing file operand', '[-cham] [-d DATE] [-t DATE] [-r FILE] FILE...')
  let status = 0
  for (const name of rest) {
    const path = io.path(name)
    if (flags.has('c') && !io.files.exists(path)) continue
    const say = (why: string) => (isGnu(io) ? `cannot touch '${name}': ${why}` : `${name}: ${why}`)
    const done = attempt(io, say, () => {
      const stat = io.files.stat(path)
      if (stat?.type === 'directory') io.files.setMode(path, stat.mode)
      else io.files.write(path, io.files.read(path) ?? '', stat?.mode)
      if (time !== undefined) io.files.setTime(path, time)
    })
    if (!done) status = 1
  }
  return status
}

const ln: Command = (io) => {
  const { flags, rest } = parseFlags(io)
  const [target, place] = rest
  const into =
    place === undefined
      ? io.path(nameOf(target))
      : io.files.isDirectory(io.path(place))
        ? joinPath(io.path(place), nameOf(target))
        : io.path(place)
  const done = attempt(
    io,
    (why) => (isGnu(io) && flags.has('s') ? `failed to create symbolic link '${place ?? target}': ${why}` : `${place ?? target}: ${why}`),
    () => {
      if (flags.has('f') && io.files.stat(into)) io.files.remove(into)
      if (flags.has('s')) io.files.link(into, target)
      else copyTree(io, io.path(target), into)
    },
  )
  return done ? 0 : 1
}

/** Copies with a mode; `-d` makes directories. */
const install: Command = (io) => {
  const { flags, values, rest } = parseFlags(io, 'mog')
  const mode = Number.parseInt(values['m'] ?? '755', 8)
  if (flags.has('d')) {
    for (const name of rest) io.files.makeDirectory(io.path(name))
    return 0
  }
  const status = cp({ ...io, args: rest } as CommandIo)
  if (status !== 0) return status
  const target = io.path(rest.at(-1)!)
  for (const source of rest.slice(0, -1)) io.files.setMode(io.files.isDirectory(target) ? joinPath(target, nameOf(source)) : target, mode)
  return 0
}

const readlink: Command = (io) => {
  const { flags, rest } = parseFlags(io)
  const path = io.path(rest[0] ?? '')
  const s = io.files.stat(path)
  if (flags.has('f') || base(io) === 'realpath') {
    if (!s) return 1
    io.out(`${followed(io, path)}\n`)
    return 0
  }
  if (s?.target === undefined) return 1
  io.out(`${s.target}\n`)
  return 0
}

const mktemp: Command = (io) => {
  const { flags, rest } = parseFlags(io, 'p')
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
  const name = (rest[0] ?? '/tmp/tmp.XXXXXX').replace(/X{3,}$/, (xs) =>
    [...xs].map(() => letters[Math.floor(io.process.env.random() * letters.length)]).join(''),
  )
  const path = io.path(name)
  if (flags.has('d')) io.files.makeDirectory(path)
  else io.files.write(path, '', 0o600)
  io.out(`${path}\n`)
  return 0
}

export const FILES: Record<string, Command> = {
  basename: (io) => {
    if (io.args.length === 0) return misused(io, 'missing operand', 'FILE [SUFFIX] | -a FILE... | -s SUFFIX FILE...')
    const name = nameOf(io.args[0]?.replace(/\/+$/, '') ?? '') || (io.args[0] ?? '')
    const suffix = io.args[1]
    io.out(`${suffix && name.endsWith(suffix) && name !== suffix ? name.slice(0, -suffix.length) : name}\n`)
    return 0
  },
  cp,
  dirname: (io) => {
    if (io.args.length === 0) return misused(io, 'missing operand', 'FILENAME')
    const path = io.args[0]?.replace(/\/+$/, '') ?? ''
    const at = path.lastIndexOf('/')
    io.out(`${at < 0 ? '.' : at === 0 ? '/' : path.slice(0, at)}\n`)
    return 0
  },
  install,
  link: ln,
  unlink: rm,
  ln,
  ls,
  mkdir,
  mktemp,
  mv,
  readlink,
  realpath: readlink,
  rm,
  rmdir,
  sync: () => 0,
  touch,
}
