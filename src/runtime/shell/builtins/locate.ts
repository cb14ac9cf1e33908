// Where commands come from: command, type, hash.

import { builtinOf } from '../builtins'
import { commandOf, shellNames } from '../catalogue'
import type { Machine } from '../machine'
import type { Frame, ShellProcess } from '../state'
import { aliasLine, aliasOf } from './alias'

const KEYWORDS = '! { } case do done elif else esac fi for if in then until while'.split(' ')
const BASH_KEYWORDS = [...KEYWORDS, '[[', ']]', 'function', 'select', 'time', 'coproc']

export function pathOf(machine: Machine, process: ShellProcess, name: string): string | undefined {
  const { files } = machine.host.context
  for (const directory of (process.variables['PATH']?.value ?? '').split(':')) {
    const path = `${directory}/${name}`
    if (directory !== '' && files.exists(path) && !files.isDirectory(path)) return path
  }
  return undefined
}

function isKeyword(process: ShellProcess, name: string): boolean {
  return (process.dialect === 'bash' ? BASH_KEYWORDS : KEYWORDS).includes(name)
}

/** Where a command comes from, for `command -v`, `type` and `exec`; `external`: functions and builtins do not count. */
export function locate(machine: Machine, process: ShellProcess, name: string, external = false): string | undefined {
  if (!external && (Object.hasOwn(process.functions, name) || builtinOf(machine, process, name) || isKeyword(process, name))) return name
  if (name.includes('/')) return machine.host.context.files.exists(machine.path(process, name)) ? name : undefined
  const found = pathOf(machine, process, name)
  if (found) return found
  const { image } = machine.host
  return commandOf(image, name) || shellNames(image.userland ?? 'none').includes(name) ? name : undefined
}

/** `ls is /bin/ls`; undefined when there is no such command. */
function description(machine: Machine, process: ShellProcess, name: string): string | undefined {
  const alias = aliasOf(process, name)
  if (alias !== undefined) return process.dialect === 'bash' ? `${name} is aliased to \`${alias}'` : `${name} is an alias for ${alias}`
  if (isKeyword(process, name)) return `${name} is a shell keyword`
  if (Object.hasOwn(process.functions, name)) return `${name} is a ${process.dialect === 'dash' ? 'shell ' : ''}function`
  if (builtinOf(machine, process, name)) return `${name} is a shell builtin`
  const where = locate(machine, process, name)
  return where && `${name} is ${where}`
}

export function command(machine: Machine, process: ShellProcess, frame: Frame, words: string[]): number | undefined {
  if (words[1] === '-v' || words[1] === '-V') {
    const verbose = words[1] === '-V'
    let status = words.length > 2 ? 0 : 1
    for (const name of words.slice(2)) {
      const alias = verbose || aliasOf(process, name) === undefined ? undefined : `alias ${aliasLine(process, name).replace(/^alias /, '')}`
      const found = alias ?? (verbose ? description(machine, process, name) : locate(machine, process, name))
      if (found !== undefined) machine.write(process, 1, `${found}\n`)
      else {
        status = process.dialect === 'bash' ? 1 : 127
        if (!verbose) continue
        if (process.dialect === 'bash') machine.complain(process, `${name}: not found`, 'command')
        else machine.write(process, 1, `${name}: not found\n`)
      }
    }
    return status
  }
  const rest = words.slice(words[1] === '-p' ? 2 : 1)
  if (rest.length === 0) return 0
  const builtin = builtinOf(machine, process, rest[0])
  if (builtin) return builtin(machine, process, frame, rest, {})
  frame.command = { argv: rest }
  return undefined
}

export function typeOf(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  const bash = process.dialect === 'bash'
  const option = bash && /^-[tpaP]+$/.test(words[1] ?? '') ? words[1] : ''
  // ash gives the short form then, dash looks for a command of that name.
  const short = process.dialect === 'ash' && words[1] === '-t'
  let status = 0
  for (const name of words.slice(option || short ? 2 : 1)) {
    const what = short ? locate(machine, process, name) : description(machine, process, name)
    if (what === undefined) {
      status = bash ? 1 : 127
      if (option) continue
      if (bash) machine.complain(process, `${name}: not found`, 'type')
      else machine.write(process, 1, `${name}: not found\n`)
    } else if (option.includes('t')) machine.write(process, 1, `${/ is (?:a shell )?(\w+)$/.exec(what)?.[1] ?? kindOf(what)}\n`)
    else if (option.toLowerCase().includes('p')) {
      const path = locate(machine, process, name, true)
      if (path && what.endsWith(path)) machine.write(process, 1, `${path}\n`)
    } else machine.write(process, 1, `${what}\n`)
  }
  return status
}

function kindOf(what: string): string {
  if (/ is aliased to /.test(what)) return 'alias'
  return what.endsWith('a function') ? 'function' : 'file'
}

export function hash(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  if (words.length === 1 && process.dialect === 'bash') machine.write(process, 1, 'hash: hash table empty\n')
  const unknown = words.slice(1).filter((w) => !w.startsWith('-') && !locate(machine, process, w))
  for (const name of unknown) machine.complain(process, `${name}: not found`, process.dialect === 'bash' ? 'hash' : undefined)
  return unknown.length > 0 ? 1 : 0
}
