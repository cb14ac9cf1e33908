// kubectl set serviceaccount. Upstream: kubectl/pkg/cmd/set/set_serviceaccount.go.
import type { Command, CommandContext } from '../cli/context'
import { LOCAL_AND_SERVER, setOnObjects, withPodSpec } from '../cli/set-objects'
import { CommandError } from '../errors'

async function setServiceAccount(context: CommandContext): Promise<void> {
  const { flags, args } = context
  if (flags.bool('local') && flags.string('dry-run') === 'server') throw new CommandError(LOCAL_AND_SERVER)
  if (args.length === 0) throw new CommandError('serviceaccount is required')
  const serviceAccountName = args[args.length - 1]
  await setOnObjects(context, {
    resources: args.slice(0, -1),
    outcome: 'serviceaccount updated',
    failure: 'failed to patch ServiceAccountName ',
    always: true,
    change: (object) => withPodSpec(object, (spec) => ({ ...spec, serviceAccountName })),
  })
}

export const command: Command = { run: setServiceAccount }
