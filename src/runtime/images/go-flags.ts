// Command lines of programs written in Go: the flag package's way of reading them, its complaints and its usage.
import { quote } from '../../lib/go-values'
import type { ProcessContext, Step } from '../process'
import { goInteger } from './go-http'

export interface GoFlag {
  kind: 'string' | 'int' | 'bool'
  usage: string
  /** As text; none: the kind's zero value. */
  value?: string
}

export interface GoFlags {
  /** By name, as text; `true` for a switch that is on. */
  values: Record<string, string>
  args: string[]
}

/** What is printed instead, and with which code the program then ends. */
export interface FlagProblem {
  problem: string
  code: number
}

const ZERO: Record<GoFlag['kind'], string> = { string: '', int: '0', bool: 'false' }

/** Reads flags up to the first word that is none. */
export function goFlags(argv: string[], flags: Record<string, GoFlag>): GoFlags | FlagProblem {
  const usage = usageOf(argv[0], flags)
  const values: Record<string, string> = {}
  for (const [name, { kind, value }] of Object.entries(flags)) values[name] = value ?? ZERO[kind]
  const args = argv.slice(1)
  while (args.length > 0 && /^-[^-]|^--./.test(args[0])) {
    const word = args.shift()!
    const [, name, , given] = /^--?([^=]*)(=(.*))?$/s.exec(word)!
    if (name === '' || name.startsWith('-')) return { problem: `bad flag syntax: ${word}\n${usage}`, code: 2 }
    const flag = Object.hasOwn(flags, name) ? flags[name] : undefined
    if (!flag && (name === 'h' || name === 'help')) return { problem: usage, code: 0 }
    if (!flag) return { problem: `flag provided but not defined: -${name}\n${usage}`, code: 2 }
    const value = given ?? (flag.kind === 'bool' ? 'true' : args.shift())
    if (value === undefined) return { problem: `flag needs an argument: -${name}\n${usage}`, code: 2 }
    if (flag.kind === 'int' && goInteger(value) === undefined)
      return { problem: `invalid value ${quote(value)} for flag -${name}: parse error\n${usage}`, code: 2 }
    values[name] = value
  }
  if (args[0] === '--') args.shift()
  return { values, args }
}

function usageOf(program: string, flags: Record<string, GoFlag>): string {
  const lines = [`Usage of ${program}:`]
  for (const [name, { kind, usage, value }] of Object.entries(flags).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const standard = value === undefined ? '' : ` (default ${kind === 'string' ? quote(value) : value})`
    lines.push(`  -${name}${kind === 'bool' ? '' : ` ${kind}`}`, `    \t${usage}${standard}`)
  }
  return `${lines.join('\n')}\n`
}

/** Ends with what is wrong with the flags. */
export function endOfFlags(context: ProcessContext, { problem, code }: FlagProblem): Step {
  context.write(problem, 'stderr')
  return { state: null, exit: { code } }
}
