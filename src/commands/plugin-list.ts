// kubectl plugin list. Upstream: kubectl/pkg/cmd/plugin/plugin.go.
import fs from 'node:fs'
import path from 'node:path'
import type { Command, CommandContext } from '../cli/context'
import { commandSpec } from '../cli/flag-table'
import { isExecutable, programDirectories } from '../cli/plugins'
import { CommandError } from '../errors'
import { goReason } from '../lib/os-errors'

function list(context: CommandContext): void {
  const nameOnly = context.flags.bool('name-only')
  const seen = new Map<string, string>()
  const lines: string[] = []
  let warnings = 0
  for (const directory of programDirectories(context.host)) {
    for (const name of pluginsIn(context, directory)) {
      const file = path.join(directory, name)
      if (lines.length === 0) context.err('The following compatible plugins are available:\n\n')
      lines.push(nameOnly ? name : file)
      context.out(`${nameOnly ? name : file}\n`)
      for (const warning of warningsAbout(file, name, seen)) {
        context.err(`  - ${warning}\n`)
        warnings++
      }
      if (!seen.has(name)) seen.set(name, file)
    }
  }
  if (lines.length === 0) throw new CommandError('unable to find any kubectl plugins in your PATH')
  if (warnings) throw new CommandError(warnings === 1 ? 'one plugin warning was found' : `${warnings} plugin warnings were found`)
}

function pluginsIn(context: CommandContext, directory: string): string[] {
  try {
    return fs
      .readdirSync(directory)
      .filter((name) => name.startsWith('kubectl-'))
      .sort()
  } catch (error) {
    context.err(
      `Unable to read directory ${JSON.stringify(directory)} from your PATH: open ${directory}: ${goReason(error)}. Skipping...\n`,
    )
    return []
  }
}

function warningsAbout(file: string, name: string, seen: Map<string, string>): string[] {
  const warnings: string[] = []
  const words = name.slice('kubectl-'.length).split('-')
  if (commandSpec(words.map((word) => word.replaceAll('_', '-')).join(' '))) {
    warnings.push(`warning: ${name} overwrites existing command: "kubectl ${words.join(' ')}"`)
  }
  if (!isExecutable(file)) warnings.push(`warning: ${file} identified as a kubectl plugin, but it is not executable`)
  const earlier = seen.get(name)
  if (earlier) warnings.push(`warning: ${file} is overshadowed by a similarly named plugin: ${earlier}`)
  return warnings
}

export const command: Command = { run: list }
