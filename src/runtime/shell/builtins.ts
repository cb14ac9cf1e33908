// Builtin commands of the shell: those that change the shell itself.

import { SyntaxProblem } from './ast'
import { commandOf, shellNames } from './catalogue'
import { pathOf, runArgv } from './commands-step'
import { getopts, read, readCommands } from './input-builtins'
import { Blocked, type Machine } from './machine'
import { parseScript } from './parser'
import { signalName, signalNumber } from './signals'
import type { Frame, ShellProcess } from './state'
import { assign, leave, waitFor } from './steps'
import { evaluateTest } from './test-expression'
import { unescapeText } from './words'

/** Returns a status, or undefined when it arranged for what comes next itself. */
export type Builtin = (
  machine: Machine,
  process: ShellProcess,
  frame: Frame,
  words: string[],
  assigned: Record<string, string>,
) => number | undefined

function cd(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  const args = words.slice(1).filter((w) => w !== '-P' && w !== '-L' && w !== '--')
  const target = args[0] === '-' ? (process.variables['OLDPWD']?.value ?? '') : (args[0] ?? process.variables['HOME']?.value ?? '/')
  const path = machine.path(process, target)
  if (!machine.host.context.files.isDirectory(path)) {
    const exists = machine.host.context.files.exists(path)
    const why = exists ? 'Not a directory' : 'No such file or directory'
    machine.complain(
      process,
      process.name.endsWith('bash')
        ? `cd: ${target}: ${why}`
        : machine.host.image.userland === 'debian'
          ? `cd: can't cd to ${target}`
          : `cd: can't cd to ${target}: ${why}`,
    )
    return process.name.endsWith('bash') ? 1 : 2
  }
  process.variables['OLDPWD'] = { value: process.cwd }
  process.cwd = path
  process.variables['PWD'] = { value: path, exported: 1 }
  if (args[0] === '-') machine.write(process, 1, `${path}\n`)
  return 0
}

function exportVariables(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  const args = words.slice(1).filter((w) => w !== '-p')
  if (args.length === 0) {
    for (const [name, v] of Object.entries(process.variables).sort())
      if (v.exported) machine.write(process, 1, `export ${name}='${v.value}'\n`)
    return 0
  }
  const off = args[0] === '-n'
  for (const arg of off ? args.slice(1) : args) {
    const [name, value] = splitAssignment(arg)
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      machine.complain(process, `export: ${name}: bad variable name`)
      return 2
    }
    if (value !== undefined && !assign(machine, process, name, value)) return 1
    const before = process.variables[name] ?? { value: '' }
    process.variables[name] = off ? { value: before.value } : { ...before, exported: 1 }
  }
  return 0
}

function splitAssignment(text: string): [string, string | undefined] {
  const at = text.indexOf('=')
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

function readonlyVariables(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  for (const arg of words.slice(1)) {
    const [name, value] = splitAssignment(arg)
    if (value !== undefined && !assign(machine, process, name, value)) return 1
    process.variables[name] = { ...(process.variables[name] ?? { value: '' }), readonly: 1 }
  }
  return 0
}

function local(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  const call = process.frames.findLast((f) => f.kind === 'call')
  for (const arg of words.slice(1)) {
    if (/^-[a-zA-Z]+$/.test(arg)) continue
    const [name, value] = splitAssignment(arg)
    if (call) {
      call.variables ??= {}
      if (!(name in call.variables)) call.variables[name] = process.variables[name] ?? null
    }
    if (value !== undefined) assign(machine, process, name, value)
    else if (call) process.variables[name] = { value: '' }
    if (words[1] === '-x' && process.variables[name]) process.variables[name].exported = 1
  }
  return 0
}

function set(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  if (words.length === 1) {
    for (const [name, v] of Object.entries(process.variables).sort()) machine.write(process, 1, `${name}='${v.value}'\n`)
    return 0
  }
  for (let i = 1; i < words.length; i++) {
    const word = words[i]
    if (word === '--' || !/^[-+]/.test(word)) {
      process.parameters = [process.parameters[0], ...words.slice(word === '--' ? i + 1 : i)]
      return 0
    }
    const named: Record<string, string> = { errexit: 'e', nounset: 'u', xtrace: 'x', noglob: 'f', pipefail: 'p', allexport: 'a' }
    const letters = word.slice(1) === 'o' ? (named[words[++i]] ?? '') : word.slice(1).replace('o', () => named[words[++i]] ?? '')
    for (const letter of letters) {
      process.options = process.options.replaceAll(letter, '')
      if (word.startsWith('-')) process.options += letter
    }
  }
  return 0
}

function trap(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  const args = words.slice(1).filter((w) => w !== '--')
  if (args.length === 0 || args[0] === '-p') {
    for (const [name, text] of Object.entries(process.traps)) machine.write(process, 1, `trap -- '${text}' ${name}\n`)
    return 0
  }
  const [action, ...names] = args.length === 1 ? ['-', args[0]] : args
  for (const name of names) {
    const number = signalNumber(name)
    if (number === undefined) {
      machine.complain(process, `trap: ${name}: invalid signal specification`)
      return 1
    }
    const key = number === 0 ? 'EXIT' : signalName(number)
    if (action === '-') delete process.traps[key]
    else process.traps[key] = action
  }
  return 0
}

function wait(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  const pids = words.slice(1).map((w) => Number(w.replace(/^%\d*/, String(process.background ?? ''))))
  if (pids.length === 0) {
    if (machine.state.processes.some((p) => p.parent === process.pid && !p.ended)) throw new Blocked({ for: 'children' })
    return 0
  }
  let status = 0
  for (const pid of pids) status = waitFor(machine, pid)
  return status
}

/** Leaves loops; a level more than there are loops leaves all. */
function leaveLoops(machine: Machine, process: ShellProcess, words: string[], again: boolean): undefined {
  let levels = Number(words[1] ?? 1)
  const kinds = ['loop', 'for']
  while (process.frames.length > 0) {
    const top = process.frames.at(-1)!
    if (top.kind !== 'node') return undefined
    const type = parseScript(machine.state.sources[top.source!]).nodes[top.node!].type
    if (kinds.includes(type)) {
      levels--
      if (levels === 0 && again) {
        process.status = 0
        return undefined
      }
    }
    leave(machine, process, top)
    process.frames.pop()
    if (levels === 0) break
  }
  process.status = 0
  return undefined
}

function returnFrom(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): undefined {
  const status = words[1] === undefined ? process.status : Number(words[1]) & 255
  while (process.frames.length > 0) {
    const top = process.frames.at(-1)!
    if (top.kind === 'call' || top.kind === 'script') break
    leave(machine, process, top)
    process.frames.pop()
  }
  process.status = status
  if (process.frames.length === 0) machine.end(process, status)
  return undefined
}

function exit(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): undefined {
  const inTrap = process.frames.find((f) => f.kind === 'trap' && f.signal === 'EXIT')
  const status = words[1] === undefined ? (inTrap?.status ?? process.status) : Number.parseInt(words[1], 10) & 255
  if (words[1] !== undefined && !/^-?\d+$/.test(words[1])) machine.complain(process, `exit: Illegal number: ${words[1]}`)
  machine.end(process, Number.isNaN(status) ? 2 : status)
  return undefined
}

function evalText(machine: Machine, process: ShellProcess, frame: Frame, words: string[]): number | undefined {
  const text = words.slice(1).join(' ')
  return replaceByScript(machine, process, frame, text, {})
}

/** Puts a script in the place of this command, in the same process. */
function replaceByScript(machine: Machine, process: ShellProcess, frame: Frame, text: string, extra: Partial<Frame>): number | undefined {
  try {
    parseScript(text)
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error
    machine.complain(process, error.message)
    return 2
  }
  process.frames.pop()
  machine.pushScript(process, text, {
    kind: 'eval',
    ...extra,
    ...(frame.saved ? { saved: frame.saved } : {}),
    ...(frame.tested ? { tested: true } : {}),
  })
  return undefined
}

function source(machine: Machine, process: ShellProcess, frame: Frame, words: string[]): number | undefined {
  const name = words[1] ?? ''
  const path = name.includes('/') ? machine.path(process, name) : (pathOf(machine, process, name) ?? machine.path(process, name))
  const text = machine.host.context.files.read(path)
  if (text === undefined) {
    machine.complain(process, `.: can't open '${name}': No such file or directory`)
    return 2
  }
  return replaceByScript(machine, process, frame, text, { kind: 'script', ...(words.length > 2 ? { parameters: process.parameters } : {}) })
}

function execute(
  machine: Machine,
  process: ShellProcess,
  frame: Frame,
  words: string[],
  assigned: Record<string, string>,
): number | undefined {
  let argv = words.slice(1)
  if (argv[0] === '-a') argv = argv.slice(2)
  if (argv[0] === '--') argv = argv.slice(1)
  if (argv.length === 0) {
    // The redirections stay.
    delete frame.saved
    return 0
  }
  for (const [name, value] of Object.entries(assigned)) process.variables[name] = { value, exported: 1 }
  for (const [name, v] of Object.entries(process.variables)) if (!v.exported) delete process.variables[name]
  process.frames = []
  process.functions = {}
  process.traps = Object.fromEntries(Object.entries(process.traps).filter(([, text]) => text === ''))
  runArgv(machine, process, argv)
  return undefined
}

/** Where a command comes from, for `command -v`, `type` and `which`. */
function locate(machine: Machine, process: ShellProcess, name: string): string | undefined {
  if (process.functions[name] || Object.hasOwn(BUILTINS, name)) return name
  if (name.includes('/')) return machine.host.context.files.exists(machine.path(process, name)) ? name : undefined
  const found = pathOf(machine, process, name)
  if (found) return found
  const { image } = machine.host
  return commandOf(image, name) || shellNames(image.userland ?? 'none').includes(name) ? name : undefined
}

function command(machine: Machine, process: ShellProcess, frame: Frame, words: string[]): number | undefined {
  if (words[1] === '-v' || words[1] === '-V') {
    const where = locate(machine, process, words[2] ?? '')
    if (where) machine.write(process, 1, `${words[1] === '-V' ? `${words[2]} is ` : ''}${where}\n`)
    return where ? 0 : 127
  }
  const rest = words.slice(words[1] === '-p' ? 2 : 1)
  if (rest.length === 0) return 0
  if (Object.hasOwn(BUILTINS, rest[0])) return BUILTINS[rest[0]](machine, process, frame, rest, {})
  frame.command = { argv: rest }
  return undefined
}

function typeOf(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  let status = 0
  for (const name of words.slice(1)) {
    const where = locate(machine, process, name)
    const what = process.functions[name]
      ? machine.host.image.userland === 'debian' && !process.name.endsWith('bash')
        ? 'a shell function'
        : 'a function'
      : Object.hasOwn(BUILTINS, name)
        ? 'a shell builtin'
        : where
    machine.write(process, 1, where ? `${name} is ${what}\n` : `${name}: not found\n`)
    if (!where) status = 127
  }
  return status
}

function echo(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  let at = 1
  let newline = true
  let escapes = machine.host.image.userland === 'debian' && !process.name.endsWith('bash')
  for (; at < words.length && /^-[neE]+$/.test(words[at]); at++) {
    if (escapes && /[eE]/.test(words[at])) break
    if (words[at].includes('n')) newline = false
    if (words[at].includes('e')) escapes = true
  }
  let text = words.slice(at).join(' ')
  if (escapes) {
    const stop = text.indexOf('\\c')
    if (stop >= 0) {
      text = text.slice(0, stop)
      newline = false
    }
    text = unescapeText(text)
  }
  machine.write(process, 1, text + (newline ? '\n' : ''))
  return 0
}

function kill(machine: Machine, process: ShellProcess, frame: Frame, words: string[]): number {
  void frame
  let signal = 'TERM'
  let at = 1
  if (words[1] === '-l' && words[2] !== undefined) {
    const listed = signalNumber(words[2])
    machine.write(process, 1, `${/^\d+$/.test(words[2]) ? signalName((listed ?? 0) & 127) : (listed ?? '')}\n`)
    return 0
  }
  if (words[1] === '-l') {
    machine.write(process, 1, 'HUP INT QUIT KILL USR1 USR2 PIPE ALRM TERM CHLD CONT STOP WINCH\n')
    return 0
  }
  if (words[1] === '-s') {
    signal = words[2] ?? ''
    at = 3
  } else if (words[1]?.startsWith('-') && words[1] !== '--') {
    signal = words[1].slice(1)
    at = 2
  }
  const number = signalNumber(signal)
  if (number === undefined) {
    machine.complain(process, `kill: bad signal name '${signal}'`)
    return 1
  }
  if (words.length === at) {
    machine.complain(process, 'you need to specify whom to kill')
    return 1
  }
  let status = 0
  for (const word of words.slice(at)) {
    const pid = Number(word.replace(/^%\d*$/, String(process.background ?? '')))
    const done = sendSignal(machine, pid, number)
    if (done) continue
    machine.complain(
      process,
      process.name.endsWith('bash')
        ? `kill: (${pid}) - No such process`
        : machine.host.image.userland === 'debian'
          ? 'kill: No such process'
          : `can't kill pid ${word}: No such process`,
    )
    status = 1
  }
  return status
}

/** False when there is no such process. A signal for process 1 leaves the session of exec. */
function sendSignal(machine: Machine, pid: number, number: number): boolean {
  if (machine.find(pid)) return machine.kill(pid, number === 0 ? '0' : signalName(number))
  if (pid !== 1 || machine.host.main) return false
  if (number !== 0) machine.host.context.signal(`SIG${signalName(number)}` as 'SIGTERM')
  return true
}

export const BUILTINS: Record<string, Builtin> = {
  ':': () => 0,
  true: () => 0,
  false: () => 1,
  '.': source,
  source,
  '[': (machine, process, _f, words) => evaluateTest(words, machine, process),
  test: (machine, process, _f, words) => evaluateTest(words, machine, process),
  '[[': (machine, process, _f, words) => evaluateTest(words, machine, process),
  break: (machine, process, _f, words) => leaveLoops(machine, process, words, false),
  continue: (machine, process, _f, words) => leaveLoops(machine, process, words, true),
  cd,
  command,
  echo,
  eval: evalText,
  exec: execute,
  exit,
  export: exportVariables,
  declare: local,
  typeset: local,
  kill,
  local,
  pwd(machine, process) {
    machine.write(process, 1, `${process.cwd}\n`)
    return 0
  },
  read,
  readonly: readonlyVariables,
  return: returnFrom,
  set,
  shift(_machine, process, _f, words) {
    const n = Number(words[1] ?? 1)
    if (n > process.parameters.length - 1) return 1
    process.parameters = [process.parameters[0], ...process.parameters.slice(1 + n)]
    return 0
  },
  trap,
  type: typeOf,
  times(machine, process) {
    machine.write(process, 1, '0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n')
    return 0
  },
  umask(machine, process, _f, words) {
    const [, mask] = words
    if (mask === undefined) machine.write(process, 1, `${process.variables['__UMASK']?.value ?? '0022'}\n`)
    else if (/^[0-7]+$/.test(mask)) process.variables['__UMASK'] = { value: mask.padStart(4, '0') }
    return 0
  },
  ulimit(machine, process) {
    machine.write(process, 1, 'unlimited\n')
    return 0
  },
  unset(machine, process, _f, words) {
    for (const name of words.slice(1)) {
      if (process.variables[name]?.readonly) {
        machine.complain(process, `unset: ${name}: is read only`)
        return 1
      }
      delete process.variables[name]
      delete process.functions[name]
    }
    return 0
  },
  wait,
  jobs: () => 0,
  fg: () => 1,
  bg: () => 1,
  hash: () => 0,
  alias: () => 0,
  unalias: () => 0,
  shopt: () => 0,
  getopts,
  __read_commands: readCommands,
}
