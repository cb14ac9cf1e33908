// Commands that look at files without reading them: stat, find, du, df.
import type { Command, CommandIo, FileStat } from '../../process'
import { joinPath, nameOf } from '../../tree'
import { matches } from '../pattern'
import { isGnu, parseFlags } from './errors'

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

const find: Command = (io) => {
  const starts: string[] = []
  let at = 0
  while (at < io.args.length && !/^[-!(]/.test(io.args[at])) starts.push(io.args[at++])
  const tests: ((path: string, name: string, depth: number) => boolean)[] = []
  let print = (name: string) => io.out(`${name}\n`)
  let deepest = Number.POSITIVE_INFINITY
  let shallowest = 0
  for (; at < io.args.length; at++) {
    const value = io.args[at + 1]
    switch (io.args[at]) {
      case '-name':
      case '-iname': {
        const lower = io.args[at] === '-iname'
        tests.push((path) => matches(lower ? value.toLowerCase() : value, lower ? nameOf(path).toLowerCase() : nameOf(path)))
        at++
        break
      }
      case '-path':
        tests.push((_, name) => matches(value, name))
        at++
        break
      case '-type':
        tests.push((path) => io.files.stat(path)?.type === { f: 'file', d: 'directory', l: 'link' }[value as 'f'])
        at++
        break
      case '-maxdepth':
        deepest = Number(value)
        at++
        break
      case '-mindepth':
        shallowest = Number(value)
        at++
        break
      case '-delete':
        print = (name) => io.files.remove(io.path(name))
        break
      case '-print':
        break
      default:
        io.err(`find: unrecognized: ${io.args[at]}\n`)
        return 1
    }
  }
  let status = 0
  function walk(name: string, depth: number): void {
    const path = io.path(name)
    const s = io.files.stat(path)
    if (!s) {
      io.err(isGnu(io) ? `find: '${name}': No such file or directory\n` : `find: ${name}: No such file or directory\n`)
      status = 1
      return
    }
    const below = s.type === 'directory' && depth < deepest ? (io.files.list(path) ?? []) : []
    if (depth >= shallowest && tests.every((t) => t(path, name, depth))) print(name)
    for (const n of below) walk(`${name.replace(/\/$/, '')}/${n}`, depth + 1)
  }
  for (const name of starts.length > 0 ? starts : ['.']) walk(name, 0)
  return status
}

function treeSize(io: CommandIo, path: string): number {
  const s = io.files.stat(path)
  if (s?.type !== 'directory') return Math.ceil((s?.size ?? 0) / 1024)
  return (io.files.list(path) ?? []).reduce((n, name) => n + treeSize(io, joinPath(path, name)), 4)
}

const du: Command = (io) => {
  const { flags, rest } = parseFlags(io)
  for (const name of rest.length > 0 ? rest : ['.']) {
    const kib = treeSize(io, io.path(name))
    io.out(`${flags.has('h') ? human(kib * 1024) : kib}\t${name}\n`)
  }
  return 0
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
