// How commands say that a file could not be used: BusyBox and GNU word it differently.

import type { CommandIo } from '../../process'
import { FileError } from '../../tree'
import { deviceText } from '../devices'

/** True when the image's commands are GNU's. */
export function isGnu(io: CommandIo): boolean {
  return io.gnu
}

/** Runs a file operation; on failure says so as `name: what: reason` and gives false. */
export function attempt(io: CommandIo, what: (reason: string) => string, operation: () => void): boolean {
  try {
    operation()
    return true
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    io.err(`${base(io)}: ${what(error.message)}\n`)
    return false
  }
}

/** The command's name without its directory. */
export function base(io: CommandIo): string {
  return io.name.replace(/^.*\//, '')
}

/** Flags and operands of a simple command line: letters of clustered flags, values of those that take one, what is left. */
export function parseFlags(
  io: Pick<CommandIo, 'args'>,
  withValue = '',
): { flags: Set<string>; values: Record<string, string>; rest: string[]; bad?: string } {
  const flags = new Set<string>()
  const values: Record<string, string> = {}
  const rest: string[] = []
  const { args } = io
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    if (arg === '--') {
      rest.push(...args.slice(i + 1))
      break
    }
    if (arg.startsWith('--')) {
      const [name, value] = arg.slice(2).split(/=(.*)/s)
      flags.add(name)
      if (value !== undefined) values[name] = value
    } else if (arg.startsWith('-') && arg.length > 1) {
      for (let at = 1; at < arg.length; at++) {
        const letter = arg[at]
        flags.add(letter)
        if (withValue.includes(letter)) {
          values[letter] = at + 1 < arg.length ? arg.slice(at + 1) : (args[++i] ?? '')
          break
        }
      }
    } else rest.push(arg)
  }
  return { flags, values, rest }
}

/** Reads an operand file or, for `-`, standard input; undefined, with a message, when that fails. */
export function readOperand(io: CommandIo, name: string): string | undefined {
  if (name === '-') return io.stdin
  if (name === '/dev/null') return ''
  const device = deviceText(io.path(name), io.process.env)
  if (device !== undefined) return device
  const path = io.path(name)
  const text = io.files.read(path)
  const denied = text !== undefined && !io.readable(path)
  if (text !== undefined && !denied) return text
  if (io.files.isDirectory(path)) io.err(isGnu(io) ? `${base(io)}: ${name}: Is a directory\n` : `${base(io)}: read error: Is a directory\n`)
  else {
    const why = denied ? 'Permission denied' : 'No such file or directory'
    const gnu = ['head', 'tail'].includes(base(io))
      ? `cannot open '${name}' for reading: ${why}`
      : base(io) === 'sed'
        ? `can't read ${name}: ${why}`
        : base(io) === 'tac'
          ? `failed to open '${name}' for reading: ${why}`
          : base(io) === 'sort'
            ? `cannot read: ${name}: ${why}`
            : `${name}: ${why}`
    const busybox = ['awk', 'grep', 'sed', 'wc', 'cut', 'head', 'sort', 'uniq', 'tee', 'tac'].includes(base(io))
      ? `${name}: ${why}`
      : `can't open '${name}': ${why}`
    io.err(`${base(io)}: ${isGnu(io) ? gnu : busybox}\n`)
  }
  return undefined
}

/** What is said of a command line that lacks something: GNU names it, BusyBox shows how it is used. The status is 1. */
export function misused(io: CommandIo, what: string, usage: string, status = 1): number {
  const name = base(io)
  if (isGnu(io)) io.err(`${name}: ${what}\nTry '${name} --help' for more information.\n`)
  else io.err(`BusyBox v1.36.1 (2024-05-18 00:09:43 UTC) multi-call binary.\n\nUsage: ${name} ${usage}\n`)
  return status
}

/** The lines of a text, a last one without newline included. */
export function linesOf(text: string): string[] {
  if (text === '') return []
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
}
