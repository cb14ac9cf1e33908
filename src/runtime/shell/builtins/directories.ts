// cd and the directory stack of bash.
import type { Machine } from '../machine'
import type { Frame, ShellProcess } from '../state'
import { badOption } from './type'

export function cd(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  const { dialect } = process
  const option = words.slice(1).find((w) => /^-./.test(w) && !/^-[PLe]+$/.test(w) && w !== '--')
  if (option) return badOption(machine, process, 'cd', option.slice(0, 2), 'cd [-L|[-P [-e]] [-@]] [dir]')
  const args = words.slice(1).filter((w) => !/^-[PLe]+$/.test(w) && w !== '--')
  if (dialect === 'bash' && args.length > 1) {
    machine.complain(process, 'too many arguments', 'cd')
    return 1
  }
  const home = process.variables['HOME']?.value
  const old = process.variables['OLDPWD']?.value
  const missing = args.length === 0 && home === undefined ? 'HOME' : args[0] === '-' && old === undefined ? 'OLDPWD' : undefined
  if (missing && dialect === 'bash') {
    machine.complain(process, `${missing} not set`, 'cd')
    return 1
  }
  const target = args[0] === '-' ? (old ?? '') : (args[0] ?? home ?? '')
  if (target === '') return 0
  if (!enter(machine, process, target, 'cd')) return dialect === 'bash' ? 1 : 2
  if (args[0] === '-') machine.write(process, 1, `${process.cwd}\n`)
  return 0
}

function enter(machine: Machine, process: ShellProcess, target: string, builtin: string): boolean {
  const path = machine.path(process, target)
  const { files } = machine.host.context
  if (!files.isDirectory(path)) {
    const why = files.exists(path) ? 'Not a directory' : 'No such file or directory'
    const words = { bash: `${target}: ${why}`, ash: `can't cd to ${target}: ${why}`, dash: `can't cd to ${target}` }
    machine.complain(process, words[process.dialect], builtin)
    return false
  }
  process.variables['OLDPWD'] = { value: process.cwd, exported: 1 }
  process.cwd = path
  process.variables['PWD'] = { value: path, exported: 1 }
  return true
}

export function pushd(machine: Machine, process: ShellProcess, frame: Frame, words: string[]): number {
  const stack = process.directories ?? []
  const target = words[1] ?? stack[0]
  if (target === undefined) {
    machine.complain(process, 'no other directory', 'pushd')
    return 1
  }
  const before = process.cwd
  if (!enter(machine, process, target, 'pushd')) return 1
  process.directories = [before, ...(words[1] === undefined ? stack.slice(1) : stack)]
  return dirs(machine, process, frame, ['dirs'])
}

export function popd(machine: Machine, process: ShellProcess, frame: Frame): number {
  const [next, ...rest] = process.directories ?? []
  if (next === undefined) {
    machine.complain(process, 'directory stack empty', 'popd')
    return 1
  }
  if (!enter(machine, process, next, 'popd')) return 1
  process.directories = rest
  return dirs(machine, process, frame, ['dirs'])
}

export function dirs(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  if (words[1] === '-c') {
    process.directories = []
    return 0
  }
  const home = process.variables['HOME']?.value
  const shown = [process.cwd, ...(process.directories ?? [])].map((path) =>
    home && (path === home || path.startsWith(`${home}/`)) ? `~${path.slice(home.length)}` : path,
  )
  machine.write(process, 1, words[1] === '-p' ? shown.map((path) => `${path}\n`).join('') : `${shown.join(' ')}\n`)
  return 0
}
