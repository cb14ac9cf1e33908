// --from-file, --from-literal and --from-env-file: where the keys of ConfigMaps and Secrets come from.
// Upstream: kubectl/pkg/cmd/create/create_{configmap,secret}.go, kubectl/pkg/util/util.go, kubectl/pkg/cmd/util/env_file.go.
import { isUtf8 } from 'node:buffer'
import fs from 'node:fs'
import path from 'node:path'
import { CommandError } from '../errors'
import { isEnvVarName } from '../lib/names'
import { fileFailure, goReason } from '../lib/os-errors'
import { ownEntry } from '../lib/own-entry'
import type { CommandContext } from './context'
import { readBounded } from './read-file'

export type AddKey = (key: string, data: Buffer) => void

/** `key=value`. Throws CommandError. */
export function addLiterals(literals: string[], add: AddKey): void {
  for (const literal of literals) {
    const equals = literal.indexOf('=')
    if (equals <= 0) throw new CommandError(`invalid literal source ${literal}, expected key=value`)
    add(literal.slice(0, equals), Buffer.from(literal.slice(equals + 1)))
  }
}

function parseFileSource(source: string): { key: string; file: string } {
  const parts = source.split('=')
  if (parts.length === 1) return { key: path.basename(source), file: source }
  if (parts.length > 2) throw new CommandError("key names or file paths cannot contain '='")
  if (!parts[0]) throw new CommandError(`key name for file path ${parts[1]} missing`)
  if (!parts[1]) throw new CommandError(`file path for key name ${parts[0]} missing`)
  return { key: parts[0], file: parts[1] }
}

function statOf(context: CommandContext, file: string): fs.Stats {
  try {
    return fs.statSync(path.resolve(context.host.cwd, file))
  } catch (error) {
    throw new CommandError(`error reading ${file}: ${goReason(error)}`)
  }
}

function read(context: CommandContext, file: string): Buffer {
  try {
    return readBounded(path.resolve(context.host.cwd, file))
  } catch (error) {
    throw new CommandError(fileFailure(file, error))
  }
}

/** `[key=]file`, or a directory whose plain files become keys. Throws CommandError. */
export function addFiles(context: CommandContext, sources: string[], add: AddKey): void {
  for (const source of sources) {
    const { key, file } = parseFileSource(source)
    if (!statOf(context, file).isDirectory()) {
      add(key, read(context, file))
      continue
    }
    if (source.includes('=')) throw new CommandError('cannot give a key name for a directory path')
    const entries = fs.readdirSync(path.resolve(context.host.cwd, file), { withFileTypes: true })
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.isFile()) add(entry.name, read(context, path.join(file, entry.name)))
    }
  }
}

/** Lines of `KEY=value`; a KEY alone takes its value from the environment. `what` is `config` or `secret`. Throws CommandError. */
export function addEnvFiles(context: CommandContext, files: string[], what: string, add: AddKey): void {
  for (const file of files) {
    if (statOf(context, file).isDirectory()) throw new CommandError(`env ${what} file cannot be a directory`)
    const bytes = read(context, file)
    checkUtf8(bytes, file)
    const text = bytes.toString('utf8')
    for (const [key, value] of parseEnvFile(text, context.host.variables)) add(key, Buffer.from(value))
  }
}

function checkUtf8(bytes: Buffer, file: string): void {
  if (isUtf8(bytes)) return
  for (let start = 0, line = 1; start < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, start)
    const text = bytes.subarray(start, end < 0 ? bytes.length : end)
    if (!isUtf8(text)) throw new CommandError(`env file ${file} contains invalid utf8 bytes at line ${line}: [${[...text].join(' ')}]`)
    start += text.length + 1
  }
}

/** The pairs of an env file in order. Throws CommandError for a bad key. */
export function parseEnvFile(text: string, variables: Record<string, string | undefined>): [string, string][] {
  const pairs: [string, string][] = []
  for (const raw of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    const line = raw.trimStart()
    if (line === '' || line.startsWith('#')) continue
    const equals = line.indexOf('=')
    const key = equals < 0 ? line : line.slice(0, equals)
    const errors = isEnvVarName(key)
    if (errors.length) throw new CommandError(`${JSON.stringify(key)} is not a valid key name: ${errors.join(';')}`)
    pairs.push([key, equals < 0 ? (ownEntry(variables, key) ?? '') : line.slice(equals + 1)])
  }
  return pairs
}
