// The builtin commands of the shells, and which shell has which.
import type { Dialect } from './ast'
import { alias, unalias } from './builtins/alias'
import { cd, dirs, popd, pushd } from './builtins/directories'
import { echo } from './builtins/echo'
import { evalText, execute, exit, leaveLoops, returnFrom, source } from './builtins/flow'
import { getopts, mapfile, read, readCommands } from './builtins/input'
import { command, hash, typeOf } from './builtins/locate'
import { printf } from './builtins/printf'
import { jobs, kill, trap, wait } from './builtins/signals'
import type { Builtin } from './builtins/type'
import { declare, exportVariables, letNumbers, local, readonlyVariables, set, shift, shopt, umask, unset } from './builtins/variables'
import type { Machine } from './machine'
import type { ShellProcess } from './state'
import { evaluateTest } from './test-expression'

const test: Builtin = (machine, process, _frame, words) => evaluateTest(words, machine, process)

const BUILTINS: Record<string, Builtin> = {
  ':': () => 0,
  true: () => 0,
  false: () => 1,
  '.': source,
  source,
  '[': test,
  test,
  '[[': test,
  break: (machine, process, _frame, words) => leaveLoops(machine, process, words, false),
  continue: (machine, process, _frame, words) => leaveLoops(machine, process, words, true),
  cd,
  pushd,
  popd,
  dirs,
  command,
  builtin(machine, process, frame, words) {
    const found = words[1] === undefined ? () => 0 : builtinOf(machine, process, words[1])
    if (found) return found(machine, process, frame, words.slice(1), {})
    machine.complain(process, `${words[1]}: not a shell builtin`, 'builtin')
    return 1
  },
  echo,
  printf,
  eval: evalText,
  exec: execute,
  exit,
  logout(machine, process) {
    machine.complain(process, "not login shell: use `exit'", 'logout')
    return 1
  },
  export: exportVariables,
  declare,
  typeset: declare,
  kill,
  local,
  let: letNumbers,
  pwd(machine, process) {
    machine.write(process, 1, `${process.cwd}\n`)
    return 0
  },
  read,
  mapfile,
  readarray: mapfile,
  readonly: readonlyVariables,
  return: returnFrom,
  set,
  shift,
  shopt,
  trap,
  type: typeOf,
  times(machine, process) {
    const zero = process.dialect === 'dash' ? '0m0.000000s 0m0.000000s\n' : '0m0.000s 0m0.000s\n'
    machine.write(process, 1, zero + zero)
    return 0
  },
  umask,
  ulimit(machine, process, _frame, words) {
    machine.write(process, 1, words[1] === '-n' ? '1048576\n' : 'unlimited\n')
    return 0
  },
  unset,
  wait,
  jobs,
  fg: noJob,
  bg: noJob,
  disown(machine, process, _frame, words) {
    machine.complain(process, `${words[1] ?? 'current'}: no such job`, 'disown')
    return 1
  },
  hash,
  alias,
  unalias,
  caller: () => 1,
  enable: () => 0,
  getopts,
  __read_commands: readCommands,
}

function noJob(machine: Machine, process: ShellProcess, _frame: unknown, words: string[]): number {
  machine.complain(process, process.dialect === 'bash' ? 'no job control' : 'No current job', words[0])
  return process.dialect === 'bash' ? 1 : 2
}

/** What a shell does not have. */
const MISSING: Record<Dialect, Set<string>> = {
  bash: new Set(),
  ash: new Set('declare typeset mapfile readarray shopt pushd popd dirs builtin logout disown caller enable'.split(' ')),
  dash: new Set('source [[ let declare typeset mapfile readarray shopt pushd popd dirs builtin logout disown caller enable'.split(' ')),
}

/** Those that POSIX calls special: outside bash their failure ends the shell. */
const SPECIAL = new Set('. : break continue eval exec exit export readonly return set shift times trap unset'.split(' '))

export function builtinOf(_machine: Machine, process: ShellProcess, name: string): Builtin | undefined {
  return Object.hasOwn(BUILTINS, name) && !MISSING[process.dialect].has(name) ? BUILTINS[name] : undefined
}

export function isSpecial(name: string | undefined): boolean {
  return name !== undefined && SPECIAL.has(name)
}
