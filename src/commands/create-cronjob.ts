// kubectl create cronjob. Upstream: kubectl/pkg/cmd/create/create_cronjob.go.
import type { Command, CommandContext } from '../cli/context'
import { generate, metadataOf, nameOf, requireFlags } from '../cli/generate'

function create(context: CommandContext): void {
  const { flags } = context
  requireFlags(context, 'image', 'schedule')
  const { name, command } = nameOf(context)
  const container = { name, image: flags.string('image'), ...(command.length ? { command } : {}) }
  generate(context, {
    failure: 'failed to create cronjob: ',
    build: () => ({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: metadataOf(context, name),
      spec: {
        schedule: flags.string('schedule'),
        jobTemplate: {
          metadata: { name },
          spec: { template: { spec: { containers: [container], restartPolicy: flags.string('restart') || 'OnFailure' } } },
        },
      },
    }),
  })
}

export const command: Command = { run: create }
