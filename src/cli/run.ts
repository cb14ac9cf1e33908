// One command line: find the command, parse its flags, run it, report what went wrong.
import { COMMANDS } from '../commands'
import { COMMANDS as OWN_COMMANDS } from '../commands/own'
import type { Host } from '../env'
import { CommandError, SilentExit, UsageError } from '../errors'
import { CommandContext } from './context'
import { commandSpec, flagsOf, requiredFlags, subcommandNamed } from './flag-table'
import { parseFlags } from './flags'
import { resolveContext } from './kube-context'
import { describeFailure } from './report'

/** Runs the command line (without node and script); resolves to the exit code. */
export async function run(words: string[], host: Host): Promise<number> {
  let programPath = 'kubectl'
  try {
    const own = ownCommand(words)
    if (own) {
      programPath = `kubesim ${own}`
      const { runOwn } = await import('./own')
      return await runOwn(own, words, host)
    }
    const { path, rest } = findCommand(words)
    programPath = path ? `kubectl ${path}` : 'kubectl'
    return await runKubectl(path, rest, host)
  } catch (error) {
    if (error instanceof CommandError) host.streams.out(error.printed)
    const { text, exitCode } = describeFailure(error, programPath)
    host.streams.err(text)
    // diff keeps 1 for differences found.
    return programPath === 'kubectl diff' && !(error instanceof SilentExit) ? exitCode + 1 : exitCode
  }
}

/** Words that kubectl does not have: `trace`, `cluster`, … */
function ownCommand(words: string[]): string | undefined {
  const first = words.find((w, i) => !w.startsWith('-') && !(i > 0 && words[i - 1] === '--state'))
  return first !== undefined && first in OWN_COMMANDS ? first : undefined
}

const GLOBAL_WITH_VALUE = /^(-n|-s|--(namespace|server|context|cluster|user|kubeconfig|state|request-timeout|token|as|cache-dir))$/

/** Splits a command line into the command's path and the words behind it; global flags may stand before the command. */
function findCommand(words: string[]): { path: string; rest: string[] } {
  let path = ''
  const flags: string[] = []
  let i = 0
  for (; i < words.length; i++) {
    const word = words[i]
    if (word === '--') break
    if (word.startsWith('-') && word.length > 1) {
      flags.push(word)
      if (GLOBAL_WITH_VALUE.test(word) && i + 1 < words.length) flags.push(words[++i])
      continue
    }
    const longer = path ? `${path} ${word}` : word
    // Most words name a command that runs; aliases and commands with subcommands alone stand in the table.
    const name = Object.hasOwn(COMMANDS, longer) ? word : subcommandNamed(path, word)
    if (!name) break
    path = path ? `${path} ${name}` : name
    if (!hasSubcommands(path)) {
      i++
      break
    }
  }
  return { path, rest: [...flags, ...words.slice(i)] }
}

function hasSubcommands(path: string): boolean {
  const prefix = `${path} `
  return Object.keys(COMMANDS).some((each) => each.startsWith(prefix))
}

async function runKubectl(path: string, rest: string[], host: Host): Promise<number> {
  const wantsHelp = helpAsked(rest)
  const load = COMMANDS[path]
  if (!load || wantsHelp) {
    const { help } = await import('./help')
    return help(path, rest, host, load !== undefined)
  }
  const spec = commandSpec(path)
  if (!spec) throw new Error(`no flags are known for the command ${path}`)
  let flags: ReturnType<typeof parseFlags>
  try {
    flags = parseFlags(flagsOf(spec), rest)
  } catch (error) {
    if (error instanceof UsageError && error.hint === undefined)
      throw new UsageError(error.message, `See 'kubectl ${path} --help' for usage.`)
    throw error
  }
  host.streams.err(flags.notices.join(''))
  const missing = requiredFlags(path).filter((name) => !flags.changed(name))
  if (missing.length) throw new CommandError(`required flag(s) ${missing.map((name) => JSON.stringify(name)).join(', ')} not set`)
  const { command } = await load()
  return (await command.run(new CommandContext(path, flags, host, resolveContext(host, flags)))) ?? 0
}

function helpAsked(words: string[]): boolean {
  const end = words.indexOf('--')
  return words.slice(0, end < 0 ? words.length : end).some((w) => w === '-h' || w === '--help')
}
