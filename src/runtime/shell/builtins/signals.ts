// Builtins about processes: trap, wait, kill, jobs.
import type { Signal } from '../../process'
import { Blocked, type Machine } from '../machine'
import { signalOutside } from '../process-table'
import { SIGNALS, signalName, signalNumber } from '../signals'
import type { Frame, ShellProcess } from '../state'
import { waitFor } from '../steps'
import { badOption, failSpecial } from './type'

/** Traps of bash that are no signals; ash knows ERR. */
const CONDITIONS = { bash: ['ERR', 'RETURN', 'DEBUG'], ash: ['ERR'], dash: [] as string[] }

export function trap(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number | undefined {
  const { dialect } = process
  const args = words.slice(1).filter((w) => w !== '--')
  const prints = args.length === 0 || (args[0] === '-p' && dialect === 'bash')
  if (args[0]?.startsWith('-') && args[0] !== '-' && !prints) {
    const status = badOption(machine, process, 'trap', args[0].slice(0, 2), 'trap [-lp] [[arg] signal_spec ...]')
    return failSpecial(machine, process, status)
  }
  if (prints) {
    const named = args.slice(1).map((name) => keyOf(name, dialect))
    for (const [name, text] of Object.entries(process.traps).sort(([a], [b]) => orderOf(a) - orderOf(b))) {
      const shown = dialect === 'bash' && Object.hasOwn(SIGNALS, name) ? `SIG${name}` : name
      if (named.length === 0 || named.includes(name)) machine.write(process, 1, `trap -- '${text.replaceAll("'", "'\\''")}' ${shown}\n`)
    }
    return 0
  }
  const [action, ...names] = args.length === 1 ? ['-', args[0]] : args
  let status = 0
  for (const name of names) {
    const key = keyOf(name, dialect)
    if (key === undefined) {
      status = 1
      if (dialect === 'dash') machine.write(process, 2, `trap: ${name}: bad trap\n`)
      else machine.complain(process, `${name}: invalid signal specification`, 'trap')
    } else if (action === '-') delete process.traps[key]
    else {
      process.traps[key] = action
      const call = key === 'RETURN' ? process.frames.findLast((f) => f.kind === 'call') : undefined
      if (call) call.signal = 'RETURN'
    }
  }
  return status
}

function orderOf(name: string): number {
  return name === 'EXIT' ? 0 : (SIGNALS[name] ?? 100)
}

function keyOf(name: string, dialect: ShellProcess['dialect']): string | undefined {
  if (CONDITIONS[dialect].includes(name.toUpperCase())) return name.toUpperCase()
  const number = signalNumber(name)
  if (number === undefined) return undefined
  return number === 0 ? 'EXIT' : signalName(number)
}

export function wait(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  const args = words.slice(1).filter((w) => w !== '-n' && w !== '-f')
  if (args.length === 0) {
    if (machine.state.processes.some((p) => p.parent === process.pid && !p.ended)) throw new Blocked({ for: 'children' })
    return 0
  }
  let status = 0
  for (const word of args) {
    const pid = Number(word.replace(/^%[\d+%]*$/, String(process.background ?? '')))
    if (!Number.isInteger(pid)) {
      machine.complain(process, process.dialect === 'bash' ? `\`${word}': not a pid or valid job spec` : `Illegal number: ${word}`, 'wait')
      return process.dialect === 'bash' ? 1 : 2
    }
    if (!machine.find(pid) && process.dialect === 'bash') machine.complain(process, `pid ${word} is not a child of this shell`, 'wait')
    status = waitFor(machine, pid)
  }
  return status
}

export function jobs(machine: Machine, process: ShellProcess): number {
  const children = machine.state.processes.filter((p) => p.parent === process.pid && p.detached && !p.ended)
  for (const [i, child] of children.entries()) {
    const mark = i === children.length - 1 ? '+' : i === children.length - 2 ? '-' : ' '
    const running = child.frames.findLast((f) => f.command)?.command?.argv.join(' ') ?? ''
    const line = process.dialect === 'bash' ? `Running                 ${running} &` : 'Running                    '
    machine.write(process, 1, `[${i + 1}]${process.dialect === 'dash' ? ' ' : ''}${mark}${process.dialect === 'dash' ? '' : ' '} ${line}\n`)
  }
  return 0
}

const USAGE: Record<ShellProcess['dialect'], string> = {
  bash: 'kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n',
  ash: 'you need to specify whom to kill',
  dash: 'Usage: kill [-s sigspec | -signum | -sigspec] [pid | job]... or\nkill -l [exitstatus]',
}

export function kill(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  const { dialect } = process
  let signal = 'TERM'
  let at = 1
  if (words[1] === '-l') return listSignals(machine, process, words[2])
  if (words[1] === '-s' || (words[1] === '-n' && dialect === 'bash')) {
    signal = words[2] ?? ''
    at = 3
  } else if (words[1]?.startsWith('-') && words[1] !== '--') {
    signal = words[1].slice(1)
    at = 2
  } else if (words[1] === '--') at = 2
  const number = signalNumber(signal)
  if (number === undefined) {
    if (dialect === 'bash') machine.complain(process, `${signal}: invalid signal specification`, 'kill')
    else if (dialect === 'dash') machine.complain(process, `Illegal option -${signal[0] ?? ''}`, 'kill')
    else machine.complain(process, `bad signal name '${signal}'`)
    return dialect === 'dash' ? 2 : 1
  }
  if (words.length === at) {
    if (dialect === 'bash') machine.write(process, 2, USAGE.bash)
    else machine.complain(process, USAGE[dialect], dialect === 'dash' ? 'kill' : undefined)
    return dialect === 'ash' ? 1 : 2
  }
  let status = 0
  for (const word of words.slice(at))
    if (!killOne(machine, process, word, number)) status = dialect === 'bash' || !word.startsWith('%') ? 1 : 2
  return status
}

function killOne(machine: Machine, process: ShellProcess, word: string, number: number): boolean {
  const { dialect } = process
  if (word.startsWith('%')) {
    const children = machine.state.processes.filter((p) => p.parent === process.pid && p.detached && !p.ended)
    const child = /^%\d+$/.test(word) ? children[Number(word.slice(1)) - 1] : children.at(-1)
    if (child) return sendSignal(machine, child.pid, number)
    machine.complain(process, dialect === 'dash' ? `No such job: ${word}` : `${word}: no such job`, 'kill')
    return false
  }
  const pid = Number(word)
  if (!Number.isInteger(pid)) {
    if (dialect === 'bash') machine.complain(process, `${word}: arguments must be process or job IDs`, 'kill')
    else if (dialect === 'dash') machine.complain(process, `Illegal number: ${word}`, 'kill')
    else machine.complain(process, `invalid number '${word}'`)
    return false
  }
  if (sendSignal(machine, pid, number)) return true
  if (dialect === 'bash') machine.complain(process, `(${pid}) - No such process`, 'kill')
  else if (dialect === 'dash') machine.complain(process, 'No such process', 'kill')
  else machine.complain(process, `can't kill pid ${word}: No such process`)
  return false
}

function listSignals(machine: Machine, process: ShellProcess, given: string | undefined): number {
  if (given !== undefined) {
    const listed = signalNumber(given)
    machine.write(process, 1, `${/^\d+$/.test(given) ? signalName((listed ?? 0) & 127) : (listed ?? '')}\n`)
    return 0
  }
  const entries = Object.entries(SIGNALS).sort(([, a], [, b]) => a - b)
  const number = (n: number) => String(n).padStart(2)
  if (process.dialect === 'dash') machine.write(process, 1, ['0', ...entries.map(([name]) => name)].map((name) => `${name}\n`).join(''))
  else if (process.dialect === 'ash') machine.write(process, 1, entries.map(([name, n]) => `${number(n)}) ${name}\n`).join(''))
  else
    machine.write(
      process,
      1,
      entries.map(([name, n], i) => `${number(n)}) SIG${name}${i % 5 === 4 || i === entries.length - 1 ? '\n' : '\t'}`).join(''),
    )
  return 0
}

/** False when there is no such process. A signal for process 1 leaves the session of exec. */
function sendSignal(machine: Machine, pid: number, number: number): boolean {
  if (machine.find(pid)) return machine.kill(pid, number === 0 ? '0' : signalName(number))
  return signalOutside(machine, pid, number === 0 ? undefined : (`SIG${signalName(number)}` as Signal))
}
