// kubectl create job, from an image or from a CronJob. Upstream: kubectl/pkg/cmd/create/create_job.go.

import type { KubeObject, ObjectMeta } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import { generate, metadataOf, nameOf } from '../cli/generate'
import { getNamed } from '../cli/get-named'
import { parseResourceArguments } from '../cli/resource-args'
import type { Cluster } from '../cluster'
import { CommandError } from '../errors'

interface CronJob extends KubeObject {
  spec: { jobTemplate: { metadata?: Partial<ObjectMeta>; spec: object } }
}

function fromCronJob(context: CommandContext, cluster: Cluster, name: string): unknown {
  const rules = { selector: false, allowAll: false, program: context.host.programName }
  const { targets } = parseResourceArguments(cluster.server.discovery, [context.flags.string('from')], rules)
  if (targets.length !== 1) throw new CommandError('from must be an existing cronjob')
  const [{ info, name: source }] = targets
  const object = getNamed(cluster.server, info, context.namespace, source ?? '')
  if (object.kind !== 'CronJob') throw new CommandError(`unknown object type *v1.${object.kind}`)
  const { spec, metadata } = object as CronJob
  const template = spec.jobTemplate
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadataOf(context, name, {
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual', ...template.metadata?.annotations },
      ...(template.metadata?.labels ? { labels: template.metadata.labels } : {}),
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: metadata.name, uid: metadata.uid, controller: true }],
    }),
    spec: template.spec,
  }
}

function create(context: CommandContext): void {
  const { name, command } = nameOf(context)
  const image = context.flags.string('image')
  const from = context.flags.string('from')
  if ((image === '') === (from === '')) throw new CommandError('either --image or --from must be specified')
  if (command.length && from) throw new CommandError('cannot specify --from and command')
  generate(context, {
    failure: 'failed to create job: ',
    build: (cluster) =>
      from
        ? fromCronJob(context, cluster, name)
        : {
            apiVersion: 'batch/v1',
            kind: 'Job',
            metadata: metadataOf(context, name),
            spec: {
              template: {
                spec: { containers: [{ name, image, ...(command.length ? { command } : {}) }], restartPolicy: 'Never' },
              },
            },
          },
  })
}

export const command: Command = { run: create }
