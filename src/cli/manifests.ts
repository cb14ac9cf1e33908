// Objects from files, directories, standard input and URLs, as `-f` names them: read, split into documents, decoded to plain JSON.
// Upstream: cli-runtime/pkg/resource/{builder,visitor}.go, apimachinery/pkg/util/yaml.
import fs from 'node:fs'
import path from 'node:path'
import type { Host } from '../env'
import { AggregateFailure, CommandError } from '../errors'
import { splitDocuments } from '../schema/yaml'
import { parseYaml } from './yaml'

/** A document with where it came from (`file.yml`, `STDIN`). A `List` has been taken apart: `inList` says so. */
export interface Document {
  value: Record<string, unknown>
  source: string
  inList: boolean
}

/** Documents in order, and what could not be read: one failure a source. */
export interface Documents {
  documents: Document[]
  failures: Error[]
}

const EXTENSIONS = ['.json', '.yaml', '.yml']

/** Paths behind `-f`: directories become their files in name order. Throws CommandError for what does not exist. */
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

export function goReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  const words: Record<string, string> = { EACCES: 'permission denied', EISDIR: 'is a directory', ENOENT: 'no such file or directory' }
  return (code && words[code]) ?? message
}

/** Concatenated JSON values. */
function splitJson(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = -1
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (inString) {
      if (c === '\\') i++
      else if (c === '"') inString = false
    } else if (c === '"') inString = true
    else if (c === '{' || c === '[') {
      if (depth++ === 0) start = i
    } else if ((c === '}' || c === ']') && --depth === 0) {
      parts.push(text.slice(start, i + 1))
      start = -1
    }
  }
  if (start >= 0 || !parts.length) return [text]
  return parts
}

/** The values in a text: YAML documents or JSON objects. Throws CommandError in kubectl's words, naming the source. */
export async function parseDocuments(text: string, source: string): Promise<unknown[]> {
  const clean = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  if (/^\s*[{[]/.test(clean)) {
    try {
      return splitJson(clean).map((part) => JSON.parse(part) as unknown)
    } catch {
      // Not JSON after all (a flow mapping, or broken): YAML's words serve both.
    }
  }
  return splitDocuments(clean).map((part) => parseYaml(part, source))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Takes lists apart; documents that are nothing (`null`) are passed over. */
function flatten(value: unknown, source: string, inList: boolean): Document[] {
  if (value === null || value === undefined) return []
  if (!isObject(value)) {
    throw new CommandError(
      `error parsing ${source}: error unmarshaling JSON: json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type map[string]interface {}`,
    )
  }
  if (typeof value.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items)) {
    const itemKind = value.kind.slice(0, -4)
    return value.items.flatMap((item) => {
      const filled =
        isObject(item) && itemKind && !item.kind ? { ...item, kind: itemKind, apiVersion: item.apiVersion ?? value.apiVersion } : item
      return flatten(filled, source, true)
    })
  }
  return [{ value, source, inList }]
}

/** Everything `-f` names. `files` that are `-` read standard input once. */
export async function readManifests(host: Host, files: string[], recursive: boolean): Promise<Documents> {
  if (files.filter((f) => f === '-').length > 1) throw new CommandError('specified more than once')
  const documents: Document[] = []
  const failures: Error[] = []
  const sources: { name: string; text: () => Promise<string> | string }[] = []
  for (const file of files) {
    if (file === '-') sources.push({ name: 'STDIN', text: () => host.streams.readInput() })
    else if (/^https?:\/\//.test(file))
      throw new CommandError(`unable to read URL ${JSON.stringify(file)}: kubesim works without a network`)
    else
      for (const name of expand(file, host.cwd, recursive)) sources.push({ name, text: () => readText(path.resolve(host.cwd, name), name) })
  }
  for (const { name, text } of sources) {
    try {
      for (const value of await parseDocuments(await text(), name)) documents.push(...flatten(value, name, false))
    } catch (error) {
      if (!(error instanceof Error)) throw error
      failures.push(error)
    }
  }
  if (failures.length && sources.length > 1)
    return { documents, failures: [failures.length > 1 ? new AggregateFailure(failures) : failures[0]] }
  return { documents, failures }
}

function readText(full: string, name: string): string {
  try {
    return fs.readFileSync(full, 'utf8')
  } catch (error) {
    throw new CommandError(`open ${name}: ${goReason(error)}`)
  }
}
