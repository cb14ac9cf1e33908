// awk: a program over records and fields. Commands that a program starts run between two of its own runs.
import type { Command, CommandIo } from '../../../process'
import { FileError } from '../../../tree'
import { readOperand } from '../errors'
import { AwkProblem } from './ast'
import { unescapeAwk } from './lexer'
import { AwkMachine, NeedCommand } from './machine'
import { parseAwk } from './parser'

interface AwkState {
  /** Standard input, which is read once. */
  input?: string
  known: { status: number; output: string }[]
  /** Characters of its output that were already written. */
  written: number
  /** The program is through: what is left to run, and its exit status. */
  pipes?: [string, string][]
  status?: number
}

interface Given {
  source?: string
  settings: [string, string][]
  args: string[]
  problem?: string
}

function commandLine(io: CommandIo): Given {
  const given: Given = { settings: [], args: [] }
  let at = 0
  const value = (flag: string) => (io.args[at].length > flag.length ? io.args[at].slice(flag.length) : io.args[++at])
  for (; at < io.args.length; at++) {
    const arg = io.args[at]
    if (arg === '--') {
      at++
      break
    }
    if (!/^-./.test(arg)) break
    if (arg.startsWith('-F')) given.settings.push(['FS', separator(value('-F') ?? '')])
    else if (arg.startsWith('-v')) {
      const setting = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(value('-v') ?? '')
      if (!setting) return { ...given, problem: "awk: bad -v argument (should be 'var=value')\n" }
      given.settings.push([setting[1], unescapeAwk(setting[2])])
    } else if (arg.startsWith('-f')) {
      const text = readOperand(io, value('-f') ?? '')
      if (text === undefined) return { ...given, problem: '' }
      given.source = given.source === undefined ? text : `${given.source}\n${text}`
    } else return { ...given, problem: `awk: unrecognized option: ${arg.slice(1)}\n` }
  }
  if (given.source === undefined) given.source = io.args[at++]
  return { ...given, args: io.args.slice(at) }
}

function separator(text: string): string {
  return text === 't' ? '\t' : unescapeAwk(text)
}

export const awk: Command = (io, raw) => {
  const state = (raw as unknown as AwkState | undefined) ?? { known: [], written: 0 }
  if (raw !== undefined && io.result) {
    if (state.pipes) {
      if (state.pipes.length > 0) return next(state)
      return state.status ?? 0
    }
    state.known.push(io.result)
  }
  const { source, settings, args, problem } = commandLine(io)
  if (problem !== undefined || source === undefined) {
    io.err(problem ?? 'BusyBox v1.36.1 (2024-05-18 00:09:43 UTC) multi-call binary.\n\nUsage: awk [OPTIONS] [AWK_PROGRAM] [FILE]...\n')
    return 1
  }
  let machine: AwkMachine | undefined
  const flush = () => {
    io.out(machine!.out.slice(state.written))
    state.written = machine!.out.length
  }
  try {
    machine = new AwkMachine(parseAwk(source), hostOf(io, state, args), settings)
    const status = machine.run()
    flush()
    if (machine.piped.size === 0) return status
    return next({ ...state, pipes: [...machine.piped], status })
  } catch (error) {
    if (error instanceof NeedCommand) {
      flush()
      const { command, capture } = error
      return { state: state as never, run: { argv: ['sh', '-c', command], capture } }
    }
    if (!(error instanceof AwkProblem)) throw error
    if (machine) flush()
    io.err(`awk: cmd. line:1: ${error.message}\n`)
    return io.gnu && machine ? 2 : 1
  }
}

/** Runs the next command that the program printed into. */
function next(state: AwkState) {
  const [[command, stdin], ...left] = state.pipes!
  return { state: { ...state, pipes: left } as never, run: { argv: ['sh', '-c', command], stdin } }
}

function hostOf(io: CommandIo, state: AwkState, args: string[]): ConstructorParameters<typeof AwkMachine>[1] {
  return {
    gnu: io.gnu,
    args,
    variables: io.variables,
    known: state.known,
    now: () => io.process.env.now(),
    complain: (message) => io.err(message),
    read(name, quietly) {
      if (name !== '-' && name !== '/dev/stdin') return quietly ? io.files.read(io.path(name)) : readOperand(io, name)
      state.input ??= io.stdin
      return state.input
    },
    write(name, text, append) {
      try {
        if (append) io.files.append(io.path(name), text)
        else io.files.write(io.path(name), text)
      } catch (error) {
        if (!(error instanceof FileError)) throw error
        throw new AwkProblem(`can't open '${name}': ${error.message}`)
      }
    },
  }
}
