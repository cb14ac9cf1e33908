// kubectl label: sets and removes labels. Upstream: kubectl/pkg/cmd/label/label.go.
import type { KubeObject, StringMap } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import { changeMetadata } from '../cli/metadata-change'
import { applyPairs, type Pairs, splitPairs } from '../cli/metadata-pairs'
import { CommandError } from '../errors'
import { isLabelValue } from '../lib/names'

function checkValue(value: string, word: string): void {
  const problems = isLabelValue(value)
  if (problems.length) throw new CommandError(`invalid label value: ${JSON.stringify(word)}: ${problems.join(';')}`)
}

async function label(context: CommandContext): Promise<void> {
  const { flags } = context
  const pairs = splitPairs(context.args, 'label', checkValue)
  if (flags.bool('all') && flags.string('selector')) throw new CommandError('cannot set --all and --selector at the same time')
  if (flags.bool('all') && flags.string('field-selector')) throw new CommandError('cannot set --all and --field-selector at the same time')
  if (!pairs.resources.length && !flags.list('filename').length && !flags.string('kustomize')) {
    throw new CommandError('one or more resources must be specified as <resource> <name> or <resource>/<name>')
  }
  if (!Object.keys(pairs.set).length && !pairs.remove.length && !flags.bool('list'))
    throw new CommandError('at least one label update is required')
  if (flags.bool('list') && flags.string('output')) throw new CommandError('--list and --output may not be specified together')
  await changeMetadata(context, {
    resources: pairs.resources,
    field: 'labels',
    change: (old) => {
      if (!flags.bool('overwrite')) refuseOverwrite(old, pairs)
      return applyPairs(old, pairs)
    },
    notices: (old) => pairs.remove.filter((k) => !(k in (old ?? {}))).map((k) => `label ${JSON.stringify(k)} not found.\n`),
    outcome: (before, after) => outcome(before, after, pairs),
  })
}

function refuseOverwrite(old: StringMap | undefined, pairs: Pairs): void {
  for (const [key, value] of Object.entries(pairs.set)) {
    const had = old?.[key]
    if (had !== undefined && had !== value) throw new CommandError(`'${key}' already has a value (${had}), and --overwrite is false`)
  }
}

function outcome(before: KubeObject, after: KubeObject, pairs: Pairs): string {
  const [a, b] = [before.metadata.labels ?? {}, after.metadata.labels ?? {}]
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  if (![...keys].some((k) => a[k] !== b[k])) return 'not labeled'
  return pairs.remove.some((k) => k in a) && !Object.keys(pairs.set).length ? 'unlabeled' : 'labeled'
}

export const command: Command = { run: label }
