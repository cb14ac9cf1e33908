// Where `-f` reads from: files, directories, patterns, standard input, URLs.
// Upstream: cli-runtime/pkg/resource/{builder.go FilenameParam, visitor.go ExpandPathsToFileVisitors}.
import fs from 'node:fs'
import path from 'node:path'
import type { Host } from '../env'
import { AggregateFailure, CommandError } from '../errors'
import { fileFailure, goReason } from '../lib/os-errors'
import { readBounded } from './read-file'

/** One text to read; `name` stands in error messages. */
export interface Source {
  name: string
  /** Throws CommandError when it cannot be read. */
  text(): Promise<string> | string
}

const EXTENSIONS = ['.json', '.yaml', '.yml']

/** Paths behind one `-f`: directories become their files in name order. Throws CommandError for what does not exist. */
function expand(name: string, cwd: string, recursive: boolean): string[] {
  const matches = /[*?[]/.test(name) ? glob(name, cwd) : []
  if (matches.length) return matches.flatMap((m) => expand(m, cwd, recursive))
  const full = path.resolve(cwd, name)
  let stat: fs.Stats
  try {
    stat = fs.statSync(full)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new CommandError(`the path ${JSON.stringify(name)} does not exist`)
    throw new CommandError(`the path ${JSON.stringify(name)} cannot be accessed: stat ${name}: ${goReason(error)}`)
  }
  if (!stat.isDirectory()) return [name]
  const out: string[] = []
  for (const entry of fs.readdirSync(full, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const child = path.join(name, entry.name)
    if (entry.isDirectory()) {
      if (recursive) out.push(...expand(child, cwd, true))
    } else if (EXTENSIONS.includes(path.extname(entry.name))) out.push(child)
  }
  return out
}

function glob(pattern: string, cwd: string): string[] {
  const dir = path.dirname(pattern)
  const rule = path
    .basename(pattern)
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]')
  try {
    const regex = new RegExp(`^${rule}$`)
    return fs
      .readdirSync(path.resolve(cwd, dir))
      .filter((n) => regex.test(n))
      .sort()
      .map((n) => (dir === '.' && !pattern.startsWith('./') ? n : path.join(dir, n)))
  } catch {
    return []
  }
}

function readText(full: string, name: string): string {
  try {
    return readBounded(full).toString('utf8')
  } catch (error) {
    throw new CommandError(fileFailure(name, error))
  }
}

/** Everything `-f` names, in order. Throws CommandError or AggregateFailure, in kubectl's words, for what does not exist. */
export function manifestSources(host: Host, files: string[], recursive: boolean): Source[] {
  const sources: Source[] = []
  const failures: Error[] = []
  let input = 0
  for (const file of files) {
    try {
      if (file === '-') {
        if (input++) throw new CommandError('standard input cannot be used for multiple arguments')
        sources.push({ name: 'STDIN', text: () => host.streams.readInput() })
      } else if (/^https?:\/\//.test(file)) sources.push(urlSource(file))
      else {
        for (const name of expand(file, host.cwd, recursive))
          sources.push({ name, text: () => readText(path.resolve(host.cwd, name), name) })
        if (!sources.length && !failures.length) {
          throw new CommandError(`error reading [${file}]: recognized file extensions are [${EXTENSIONS.join(' ')}]`)
        }
      }
    } catch (error) {
      failures.push(error as Error)
    }
  }
  if (failures.length) throw failures.length > 1 ? new AggregateFailure(failures) : failures[0]
  return sources
}

function urlSource(address: string): Source {
  if (!URL.canParse(address)) throw new CommandError(`the URL passed to filename ${JSON.stringify(address)} is not valid`)
  return { name: address, text: async () => (await import('./read-url')).readUrl(address) }
}
