// The manifests a command is given: by -f, or built by -k.
import { CommandError } from '../errors'
import type { CommandContext } from './context'
import { type Documents, readManifests } from './manifests'

/** Everything that -f names or -k builds. Throws CommandError when both are given. */
export async function manifestsOf(context: CommandContext): Promise<Documents> {
  const { flags, host } = context
  const files = flags.list('filename')
  const directory = flags.has('kustomize') ? flags.string('kustomize') : ''
  if (directory && files.length) throw new CommandError('only one of -f or -k can be specified')
  if (!directory) return readManifests(host, files, flags.has('recursive') && flags.bool('recursive'))
  if (flags.has('recursive') && flags.bool('recursive')) throw new CommandError("the -k flag can't be used with -f or -R")
  throw new CommandError('-k is not there yet')
}
