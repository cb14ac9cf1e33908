// kubectl rollout status: waits for a rollout and says how far it is. Upstream: kubectl/pkg/cmd/rollout/rollout_status.go.
import type { Command, CommandContext } from '../cli/context'
import { documentsOf, type Selected, select } from '../cli/select'
import { CommandError, combine } from '../errors'
import { Follower } from '../follower'
import { Patience } from './patience'
import { nothingFound, requireResource } from './rollout-change'
import { progressOf } from './rollout-progress'

/** How often the state file is looked at (ms). */
const PAUSE = 50

async function status(context: CommandContext): Promise<void> {
  requireResource(context)
  const revision = context.flags.number('revision')
  if (revision < 0) throw new CommandError(`revision must be a positive integer: ${revision}`)
  const documents = await documentsOf(context)
  const follower = new Follower(context.cluster)
  const { objects, failures } = select(context, follower.current(), documents, { allowAll: true })
  for (const selected of objects) {
    try {
      await follow(context, follower, selected, revision)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      failures.push(error)
    }
  }
  const failure = combine(failures)
  if (failure) throw failure
  if (objects.length === 0) nothingFound(context)
}

/** Says a sentence for every version of the object until it is rolled out. Throws CommandError when time is up or the object gone. */
async function follow(context: CommandContext, follower: Follower, { info, object }: Selected, revision: number): Promise<void> {
  const { flags } = context
  const limit = flags.duration('timeout')
  const { name, namespace } = object.metadata
  let seen = ''
  const patience = new Patience(context, limit > 0 ? limit : undefined)
  for (;;) {
    const now = follower.current().view.get(info.resource, namespace, name)
    if (!now) throw new CommandError('object has been deleted')
    if (now.metadata.resourceVersion !== seen) {
      seen = now.metadata.resourceVersion
      const { text, done } = progressOf({ info, object: now }, revision)
      context.out(text)
      if (done || !flags.bool('watch')) return
    }
    if (patience.isOver) throw new CommandError('timed out waiting for the condition')
    await patience.pause(PAUSE)
  }
}

export const command: Command = { run: status }
