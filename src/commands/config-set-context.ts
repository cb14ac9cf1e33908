// kubectl config set-context NAME | --current. Upstream: kubectl/pkg/cmd/config/set_context.go.
import type { Command, CommandContext } from '../cli/context'
import type { Stanza } from '../cli/kubeconfig'
import { CommandError } from '../errors'
import { kubeconfigOf, refuseArguments } from './config-shared'

async function setContext(context: CommandContext): Promise<void> {
  const { flags, args } = context
  if (args.length > 1) await refuseArguments(context)
  const current = flags.bool('current')
  if (!args[0] && !current) throw new CommandError('you must specify a non-empty context name or --current')
  if (args[0] && current) throw new CommandError('you cannot specify both a context name and --current')
  const files = kubeconfigOf(context)
  const { contexts, currentContext } = files.merged
  if (current && !currentContext) throw new CommandError('no current context is set')
  const name = current ? currentContext : args[0]
  const existed = contexts.has(name)
  const stanza: Stanza = { cluster: '', user: '', ...contexts.get(name) }
  for (const field of ['cluster', 'user', 'namespace']) if (flags.changed(field)) stanza[field] = flags.string(field)
  if (!stanza.namespace) delete stanza.namespace
  files.setStanza('contexts', name, stanza)
  context.out(`Context "${name}" ${existed ? 'modified' : 'created'}.\n`)
}

export const command: Command = { run: setContext }
