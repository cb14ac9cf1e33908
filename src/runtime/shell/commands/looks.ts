// Commands that look at files without reading them: stat, du, df.
import type { Command, CommandIo, FileStat } from '../../process'
import { isGnu, parseFlags } from './errors'
import { find } from './find'

export function modeText(stat: FileStat): string {
  const type = { file: '-', directory: 'd', link: 'l' }[stat.type]
  const bits = [...'rwxrwxrwx'].map((c, i) => (stat.mode & (0o400 >> i) ? c : '-')).join('')
  return type + (stat.mode & 0o1000 ? bits.slice(0, 8) + (bits[8] === 'x' ? 't' : 'T') : bits)
}

export function human(bytes: number): string {
  const units = ['', 'K', 'M', 'G', 'T']
  let n = bytes
  let unit = 0
  while (n >= 1024 && unit < 4) {
    n /= 1024
    unit++
  }
  return unit === 0 ? String(n) : `${n < 10 ? Math.ceil(n * 10) / 10 : Math.ceil(n)}${units[unit]}`.replace(/^(\d)([KMGT])/, '$1.0$2')
}

const stat: Command = (io) => {
  const { values, rest } = parseFlags(io, 'c')
  let status = 0
  for (const name of rest) {
    const s = io.files.stat(io.path(name))
    if (!s) {
      io.err(
        isGnu(io) ? `stat: cannot statx '${name}': No such file or directory\n` : `stat: can't stat '${name}': No such file or directory\n`,
      )
      status = 1
      continue
    }
    const type = { file: s.size === 0 ? 'regular empty file' : 'regular file', directory: 'directory', link: 'symbolic link' }[s.type]
    const octal = s.mode.toString(8)
    const time = new Date(s.changedAt).toISOString().replace('T', ' ').replace('Z', '000000 +0000')
    const format = values['c'] ?? values['format']
    if (format) {
      const fields: Record<string, string> = {
        n: name,
        s: String(s.size),
        a: octal,
        A: modeText(s),
        F: type,
        U: 'root',
        G: 'root',
        u: '0',
        g: '0',
        Y: String(Math.floor(s.changedAt / 1000)),
        y: time,
        N: name,
      }
      io.out(`${format.replace(/%([a-zA-Z])/g, (whole, c: string) => fields[c] ?? whole)}\n`)
    } else {
      io.out(
        `  File: ${name}\n  Size: ${String(s.size).padEnd(10)}\tBlocks: ${String(Math.ceil(s.size / 512)).padEnd(10)} IO Block: 4096   ${type}\n`,
      )
      io.out(
        `Access: (${octal.padStart(4, '0')}/${modeText(s)})  Uid: (    0/    root)   Gid: (    0/    root)\nAccess: ${time}\nModify: ${time}\nChange: ${time}\n`,
      )
    }
  }
  return status
}

/** Blocks of 4 KiB that a file or a tree takes, in KiB; `visit` sees what lies in it first. */
function treeSize(
  io: CommandIo,
  name: string,
  depth: number,
  visit: (name: string, kib: number, depth: number, file: boolean) => void,
): number {
  const path = io.path(name)
  const s = io.files.stat(path)
  let kib = s?.type === 'directory' ? 4 : Math.ceil((s?.size ?? 0) / 4096) * 4
  if (s?.type === 'directory')
    for (const child of io.files.list(path) ?? []) kib += treeSize(io, `${name === '/' ? '' : name}/${child}`, depth + 1, visit)
  visit(name, kib, depth, s?.type !== 'directory')
  return kib
}

const du: Command = (io) => {
  const { flags, values, rest } = parseFlags(io, 'd')
  const most = flags.has('s') ? 0 : Number(values['d'] ?? values['max-depth'] ?? Number.POSITIVE_INFINITY)
  const shown = (kib: number) => (flags.has('h') ? human(kib * 1024) : flags.has('m') ? Math.ceil(kib / 1024) : kib)
  let status = 0
  let total = 0
  for (const name of rest.length > 0 ? rest : ['.']) {
    if (!io.files.stat(io.path(name))) {
      io.err(isGnu(io) ? `du: cannot access '${name}': No such file or directory\n` : `du: ${name}: No such file or directory\n`)
      status = 1
      continue
    }
    total += treeSize(io, name, 0, (at, kib, depth, file) => {
      if (depth <= most && (!file || depth === 0 || flags.has('a'))) io.out(`${shown(kib)}\t${at}\n`)
    })
  }
  if (flags.has('c')) io.out(`${shown(total)}\ttotal\n`)
  return status
}

const df: Command = (io) => {
  const h = parseFlags(io).flags.has('h')
  io.out(`Filesystem           ${h ? 'Size      Used Available Use%' : '1K-blocks      Used Available Use%'} Mounted on\n`)
  io.out(h ? 'overlay                 58.4G     21.0G     34.4G  38% /\n' : 'overlay               61202244  22020096  36040704  38% /\n')
  for (const mount of io.process.container.volumeMounts ?? []) {
    io.out(
      h
        ? `${mount.readOnly ? 'tmpfs    ' : '/dev/vda1'}               58.4G     21.0G     34.4G  38% ${mount.mountPath}\n`
        : `${mount.readOnly ? 'tmpfs    ' : '/dev/vda1'}             61202244  22020096  36040704  38% ${mount.mountPath}\n`,
    )
  }
  return 0
}

export const LOOKS: Record<string, Command> = { df, du, find, stat }
