// kubectl kuberc view: the user's preferences. Upstream: kubectl/pkg/cmd/kuberc/view.go.
import type { KubeObject } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import { isMissing, type Preference, readPreference } from '../cli/kuberc'
import { printerOptions } from '../cli/result'
import { CommandError } from '../errors'
import { toJson } from '../lib/json-emit'
import { resultPrinterFor } from '../print'
import { DEFAULT_PREFERENCE, fileOf, savePreference } from './kuberc-file'

async function view(context: CommandContext): Promise<void> {
  const { flags, host } = context
  const { file, full, explicit } = fileOf(context)
  let read: ReturnType<typeof readPreference>
  try {
    read = readPreference(full, file)
  } catch (error) {
    if (!isMissing(error)) throw new CommandError(`error reading kuberc file: ${(error as Error).message}`)
    if (explicit) throw new CommandError(`kuberc file not found at ${file}`)
    context.out(`kuberc file not found at ${file}\n`)
    context.out('Would you like to generate a default kuberc file with recommended options? (y/N): ')
    const [answer] = (await host.streams.readInput()).split('\n')
    if (answer.trim().toLowerCase() === 'y') savePreference(context, DEFAULT_PREFERENCE)
    return
  }
  if (read.unknown) throw new CommandError(`error reading kuberc file: ${read.unknown}`)
  if (!read.preference) {
    throw new CommandError(
      'error reading kuberc file: error converting Preferences to v1beta1.Preferences: expected pointer, but got invalid kind',
    )
  }
  const shown: Preference = { ...read.preference, defaults: read.preference.defaults ?? [], aliases: read.preference.aliases ?? [] }
  const output = flags.string('output')
  const printer = resultPrinterFor('', output, printerOptions(context))
  // A typed object: its members are not sorted.
  context.out(output === 'json' ? toJson(ordered(shown), { sort: false }) : printer.print(shown as unknown as KubeObject))
}

/** Members in the order of Go's structs. */
const ORDER =
  'kind apiVersion defaults aliases name command prependArgs appendArgs options default credentialPluginPolicy credentialPluginAllowlist'.split(
    ' ',
  )

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b))
  return Object.fromEntries(entries.map(([name, member]) => [name, ordered(member)]))
}

export const command: Command = { run: view }
