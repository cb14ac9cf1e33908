// kubectl config rename-context OLD NEW. Upstream: kubectl/pkg/cmd/config/rename_context.go.
import type { Command, CommandContext } from '../cli/context'
import { CommandError } from '../errors'
import { kubeconfigOf, refuseArguments } from './config-shared'

async function renameContext(context: CommandContext): Promise<void> {
  if (context.args.length !== 2) await refuseArguments(context)
  const [name, other] = context.args
  if (!other) throw new CommandError('You must specify a new non-empty context name')
  const files = kubeconfigOf(context)
  const { contexts, currentContext } = files.merged
  const stanza = contexts.get(name)
  if (!stanza) throw new CommandError(`cannot rename the context "${name}", it's not in ${files.defaultName}`)
  if (contexts.has(other)) {
    throw new CommandError(`cannot rename the context "${name}", the context "${other}" already exists in ${files.defaultName}`)
  }
  files.setStanza('contexts', other, stanza)
  files.setStanza('contexts', name, undefined)
  if (currentContext === name) files.setCurrentContext(other)
  context.out(`Context "${name}" renamed to "${other}".\n`)
}

export const command: Command = { run: renameContext }
