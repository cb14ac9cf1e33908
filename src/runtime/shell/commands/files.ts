// Commands on files: cat, ls, cp, mv, rm, mkdir, touch, ln, chmod, stat, find, du, df and their like.
import type { Command, CommandIo, FileStat } from '../../process'
import { joinPath, nameOf, normalPath, parentOf } from '../../tree'
import { attempt, base, isGnu, parseFlags, readOperand } from './errors'
import { human, modeText } from './looks'

/** Passes input on as it comes. */
const cat: Command = (io, state) => {
  const { rest, flags } = parseFlags(io)
  const number = flags.has('n')
  const names = rest.length > 0 ? rest : ['-']
  let status = 0
  if (names.length === 1 && names[0] === '-' && !number) {
    const { text, end } = io.input()
    io.out(text)
    return end ? 0 : { state: state ?? {}, onInput: true }
  }
  let line = 0
  for (const name of names) {
    const text = readOperand(io, name)
    if (text === undefined) status = 1
    else io.out(number ? text.replace(/^.*\n?/gm, (l) => (l === '' ? '' : `${String(++line).padStart(6)}\t${l}`)) : text)
  }
  return status
}

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
  function show(names: { name: string; path: string }[], total: boolean): void {
    const rows = names.map(({ name, path }) => ({ name, stat: io.files.stat(path)! })).filter((r) => r.stat)
    if (flags.has('t')) rows.sort((a, b) => b.stat.changedAt - a.stat.changedAt)
    if (flags.has('S')) rows.sort((a, b) => b.stat.size - a.stat.size)
    if (flags.has('r')) rows.reverse()
    if (!flags.has('l')) {
      const shown = rows.map((r) => (flags.has('F') || flags.has('p') ? r.name + (r.stat.type === 'directory' ? '/' : '') : r.name))
      if (shown.length > 0) io.out(io.tty && !flags.has('1') ? `${columns(shown)}\n` : `${shown.join('\n')}\n`)
      return
    }
    const size = (s: FileStat) => (flags.has('h') ? human(s.size) : String(s.size))
    const width = Math.max(1, ...rows.map((r) => size(r.stat).length))
    if (total) io.out(`total ${rows.reduce((n, r) => n + Math.ceil(r.stat.size / 4096) * 4, 0)}\n`)
    for (const { name, stat } of rows) {
      const links = stat.type === 'directory' ? 2 : 1
      const suffix = stat.type === 'link' ? ` -> ${stat.target}` : ''
      const owner = isGnu(io) ? 'root root' : 'root     root     '
      const column = isGnu(io) ? size(stat).padStart(width) : size(stat).padStart(Math.max(9, width))
      io.out(
        `${modeText(stat)} ${isGnu(io) ? links : String(links).padStart(4)} ${owner} ${column} ${listTime(stat.changedAt, now)} ${name}${suffix}\n`,
      )
    }
  }
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
      names.map((n) => ({ name: n, path: n === '.' ? path : n === '..' ? parentOf(path) : joinPath(path, n) })),
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
    io.err(
      isGnu(io)
        ? rest.length === 0
          ? 'cp: missing file operand\n'
          : `cp: missing destination file operand after '${rest[0]}'\n`
        : 'BusyBox v1.36.1 multi-call binary.\n\nUsage: cp [-arPLHpfinlsTu] SOURCE DEST\n',
    )
    return 1
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
    }
  }
  return status
}

const mv: Command = (io) => {
  const { rest } = parseFlags(io)
  if (rest.length < 2) {
    io.err('mv: missing file operand\n')
    return 1
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
  }
  return status
}

const rm: Command = (io) => {
  const { flags, rest } = parseFlags(io)
  const deep = flags.has('r') || flags.has('R')
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
  }
  return status
}

const mkdir: Command = (io) => {
  const { flags, rest } = parseFlags(io, 'm')
  let status = 0
  for (const name of rest) {
    const path = io.path(name)
    const deep = flags.has('p')
    const say = (why: string) => (isGnu(io) ? `cannot create directory '${name}': ${why}` : `can't create directory '${name}': ${why}`)
    if (!deep && io.files.exists(path)) {
      io.err(`mkdir: ${say('File exists')}\n`)
      status = 1
    } else if (!deep && !io.files.isDirectory(parentOf(path))) {
      io.err(`mkdir: ${say('No such file or directory')}\n`)
      status = 1
    } else if (!attempt(io, say, () => io.files.makeDirectory(path))) status = 1
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

const touch: Command = (io) => {
  let status = 0
  for (const name of parseFlags(io, 'dtr').rest) {
    const path = io.path(name)
    const say = (why: string) => (isGnu(io) ? `cannot touch '${name}': ${why}` : `${name}: ${why}`)
    const done = attempt(io, say, () => {
      const stat = io.files.stat(path)
      if (stat?.type === 'directory') io.files.setMode(path, stat.mode)
      else io.files.write(path, io.files.read(path) ?? '', stat?.mode)
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
    (why) => `${place ?? target}: ${why}`,
    () => {
      if (flags.has('f') && io.files.stat(into)) io.files.remove(into)
      if (flags.has('s')) io.files.link(into, target)
      else copyTree(io, io.path(target), into)
    },
  )
  return done ? 0 : 1
}

/** The mode that `644`, `+x` or `u+rw,go-w` gives. */
function changedMode(mode: number, spec: string): number | undefined {
  if (/^[0-7]{3,4}$/.test(spec)) return Number.parseInt(spec, 8)
  let out = mode
  for (const part of spec.split(',')) {
    const parts = /^([ugoa]*)([-+=])([rwxXst]*)$/.exec(part)
    if (!parts) return undefined
    let bits = 0
    for (const c of parts[3]) bits |= { r: 4, w: 2, x: 1, X: 1 }[c as 'r'] ?? 0
    const who = parts[1] === '' || parts[1].includes('a') ? 'ugo' : parts[1]
    for (const w of who) {
      const shift = { u: 6, g: 3, o: 0 }[w as 'u']
      const mask = bits << shift
      out = parts[2] === '+' ? out | mask : parts[2] === '-' ? out & ~mask : (out & ~(7 << shift)) | mask
    }
  }
  return out
}

const chmod: Command = (io) => {
  const args = io.args.filter((a) => !/^-[Rvcf]+$/.test(a))
  const [spec, ...names] = args
  const deep = io.args.some((a) => /^-\w*R/.test(a))
  let status = 0
  function change(path: string, name: string): void {
    const stat = io.files.stat(path)
    const mode = stat && changedMode(stat.mode, spec)
    if (mode === undefined) {
      io.err(
        `chmod: ${stat ? `invalid mode '${spec}'` : isGnu(io) ? `cannot access '${name}': No such file or directory` : `${name}: No such file or directory`}\n`,
      )
      status = 1
      return
    }
    if (
      !attempt(
        io,
        (why) => `${name}: ${why}`,
        () => io.files.setMode(path, mode),
      )
    )
      status = 1
    if (deep && stat!.type === 'directory') for (const n of io.files.list(path) ?? []) change(joinPath(path, n), `${name}/${n}`)
  }
  for (const name of names) change(io.path(name), name)
  return status
}

const readlink: Command = (io) => {
  const { flags, rest } = parseFlags(io)
  const path = io.path(rest[0] ?? '')
  const s = io.files.stat(path)
  if (flags.has('f') || base(io) === 'realpath') {
    if (!s) return 1
    let at = path
    for (let i = 0; i < 40; i++) {
      const target = io.files.stat(at)?.target
      if (target === undefined) break
      at = target.startsWith('/') ? normalPath(target) : joinPath(parentOf(at), target)
    }
    io.out(`${at}\n`)
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

const tee: Command = (io, state) => {
  const { flags, rest } = parseFlags(io)
  let status = 0
  if (state === undefined && !flags.has('a'))
    for (const name of rest)
      if (
        !attempt(
          io,
          (why) => `${name}: ${why}`,
          () => io.files.write(io.path(name), ''),
        )
      )
        status = 1
  const { text, end } = io.input()
  io.out(text)
  if (status === 0 && text !== '')
    for (const name of rest)
      attempt(
        io,
        (why) => `${name}: ${why}`,
        () => io.files.append(io.path(name), text),
      )
  return end ? status : { state: {}, onInput: true }
}

export const FILES: Record<string, Command> = {
  basename: (io) => {
    const name = nameOf(io.args[0]?.replace(/\/+$/, '') ?? '') || (io.args[0] ?? '')
    const suffix = io.args[1]
    io.out(`${suffix && name.endsWith(suffix) && name !== suffix ? name.slice(0, -suffix.length) : name}\n`)
    return 0
  },
  cat,
  chgrp: () => 0,
  chmod,
  chown: () => 0,
  cp,
  dirname: (io) => {
    const path = io.args[0]?.replace(/\/+$/, '') ?? ''
    const at = path.lastIndexOf('/')
    io.out(`${at < 0 ? '.' : at === 0 ? '/' : path.slice(0, at)}\n`)
    return 0
  },
  install: cp,
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
  tee,
  touch,
}
