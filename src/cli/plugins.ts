// Plugins: programs on the PATH whose names begin with `kubectl-`. Upstream: kubectl/pkg/cmd/cmd.go HandlePluginCommand.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import type { Host } from '../env'

/** Runs the plugin the words name, the longest name first; the exit code, or undefined when there is none. */
export function runPlugin(words: string[], host: Host): number | undefined {
  const names: string[] = []
  for (const word of words) {
    if (word.startsWith('-')) break
    names.push(word.replaceAll('-', '_'))
  }
  for (let count = names.length; count > 0; count--) {
    const program = findProgram(`kubectl-${names.slice(0, count).join('-')}`, host)
    if (program) return start(program, words.slice(count), host)
  }
  return undefined
}

function start(program: string, args: string[], host: Host): number {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', cwd: host.cwd, env: host.variables })
  if (error) throw error
  return status ?? 1
}

/** The directories of the PATH, each once. */
export function programDirectories(host: Host): string[] {
  return [...new Set((host.variables.PATH ?? '').split(path.delimiter))].filter((directory) => directory !== '')
}

function findProgram(name: string, host: Host): string | undefined {
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
