// Commands that look at files without reading them: stat, du, df.
import type { Command, CommandIo, FileStat } from '../../process'
import { isGnu, parseFlags } from './errors'
import { find } from './find'
import { nameOfId } from './owners'

export function modeText(stat: FileStat): string {
  const type = { file: '-', directory: 'd', link: 'l' }[stat.type]
  const bits = [...'rwxrwxrwx'].map((c, i) => (stat.mode & (0o400 >> i) ? c : '-'))
  for (const [at, bit, letter] of [
    [2, 0o4000, 's'],
    [5, 0o2000, 's'],
    [8, 0o1000, 't'],
  ] as const)
    if (stat.mode & bit) bits[at] = bits[at] === 'x' ? letter : letter.toUpperCase()
  return type + bits.join('')
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
    const [user, group] = [nameOfId(io, '/etc/passwd', s.uid) ?? 'UNKNOWN', nameOfId(io, '/etc/group', s.gid) ?? 'UNKNOWN']
    if (format) {
      const fields: Record<string, string> = {
        n: name,
        s: String(s.size),
        a: octal,
        A: modeText(s),
        F: type,
        U: user,
        G: group,
        u: String(s.uid),
        g: String(s.gid),
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
        `Access: (${octal.padStart(4, '0')}/${modeText(s)})  Uid: (${String(s.uid).padStart(5)}/${user.padStart(8)})   Gid: (${String(s.gid).padStart(5)}/${group.padStart(8)})\nAccess: ${time}\nModify: ${time}\nChange: ${time}\n`,
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

/** Size and use of the file systems in KiB: the node's disk, memory that nobody filled. */
function usage(type: string, options: string): [size: number, used: number, free: number] {
  if (type !== 'tmpfs') return [61_202_244, 22_020_096, 36_040_704]
  const size = Number(/size=(\d+)k/.exec(options)?.[1] ?? 8_148_232)
  return [size, 0, size]
}

const df: Command = (io) => {
  const { flags, rest } = parseFlags(io)
  const gnu = isGnu(io)
  const h = flags.has('h')
  const shown = (kib: number) => (h ? human(kib * 1024) : String(kib))
  const seen = new Set<string>()
  const rows: string[][] = []
  for (const line of (io.files.read('/proc/mounts') ?? '').split('\n')) {
    const [device, place, type, options] = line.split(' ')
    if (!['overlay', 'tmpfs', 'ext4'].includes(type)) continue
    if (rest.length > 0 && !rest.some((name) => mountOf(io, io.path(name)) === place)) continue
    // GNU shows a device once.
    if (gnu && device.startsWith('/') && seen.has(device)) continue
    seen.add(device)
    const [size, used, free] = usage(type, options)
    rows.push([device, shown(size), shown(used), shown(free), `${Math.ceil((used / (used + free)) * 100)}%`, place])
  }
  if (gnu) {
    const head = ['Filesystem', h ? 'Size' : '1K-blocks', 'Used', h ? 'Avail' : 'Available', 'Use%', 'Mounted on']
    const least = h ? [14, 5, 5, 5, 4, 0] : [14, 9, 8, 9, 4, 0]
    const widths = head.map((title, i) => Math.max(least[i], title.length, ...rows.map((row) => row[i].length)))
    for (const row of [head, ...rows])
      io.out(`${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[0]) : i === 5 ? cell : cell.padStart(widths[i]))).join(' ')}\n`)
    return 0
  }
  io.out(`Filesystem           ${h ? 'Size      Used Available Use%' : '1K-blocks      Used Available Use%'} Mounted on\n`)
  for (const [device, size, used, free, percent, place] of rows) {
    io.out(`${device.padEnd(20)} ${size.padStart(9)} ${used.padStart(9)} ${free.padStart(9)} ${percent.padStart(3)} ${place}\n`)
  }
  return 0
}

/** The mount a path lies in. */
function mountOf(io: CommandIo, path: string): string {
  const places = (io.files.read('/proc/mounts') ?? '').split('\n').map((line) => line.split(' ')[1] ?? '/')
  return (
    places.filter((place) => path === place || path.startsWith(place === '/' ? '/' : `${place}/`)).sort((a, b) => b.length - a.length)[0] ??
    '/'
  )
}

export const LOOKS: Record<string, Command> = { df, du, find, stat }
