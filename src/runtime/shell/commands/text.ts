// Filters: grep, head, tail, wc, sort, uniq, cut, tr and their like.
import { byteCount, bytesOfText, textOfBytes } from '../../../lib/byte-text'
import type { Command, CommandIo } from '../../process'
import { deviceText } from '../devices'
import { isGnu, linesOf, misused, parseFlags, readOperand } from './errors'
import { grep } from './grep'

const head: Command = (io, state) => {
  const args = io.args.flatMap((a, i) =>
    (isGnu(io) ? /^-\d+$/ : /^[-+]\d+$/).test(a) && !/^-[ncs]$/.test(io.args[i - 1] ?? '') ? ['-n', a.replace(/^-/, '')] : [a],
  )
  const { values, flags, rest } = parseFlags({ args }, 'nc')
  const names = rest.length > 0 ? rest : ['-']
  const count = Number(values['n'] ?? values['lines'] ?? 10)
  let status = 0
  for (const [i, name] of names.entries()) {
    if (name === '-' && names.length === 1 && values['c'] === undefined && count >= 0 && !/^-/.test(values['n'] ?? ''))
      return headOfInput(io, count, (state as string | undefined) ?? '')
    const text =
      values['c'] === undefined
        ? readOperand(io, name)
        : (deviceText(io.path(name), io.process.env, Number(values['c'])) ?? readOperand(io, name))
    if (text === undefined) {
      status = 1
      continue
    }
    if (names.length > 1 && !flags.has('q')) io.out(`${i > 0 ? '\n' : ''}==> ${name} <==\n`)
    if (values['c'] !== undefined) io.out(textOfBytes(bytesOfText(text).subarray(0, Number(values['c']))))
    else {
      const lines = text.split(/(?<=\n)/)
      io.out(lines.slice(0, count < 0 ? lines.length + count : count).join(''))
    }
  }
  return status
}

/** Stops reading once it has its lines, so that an endless writer ends. */
function headOfInput(io: CommandIo, count: number, before: string): ReturnType<Command> {
  const { text, end } = io.input()
  const lines = before + text
  const parts = lines.split(/(?<=\n)/)
  const complete = parts.filter((p) => p.endsWith('\n'))
  if (complete.length >= count || end) {
    io.out(parts.slice(0, count).join(''))
    return 0
  }
  return { state: lines, onInput: true }
}

interface TailState {
  /** Characters of the file that were shown. */
  at: number
}

const tail: Command = (io, raw) => {
  const args = io.args.flatMap((a, i) =>
    (isGnu(io) ? /^-\d+$/ : /^[-+]\d+$/).test(a) && !/^-[ncs]$/.test(io.args[i - 1] ?? '') ? ['-n', a.replace(/^-/, '')] : [a],
  )
  const { values, flags, rest } = parseFlags({ args }, 'ncs')
  const follow = flags.has('f') || flags.has('F') || flags.has('follow')
  const names = rest.length > 0 ? rest : ['-']
  const lines = values['n'] ?? values['lines'] ?? '10'
  let status = 0
  if (raw !== undefined) {
    const state = raw as unknown as Record<string, TailState>
    const next: Record<string, TailState> = {}
    for (const name of names) {
      const text = io.files.read(io.path(name)) ?? ''
      const at = state[name]?.at ?? 0
      if (text.length < at && isGnu(io)) io.err(`tail: ${name}: file truncated\n`)
      const fresh = text.slice(text.length < at ? 0 : at)
      if (fresh !== '' && names.length > 1) io.out(`\n==> ${name} <==\n`)
      io.out(fresh)
      next[name] = { at: text.length }
    }
    return { state: next as never, onFiles: true, ...(changesAlone(io, names) ? { wakeAt: io.process.env.now() + 1000 } : {}) }
  }
  const state: Record<string, TailState> = {}
  for (const [i, name] of names.entries()) {
    const text = follow && flags.has('F') && !io.files.exists(io.path(name)) ? '' : name === '/dev/null' ? '' : readOperand(io, name)
    if (text === undefined) {
      status = 1
      continue
    }
    state[name] = { at: text.length }
    if (names.length > 1 && !flags.has('q')) io.out(`${i > 0 ? '\n' : ''}==> ${name} <==\n`)
    if (values['c'] !== undefined) io.out(textOfBytes(lastBytes(bytesOfText(text), values['c'])))
    else {
      const parts = text.split(/(?<=\n)/)
      const n = Number(lines)
      io.out((lines.startsWith('+') ? parts.slice(Math.max(0, n - 1)) : n === 0 ? [] : parts.slice(-Math.abs(n))).join(''))
    }
  }
  if (!follow || names.includes('-')) return status
  if (Object.keys(state).length === 0) {
    if (isGnu(io)) io.err('tail: no files remaining\n')
    return 1
  }
  return { state: state as never, onFiles: true, ...(changesAlone(io, names) ? { wakeAt: io.process.env.now() + 1000 } : {}) }
}

/** `3`: the last three; `+3`: from the third on; `+0` and `+1`: all. */
function lastBytes(bytes: Buffer, count: string): Buffer {
  const n = Math.abs(Number(count))
  if (count.startsWith('+')) return bytes.subarray(Math.max(0, n - 1))
  return n === 0 ? bytes.subarray(bytes.length) : bytes.subarray(-n)
}

/** Files of volumes that other Pods may write to: nobody tells, so they are looked at every second. */
function changesAlone(io: CommandIo, names: string[]): boolean {
  const shared = new Set((io.process.pod.spec.volumes ?? []).filter((v) => v['persistentVolumeClaim'] || v['hostPath']).map((v) => v.name))
  const paths = (io.process.container.volumeMounts ?? []).filter((m) => shared.has(m.name)).map((m) => m.mountPath)
  return names.some((n) => paths.some((p) => io.path(n).startsWith(`${p}/`)))
}

const COUNTS = ['l', 'w', 'm', 'c', 'L'] as const

const wc: Command = (io) => {
  const { flags, rest } = parseFlags(io)
  const asked = COUNTS.filter((f) => flags.has(f))
  const wanted = asked.length > 0 ? asked : (['l', 'w', 'c'] as const)
  const rows: { counts: number[]; name: string }[] = []
  let status = 0
  for (const name of rest.length > 0 ? rest : ['-']) {
    const text = readOperand(io, name)
    if (text === undefined) {
      status = 1
      continue
    }
    const counts = {
      l: text.split('\n').length - 1,
      w: text.split(/\s+/).filter(Boolean).length,
      m: [...text].length,
      c: byteCount(text),
      L: Math.max(0, ...linesOf(text).map((line) => line.length)),
    }
    rows.push({ counts: wanted.map((f) => counts[f]), name: rest.length === 0 ? '' : name })
  }
  if (rest.length > 1) {
    const total = wanted.map((f, i) => rows.reduce((n, row) => (f === 'L' ? Math.max(n, row.counts[i]) : n + row.counts[i]), 0))
    rows.push({ counts: total, name: 'total' })
  }
  // GNU makes columns as wide as the sizes of files, BusyBox always the same.
  const largest = Math.max(0, ...rows.flatMap((row) => row.counts))
  const width =
    wanted.length === 1 && (rows.length <= 1 || !isGnu(io)) ? 0 : !isGnu(io) ? 9 : rest.length === 0 ? 7 : String(largest).length
  for (const { counts, name } of rows) io.out(`${counts.map((n) => String(n).padStart(width)).join(' ')}${name === '' ? '' : ` ${name}`}\n`)
  return status
}

/** All operands' text, or standard input; undefined after a message. */
function inputOf(io: CommandIo, names: string[]): string | undefined {
  let out = ''
  for (const name of names.length > 0 ? names : ['-']) {
    const text = readOperand(io, name)
    if (text === undefined) return undefined
    out += text
  }
  return out
}

const sort: Command = (io) => {
  const { flags, values, rest } = parseFlags(io, 'kto')
  const text = inputOf(io, rest)
  if (text === undefined) return 2
  const lines = linesOf(text)
  const [first, last] = (values['k'] ?? '').split(',')
  const keyFlags = `${first?.replace(/[\d.]/g, '') ?? ''}${last?.replace(/[\d.]/g, '') ?? ''}`
  const has = (f: string) => flags.has(f) || keyFlags.includes(f)
  function key(line: string): string {
    if (!first) return line
    const fields = values['t'] !== undefined ? line.split(values['t']) : line.trim().split(/\s+/)
    const from = Number.parseInt(first, 10) - 1
    return fields.slice(from, last ? Number.parseInt(last, 10) : undefined).join(values['t'] ?? ' ')
  }
  const suffix = { K: 1e3, M: 1e6, G: 1e9, T: 1e12 } as Record<string, number>
  function number(s: string): number {
    const parts = /^\s*(-?\d*\.?\d*)([KMGT]?)/.exec(s)!
    return (Number(parts[1]) || 0) * (has('h') ? (suffix[parts[2]] ?? 1) : 1)
  }
  function compare(x: string, y: string): number {
    const [a, b] = [key(x), key(y)]
    let order: number
    if (has('n') || has('h') || has('g')) order = number(a) - number(b)
    else if (has('V')) order = a.localeCompare(b, 'en', { numeric: true })
    else {
      const [p, q] = has('f') ? [a.toUpperCase(), b.toUpperCase()] : [a, b]
      order = p < q ? -1 : p > q ? 1 : 0
    }
    if (order === 0 && !flags.has('s') && !flags.has('u')) order = x < y ? -1 : x > y ? 1 : 0
    return has('r') ? -order : order
  }
  if (flags.has('c')) {
    const at = lines.findIndex((l, i) => i > 0 && compare(lines[i - 1], l) > 0)
    if (at >= 0) io.err(isGnu(io) ? `sort: ${rest[0] ?? '-'}:${at + 1}: disorder: ${lines[at]}\n` : `Check line ${at}\n`)
    return at >= 0 ? 1 : 0
  }
  lines.sort(compare)
  const kept = flags.has('u') ? lines.filter((l, i) => i === 0 || compare(lines[i - 1], l) !== 0) : lines
  const out = kept.map((l) => `${l}\n`).join('')
  if (values['o'] === undefined) io.out(out)
  else io.files.write(io.path(values['o']), out)
  return 0
}

const uniq: Command = (io) => {
  const { flags, rest } = parseFlags(io, 'fs')
  const text = inputOf(io, rest.slice(0, 1))
  if (text === undefined) return 1
  const groups: [string, number][] = []
  for (const line of linesOf(text)) {
    const last = groups.at(-1)
    if (last && (flags.has('i') ? last[0].toLowerCase() === line.toLowerCase() : last[0] === line)) last[1]++
    else groups.push([line, 1])
  }
  for (const [line, n] of groups) {
    if ((flags.has('d') && n === 1) || (flags.has('u') && n > 1)) continue
    io.out(flags.has('c') ? `${String(n).padStart(7)} ${line}\n` : `${line}\n`)
  }
  return 0
}

/** `1,3-5,7-` as a test of positions. */
function positions(spec: string): (n: number) => boolean {
  const ranges = spec.split(',').map((r) => {
    const [from, to] = r.includes('-') ? r.split('-') : [r, r]
    return [from === '' ? 1 : Number(from), to === '' ? Number.POSITIVE_INFINITY : Number(to)]
  })
  return (n) => ranges.some(([from, to]) => n >= from && n <= to)
}

const cut: Command = (io) => {
  const { values, flags, rest } = parseFlags(io, 'dfcb')
  if (values['f'] === undefined && values['c'] === undefined && values['b'] === undefined) {
    if (isGnu(io)) return misused(io, 'you must specify a list of bytes, characters, or fields', '')
    io.err('cut: expected a list of bytes, characters, or fields\n')
    return 1
  }
  const text = inputOf(io, rest)
  if (text === undefined) return 1
  const delimiter = values['d'] ?? '\t'
  const wanted = positions(values['f'] ?? values['c'] ?? values['b'] ?? '1')
  for (const line of linesOf(text)) {
    if (values['f'] === undefined) io.out(`${[...line].filter((_, i) => wanted(i + 1)).join('')}\n`)
    else if (line.includes(delimiter))
      io.out(
        `${line
          .split(delimiter)
          .filter((_, i) => wanted(i + 1))
          .join(values['output-delimiter'] ?? delimiter)}\n`,
      )
    else if (!flags.has('s')) io.out(`${line}\n`)
  }
  return 0
}

/** The characters of a tr set: ranges, classes, escapes. */
function charactersOf(set: string): string[] {
  const classes: Record<string, string> = {
    upper: 'A-Z',
    lower: 'a-z',
    digit: '0-9',
    alpha: 'A-Za-z',
    alnum: 'A-Za-z0-9',
    space: ' \t\n\r\v\f',
    blank: ' \t',
    punct: '!-/:-@[-`{-~',
  }
  const text = set
    .replace(/\[:(\w+):\]/g, (_, name: string) => classes[name] ?? '')
    .replace(/\\([ntr\\])|\\([0-7]{1,3})/g, (_, c?: string, o?: string) =>
      o ? String.fromCharCode(Number.parseInt(o, 8)) : ({ n: '\n', t: '\t', r: '\r', '\\': '\\' }[c!] ?? ''),
    )
  const out: string[] = []
  for (let i = 0; i < text.length; i++) {
    if (text[i + 1] === '-' && i + 2 < text.length) {
      for (let c = text.charCodeAt(i); c <= text.charCodeAt(i + 2); c++) out.push(String.fromCharCode(c))
      i += 2
    } else out.push(text[i])
  }
  return out
}

const tr: Command = (io) => {
  const { flags, rest } = parseFlags(io)
  if (rest.length === 0) return misused(io, 'missing operand', '[-cds] STRING1 [STRING2]')
  const complement = flags.has('c') || flags.has('C')
  const from = charactersOf(rest[0] ?? '')
  const to = rest[1] === undefined ? [] : charactersOf(rest[1])
  const inSet = (c: string) => from.includes(c) !== complement
  const { text, end } = io.input()
  let out = ''
  let last = ''
  for (const c of text) {
    if (flags.has('d') && inSet(c)) continue
    const mapped = to.length > 0 && inSet(c) ? (complement ? to.at(-1)! : (to[from.indexOf(c)] ?? to.at(-1)!)) : c
    const squeeze = flags.has('s') && mapped === last && (to.length > 0 ? to.includes(mapped) : inSet(mapped))
    if (!squeeze) out += mapped
    last = mapped
  }
  io.out(out)
  return end ? 0 : { state: {}, onInput: true }
}

const seq: Command = (io) => {
  const { values, flags, rest } = parseFlags({ args: io.args.map((a) => (/^-\d/.test(a) ? `\0${a}` : a)) }, 's')
  const numbers = rest.map((n) => Number(n.replace('\0', '')))
  if (numbers.length === 0 || numbers.some(Number.isNaN)) {
    const bad = rest[numbers.findIndex(Number.isNaN)]
    return misused(
      io,
      numbers.length === 0 ? 'missing operand' : `invalid floating point argument: '${bad}'`,
      '[-w] [-s SEP] [FIRST [INC]] LAST',
    )
  }
  const [first, step, last] = numbers.length === 1 ? [1, 1, numbers[0]] : numbers.length === 2 ? [numbers[0], 1, numbers[1]] : numbers
  const out: string[] = []
  const digits = Math.max(...rest.map((r) => (r.split('.')[1] ?? '').length))
  for (let i = 0; step > 0 ? first + i * step <= last + 1e-9 : step < 0 && first + i * step >= last - 1e-9; i++) {
    out.push((first + i * step).toFixed(digits))
    if (out.length > 100_000) break
  }
  const width = flags.has('w') ? Math.max(...out.map((n) => n.length)) : 0
  if (out.length > 0) io.out(`${out.map((n) => n.padStart(width, '0')).join(values['s'] ?? '\n')}\n`)
  return 0
}

const yes: Command = (io) => {
  io.out(`${io.args.join(' ') || 'y'}\n`.repeat(512))
  return { state: {}, wakeAt: io.process.env.now() + (io.piped ? 0 : 1000) }
}

const xargs: Command = (io, raw) => {
  const { args } = io
  let at = 0
  let perCall = Number.POSITIVE_INFINITY
  let replace: string | undefined
  let skipEmpty = false
  let zero = false
  for (; at < args.length && args[at].startsWith('-'); at++) {
    if (args[at] === '-n' || args[at] === '-L') perCall = Number(args[++at])
    else if (/^-n\d+$/.test(args[at])) perCall = Number(args[at].slice(2))
    else if (args[at] === '-I') replace = args[++at]
    else if (args[at].startsWith('-I')) replace = args[at].slice(2)
    else if (args[at] === '-r') skipEmpty = true
    else if (args[at] === '-0') zero = true
    else if (args[at] === '-P') at++
  }
  const command = args.slice(at)
  if (command.length === 0) command.push('echo')
  if (!io.has(command[0])) {
    io.err(`xargs: ${command[0]}: No such file or directory\n`)
    return 127
  }
  const state = (raw as { left: string[]; status: number } | undefined) ?? {
    left: zero
      ? io.stdin.split('\0').filter(Boolean)
      : replace === undefined
        ? (io.stdin.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((w) => w.replace(/^(["'])(.*)\1$/, '$2'))
        : linesOf(io.stdin),
    status: 0,
  }
  if (io.result && io.result.status !== 0) state.status = io.result.status === 127 ? 127 : 123
  if (state.status === 127) return 127
  if (state.left.length === 0 && (raw !== undefined || skipEmpty)) return state.status
  const n = replace === undefined ? Math.min(perCall, Math.max(1, state.left.length)) : 1
  const taken = state.left.slice(0, n)
  const argv = replace === undefined ? [...command, ...taken] : command.map((w) => w.replaceAll(replace!, taken[0] ?? ''))
  return { state: { left: state.left.slice(n), status: state.status }, run: { argv, stdin: '' } }
}

const base64: Command = (io) => {
  const { flags, values, rest } = parseFlags(io, 'w')
  const text = inputOf(io, rest)
  if (text === undefined) return 1
  if (flags.has('d') || flags.has('D') || flags.has('decode')) {
    const bare = text.replace(/\s/g, '')
    const valid = /^[A-Za-z0-9+/]*={0,2}/.exec(bare)![0]
    io.out(textOfBytes(Buffer.from(valid, 'base64')))
    if (valid === bare || !isGnu(io)) return 0
    io.err('base64: invalid input\n')
    return 1
  } else {
    const width = Number(values['w'] ?? values['wrap'] ?? 76)
    const encoded = bytesOfText(text).toString('base64')
    io.out(width > 0 ? encoded.replace(new RegExp(`.{1,${width}}`, 'g'), '$&\n') : encoded)
  }
  return 0
}

export const TEXT: Record<string, Command> = {
  base64,
  cut,
  egrep: grep,
  fgrep: grep,
  grep,
  head,
  nl: (io) => {
    const text = inputOf(io, parseFlags(io, 'b').rest)
    if (text === undefined) return 1
    let n = 0
    const all = /^-?b?a$/.test(parseFlags(io, 'b').values['b'] ?? '')
    for (const line of linesOf(text)) io.out(line === '' && !all ? '       \n' : `${String(++n).padStart(6)}\t${line}\n`)
    return 0
  },
  rev: (io) => {
    for (const line of linesOf(inputOf(io, io.args) ?? '')) io.out(`${[...line].reverse().join('')}\n`)
    return 0
  },
  seq,
  sort,
  tac: (io) => {
    const text = inputOf(io, io.args)
    if (text === undefined) return 1
    for (const line of linesOf(text).reverse()) io.out(`${line}\n`)
    return 0
  },
  tail,
  tr,
  uniq,
  wc,
  xargs,
  yes,
}
