// kubectl plugin list. Upstream: kubectl/pkg/cmd/plugin/plugin.go.
import path from 'node:path'
import type { Command, CommandContext } from '../cli/context'
import { findCommand } from '../cli/find-command'
import { isExecutable, pluginFiles } from '../cli/plugins'
import { PlainFailure } from '../errors'
import { quote } from '../lib/go-values'
import { goReason } from '../lib/os-errors'

function list(context: CommandContext): void {
  const nameOnly = context.flags.bool('name-only')
  const files = pluginFiles(context.host, (directory, error) =>
    context.err(`Unable to read directory ${quote(directory)} from your PATH: open ${directory}: ${goReason(error)}. Skipping...\n`),
  )
  if (files.length) context.out('The following compatible plugins are available:\n\n')
  const seen = new Map<string, string>()
  let warnings = 0
  for (const file of files) {
    context.out(`${nameOnly ? path.basename(file) : file}\n`)
    for (const warning of warningsAbout(file, seen)) {
      context.err(`  - ${warning}\n`)
      warnings++
    }
  }
  if (files.length === 0) throw new PlainFailure('error: unable to find any kubectl plugins in your PATH')
  if (warnings)
    throw new PlainFailure(warnings === 1 ? 'error: one plugin warning was found' : `error: ${warnings} plugin warnings were found`)
}

function warningsAbout(file: string, seen: Map<string, string>): string[] {
  const name = path.basename(file)
  const warnings: string[] = []
  if (!isExecutable(file)) warnings.push(`warning: ${file} identified as a kubectl plugin, but it is not executable`)
  const earlier = seen.get(name)
  if (earlier) warnings.push(`warning: ${file} is overshadowed by a similarly named plugin: ${earlier}`)
  else seen.set(name, file)
  const { path: known, loose } = findCommand(name.split('-').slice(1))
  if (known || loose.length === 0)
    warnings.push(`warning: ${name} overwrites existing command: ${quote(known ? `kubectl ${known}` : 'kubectl')}`)
  return warnings
}

export const command: Command = { run: list }
