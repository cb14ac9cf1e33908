// kubectl create deployment. Upstream: kubectl/pkg/cmd/create/create_deployment.go.
import type { Command, CommandContext } from '../cli/context'
import { generate, metadataOf, nameOf, requireFlags } from '../cli/generate'
import type { Cluster } from '../cluster'
import { CommandError } from '../errors'
import { randomSuffix } from '../lib/random'

/** A container's name from its image: the last part without tag, made fit for a name. */
function containerName(image: string, cluster: Cluster): string {
  const name = image
    .slice(image.lastIndexOf('/') + 1)
    .split(':')[0]
    .split('@')[0]
  return /[_.]/.test(name) ? `${name.replace(/[_.]/g, '-')}-${randomSuffix(cluster.env)}` : name
}

function create(context: CommandContext): void {
  const { flags } = context
  requireFlags(context, 'image')
  const { name, command } = nameOf(context)
  const images = flags.list('image')
  if (images.length > 1 && command.length) throw new CommandError('cannot specify multiple --image options and command')
  const labels = { app: name }
  const port = flags.number('port')
  generate(context, {
    failure: 'failed to create deployment: ',
    build: (cluster) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadataOf(context, name, { labels }),
      spec: {
        replicas: flags.number('replicas'),
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: images.map((image, i) => ({
              name: containerName(image, cluster),
              image,
              ...(command.length ? { command } : {}),
              ...(i === 0 && port >= 0 ? { ports: [{ containerPort: port }] } : {}),
            })),
          },
        },
      },
    }),
  })
}

export const command: Command = { run: create }
