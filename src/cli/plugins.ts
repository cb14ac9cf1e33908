// Plugins: programs on the PATH whose names begin with `kubectl-`. Upstream: kubectl/pkg/cmd/cmd.go HandlePluginCommand.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import type { Host } from '../env'
import { PlainFailure } from '../errors'
import { helpData } from './help-data'

/**
 * Runs the plugin the words name, the longest name first but none of fewer than `least` words; the exit code, or undefined when there
 * is none. Throws PlainFailure when flags stand before the name.
 */
export function runPlugin(words: string[], host: Host, least = 1): number | undefined {
  const names: string[] = []
  for (const word of words) {
    if (word.startsWith('-')) break
    names.push(word.replaceAll('-', '_'))
  }
  if (names.length === 0) throw new PlainFailure(`Error: flags cannot be placed before plugin name: ${words[0]}`)
  // One name is tried in any case.
  for (let count = names.length; count > 0; count--) {
    const program = findProgram(`kubectl-${names.slice(0, count).join('-')}`, host)
    if (program) return start(program, words.slice(count), host)
    if (count - 1 < least) return undefined
  }
  return undefined
}

function start(program: string, args: string[], host: Host): number {
  const env = { ...host.variables, KUBECTL_PATH: host.program }
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', cwd: host.cwd, env })
  if (error) throw error
  return status ?? 1
}

/** The plugins on the PATH by directory, in the order in which `plugin list` shows them; `unreadable` is told of directories that cannot be read. */
export function pluginFiles(host: Host, unreadable: (directory: string, error: unknown) => void = () => {}): string[] {
  return programDirectories(host).flatMap((directory) => {
    try {
      return fs
        .readdirSync(directory, { withFileTypes: true })
        .filter((entry) => entry.name.startsWith('kubectl-') && !entry.isDirectory())
        .map((entry) => path.join(directory, entry.name))
        .sort()
    } catch (error) {
      unreadable(directory, error)
      return []
    }
  })
}

/** First words of plugins, with what help says of them. Words that are commands are left out, but for those of the last group. */
export function pluginGroups(host: Host): [name: string, summary: string][] {
  const known = new Set(
    helpData()
      .groups.slice(0, -1)
      .flatMap(([, names]) => names),
  )
  return pluginFiles(host)
    .map((file) => path.basename(file).split('-')[1].replaceAll('_', '-'))
    .filter((name) => !known.has(name))
    .map((name) => [name, pluginSummary(name)])
}

export function pluginSummary(name: string): string {
  return `The command ${name} is a plugin installed by the user`
}

/** The directories of the PATH, each once. */
export function programDirectories(host: Host): string[] {
  return [...new Set((host.variables.PATH ?? '').split(path.delimiter))].filter((directory) => directory !== '')
}

export function findProgram(name: string, host: Host): string | undefined {
  return programDirectories(host)
    .map((directory) => path.join(directory, name))
    .find(isExecutable)
}

export function isExecutable(file: string): boolean {
  try {
    const { mode } = fs.statSync(file)
    return fs.statSync(file).isFile() && (mode & 0o111) !== 0
  } catch {
    return false
  }
}
