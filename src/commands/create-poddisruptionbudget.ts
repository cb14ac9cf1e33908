// kubectl create poddisruptionbudget. Upstream: kubectl/pkg/cmd/create/create_pdb.go.
import type { LabelSelector } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import { generate, intOrString, metadataOf, nameOf } from '../cli/generate'
import { CommandError } from '../errors'
import { labelSelectorOf, SelectorError } from '../lib/label-selector'

function parseSelector(text: string): LabelSelector {
  try {
    return labelSelectorOf(text)
  } catch (error) {
    throw error instanceof SelectorError ? new CommandError(error.message) : error
  }
}

function create(context: CommandContext): void {
  const { name } = nameOf(context)
  const [selector, min, max] = ['selector', 'min-available', 'max-unavailable'].map((flag) => context.flags.string(flag))
  if (!selector) throw new CommandError('a selector must be specified')
  if (!max && !min) throw new CommandError('one of min-available or max-unavailable must be specified')
  if (max && min) throw new CommandError('min-available and max-unavailable cannot be both specified')
  if (min && !/^[0-9]+%?$/.test(min)) throw new CommandError('invalid format specified for min-available')
  if (max && !/^[0-9]+%?$/.test(max)) throw new CommandError('invalid format specified for max-unavailable')
  const amount = min ? { minAvailable: intOrString(min) } : { maxUnavailable: intOrString(max) }
  generate(context, {
    failure: 'failed to create poddisruptionbudgets: ',
    build: () => ({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: metadataOf(context, name),
      spec: { ...amount, selector: parseSelector(selector) },
    }),
  })
}

export const command: Command = { run: create }
