// kubectl config get-contexts. Upstream: kubectl/pkg/cmd/config/get_contexts.go.
import type { Command, CommandContext } from '../cli/context'
import { CommandError, combine } from '../errors'
import { align, TABLE } from '../lib/tabwriter'
import { kubeconfigOf } from './config-shared'

function getContexts(context: CommandContext): void {
  const { flags, args } = context
  const output = flags.string('output')
  if (output !== '' && output !== 'name') {
    throw new CommandError(`--output ${output} is not available in kubectl config get-contexts; resetting to default output format`)
  }
  const { contexts, currentContext } = kubeconfigOf(context).merged
  const missing = args.filter((name) => !contexts.has(name)).map((name) => new CommandError(`context ${name} not found`))
  const names = (args.length ? args.filter((name) => contexts.has(name)) : [...contexts.keys()]).sort()
  if (output === 'name') context.out(names.map((name) => `${name}\n`).join(''))
  else {
    const rows = flags.bool('no-headers') ? [] : [['CURRENT', 'NAME', 'CLUSTER', 'AUTHINFO', 'NAMESPACE']]
    for (const name of names) {
      const { cluster = '', user = '', namespace = '' } = contexts.get(name) as Record<string, string>
      rows.push([name === currentContext ? '*' : '', name, cluster, user, namespace])
    }
    context.out(align(rows.map((row) => `${row.join('\t')}\n`).join(''), TABLE))
  }
  const failure = combine(missing)
  if (failure) throw failure
}

export const command: Command = { run: getContexts }
