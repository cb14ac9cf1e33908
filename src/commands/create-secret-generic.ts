// kubectl create secret generic. Upstream: kubectl/pkg/cmd/create/create_secret.go.
import type { Command, CommandContext } from '../cli/context'
import { nameOf } from '../cli/generate'
import { generateSecret } from '../cli/generate-secret'
import { addEnvFiles, addFiles, addLiterals } from '../cli/key-sources'
import { CommandError } from '../errors'

function create(context: CommandContext): void {
  const { flags } = context
  const { name } = nameOf(context)
  if (!name) throw new CommandError('name must be specified')
  if (flags.list('from-env-file').length && (flags.list('from-file').length || flags.list('from-literal').length)) {
    throw new CommandError('from-env-file cannot be combined with from-file or from-literal')
  }
  generateSecret(context, name, flags.string('type'), (add) => {
    addLiterals(flags.list('from-literal'), add)
    addFiles(context, flags.list('from-file'), add)
    addEnvFiles(context, flags.list('from-env-file'), 'secret', add)
  })
}

export const command: Command = { run: create }
