// Commands about processes and time: ps, pgrep, pkill, sleep, timeout, watch, and those that run another command.
import { BoundedRegExp } from '../../../lib/bounded-regexp'
import type { Command } from '../../process'
import { signalNumber } from '../signals'
import { base, isGnu, misused, parseFlags } from './errors'
import { nameOfId } from './owners'
import { formatDate } from './system'

const UNITS: Record<string, number> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const sleep: Command = (io, state) => {
  if (state !== undefined) return 0
  if (io.args.length === 0) {
    io.err(
      isGnu(io)
        ? "sleep: missing operand\nTry 'sleep --help' for more information.\n"
        : 'BusyBox v1.36.1 (2024-05-18 00:09:43 UTC) multi-call binary.\n\nUsage: sleep [N]...\n\nPause for a time equal to the total of the args given, where each arg can\nhave an optional suffix of (s)econds, (m)inutes, (h)ours, or (d)ays\n',
    )
    return 1
  }
  let ms = 0
  for (const arg of io.args) {
    const parts = /^(\d+(?:\.\d*)?|\.\d+)([smhd]?)$/.exec(arg)
    if (arg === 'infinity' || arg === 'inf') return { state: {} }
    if (!parts) {
      io.err(
        isGnu(io)
          ? `sleep: invalid time interval '${arg}'\nTry 'sleep --help' for more information.\n`
          : `sleep: invalid number '${arg}'\n`,
      )
      return 1
    }
    ms += Number(parts[1]) * UNITS[parts[2]]
  }
  return { state: {}, wakeAt: io.process.env.now() + ms }
}

const timeout: Command = (io, state) => {
  const { rest, values } = splitTimeout(io.args)
  const number = signalNumber(values['s'] ?? 'TERM') ?? 15
  // GNU answers 124, and the signal itself when that was KILL; BusyBox always the signal.
  if (state !== undefined) return io.result!.status === 124 && (!isGnu(io) || number === 9) ? 128 + number : io.result!.status
  const parts = /^(\d+(?:\.\d*)?)([smhd]?)$/.exec(rest[0] ?? '')
  if (rest.length < 2 && isGnu(io)) {
    io.err("Try 'timeout --help' for more information.\n")
    return 125
  }
  if (rest.length < 2) return misused(io, '', '[-s SIG] [-k KILL_SECS] SECS PROG ARGS')
  if (!parts) {
    io.err(
      isGnu(io)
        ? `timeout: invalid time interval '${rest[0]}'\nTry 'timeout --help' for more information.\n`
        : `timeout: invalid number '${rest[0] ?? ''}'\n`,
    )
    return isGnu(io) ? 125 : 1
  }
  return { state: {}, wakeAt: io.process.env.now() + Number(parts[1]) * UNITS[parts[2]], run: { argv: rest.slice(1) } }
}

function splitTimeout(args: string[]): { rest: string[]; values: Record<string, string> } {
  let at = 0
  const values: Record<string, string> = {}
  for (; at < args.length && args[at].startsWith('-'); at++) {
    const long = /^--(signal|kill-after)=(.*)$/.exec(args[at])
    if (long) values[long[1][0]] = long[2]
    else if (['-s', '-k', '-t'].includes(args[at])) values[args[at].slice(1)] = args[++at]
    else if (/^-[sk]./.test(args[at])) values[args[at][1]] = args[at].slice(2)
  }
  return { rest: args.slice(at), values }
}

const ps: Command = (io) => {
  const list = io.processes()
  const own = { ...list.at(-1)!, parent: 0, command: [base(io), ...io.args].join(' '), startedAt: io.process.env.now() }
  const shown = list.some((p) => p.command === own.command) ? list : [...list, { ...own, pid: own.pid + 1 }]
  const { rest, flags } = parseFlags(io)
  const userOf = ({ uid }: { uid?: number }) => (uid ? (nameOfId(io, '/etc/passwd', uid) ?? String(uid)) : 'root')
  const wide = rest.some((r) => /aux|ax|ef/.test(r)) || flags.has('e') || flags.has('f') || flags.has('A')
  if (!isGnu(io)) {
    io.out('PID   USER     TIME  COMMAND\n')
    for (const p of shown) io.out(`${String(p.pid).padStart(5)} ${userOf(p).slice(0, 8).padEnd(8)}  0:00 ${p.command}\n`)
  } else if (flags.has('f') || rest.some((r) => r.includes('u'))) {
    const aux = rest.some((r) => r.includes('u'))
    const time = (ms: number) => formatDate(ms, '%H:%M')
    io.out(
      aux
        ? 'USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n'
        : 'UID          PID    PPID  C STIME TTY          TIME CMD\n',
    )
    for (const p of shown)
      io.out(
        aux
          ? `${userOf(p).padEnd(8)} ${String(p.pid).padStart(7)}  0.0  0.0   4500  3200 ?        Ss   ${time(p.startedAt)}   0:00 ${p.command}\n`
          : `${userOf(p).padEnd(8)} ${String(p.pid).padStart(7)} ${String(p.parent).padStart(7)}  0 ${time(p.startedAt)} ?        00:00:00 ${p.command}\n`,
      )
  } else {
    io.out('    PID TTY          TIME CMD\n')
    for (const p of wide ? shown : shown.slice(-2))
      io.out(`${String(p.pid).padStart(7)} ?        00:00:00 ${p.command.split(' ')[0].replace(/^.*\//, '')}\n`)
  }
  return 0
}

/** pgrep, pkill, killall, pidof: by name. */
const byName: Command = (io) => {
  const name = base(io)
  const { rest, flags, values } = parseFlags(io, name === 'pgrep' ? '' : 's')
  const signal = io.args.find((a) => /^-(?:[A-Z]{2,}|\d+)$/.test(a))
  const wanted = rest.at(-1) ?? ''
  const found = io.processes().filter((p) => {
    const own = p.command.split(' ')[0].replace(/^.*\//, '').replace(/:$/, '')
    return name === 'killall' || name === 'pidof' ? own === wanted : new BoundedRegExp(wanted).test(flags.has('f') ? p.command : own)
  })
  if (found.length === 0) {
    if (name === 'killall') io.err(`killall: ${wanted}: no process killed\n`)
    return 1
  }
  if (name === 'pidof') io.out(`${found.map((p) => p.pid).join(' ')}\n`)
  else if (name === 'pgrep') for (const p of found) io.out(flags.has('l') || flags.has('a') ? `${p.pid} ${p.command}\n` : `${p.pid}\n`)
  else {
    const number: Record<string, string> = { '-9': 'SIGKILL', '-1': 'SIGHUP', '-2': 'SIGINT', '-3': 'SIGQUIT', '-15': 'SIGTERM' }
    const chosen = values['s'] ?? (signal ? (number[signal] ?? signal.slice(1)) : 'TERM')
    for (const p of found) io.kill(p.pid, (chosen.startsWith('SIG') ? chosen : `SIG${chosen}`) as 'SIGTERM')
  }
  return 0
}

/** Runs the rest of its words as a command: nohup, nice, time, setsid, command wrappers. */
const wrapper: Command = (io, state) => {
  if (state !== undefined) {
    if (base(io) === 'time') io.err('real\t0m 0.00s\nuser\t0m 0.00s\nsys\t0m 0.00s\n')
    return io.result?.status ?? 0
  }
  let argv = io.args
  if (base(io) === 'nice' && argv[0] === '-n') argv = argv.slice(2)
  if (base(io) === 'su-exec' || base(io) === 'gosu' || base(io) === 'chroot') argv = argv.slice(1)
  while (['tini', 'dumb-init', 'setsid', 'ionice'].includes(base(io)) && argv[0]?.startsWith('-')) argv = argv.slice(1)
  return argv.length === 0 ? 0 : { state: {}, run: { argv } }
}

const watch: Command = (io, raw) => {
  const state = (raw as WatchState | undefined) ?? watchOptions(io.args)
  if (state.ran) return { state: { ...state, ran: false }, wakeAt: io.process.env.now() + state.every * 1000 }
  io.out(`Every ${state.every.toFixed(1)}s: ${state.argv.join(' ')}\n\n`)
  return { state: { ...state, ran: true }, run: { argv: ['sh', '-c', state.argv.join(' ')] } }
}

type WatchState = { every: number; argv: string[]; ran?: boolean }

function watchOptions(args: string[]): WatchState {
  let every = 2
  let at = 0
  for (; at < args.length && args[at].startsWith('-'); at++) if (args[at] === '-n') every = Number(args[++at])
  return { every, argv: args.slice(at) }
}

export const PROCESSES: Record<string, Command> = {
  killall: byName,
  nice: wrapper,
  nohup: wrapper,
  pgrep: byName,
  pidof: byName,
  pkill: byName,
  ps,
  setsid: wrapper,
  sleep,
  time: wrapper,
  timeout,
  usleep: (io, state) => (state === undefined ? { state: {}, wakeAt: io.process.env.now() + Number(io.args[0]) / 1000 } : 0),
  watch,
}
