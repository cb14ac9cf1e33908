// The manifests a command is given: by -f, or built by -k.
import type { Host } from '../env'
import { CommandError } from '../errors'
import { RegexpTooSlow } from '../lib/bounded-regexp'
import type { CommandContext } from './context'
import { type Documents, readManifests } from './manifests'
import { validationOf } from './validation'

export const FILES_AND_KUSTOMIZATION = 'only one of -f or -k can be specified'
export const KUSTOMIZATION_ONLY = "the -k flag can't be used with -f or -R"

/** Everything that -f names or -k builds. Throws CommandError when both are given. */
export function manifestsOf(context: CommandContext): Promise<Documents> {
  const { flags, host } = context
  return manifestsNamed(
    host,
    {
      files: flags.list('filename'),
      kustomize: flags.has('kustomize') ? flags.string('kustomize') : '',
      recursive: flags.has('recursive') && flags.bool('recursive'),
      // edit only finds its objects by the files; what it validates is what is saved.
      validate: flags.has('validate') && context.path !== 'edit' && validationOf(context) !== 'Ignore',
    },
    (line) => context.err(line),
  )
}

/** The same for files and a directory, of which one may be given. */
export async function manifestsNamed(
  host: Host,
  { files, kustomize, recursive, validate }: { files: string[]; kustomize: string; recursive: boolean; validate?: boolean },
  warn: (line: string) => void,
): Promise<Documents> {
  if (!kustomize) return readManifests(host, files, { recursive, validate })
  if (files.length) throw new CommandError(FILES_AND_KUSTOMIZATION)
  if (recursive) throw new CommandError(KUSTOMIZATION_ONLY)
  const { buildKustomization } = await import('../kustomize')
  const built: Documents = { documents: [], failures: [], readBefore: [], oneFile: true }
  try {
    built.documents = buildKustomization(kustomize, { cwd: host.cwd, warn }).map(({ value }) => ({
      value,
      source: kustomize,
      inList: false,
    }))
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof RegexpTooSlow)) throw error
    built.failures = [error instanceof CommandError ? error : new CommandError(error.message)]
    built.readBefore = [0]
  }
  return built
}
