// kubectl annotate: sets and removes annotations. Upstream: kubectl/pkg/cmd/annotate/annotate.go.
import type { StringMap } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import { changeMetadata } from '../cli/metadata-change'
import { applyPairs, type Pairs, splitPairs } from '../cli/metadata-pairs'
import { CommandError } from '../errors'

async function annotate(context: CommandContext): Promise<void> {
  const { flags } = context
  const pairs = splitPairs(context.args, 'annotation')
  if (flags.bool('all') && flags.string('selector')) throw new CommandError('cannot set --all and --selector at the same time')
  if (flags.bool('all') && flags.string('field-selector')) throw new CommandError('cannot set --all and --field-selector at the same time')
  if (!pairs.resources.length && !flags.list('filename').length && !flags.string('kustomize')) {
    throw new CommandError('one or more resources must be specified as <resource> <name> or <resource>/<name>')
  }
  if (!Object.keys(pairs.set).length && !pairs.remove.length && !flags.bool('list'))
    throw new CommandError('at least one annotation update is required')
  if (flags.bool('list') && flags.string('output')) throw new CommandError('--list and --output may not be specified together')
  await changeMetadata(context, {
    resources: pairs.resources,
    field: 'annotations',
    change: (old) => {
      if (!flags.bool('overwrite')) refuseOverwrite(old, pairs)
      return applyPairs(old, pairs)
    },
    notices: () => [],
    outcome: () => 'annotated',
  })
}

function refuseOverwrite(old: StringMap | undefined, pairs: Pairs): void {
  const declared = Object.entries(pairs.set).filter(([key, value]) => old?.[key] !== undefined && old[key] !== value)
  if (!declared.length) return
  const list = declared.map(([key]) => `'${key}' already has a value (${old?.[key]})`).join('; ')
  throw new CommandError(`--overwrite is false but found the following declared annotation(s): ${list}`)
}

export const command: Command = { run: annotate }
