// Help: of the program, of a group of commands, of one command, and what is said of a command nobody knows.
// Upstream: kubectl/pkg/util/templates/templater.go, spf13/cobra command.go InitDefaultHelpCmd, findSuggestions.
import { COMMANDS as OWN_COMMANDS } from '../commands/own'
import type { Host } from '../env'
import { CommandError } from '../errors'
import { quote } from '../lib/go-values'
import { findCommand, HELP } from './find-command'
import { type CommandSpec, commandSpec, commandTable, type FlagSpec, showsFlagsInUseLine, subcommands } from './flag-table'
import { flagText, helpData, summaryOf } from './help-data'
import { pluginGroups } from './plugins'

/** `kubectl help WORDS` */
export function topicHelp(words: string[], host: Host): void {
  const { path, loose } = findCommand(words)
  if (path === '' && loose.length) {
    host.streams.err(`Unknown help topic [${words.map((word) => `\`${word}\``).join(' ')}]\n\n\n${usageText('', host)}`)
  } else printHelp(path, host)
}

/** Prints what `--help` asks for. */
export function printHelp(path: string, host: Host): void {
  // Of its own help these two say nothing, or only this.
  if (path === 'options') return
  if (path === 'alpha') host.streams.err('No alpha commands are available in this version of kubectl\n')
  else host.streams.out(helpText(path, host))
}

function nameOf(spec: CommandSpec): string {
  return spec.path.slice(spec.path.lastIndexOf(' ') + 1)
}

/** The whole help of a command; an empty path is the program. */
export function helpText(path: string, host: Host): string {
  if (path === HELP) return HELP_OF_HELP
  const [summary, long] = helpData().commands[path] ?? ['', '']
  const own = path ? '' : `\n\nCommands of its own are ${Object.keys(OWN_COMMANDS).join(', ')}; 'kubesim trace --help' tells of trace.`
  const text = ((long || `${summary}.`) + own).replace(/\n\n/g, '\n\n ')
  return `${text}\n\n${usageText(path, host)}`
}

const GLOBAL_OPTIONS = 'Use "kubectl options" for a list of global command-line options (applies to all commands).'

const HELP_OF_HELP = `Help provides help for any command in the application.
Simply type kubectl help [path to command] for full details.

Usage:
  kubectl help [command] [flags] [options]

${GLOBAL_OPTIONS}
`

function usageText(path: string, host: Host): string {
  const spec = commandSpec(path, host.variables)
  const examples = helpData().commands[path]?.[2] ?? []
  const children = subcommands(path).filter((child) => nameOf(child) !== 'options')
  const program = path ? `kubectl ${path}` : 'kubectl'
  const parts: string[] = []
  if (spec?.aliases?.length) parts.push(`Aliases:\n${[nameOf(spec), ...spec.aliases].join(', ')}`)
  if (examples.length) parts.push(`Examples:\n${examples.map(exampleText).join('\n  \n')}`)
  if (children.length) parts.push(path ? childrenText('Available Commands:', path, children.map(nameOf)) : groupsText(host))
  if (spec?.flags?.length) parts.push(`Options:\n${spec.flags.map((flag) => flagLines(path, flag)).join('\n\n')}`)
  parts.push(`Usage:\n  ${usageLine(path, spec)}`)
  const hints = children.length ? [`Use "${program} <command> --help" for more information about a given command.`] : []
  return `${parts.join('\n\n')}\n\n${[...hints, GLOBAL_OPTIONS].join('\n')}\n`
}

function exampleText(example: string): string {
  const bar = example.indexOf('|')
  return `  # ${example.slice(0, bar)}\n  kubectl ${example.slice(bar + 1)}`
}

function groupsText(host: Host): string {
  const groups = helpData().groups.map(([heading, names]) => childrenText(heading, '', names))
  const plugins = pluginGroups(host).map(([name, summary]) => `  ${name.padEnd(LEAST_WIDTH)}   ${summary}`)
  groups.splice(groups.length - 1, 0, ['Subcommands provided by plugins:', ...plugins].join('\n'))
  return groups.join('\n\n')
}

/** So wide is a column of names at least. */
const LEAST_WIDTH = 11

function childrenText(heading: string, path: string, names: string[]): string {
  const width = Math.max(LEAST_WIDTH, ...subcommands(path).map((child) => nameOf(child).length))
  return [heading, ...names.map((name) => `  ${name.padEnd(width)}   ${summaryOf(path ? `${path} ${name}` : name)}`)].join('\n')
}

function flagLines(path: string, flag: FlagSpec, given?: string): string {
  const value = given ?? flag.default ?? ''
  const shown = flag.type === 'string' ? `'${value}'` : value
  return `    ${flag.short ? `-${flag.short}, ` : ''}--${flag.name}=${shown}:\n\t${flagText(path, flag.name)}`
}

function usageLine(path: string, spec: CommandSpec | undefined): string {
  const parent = path.includes(' ') ? `${path.slice(0, path.lastIndexOf(' '))} ` : ''
  const flags = showsFlagsInUseLine(path) ? ' [flags]' : ''
  const use = `${path ? `kubectl ${parent}${spec?.use ?? ''}` : 'kubectl'}${flags}`
  return use.includes('[options]') ? use : `${use} [options]`
}

/** What `kubectl options` prints. */
export function optionsText(host: Host): string {
  const cache = `${host.variables.HOME ?? ''}/.kube/cache`
  const flags = commandTable().global.map((flag) => flagLines('', flag, flag.name === 'cache-dir' ? cache : undefined))
  return `The following options can be passed to any command:\n\n${flags.join('\n\n')}\n\n`
}

/** Words for which a command is suggested though they look different. */
const ALSO_KNOWN_AS: Record<string, string[]> = {
  get: ['list', 'ls'],
  delete: ['rm', 'remove'],
  top: ['stats'],
  describe: ['inspect'],
}

/** The commands of the last group in the order in which the program takes them up. */
const OTHER_COMMANDS = ['config', 'plugin', 'version', 'api-versions', 'api-resources', 'options', 'kuberc']

/** What a user may have meant: words that begin so, or differ in two letters at most. Upstream: cobra's SuggestionsFor. */
function suggestions(word: string): string[] {
  const typed = word.toLowerCase()
  const groups = helpData().groups.slice(0, -1)
  return [...groups.flatMap(([, group]) => group), ...OTHER_COMMANDS].flatMap((name) => [
    ...alike(typed, [name]),
    ...(ALSO_KNOWN_AS[name] ?? []).filter((other) => other === typed).map(() => name),
  ])
}

function alike(typed: string, names: string[]): string[] {
  return names.filter((name) => distance(typed, name) <= 2 || name.startsWith(typed))
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]
}

export function unknownCommand(word: string): CommandError {
  const kubectls = suggestions(word)
  const meant = kubectls.length ? kubectls : alike(word, Object.keys(OWN_COMMANDS))
  const hint = meant.length ? `\n\nDid you mean this?\n${meant.map((name) => `\t${name}\n`).join('')}` : ''
  return new CommandError(`unknown command ${quote(word)} for "kubectl"${hint}`)
}
