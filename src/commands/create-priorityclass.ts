// kubectl create priorityclass. Upstream: kubectl/pkg/cmd/create/create_priorityclass.go.
import type { Command, CommandContext } from '../cli/context'
import { generate, nameOf } from '../cli/generate'

function create(context: CommandContext): void {
  const { flags } = context
  const { name } = nameOf(context)
  const description = flags.string('description')
  generate(context, {
    failure: 'failed to create priorityclass: ',
    clusterScoped: true,
    build: () => ({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value: flags.number('value'),
      ...(flags.bool('global-default') ? { globalDefault: true } : {}),
      ...(description ? { description } : {}),
      preemptionPolicy: flags.string('preemption-policy'),
    }),
  })
}

export const command: Command = { run: create }
