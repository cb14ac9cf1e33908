// What a running shell remembers between two wakes: its processes, their frames, open files and pipes. All of it is JSON.
import type { Json } from '../../api/types'
import type { Listener } from '../process'
import type { Dialect } from './ast'
import type { Element } from './variables'

export interface Variable {
  value: string
  exported?: 1
  readonly?: 1
  /** Elements by index, or by key when it is a table; `value` is element 0 then. */
  list?: Record<string, string>
  table?: 1
  integer?: 1
  letters?: 'upper' | 'lower'
  /** Stands for the variable that its value names. */
  reference?: 1
}

/** Why a process does not go on. */
export type Wait =
  | { for: 'time'; at: number }
  | { for: 'child'; pid: number; at?: number }
  /** `wait` without a number: all children in the background. */
  | { for: 'children' }
  /** More than `beyond` characters to read, or the end. */
  | { for: 'input'; fd: number; beyond?: number; at?: number }
  /** Room in the pipe behind a descriptor. */
  | { for: 'room'; fd: number }
  | { for: 'files'; at?: number }
  | { for: 'program'; at?: number }

/** One entry of a process's stack. `source` and `node` say which part of a script it stands for. */
export interface Frame {
  kind: 'node' | 'call' | 'script' | 'eval' | 'trap' | 'program'
  source?: number
  node?: number
  /** How far it is; each node type counts its own way. */
  step: number
  /** Expanded words so far, and how many items were expanded. */
  words?: string[]
  item?: number
  /** Results of command substitutions of the item at hand, by node. */
  results?: Record<string, string>
  /** The open file that collects a substitution, and its process. */
  capture?: { open: number; pid: number; node: number }
  /** File descriptors to put back: number -> open file, null when it was closed. */
  saved?: Record<string, number | null>
  /** Variables to put back: null when it was unset. */
  variables?: Record<string, Variable | null>
  parameters?: string[]
  /** A command that has not ended. */
  command?: { argv: string[]; state?: Json; stdin?: string }
  assigned?: string[]
  /** Expanded elements of `x=(...)`, by assignment. */
  lists?: Record<string, Element[]>
  /** A function's name, an alias's for its text. */
  name?: string
  /** The redirections of a compound command were opened. */
  opened?: true
  /** When a timed command began, ms. */
  begun?: number
  status?: number
  /** Loop words still to come; children of a pipeline. */
  rest?: string[]
  pids?: number[]
  /** True while a failure here is looked at: conditions, operands of && and ||, !. */
  tested?: boolean
  /** The file that `.` reads, as it was named. */
  sourced?: string
  program?: { argv: string[]; state: Json; listeners: Listener[]; replaced?: boolean }
  signal?: string
}

export interface ShellProcess {
  pid: number
  parent: number
  /** $0, and what messages begin with. */
  name: string
  dialect: Dialect
  /** Where its commands come from: `-c`, a file, standard input. */
  from: 'c' | 'file' | 'stdin'
  /** Of the command that runs, in its script, from 1 on. */
  line: number
  /** How many subshells deep it is. */
  depth?: number
  command: string
  startedAt: number
  frames: Frame[]
  variables: Record<string, Variable>
  parameters: string[]
  cwd: string
  /** Descriptor -> open file. */
  fds: Record<string, number>
  /** Name -> source and node of the body. */
  functions: Record<string, [number, number]>
  /** What names stand for at the beginning of a command, and where that was said. */
  aliases?: Record<string, { value: string; source: number; line: number }>
  /** Signal name without SIG, or EXIT -> script; '' ignores. */
  traps: Record<string, string>
  /** Letters of `set`: e, u, x, f, C; p is pipefail, E errtrace. */
  options: string
  /** What `shopt -s` has switched on. */
  shopts?: string[]
  status: number
  /** Statuses of the last pipeline's parts. */
  statuses?: number[]
  /** Below the working directory on the stack of pushd. */
  directories?: string[]
  background?: number
  pending?: string[]
  wait?: Wait
  ended?: boolean
  /** The signal that ended it. */
  killed?: string
  /** ash counts lines in messages of `-c` only when the script was given a name. */
  named?: true
  /** Lines of standard input taken as commands, and how many came before those that run. */
  taken?: { lines: number; before: number }
  /** Standard input that ash and dash have read ahead of the command that runs. */
  ahead?: string
  /** Runs apart from its parent's commands. */
  detached?: boolean
  /** Its prompt stands at the terminal. */
  prompted?: boolean
}

export type OpenFile =
  | { kind: 'null' }
  | { kind: 'stdin' }
  | { kind: 'output'; stream: 'stdout' | 'stderr' }
  | { kind: 'file'; path: string; at: number }
  | { kind: 'read' | 'write'; pipe: number }
  | { kind: 'text'; text: string; at: number }
  | { kind: 'capture'; text: string }

export interface MachineState {
  processes: ShellProcess[]
  nextPid: number
  opens: Record<string, OpenFile>
  nextOpen: number
  /** Content of pipes. */
  pipes: Record<string, string>
  sources: string[]
  /** Standard input that was sent and not yet read. */
  stdin: string
  /** More may come. */
  stdinOpen: boolean
  /** How often in a row the script ran without ever waiting. */
  busy: number
}

/** A machine that runs nothing yet: standard input, output and error are open. */
export function newMachine(options: { stdinOpen?: boolean; pid?: number } = {}): MachineState {
  const first = options.pid ?? 1
  return {
    processes: [],
    nextPid: first,
    opens: { 0: { kind: 'stdin' }, 1: { kind: 'output', stream: 'stdout' }, 2: { kind: 'output', stream: 'stderr' } },
    nextOpen: 3,
    pipes: {},
    sources: [],
    stdin: '',
    stdinOpen: options.stdinOpen ?? false,
    busy: 0,
  }
}
