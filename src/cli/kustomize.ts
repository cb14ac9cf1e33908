// The manifests a command is given: by -f, or built by -k.
import { CommandError } from '../errors'
import type { CommandContext } from './context'
import { type Documents, readManifests } from './manifests'

/** Everything that -f names or -k builds. Throws CommandError when both are given. */
export async function manifestsOf(context: CommandContext): Promise<Documents> {
  const { flags, host } = context
  const files = flags.list('filename')
  const recursive = flags.has('recursive') && flags.bool('recursive')
  const directory = flags.has('kustomize') ? flags.string('kustomize') : ''
  if (directory && files.length) throw new CommandError('only one of -f or -k can be specified')
  if (!directory) return readManifests(host, files, recursive)
  if (recursive) throw new CommandError("the -k flag can't be used with -f or -R")
  const { buildKustomization } = await import('../kustomize')
  const resources = buildKustomization(directory, { cwd: host.cwd, warn: (line) => context.err(line) })
  return { documents: resources.map(({ value }) => ({ value, source: directory, inList: false })), failures: [] }
}
