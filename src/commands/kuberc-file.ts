// The preferences file as kubectl kuberc writes it. Upstream: kubectl/pkg/kuberc/marshal.go.
import fs from 'node:fs'
import path from 'node:path'
import type { CommandContext } from '../cli/context'
import { kubercFile, type Preference } from '../cli/kuberc'
import { CommandError } from '../errors'
import { goReason } from '../lib/os-errors'
import { toYaml } from '../lib/yaml-emit'

export const API_VERSION = 'kubectl.config.k8s.io/v1beta1'

export function emptyPreference(): Preference {
  return { apiVersion: API_VERSION, kind: 'Preference', defaults: null, aliases: null }
}

/** What `kuberc view` offers to begin with. */
export const DEFAULT_PREFERENCE: Preference = {
  ...emptyPreference(),
  defaults: [
    { command: 'apply', options: [{ name: 'server-side', default: 'true' }] },
    { command: 'delete', options: [{ name: 'interactive', default: 'true' }] },
  ],
}

/** The file the command is about, and whether it was named. Throws CommandError when preferences are switched off. */
export function fileOf({ flags, host }: CommandContext): { file: string; full: string; explicit: boolean } {
  const { file, explicit } = kubercFile(host, flags.string('kuberc'))
  if (!file) throw new CommandError('KUBERC is disabled via KUBERC=off environment variable')
  return { file, full: path.resolve(host.cwd, file), explicit }
}

export function savePreference(context: CommandContext, preference: Preference): void {
  const { file, full } = fileOf(context)
  try {
    fs.mkdirSync(path.dirname(full), { recursive: true, mode: 0o755 })
  } catch (error) {
    throw new CommandError(
      `failed to create directory ${path.dirname(file)}: mkdir ${(error as NodeJS.ErrnoException).path}: ${goReason(error)}`,
    )
  }
  try {
    fs.writeFileSync(full, toYaml(preference), { mode: 0o644 })
  } catch (error) {
    throw new CommandError(`failed to write kuberc file: open ${file}: ${goReason(error)}`)
  }
  context.out(`Updated ${file}\n`)
}
