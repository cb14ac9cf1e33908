// kubectl top node, top pod: this cluster, like a fresh kubeadm one, has no metrics server. Upstream: kubectl/pkg/cmd/top.
import type { Command, CommandContext } from '../cli/context'
import { commandSpec } from '../cli/flag-table'
import { CommandError } from '../errors'

/** Throws CommandError always: for wrong flags, else because there are no metrics. `selector` is what a name excludes. */
export function refuseMetrics(context: CommandContext, selector = '--selector'): never {
  const { flags, args } = context
  const sort = flags.string('sort-by')
  if (sort && sort !== 'cpu' && sort !== 'memory') throw new CommandError('--sort-by accepts only cpu or memory')
  if (args.length > 1) throw context.usage(commandSpec(context.path)?.use ?? '')
  const selecting = flags.string('selector') || (flags.has('field-selector') && flags.string('field-selector'))
  if (args.length === 1 && selecting) throw new CommandError(`only one of NAME or ${selector} can be provided`)
  throw new CommandError('Metrics API not available')
}

export const command: Command = { run: (context) => refuseMetrics(context) }
