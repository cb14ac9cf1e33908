// The user's preferences file, kuberc: other names for commands, and other defaults for their flags.
// Upstream: kubectl/pkg/kuberc.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Host } from '../env'
import { CommandError, PlainFailure } from '../errors'
import { quote } from '../lib/go-values'
import { fileFailure } from '../lib/os-errors'
import { parseYaml, splitDocuments } from '../schema/yaml'
import { findCommand } from './find-command'
import { commandSpec, type FlagSpec, flagsOf } from './flag-table'
import { Flags } from './flags'
import { klogLine } from './klog'

export interface Option {
  name: string
  default: string
}

/** kubectl.config.k8s.io/v1beta1 Preference; members in the order in which it is written. */
export interface Preference {
  apiVersion: string
  kind: string
  defaults: { command: string; options: Option[] | null }[] | null
  aliases: { name: string; command: string; prependArgs?: string[]; appendArgs?: string[]; options?: Option[] }[] | null
  credentialPluginPolicy?: string
  credentialPluginAllowlist?: { command?: string; name?: string }[]
}

/** A command line as the preferences make it. */
export interface Preferred {
  line: string[]
  /** Values of flags that the line does not name. */
  presets: [name: string, text: string][]
}

export const GROUP = 'kubectl.config.k8s.io'

/** Takes aliases and defaults from the file into the command line. Throws PlainFailure for a file that cannot be used. */
export function applyPreferences(words: string[], host: Host): Preferred {
  try {
    const preference = loadedFor(words, host)
    if (!preference) return { line: words, presets: [] }
    check(preference)
    const { line, presets } = withAlias(words, preference, host)
    return { line, presets: [...presets, ...defaultsFor(line, preference, host)] }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    throw new PlainFailure(`error occurred while applying preferences ${error.message}`)
  }
}

/** The file, and whether the user named it; no file when KUBERC=off. Throws CommandError. */
export function kubercFile(host: Host, flag: string): { file: string; explicit: boolean } {
  const { KUBERC, HOME } = host.variables
  if (KUBERC === 'off') {
    if (flag) throw new CommandError('disabling kuberc via KUBERC=off and passing kuberc flag are mutually exclusive')
    return { file: '', explicit: false }
  }
  if (flag || KUBERC) return { file: flag || (KUBERC as string), explicit: true }
  return { file: path.join(HOME || os.homedir(), '.kube', 'kuberc'), explicit: false }
}

function namedFile(words: string[]): string {
  for (const [i, word] of words.entries()) {
    if (word === '--') break
    let named: string | undefined
    if (word === '--kuberc') named = words[i + 1]
    else if (word.includes('--kuberc=')) named = word.split('=')[1]
    else continue
    if (!named) throw new CommandError('kuberc file is not found')
    return named
  }
  return ''
}

function loadedFor(words: string[], host: Host): Preference | undefined {
  let located: { file: string; explicit: boolean }
  try {
    located = kubercFile(host, namedFile(words))
  } catch (error) {
    if ((error as Error).message === 'kuberc file is not found') throw error
    throw new CommandError(`kuberc error ${(error as Error).message}`)
  }
  const { file, explicit } = located
  if (!file) return undefined
  try {
    const { preference, unknown } = readPreference(path.resolve(host.cwd, file), file)
    if (unknown) host.streams.err(`kuberc: ignoring strict decoding error in ${file}: ${unknown}`)
    if (!preference && levelIn(words) >= TOLD)
      host.streams.err(klogLine(host, 'I', 'marshal.go:103', `kuberc: no preferences found in ${file}`))
    return preference
  } catch (error) {
    if (explicit) throw new CommandError(`kuberc error kuberc: ${(error as Error).message}`)
    if (!isMissing(error)) host.streams.err(`kuberc: no preferences loaded from ${file}: ${(error as Error).message}`)
    return undefined
  }
}

/** From this level of -v on an empty file is told of. */
const TOLD = 5

/** The level of -v in a line that is not parsed yet. */
function levelIn(words: string[]): number {
  const named = words.findIndex((word) => word === '-v' || word === '--v')
  if (named >= 0) return Number(words[named + 1])
  return Number(words.map((word) => /^--?v=?(\d+)$/.exec(word)?.[1]).find((level) => level !== undefined) ?? 0)
}

class FileError extends Error {
  constructor(
    message: string,
    readonly missing: boolean,
  ) {
    super(message)
  }
}

/** Did reading fail because there is no such file? */
export function isMissing(error: unknown): boolean {
  return error instanceof FileError && error.missing
}

/**
 * The first Preference in a file, and what of it nobody knows; no preference for an empty file. `shown` is the name for error texts.
 * Throws an Error for a file that cannot be read or has only other things.
 */
export function readPreference(file: string, shown: string): { preference?: Preference; unknown?: string } {
  let text: string
  try {
    text = fs.readFileSync(file, 'utf8')
  } catch (error) {
    throw new FileError(fileFailure(shown, error), (error as NodeJS.ErrnoException).code === 'ENOENT')
  }
  const documents = splitDocuments(text)
  for (const document of documents) {
    const decoded = decode(document)
    if (decoded) return decoded
  }
  if (documents.length) throw new Error(`no valid preferences found in ${shown}, use --v=5 to see details`)
  return {}
}

type Shape = { [member: string]: 'text' | 'texts' | Shape[] }

const OPTIONS: Shape[] = [{ name: 'text', default: 'text' }]
const SHAPES: Record<string, Shape> = {
  v1beta1: {
    defaults: [{ command: 'text', options: OPTIONS }],
    aliases: [{ name: 'text', command: 'text', prependArgs: 'texts', appendArgs: 'texts', options: OPTIONS }],
    credentialPluginPolicy: 'text',
    credentialPluginAllowlist: [{ name: 'text', command: 'text' }],
  },
  v1alpha1: {
    overrides: [{ command: 'text', flags: OPTIONS }],
    aliases: [{ name: 'text', command: 'text', prependArgs: 'texts', appendArgs: 'texts', flags: OPTIONS }],
  },
}

/** What members of the older version are called in the newer one. */
const RENAMED: Record<string, string> = { overrides: 'defaults', flags: 'options' }

function decode(document: string): { preference: Preference; unknown?: string } | undefined {
  let value: unknown
  try {
    value = parseYaml(document)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { apiVersion, kind, ...members } = value as Record<string, unknown>
  const [group, version] = String(apiVersion).split('/')
  const shape = SHAPES[version]
  if (group !== GROUP || kind !== 'Preference' || !shape) return undefined
  const strangers: string[] = []
  const read = shaped(members, shape, '', strangers)
  if (!read) return undefined
  const preference = { apiVersion: `${GROUP}/v1beta1`, kind: 'Preference', defaults: null, aliases: null, ...read } as Preference
  // Members that are always there, as Go's zero values.
  preference.defaults = preference.defaults?.map((each) => ({ ...{ command: '', options: null }, ...each })) ?? null
  const unknown = strangers.length
    ? `strict decoding error: ${strangers.map((name) => `unknown field ${quote(name)}`).join(', ')}`
    : undefined
  return { preference, unknown }
}

/** The members that a shape knows; undefined when one of them is of another type. Names of the others go to `strangers`. */
function shaped(value: unknown, shape: Shape, at: string, strangers: string[]): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const out: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const type = shape[name]
    if (type === undefined) strangers.push(`${at}${name}`)
    else if (member !== null) {
      const read = memberOf(member, type, `${at}${name}`, strangers)
      if (read === undefined) return undefined
      out[RENAMED[name] ?? name] = read
    }
  }
  return out
}

function memberOf(member: unknown, type: Shape[string], at: string, strangers: string[]): unknown {
  if (type === 'text') return typeof member === 'string' ? member : undefined
  if (!Array.isArray(member)) return undefined
  if (type === 'texts') return member.every((each) => typeof each === 'string') ? member : undefined
  const items = member.map((item, i) => shaped(item, type[0], `${at}[${i}].`, strangers))
  return items.includes(undefined) ? undefined : items
}

function check(preference: Preference): void {
  const dashed = (options: Option[] | null | undefined) => {
    for (const { name } of options ?? []) {
      if (name.startsWith('-')) throw new CommandError(`flag name ${name} should be in long form without dashes`)
    }
  }
  const names = new Set<string>()
  for (const alias of preference.aliases ?? []) {
    if (!/^[a-zA-Z]+$/.test(alias.name ?? '')) throw new CommandError('invalid alias name, can only include alphabetical characters')
    dashed(alias.options)
    if (names.has(alias.name)) throw new CommandError(`duplicate alias name ${alias.name}`)
    names.add(alias.name)
  }
  for (const each of preference.defaults ?? []) dashed(each.options)
  checkPolicy(preference)
}

/** Upstream: client-go/plugin/pkg/client/auth/exec ValidatePluginPolicy. */
function checkPolicy({ credentialPluginPolicy: policy = '', credentialPluginAllowlist: list }: Preference): void {
  if (['', 'AllowAll', 'DenyAll'].includes(policy)) {
    if (!list) return
    throw new CommandError(`misconfigured credential plugin allowlist: plugin policy is ${quote(policy)} but allowlist is non-nil`)
  }
  if (policy !== 'Allowlist') throw new CommandError(`unknown plugin policy: ${quote(policy)}`)
  if (!list) throw new CommandError('credential plugin policy set to "Allowlist", but allowlist is unspecified')
  if (list.length === 0)
    throw new CommandError('credential plugin policy set to "Allowlist", but allowlist is empty; use "DenyAll" policy instead')
  for (const [i, { command = '', name }] of list.entries()) {
    if (!command && !name) throw new CommandError(`misconfigured credential plugin allowlist: empty allowlist entry #${i + 1}`)
    const cleaned = path.normalize(command).replace(/(.)\/$/, '$1')
    if (cleaned !== command) throw new CommandError(`non-normalized file path: ${quote(command)} vs ${quote(cleaned)}`)
  }
}

function isUnknown({ path: found, loose }: ReturnType<typeof findCommand>): boolean {
  return found === '' && loose.length > 0
}

function withAlias(words: string[], { aliases }: Preference, host: Host): Preferred {
  const none = { line: words, presets: [] }
  if (!aliases || !isUnknown(findCommand(words))) return none
  const at = words.findIndex((word) => !word.startsWith('-') && !word.startsWith('__complete'))
  const alias = aliases.find(({ name }) => name === words[at])
  if (!alias) return none
  const target = (alias.command ?? '').split(/\s+/).filter(Boolean)
  const { path: command, loose } = findCommand(target)
  if (command === '' && loose.length) {
    throw new CommandError(`command ${quote(alias.command)} not found to set alias ${quote(alias.name)}: [${target.join(' ')}]`)
  }
  const args = [...(alias.prependArgs ?? []), ...words.slice(at + 1), ...(alias.appendArgs ?? [])]
  const unknown = (name: string) => `invalid alias flag ${name} in alias ${host.program}`
  const refused = ({ name, default: text }: Option, why: string) =>
    `could not apply value ${text} to flag ${name} in alias ${host.program} err: ${why}`
  const presets = presetsOf(command, alias.options ?? [], words, host, unknown, refused)
  return { line: [...words.slice(0, at), ...command.split(' '), ...args], presets }
}

function defaultsFor(line: string[], { defaults }: Preference, host: Host): [string, string][] {
  const found = findCommand(line)
  if (isUnknown(found)) return []
  const nameOf = (command: string) => command.slice(command.lastIndexOf(' ') + 1)
  return (defaults ?? []).flatMap((each) => {
    const target = findCommand((each.command ?? '').split(/\s+/).filter(Boolean))
    if (isUnknown(target)) {
      host.streams.err(`Warning: command ${quote(each.command)} not found to set kuberc override\n`)
      return []
    }
    if (nameOf(target.path) !== nameOf(found.path)) return []
    const unknown = (name: string) => `invalid flag ${name} for command ${each.command}`
    const refused = ({ name, default: text }: Option, why: string) =>
      `could not apply override value ${text} to flag ${name} in command ${each.command} err: ${why}`
    return presetsOf(found.path, each.options ?? [], line, host, unknown, refused)
  })
}

function presetsOf(
  command: string,
  options: Option[],
  words: string[],
  host: Host,
  unknown: (name: string) => string,
  refused: (option: Option, why: string) => string,
): [string, string][] {
  const spec = commandSpec(command, host.variables)
  const flags = spec ? flagsOf(spec) : []
  const letters = new Set(flags.flatMap((flag) => flag.short ?? []))
  return options.flatMap((option): [string, string][] => {
    const flag = flags.find(({ name }) => name === option.name)
    if (!flag) throw new CommandError(unknown(option.name))
    if (isGiven(flag, letters, words)) return []
    const text = option.default ?? ''
    const why = refusalOf(flag, text)
    if (why) throw new CommandError(refused(option, why))
    return [[flag.name, text]]
  })
}

function refusalOf(flag: FlagSpec, text: string): string | undefined {
  try {
    new Flags([flag]).set(flag.name, text)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** Does the command line name the flag itself? */
function isGiven({ name, short }: FlagSpec, letters: Set<string>, words: string[]): boolean {
  return words.some((word) => {
    if (word === `--${name}` || word.startsWith(`--${name}=`)) return true
    if (!short) return false
    if (word.startsWith(`-${short}`)) return true
    return /^-[a-zA-Z]+$/.test(word) && letters.has(short) && word.slice(1).includes(short)
  })
}
