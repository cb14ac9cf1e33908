// Completion of plugins: their names, and what a plugin's own completion program says of its words.
// Upstream: kubectl/pkg/cmd/plugin/plugin_completion.go.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import type { Host } from '../env'
import type { Offer } from './complete-values'
import { findProgram, pluginFiles, pluginSummary } from './plugins'

/** First words of plugins with what is said of them. */
export function pluginCommands(host: Host): [name: string, summary: string][] {
  const names = new Set(pluginFiles(host).map((file) => path.basename(file).split('-')[1].replaceAll('_', '-')))
  return [...names].map((name) => [name, pluginSummary(name)])
}

/** What may follow the words of a plugin; undefined when there is no plugin of that name. */
export function completePlugin(typed: string[], last: string, host: Host): Offer | undefined {
  const plugins = pluginFiles(host).map((file) => path.basename(file).split('-').slice(1))
  const matching = plugins.filter((words) => words.every((word, i) => word.replaceAll('_', '-') === typed[i]))
  const longest = matching.sort((a, b) => b.length - a.length)[0]
  const below = plugins.filter((words) => words.length > typed.length && typed.every((word, i) => words[i].replaceAll('_', '-') === word))
  if (!longest && below.length === 0) return undefined
  const children = [...new Set(below.map((words) => words[typed.length].replaceAll('_', '-')))].filter((name) => name.startsWith(last))
  const choices = children.map((name) => `${name}\t${pluginSummary(name)}`)
  const program = longest && findProgram(`kubectl_complete-${longest.join('-')}`, host)
  if (!program) return { choices, directive: children.length ? 4 : 0 }
  const { stdout, status } = spawnSync(program, [...typed.slice(longest.length), last], { encoding: 'utf8', env: host.variables })
  const lines = status === 0 ? stdout.split('\n').filter((line) => line !== '') : []
  const directive = /^:(\d+)$/.exec(lines[lines.length - 1] ?? '')
  if (directive) lines.pop()
  return { choices: [...choices, ...lines], directive: directive ? Number(directive[1]) : 0 }
}
