// kubectl label: sets and removes labels. Upstream: kubectl/pkg/cmd/label/label.go.
import type { StringMap } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import { changeMetadata } from '../cli/metadata-change'
import { applyPairs, type Pairs, splitPairs } from '../cli/metadata-pairs'
import { CommandError, combine } from '../errors'
import { isLabelValue } from '../lib/names'

function checkPair(word: string, value: string): void {
  if (value.includes('=')) throw new CommandError(`invalid label spec: ${word}`)
  const problems = isLabelValue(value)
  if (problems.length) throw new CommandError(`invalid label value: ${JSON.stringify(word)}: ${problems.join(';')}`)
}

function label(context: CommandContext): Promise<void> {
  const pairs = splitPairs(context.args, 'label', checkPair)
  if (pairs.remove.some((key) => Object.hasOwn(pairs.set, key))) {
    throw new CommandError('can not both modify and remove a label in the same command')
  }
  return changeMetadata(context, {
    pairs,
    field: 'labels',
    example: 'pod',
    change: (old) => {
      if (!context.flags.bool('overwrite')) refuseOverwrite(old, pairs)
      return applyPairs(old, pairs)
    },
    notices: (old) => pairs.remove.filter((key) => old?.[key] === undefined).map((key) => `label ${JSON.stringify(key)} not found.\n`),
    outcome: (before, after) => outcome(before, after, pairs),
  })
}

function refuseOverwrite(old: StringMap | undefined, pairs: Pairs): void {
  const taken = Object.entries(pairs.set).filter(([key, value]) => old?.[key] !== undefined && old[key] !== value)
  const failures = taken.map(([key]) => new CommandError(`'${key}' already has a value (${old?.[key]}), and --overwrite is false`))
  const failure = combine(failures)
  if (failure) throw failure
}

function outcome(before: StringMap, after: StringMap, pairs: Pairs): string {
  const added = Object.keys(pairs.set).some((key) => before[key] !== after[key])
  const removed = pairs.remove.some((key) => before[key] !== undefined)
  if (added && removed) return 'modified'
  if (added) return 'labeled'
  return removed ? 'unlabeled' : 'not labeled'
}

export const command: Command = { run: label }
