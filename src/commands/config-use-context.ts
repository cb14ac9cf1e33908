// kubectl config use-context NAME. Upstream: kubectl/pkg/cmd/config/use_context.go.
import type { Command, CommandContext } from '../cli/context'
import { CommandError } from '../errors'
import { kubeconfigOf, refuseArguments } from './config-shared'

async function useContext(context: CommandContext): Promise<void> {
  if (context.args.length !== 1) await refuseArguments(context)
  const [name] = context.args
  const files = kubeconfigOf(context)
  if (!name) throw new CommandError('empty context names are not allowed')
  if (!files.merged.contexts.has(name)) throw new CommandError(`no context exists with the name: "${name}"`)
  files.setCurrentContext(name)
  context.out(`Switched to context "${name}".\n`)
}

export const command: Command = { run: useContext }
