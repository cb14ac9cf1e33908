// What rollout pause, resume and restart share: one patch for every object named. Upstream: kubectl/pkg/cmd/rollout/rollout_{pause,resume,restart}.go.
import type { Json, KubeObject } from '../api/types'
import { patchObject } from '../apiserver/patch-requests'
import type { CommandContext } from '../cli/context'
import { resultPrinter } from '../cli/result'
import { documentsOf, type Selected, select } from '../cli/select'
import type { Cluster } from '../cluster'
import { AggregateFailure, ApiError, CommandError, combine } from '../errors'
import { deepEqual } from '../lib/equal'

export interface RolloutChange {
  /** The strategic merge patch of an object at cluster time `now` (ms). Throws CommandError for what follows the name in the refusal. */
  patch(selected: Selected, now: number): Json
  /** What follows the name: `paused`. */
  outcome: string
  /** Refuses, or names the outcome, when the patch changes nothing. */
  unchanged(object: KubeObject): string
}

/** Throws CommandError when a command names nothing. */
export function requireResource(context: CommandContext): void {
  const { flags, args } = context
  if (!args.length && !flags.list('filename').length && !flags.string('kustomize'))
    throw new CommandError('required resource not specified')
}

export function nothingFound(context: CommandContext): void {
  context.err(`No resources found in ${context.namespace} namespace.\n`)
}

export async function changeRollouts(context: CommandContext, change: RolloutChange): Promise<void> {
  requireResource(context)
  const print = resultPrinter(context, 'none', true)
  const documents = await documentsOf(context)
  const lines: string[] = []
  const { failures, count, unread } = context.cluster.write((cluster) => {
    const { objects, failures, unread } = select(context, cluster, documents, { allowAll: true })
    for (const selected of objects) {
      try {
        lines.push(changeOne(context, cluster, selected, change, print))
      } catch (error) {
        if (!(error instanceof Error)) throw error
        failures.push(error)
      }
    }
    return { failures, count: objects.length, unread }
  })
  context.out(lines.join(''))
  // What cannot be read comes as a list of its own, even when it is one thing.
  const failure = unread.length ? new AggregateFailure(failures) : combine(failures)
  if (failure) throw failure
  if (count === 0) nothingFound(context)
}

function changeOne(
  context: CommandContext,
  cluster: Cluster,
  selected: Selected,
  change: RolloutChange,
  print: (object: KubeObject, outcome: string) => string,
): string {
  const { info, object } = selected
  const { name, namespace } = object.metadata
  let patch: Json
  try {
    patch = change.patch(selected, cluster.env.now())
  } catch (error) {
    if (error instanceof CommandError) throw new CommandError(`error: ${info.resource} ${JSON.stringify(name)} ${error.message}`)
    throw error
  }
  try {
    const after = patchObject(cluster.server, info, namespace, name, 'strategic', patch, { manager: context.flags.string('field-manager') })
    return print(after, deepEqual(object.spec, after.spec) ? change.unchanged(object) : change.outcome)
  } catch (error) {
    if (error instanceof ApiError) throw new CommandError(`failed to patch: ${error.message}`)
    throw error
  }
}
