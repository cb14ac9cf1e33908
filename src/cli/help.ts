// Help: of the program, of a group of commands, of one command. Upstream: kubectl/pkg/util/templates/templater.go.
import type { Host } from '../env'
import { CommandError, UsageError } from '../errors'
import { type CommandSpec, commandSpec, commandTable, type FlagSpec, subcommands } from './flag-table'
import { flagText, helpData, summaryOf } from './help-data'
import { runPlugin } from './plugins'

/** Prints help for a path, or runs the plugin that an unknown word names; resolves to the exit code. Throws for a word that is neither. */
export async function help(path: string, rest: string[], host: Host, runnable: boolean): Promise<number> {
  const words = rest.filter((word) => !word.startsWith('-'))
  if (!path && words[0] === 'help') return topicHelp(words.slice(1), host)
  if (!path && words.length) {
    const exitCode = runPlugin(rest, host)
    if (exitCode !== undefined) return exitCode
    throw unknownCommand(words[0])
  }
  if (path && !runnable && words.length && !rest.some((word) => word === '-h' || word === '--help')) {
    throw new UsageError(`unknown command ${JSON.stringify(words.join(' '))}`, `See 'kubectl ${path} -h' for help and examples`)
  }
  if (path === 'options') host.streams.out(optionsText(host))
  else host.streams.out(helpText(path))
  return 0
}

function topicHelp(words: string[], host: Host): number {
  let path = ''
  for (const word of words) {
    const spec = subcommands(path).find((each) => nameOf(each) === word || each.aliases?.includes(word))
    if (!spec) break
    path = path ? `${path} ${nameOf(spec)}` : nameOf(spec)
  }
  if (words.length && !path) {
    host.streams.err(`Unknown help topic [${words.map((word) => `\`${word}\``).join(' ')}]\n\n${usageText('')}`)
    return 0
  }
  host.streams.out(helpText(path))
  return 0
}

function nameOf(spec: CommandSpec): string {
  return spec.path.slice(spec.path.lastIndexOf(' ') + 1)
}

/** The whole help of a command; an empty path is the program. */
export function helpText(path: string): string {
  const [summary, long] = helpData().commands[path] ?? ['', '']
  const text = (long || `${summary}.`).replace(/\n\n/g, '\n\n ')
  return `${text}\n\n${usageText(path)}`
}

function usageText(path: string): string {
  const spec = commandSpec(path)
  const examples = helpData().commands[path]?.[2] ?? []
  const children = subcommands(path).filter((child) => nameOf(child) !== 'options' && !(path === '' && nameOf(child) === 'alpha'))
  const program = path ? `kubectl ${path}` : 'kubectl'
  const parts: string[] = []
  if (spec?.aliases?.length) parts.push(`Aliases:\n${[nameOf(spec), ...spec.aliases].join(', ')}`)
  if (examples.length) parts.push(`Examples:\n${examples.map(exampleText).join('\n  \n')}`)
  if (children.length) parts.push(path ? childrenText('Available Commands:', path, children.map(nameOf)) : groupsText())
  if (spec?.flags?.length) parts.push(`Options:\n${spec.flags.map((flag) => flagLines(path, flag)).join('\n\n')}`)
  parts.push(`Usage:\n  ${usageLine(path, spec)}`)
  const hints = children.length ? [`Use "${program} <command> --help" for more information about a given command.`] : []
  hints.push('Use "kubectl options" for a list of global command-line options (applies to all commands).')
  return `${parts.join('\n\n')}\n\n${hints.join('\n')}\n`
}

function exampleText(example: string): string {
  const bar = example.indexOf('|')
  return `  # ${example.slice(0, bar)}\n  kubectl ${example.slice(bar + 1)}`
}

function groupsText(): string {
  const groups = helpData().groups.map(([heading, names]) => childrenText(heading, '', names, 15))
  groups.splice(groups.length - 1, 0, 'Subcommands provided by plugins:')
  return groups.join('\n\n')
}

function childrenText(heading: string, path: string, names: string[], least = 13): string {
  const width = Math.max(least, ...names.map((name) => name.length + 3))
  return [heading, ...names.map((name) => `  ${name.padEnd(width)} ${summaryOf(path ? `${path} ${name}` : name)}`)].join('\n')
}

function flagLines(path: string, flag: FlagSpec, given?: string): string {
  const value = given ?? flag.default ?? ''
  const shown = flag.type === 'string' ? `'${value}'` : value
  return `    ${flag.short ? `-${flag.short}, ` : ''}--${flag.name}=${shown}:\n\t${flagText(path, flag.name)}`
}

function usageLine(path: string, spec: CommandSpec | undefined): string {
  const parent = path.includes(' ') ? `${path.slice(0, path.lastIndexOf(' '))} ` : ''
  const use = path ? `kubectl ${parent}${spec?.use ?? ''}` : 'kubectl [flags]'
  return use.includes('[options]') ? use : `${use} [options]`
}

/** What `kubectl options` prints. */
export function optionsText(host: Host): string {
  const cache = `${host.variables.HOME ?? ''}/.kube/cache`
  const flags = commandTable().global.map((flag) => flagLines('', flag, flag.name === 'cache-dir' ? cache : undefined))
  return `The following options can be passed to any command:\n\n${flags.join('\n\n')}\n\n`
}

/** What a user may have meant: words that begin so, or differ in two letters at most. Upstream: cobra's SuggestionsFor. */
function suggestions(word: string): string[] {
  const names = helpData().groups.flatMap(([, group]) => group)
  return names.filter((name) => {
    const close = distance(word.toLowerCase(), name.toLowerCase()) <= 2
    return close || name.toLowerCase().startsWith(word.toLowerCase()) || ALSO_KNOWN_AS[name]?.includes(word)
  })
}

/** Words for which a command is suggested though they look different. */
const ALSO_KNOWN_AS: Record<string, string[]> = { get: ['list', 'ps'], delete: ['rm'] }

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

function unknownCommand(word: string): CommandError {
  const meant = suggestions(word)
  const hint = meant.length ? `\n\nDid you mean this?\n${meant.map((name) => `\t${name}`).join('\n')}` : ''
  return new CommandError(`unknown command ${JSON.stringify(word)} for "kubectl"${hint}`)
}
