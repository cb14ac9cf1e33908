// Answers the shells' completion scripts: `kubectl __complete get po ""` lists what may follow, then what the shell is to do with it.
// Upstream: spf13/cobra completions.go (getCompletions).
import type { Host } from '../env'
import { CommandError } from '../errors'
import { completeFlagValue, completeWord, type Offer, WORDS } from './complete-values'
import { findCommand, HELP } from './find-command'
import { type CommandSpec, commandSpec, commandTable, type FlagSpec, flagsOf, requiredFlags, subcommands } from './flag-table'
import { type Flags, parseFlags } from './flags'
import { flagText, summaryOf } from './help-data'
import { completePlugin, pluginCommands } from './plugin-completion'

/** What the shell is to do, as bits. */
export const NO_SPACE = 2
export const NO_FILES = 4
export const FILE_EXTENSIONS = 8
const NAMES: [number, string][] = [
  [1, 'ShellCompDirectiveError'],
  [NO_SPACE, 'ShellCompDirectiveNoSpace'],
  [NO_FILES, 'ShellCompDirectiveNoFileComp'],
  [FILE_EXTENSIONS, 'ShellCompDirectiveFilterFileExt'],
  [16, 'ShellCompDirectiveFilterDirs'],
  [32, 'ShellCompDirectiveKeepOrder'],
]

/** Prints the completions of a command line whose last word is not yet complete; resolves to the exit code. */
export async function complete(request: string, words: string[], host: Host): Promise<number> {
  if (words.length === 0) throw new CommandError('requires at least 1 arg(s), only received 0')
  const { choices, directive, failure } = await completions(words, host)
  if (failure) host.streams.err(`[Debug] [Error] ${failure}\n`)
  const plain = request.endsWith('NoDesc') || ['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(descriptionsAsked(host))
  for (const choice of choices) {
    const shown = plain ? choice.split('\t')[0] : choice
    host.streams.out(`${shown.split('\n')[0].trim()}\n`)
  }
  host.streams.out(`:${directive}\n`)
  const bits = NAMES.filter(([bit]) => directive & bit).map(([, name]) => name)
  host.streams.err(`Completion ended with directive: ${bits.join(', ') || 'ShellCompDirectiveDefault'}\n`)
  return 0
}

function descriptionsAsked({ variables }: Host): string {
  return variables.KUBECTL_COMPLETION_DESCRIPTIONS ?? variables.COBRA_COMPLETION_DESCRIPTIONS ?? ''
}

interface Answer extends Offer {
  failure?: string
}

async function completions(words: string[], host: Host): Promise<Answer> {
  const typed = words.slice(0, -1)
  const last = words[words.length - 1]
  const { path, rest, loose } = findCommand(typed)
  if (path === '' && loose.length) {
    const ofPlugin = completePlugin(typed, last, host)
    if (ofPlugin) return ofPlugin
    if (!typed[0].startsWith('-')) host.streams.err('[Debug] Cleared global flags for plugin completion\n')
    return { choices: [], directive: 0, failure: `unable to find a command for arguments: [${typed.join(' ')}]` }
  }
  const specs = flagsOf(commandSpec(path === HELP || path.startsWith('__') ? '' : path, host.variables) as CommandSpec)
  const asked = flagAsked(specs, rest, last)
  const before = asked.rest
  // Behind `--` words are no flags any more.
  const open = !before.includes('--')
  const flags = attempt(specs, before)
  if (typeof flags === 'string') {
    return { choices: [], directive: 0, failure: `Error while parsing flags from args [${before.join(' ')}]: ${flags}` }
  }
  if (asked.unknown !== undefined && open) {
    const name = path.slice(path.lastIndexOf(' ') + 1) || 'kubectl'
    return { choices: [], directive: 0, failure: `Subcommand '${name}' does not support flag '${asked.unknown}'` }
  }
  if (flags.bool('help')) return { choices: [], directive: NO_FILES }
  const line = { path, flags, args: flags.args, last: asked.last, host }
  if (asked.flag && open) {
    const extensions = fileExtensions(asked.flag)
    if (extensions) return { choices: extensions, directive: FILE_EXTENSIONS }
    return completeFlagValue(asked.flag.name, line)
  }
  if (last.startsWith('-') && !last.includes('=') && open) return { choices: flagNames(path, specs, line, last), directive: NO_FILES }
  return nouns(path, specs, flags, line, rest, typed)
}

async function nouns(
  path: string,
  specs: FlagSpec[],
  flags: Flags,
  line: Parameters<typeof completeWord>[0],
  rest: string[],
  typed: string[],
): Promise<Answer> {
  const choices: string[] = []
  let directive = 0
  const children = childNames(path, line.host, typed)
  const ownGiven = (commandSpec(path, line.host.variables)?.flags ?? []).some(({ name }) => flags.changed(name))
  if (line.args.length === 0 && !ownGiven && children.length) {
    choices.push(...children.filter(([name]) => name.startsWith(line.last)).map(([name, summary]) => `${name}\t${summary}`))
    directive = NO_FILES
  }
  choices.push(...required(path, specs, flags, line.last))
  const fixed = WORDS[path]
  if (fixed) {
    if (line.args.length) return { choices, directive }
    return { choices: [...choices, ...fixed.filter((word) => word.startsWith(line.last))], directive: NO_FILES }
  }
  if (path === HELP) {
    const topic = findCommand(rest.filter((word) => !word.startsWith('-')))
    if (topic.path === '' && topic.loose.length) return { choices: [], directive: NO_FILES }
    const names = childNames(topic.path, line.host, typed).filter(([name]) => name.startsWith(line.last))
    return { choices: [...choices, ...names.map(([name, summary]) => `${name}\t${summary}`)], directive: NO_FILES }
  }
  const offer = await completeWord(line)
  return offer ? { choices: [...choices, ...offer.choices], directive: offer.directive } : { choices, directive }
}

/** Commands below a path that may be offered, by name; plugins as well while the first word is being typed. */
function childNames(path: string, host: Host, typed: string[]): [string, string][] {
  const names: [string, string][] = subcommands(path).map((spec) => {
    const name = spec.path.slice(spec.path.lastIndexOf(' ') + 1)
    return [name, summaryOf(path ? `${path} ${name}` : name)]
  })
  if (path !== '') return names.sort(([a], [b]) => (a < b ? -1 : 1))
  const plugins = typed.length === 0 ? pluginCommands(host) : []
  return [...names.filter(([name]) => name !== 'alpha'), ['help', 'Help about any command'] as [string, string], ...plugins].sort(
    ([a], [b]) => (a < b ? -1 : a > b ? 1 : 0),
  )
}

interface Asked {
  flag?: FlagSpec
  /** The words before, without the flag whose value is being typed. */
  rest: string[]
  /** What is typed of the value. */
  last: string
  /** The name of a flag the command does not have. */
  unknown?: string
}

/** Is the last word the value of a flag? Upstream: cobra checkIfFlagCompletion. */
function flagAsked(specs: FlagSpec[], rest: string[], last: string): Asked {
  const named = (name: string) => specs.find((flag) => (name.length === 1 ? flag.short === name : flag.name === name))
  if (last.startsWith('-')) {
    const equals = last.indexOf('=')
    if (equals < 0) return { rest, last }
    const name = last.startsWith('--') ? last.slice(2, equals) : last.slice(equals - 1, equals)
    const flag = named(name)
    return flag ? { flag, rest, last: last.slice(equals + 1) } : { rest, last, unknown: name }
  }
  const before = rest[rest.length - 1] ?? ''
  if (!/^(--.|-[^-])/.test(before) || before.includes('=')) return { rest, last }
  const name = before.startsWith('--') ? before.slice(2) : before.slice(-1)
  const flag = named(name)
  if (!flag) return { rest, last, unknown: name }
  return flag.noValue === undefined ? { flag, rest: rest.slice(0, -1), last } : { rest, last }
}

/** The flags of the words, or what is wrong with them. */
function attempt(specs: FlagSpec[], words: string[]): Flags | string {
  try {
    return parseFlags(specs, words)
  } catch (error) {
    return (error as Error).message
  }
}

function byName(a: FlagSpec, b: FlagSpec): number {
  return a.name < b.name ? -1 : 1
}

/** Names of flags that begin as typed: those of every command, then the command's own. */
function flagNames(path: string, specs: FlagSpec[], { flags, host }: Parameters<typeof completeWord>[0], typed: string): string[] {
  const needed = required(path, specs, flags, typed)
  if (needed.length) return needed
  const own = new Set([...(commandSpec(path, host.variables)?.flags ?? []).map(({ name }) => name), 'help'])
  const shared = new Set([...commandTable().global.map(({ name }) => name), 'v', 'vmodule', 'log-flush-frequency'])
  const offered = specs.filter((flag) => own.has(flag.name) || shared.has(flag.name))
  const several = ({ type }: FlagSpec) => /Slice|Array|^stringTo|^map/.test(type)
  return [...offered.filter(({ name }) => !own.has(name)).sort(byName), ...offered.filter(({ name }) => own.has(name)).sort(byName)]
    .filter((flag) => !flag.deprecated && (!flags.changed(flag.name) || several(flag)))
    .flatMap((flag) => namesOf(path, flag, typed))
}

function required(path: string, specs: FlagSpec[], flags: Flags, typed: string): string[] {
  const names = requiredFlags(path).filter((name) => !flags.changed(name))
  return specs
    .filter(({ name }) => names.includes(name))
    .sort(byName)
    .flatMap((flag) => namesOf(path, flag, typed))
}

function namesOf(path: string, flag: FlagSpec, typed: string): string[] {
  const own = flag.name === 'help' ? `help for ${path.slice(path.lastIndexOf(' ') + 1) || 'kubectl'}` : flagText(path, flag.name)
  return [`--${flag.name}`, ...(flag.short ? [`-${flag.short}`] : [])]
    .filter((name) => name.startsWith(typed))
    .map((name) => `${name}\t${own}`)
}

/** Ends of the names of files that a flag takes; undefined for flags that take no manifests. */
function fileExtensions(flag: FlagSpec): string[] | undefined {
  return flag.name === 'filename' && flag.short === 'f' ? ['json', 'yaml', 'yml'] : undefined
}
