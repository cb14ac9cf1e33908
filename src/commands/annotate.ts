// kubectl annotate: sets and removes annotations. Upstream: kubectl/pkg/cmd/annotate/annotate.go.
import type { StringMap } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import { changeMetadata } from '../cli/metadata-change'
import { applyPairs, type Pairs, splitPairs } from '../cli/metadata-pairs'
import { CommandError } from '../errors'

/** May be set anew without --overwrite. */
const CHANGE_CAUSE = 'kubernetes.io/change-cause'

function annotate(context: CommandContext): Promise<void> {
  const pairs = splitPairs(context.args, 'annotation')
  const both = pairs.remove.filter((key) => Object.hasOwn(pairs.set, key))
  if (both.length) {
    throw new CommandError(`can not both modify and remove the following annotation(s) in the same command: ${both.join(', ')}`)
  }
  return changeMetadata(context, {
    pairs,
    field: 'annotations',
    example: 'rsrc',
    change: (old) => {
      if (!context.flags.bool('overwrite')) refuseOverwrite(old, pairs)
      return applyPairs(old, pairs)
    },
    notices: () => [],
    outcome: () => 'annotated',
  })
}

function refuseOverwrite(old: StringMap | undefined, pairs: Pairs): void {
  const taken = Object.entries(pairs.set).filter(([key, value]) => old?.[key] !== undefined && old[key] !== value && key !== CHANGE_CAUSE)
  if (!taken.length) return
  const list = taken.map(([key]) => `'${key}' already has a value (${old?.[key]})`).join('; ')
  throw new CommandError(`--overwrite is false but found the following declared annotation(s): ${list}`)
}

export const command: Command = { run: annotate }
