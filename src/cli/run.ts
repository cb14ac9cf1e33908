// One command line: find the command, parse its flags, run it, report what went wrong.
import fs from 'node:fs'
import path from 'node:path'
import { COMMANDS } from '../commands'
import { COMMANDS as OWN_COMMANDS } from '../commands/own'
import { forgetProto, type Host } from '../env'
import { CommandError, SilentExit, UsageError } from '../errors'
import { quote } from '../lib/go-values'
import { type Command, CommandContext } from './context'
import { type Found, findCommand, HELP, isCompletionRequest } from './find-command'
import { type CommandSpec, commandSpec, flagsOf, groupStream, requiredFlags } from './flag-table'
import { type Flags, parseFlags } from './flags'
import { resolveContext } from './kube-context'
import type { Preferred } from './kuberc'
import { describeFailure, helpHint } from './report'

/** Runs the command line (without node and script); resolves to the exit code. */
export async function run(words: string[], host: Host): Promise<number> {
  forgetProto()
  let programPath = 'kubectl'
  try {
    const own = ownCommand(words)
    if (own) {
      programPath = `kubesim ${own}`
      const { runOwn } = await import('./own')
      return await runOwn(own, words, host)
    }
    return await runKubectl(words, host, (path) => {
      programPath = path ? `kubectl ${path}` : 'kubectl'
    })
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
  return first !== undefined && Object.hasOwn(OWN_COMMANDS, first) ? first : undefined
}

async function runKubectl(words: string[], host: Host, named: (path: string) => void): Promise<number> {
  const typed = findCommand(words)
  const plugin = await pluginOf(words, typed, host)
  if (plugin !== undefined) return plugin
  const preferred = await preferences(words, host)
  const { path, rest, loose } = preferred ? findCommand(preferred.line) : typed
  named(path)
  if (path === '' && loose.length) {
    const { unknownCommand } = await import('./help')
    throw unknownCommand(loose[0])
  }
  if (isCompletionRequest(path)) {
    const { complete } = await import('./complete')
    return complete(path, rest, host)
  }
  const flags = parsed(path, rest, preferred?.presets ?? [], host)
  host.streams.err(flags.notices.join(''))
  const group = groupStream(path)
  if (flags.bool('help') || group || path === '' || path === HELP) return help(path, flags, host, group)
  const load = COMMANDS[path]
  if (!load) throw new Error(`no code is known for the command ${path}`)
  // debug has profiles of its own.
  if (path !== 'debug') profileAsked(flags)
  const missing = requiredFlags(path).filter((name) => !flags.changed(name))
  if (missing.length) throw new CommandError(`required flag(s) ${missing.map((name) => quote(name)).join(', ')} not set`)
  const { command } = await load()
  const context = new CommandContext(path, flags, host, resolveContext(host, flags, path))
  const exitCode = (flags.has('v') && flags.number('v') > 0 ? await toldRun(command, context) : await command.run(context)) ?? 0
  if (flags.bool('warnings-as-errors') && context.warnings) {
    throw new CommandError(context.warnings === 1 ? '1 warning received' : `${context.warnings} warnings received`)
  }
  return exitCode
}

/** Runs a command that -v wants to hear of. */
async function toldRun(command: Command, context: CommandContext): Promise<number | undefined> {
  const { host, flags, path } = context
  const { REFUSALS, requestLog, tellRefusals } = await import('./request-log')
  Object.assign(context, await requestLog(host, flags, path))
  try {
    return (await command.run(context)) ?? undefined
  } catch (error) {
    if (flags.number('v') >= REFUSALS) tellRefusals(host, error, path)
    throw error
  }
}

/** Runs the plugin that words name which no command is named by; resolves to its exit code. */
async function pluginOf(words: string[], { path, rest, loose }: Found, host: Host): Promise<number | undefined> {
  let least: number
  if (path === '' && loose.length) least = 1
  // Of the commands with commands of their own only this lets plugins add more.
  else if (path === 'create' && rest.length && !rest[0].startsWith('-')) least = words.length - rest.length + 1
  else return undefined
  const { runPlugin } = await import('./plugins')
  return runPlugin(words, host, least)
}

/** The user's aliases and defaults, where there is a file of them. */
async function preferences(words: string[], host: Host): Promise<Preferred | undefined> {
  const named = words.some((word) => word.startsWith('--kuberc'))
  const { KUBERC, HOME, KUBECTL_KUBERC } = host.variables
  if (KUBECTL_KUBERC === 'false' || words.length === 0) return undefined
  if (!named && !KUBERC && !fs.existsSync(path.join(HOME ?? '', '.kube', 'kuberc'))) return undefined
  const { applyPreferences } = await import('./kuberc')
  return applyPreferences(words, host)
}

function parsed(path: string, rest: string[], presets: [name: string, text: string][], host: Host): Flags {
  try {
    return parseFlags(flagsOf(commandSpec(path === HELP ? '' : path, host.variables) as CommandSpec), rest, presets)
  } catch (error) {
    if (!(error instanceof UsageError) || error.hint !== undefined) throw error
    const program = path ? `kubectl ${path}` : 'kubectl'
    if (path === 'diff') throw new UsageError(error.message, helpHint(program))
    throw new UsageError(error.message, path === 'options' ? `Run '${program}' without flags.` : `See '${program} --help' for usage.`)
  }
}

async function help(path: string, flags: Flags, host: Host, group: 'stdout' | 'stderr' | undefined): Promise<number> {
  const { helpText, printHelp, topicHelp } = await import('./help')
  if (flags.bool('help') || path === '') printHelp(path, host)
  else if (path === HELP) topicHelp(flags.args, host)
  else if (flags.args.length) throw new UsageError(`unknown command ${quote(flags.args.join(' '))}`, helpHint(`kubectl ${path}`))
  else {
    const text = helpText(path, host)
    if (group === 'stdout') host.streams.out(text)
    else host.streams.err(text)
    return 1
  }
  return 0
}

const PROFILES = ['none', 'cpu', 'heap', 'goroutine', 'threadcreate', 'block', 'mutex', 'trace', 'allocs']

/** Only looks whether the profile is one: what would be measured is a Go program. */
function profileAsked(flags: Flags): void {
  const profile = flags.string('profile')
  if (!PROFILES.includes(profile)) throw new CommandError(`unknown profile '${profile}'`)
}
