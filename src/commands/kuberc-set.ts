// kubectl kuberc set: an alias, defaults of a command, or which credential plugins may run. Upstream: kubectl/pkg/cmd/kuberc/set.go.
import type { Command, CommandContext } from '../cli/context'
import { isMissing, type Option, type Preference, readPreference } from '../cli/kuberc'
import { CommandError, combine } from '../errors'
import { quote } from '../lib/go-values'
import { emptyPreference, fileOf, savePreference } from './kuberc-file'

function set(context: CommandContext): void {
  const { flags } = context
  const { file, full } = fileOf(context)
  validate(context)
  let preference: Preference
  try {
    const read = readPreference(full, file)
    if (read.unknown) throw new Error(read.unknown)
    if (!read.preference) throw new Error('error converting Preferences to v1beta1.Preferences: expected pointer, but got invalid kind')
    preference = read.preference
  } catch (error) {
    if (!isMissing(error)) throw new CommandError(`error reading kuberc file: ${(error as Error).message}`)
    preference = emptyPreference()
  }
  const options = flags.list('option').map(optionOf)
  const section = flags.string('section')
  if (section === 'defaults') setDefaults(context, preference, options)
  else if (section === 'aliases') setAlias(context, preference, options)
  else setPolicy(context, preference)
  savePreference(context, preference)
}

function validate({ flags }: CommandContext): void {
  const section = flags.string('section')
  const refuse = (message: string) => {
    throw new CommandError(message)
  }
  if (!['defaults', 'aliases', 'credentialplugin'].includes(section)) {
    refuse(`--section must be "defaults", "aliases", or "credentialplugin", got: ${section}`)
  }
  if (section === 'aliases' && !flags.string('name')) refuse('--name is required when --section=aliases')
  if (section === 'defaults' && flags.string('name')) refuse('--name should not be specified when --section=defaults')
  if (section === 'defaults' && (flags.list('prependarg').length || flags.list('appendarg').length)) {
    refuse('--prependarg and --appendarg are only valid for --section=aliases')
  }
  if (section !== 'credentialplugin') {
    if (!flags.string('command')) refuse('--command is required when --section=aliases or --section=defaults')
    return
  }
  const policy = flags.string('policy')
  const entries = flags.list('allowlist-entry').length
  if (!policy) refuse('--policy is required when --section=credentialplugin')
  if (!['AllowAll', 'DenyAll', 'Allowlist'].includes(policy)) {
    refuse(` --policy must be  "AllowAll", "DenyAll", or "Allowlist", got: ${policy}`)
  }
  if (policy === 'Allowlist' && !entries) {
    refuse('--allowlist-entry is required when --section=credentialplugin and --policy=Allowlist')
  }
  if (policy !== 'Allowlist' && entries) {
    refuse('--allowlist-entry may only be used when --section=credentialplugin and --policy=Allowlist')
  }
}

function optionOf(text: string): Option {
  const equals = text.indexOf('=')
  if (equals < 0) throw new CommandError(`invalid option format ${quote(text)}, expected flag=value`)
  return { name: text.slice(0, equals).replace(/^-+/, ''), default: text.slice(equals + 1) }
}

function setDefaults({ flags }: CommandContext, preference: Preference, options: Option[]): void {
  const command = flags.string('command')
  const existing = preference.defaults?.find((each) => each.command === command)
  if (!existing) {
    preference.defaults = [...(preference.defaults ?? []), { command, options: options.length ? options : null }]
    return
  }
  if (!flags.bool('overwrite')) {
    throw new CommandError(`defaults for command ${quote(command)} already exist, use --overwrite to replace`)
  }
  if (options.length) existing.options = options
}

function setAlias({ flags }: CommandContext, preference: Preference, options: Option[]): void {
  const name = flags.string('name')
  const aliases = preference.aliases ?? []
  const at = aliases.findIndex((each) => each.name === name)
  const old = at < 0 ? undefined : aliases[at]
  if (old && !flags.bool('overwrite')) throw new CommandError(`alias ${quote(name)} already exists, use --overwrite to replace`)
  const list = <T>(given: T[], before: T[] | undefined) => (given.length ? given : before)
  const prependArgs = list(flags.list('prependarg'), old?.prependArgs)
  const appendArgs = list(flags.list('appendarg'), old?.appendArgs)
  const all = list(options, old?.options)
  const alias = {
    name,
    command: flags.string('command'),
    ...(prependArgs ? { prependArgs } : {}),
    ...(appendArgs ? { appendArgs } : {}),
    ...(all ? { options: all } : {}),
  }
  preference.aliases = old ? aliases.map((each, i) => (i === at ? alias : each)) : [...aliases, alias]
}

function setPolicy({ flags }: CommandContext, preference: Preference): void {
  const policy = flags.string('policy')
  if (policy === 'Allowlist') preference.credentialPluginAllowlist = allowlist(flags.list('allowlist-entry'))
  preference.credentialPluginPolicy = policy
}

function allowlist(entries: string[]): { command: string }[] {
  const failures: Error[] = []
  const list: { command: string }[] = []
  for (const pair of entries.flatMap((entry) => entry.split(','))) {
    const equals = pair.indexOf('=')
    const [field, value] = [pair.slice(0, equals), pair.slice(equals + 1)]
    let problem: string | undefined
    if (equals < 0) problem = `improperly formatted allowlist entry: ${quote(pair)}`
    else if (field === 'name') problem = 'allowlist entry field "name" is deprecated, use "command" instead'
    else if (field !== 'command') problem = `unrecognized allowlist entry field: ${quote(field)}`
    else if (value.trim() === '') problem = `empty value in allowlist entry for field ${quote(field)}`
    if (problem) failures.push(new CommandError(problem))
    else list.push({ command: value })
  }
  const failure = combine(failures)
  if (failure) throw failure
  return list
}

export const command: Command = { run: set }
