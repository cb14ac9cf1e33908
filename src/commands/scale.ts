// kubectl scale: sets the number of replicas. Upstream: kubectl/pkg/cmd/scale/scale.go, pkg/scale/scale.go.
import type { KubeObject } from '../api/types'
import { sizesOf, withReplicas } from '../apiserver/scale'
import type { Command, CommandContext } from '../cli/context'
import { dryRunOf } from '../cli/dry-run'
import { recorded } from '../cli/record'
import { resultPrinter } from '../cli/result'
import { documentsOf, type Selected, select } from '../cli/select'
import type { Cluster } from '../cluster'
import { ApiError, CommandError, combine, notFound } from '../errors'
import { Follower } from '../follower'
import { Patience } from './patience'

/** How often the state file is looked at (ms). */
const PAUSE = 50

function validate(context: CommandContext): void {
  const { flags } = context
  const selector = flags.string('selector')
  if (flags.number('replicas') < 0) {
    throw new CommandError('The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0')
  }
  if (flags.number('current-replicas') < -1) throw new CommandError('The --current-replicas must specify an integer of -1 or greater')
  if (flags.bool('all') && selector) {
    throw new CommandError(`found non-empty label selector ${JSON.stringify(selector)} with previously set 'all' parameter. `)
  }
}

async function scale(context: CommandContext): Promise<void> {
  const { flags } = context
  const dryRun = dryRunOf(context)
  validate(context)
  const print = resultPrinter(context, dryRun)
  const documents = await documentsOf(context)
  const wanted: Selected[] = []
  const lines: string[] = []
  const failures = context.cluster[dryRun === 'client' ? 'read' : 'write']((cluster) => {
    const { objects, failures } = select(context, cluster, documents, { local: true, placed: true })
    if (objects.length > 1 && flags.string('resource-version')) {
      throw new CommandError('cannot use --resource-version with multiple resources')
    }
    if (!objects.length && !failures.length) throw new CommandError('no objects passed to scale')
    try {
      for (const selected of objects) {
        if (dryRun !== 'client') scaleOne(context, cluster, selected, dryRun === 'server')
        // What is shown is the object as it was found, with its new size.
        lines.push(print(scaledLocally(context, selected), 'scaled'))
        wanted.push(selected)
      }
    } catch (error) {
      // The first refusal ends the command; what was scaled before it stays so.
      if (!(error instanceof Error)) throw error
      return [error]
    }
    return failures
  })
  if (dryRun === 'none') await waitFor(context, wanted, lines)
  else context.out(lines.join(''))
  const failure = combine(failures)
  if (failure) throw failure
}

/** Only for kinds whose field for replicas kubectl knows. */
function scaledLocally(context: CommandContext, { info, object }: Selected): KubeObject {
  return info.group === '' || info.group === 'apps' ? withReplicas(info, object, context.flags.number('replicas')) : object
}

function scaleOne(context: CommandContext, cluster: Cluster, { info, object }: Selected, dryRun: boolean): void {
  const { flags } = context
  if (!info.subresources.includes('scale')) {
    // The scale client names resources without their group; it reads a scale first when there is something to compare it with.
    const verb = flags.number('current-replicas') >= 0 || flags.string('resource-version') ? 'get' : 'patch'
    const [resource] = info.resource.split('.')
    throw new ApiError('NotFound', `the server could not find the requested resource (${verb} ${resource} ${object.metadata.name})`)
  }
  const { server } = cluster
  const { namespace, name } = object.metadata
  const compares = flags.number('current-replicas') >= 0 || flags.string('resource-version') !== ''
  // Without anything to compare the scale with it is not read, but patched.
  const scalable = compares
    ? server.answer({ verb: 'get', info, namespace, name, subresource: 'scale' }, () => server.storage.get(info.resource, namespace, name))
    : server.storage.get(info.resource, namespace, name)
  if (!scalable) throw notFound(info.resource, name)
  const current = sizesOf(info, scalable).wanted ?? 0
  const expected = flags.number('current-replicas')
  if (expected >= 0 && current !== expected) throw new CommandError(`Expected replicas to be ${expected}, was ${current}`)
  const version = flags.string('resource-version')
  if (version && version !== scalable.metadata.resourceVersion) {
    throw new CommandError(`Expected resource version to be ${version}, was ${scalable.metadata.resourceVersion}`)
  }
  const options = { manager: 'kubectl', dryRun }
  const change = withReplicas(info, scalable, flags.number('replicas'))
  const scaled = server.update(change, { ...options, patch: !compares, subresource: 'scale' })
  const noted = recorded(context, scaled)
  if (noted !== scaled && !dryRun) server.update(noted, { ...options, patch: true })
}

/** Prints each line when its object has as many replicas as were asked for. Throws CommandError when --timeout passes. */
async function waitFor(context: CommandContext, objects: Selected[], lines: string[]): Promise<void> {
  const timeout = context.flags.duration('timeout')
  const follower = new Follower(context.cluster)
  for (const [index, { info, object }] of objects.entries()) {
    const { namespace, name } = object.metadata
    for (const patience = new Patience(context, timeout); timeout > 0; await patience.pause(PAUSE)) {
      const now = follower.current().view.get<KubeObject>(info.resource, namespace, name)
      const { wanted: desired = 0, actual = 0 } = now ? sizesOf(info, now) : {}
      if (desired !== context.flags.number('replicas') || desired === actual) break
      if (patience.isOver) throw new CommandError(`timed out waiting for ${JSON.stringify(name)} to be synced`)
    }
    context.out(lines[index])
  }
}

export const command: Command = { run: scale }
