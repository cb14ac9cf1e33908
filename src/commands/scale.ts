// kubectl scale: sets the number of replicas. Upstream: kubectl/pkg/cmd/scale/scale.go, pkg/scale/scale.go.
import type { KubeObject } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import { dryRunOf } from '../cli/dry-run'
import { resultPrinter } from '../cli/result'
import { documentsOf, select } from '../cli/select'
import type { Cluster } from '../cluster'
import { ApiError, CommandError, combine } from '../errors'
import type { ResourceInfo } from '../schema/resources'

type Scalable = KubeObject & { spec: { replicas?: number } }

async function scale(context: CommandContext): Promise<void> {
  const { flags } = context
  const replicas = flags.number('replicas')
  if (replicas < 0) throw new CommandError('The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0')
  if (flags.bool('all') && flags.string('selector')) throw new CommandError('cannot set --all and --selector at the same time')
  const dryRun = dryRunOf(context)
  const print = resultPrinter(context, dryRun)
  const documents = await documentsOf(context)
  const lines: string[] = []
  const failures = context.cluster[dryRun === 'client' ? 'read' : 'write']((cluster) => {
    const { objects, failures } = select(context, cluster, documents)
    if (objects.length > 1 && flags.string('resource-version'))
      throw new CommandError('cannot use --resource-version with multiple resources')
    for (const { info, object } of objects) {
      try {
        const scaled = dryRun === 'client' ? object : scaleOne(context, cluster, info, object as Scalable, dryRun === 'server')
        lines.push(print(scaled, 'scaled'))
      } catch (error) {
        if (!(error instanceof Error)) throw error
        failures.push(error)
      }
    }
    return failures
  })
  context.out(lines.join(''))
  const failure = combine(failures)
  if (failure) throw failure
}

function scaleOne(context: CommandContext, cluster: Cluster, info: ResourceInfo, object: Scalable, dryRun: boolean): KubeObject {
  const { flags } = context
  if (!info.subresources.includes('scale')) throw new ApiError('NotFound', 'the server could not find the requested resource')
  const current = object.spec.replicas ?? 0
  const expected = flags.number('current-replicas')
  if (expected >= 0 && current !== expected) throw new CommandError(`Expected replicas to be ${expected}, was ${current}`)
  const version = flags.string('resource-version')
  if (version && version !== object.metadata.resourceVersion) {
    throw new CommandError(`Expected resource version to be ${version}, was ${object.metadata.resourceVersion}`)
  }
  const changed = { ...object, spec: { ...object.spec, replicas: flags.number('replicas') } }
  return cluster.server.update(changed, { manager: 'kubectl', dryRun, subresource: 'scale' })
}

export const command: Command = { run: scale }
