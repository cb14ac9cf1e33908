// What a builtin command is. Types only, and the ways to fail that many share.
import type { Machine } from '../machine'
import type { Frame, ShellProcess } from '../state'

/** Returns a status, or undefined when it arranged for what comes next itself. */
export type Builtin = (
  machine: Machine,
  process: ShellProcess,
  frame: Frame,
  words: string[],
  assigned: Record<string, string>,
) => number | undefined

/** Outside bash a special builtin that fails ends the shell, unless somebody types at it. */
export function failSpecial(machine: Machine, process: ShellProcess, status: number): number | undefined {
  if (process.dialect === 'bash' || process.options.includes('i')) return status
  machine.end(process, 2)
  return undefined
}

/** `cd: -Z: invalid option` with bash's usage, `Illegal option -Z` elsewhere; the status is 2. */
export function badOption(machine: Machine, process: ShellProcess, builtin: string, option: string, usage: string): number {
  if (process.dialect === 'bash') {
    machine.complain(process, `${option}: invalid option`, builtin)
    machine.write(process, 2, `${builtin}: usage: ${usage}\n`)
  } else machine.complain(process, `${process.dialect === 'dash' ? 'Illegal' : 'illegal'} option ${option}`, builtin)
  return 2
}
