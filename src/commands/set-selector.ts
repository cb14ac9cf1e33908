// kubectl set selector: a Service's whole selector. Upstream: kubectl/pkg/cmd/set/set_selector.go.
import type { KubeObject, LabelSelector, Service } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import { setOnObjects } from '../cli/set-objects'
import { CommandError } from '../errors'
import { labelSelectorOf, SelectorError } from '../lib/label-selector'

function parse(text: string): LabelSelector {
  try {
    return labelSelectorOf(text)
  } catch (error) {
    throw error instanceof SelectorError ? new CommandError(error.message) : error
  }
}

function withSelector(object: KubeObject, { matchLabels = {}, matchExpressions = [] }: LabelSelector): KubeObject {
  if (object.kind !== 'Service' || object.apiVersion !== 'v1') {
    throw new CommandError('setting a selector is only supported for Services')
  }
  if (matchExpressions.length) {
    const shown = matchExpressions.map(({ key, operator, values = [] }) => `{${key} ${operator} [${values.join(' ')}]}`)
    throw new CommandError(`match expression [${shown.join(' ')}] not supported on this object`)
  }
  const { spec } = object as Service
  return { ...object, spec: { ...spec, selector: matchLabels } } as KubeObject
}

async function setSelector(context: CommandContext): Promise<void> {
  const { flags, args } = context
  if (args.length === 0) throw new CommandError('one selector is required')
  const selector = parse(args[args.length - 1])
  const version = flags.string('resource-version')
  await setOnObjects(context, {
    resources: args.slice(0, -1),
    outcome: 'selector updated',
    always: true,
    change(object) {
      const changed = withSelector(object, selector)
      // The server refuses the patch when the object has another version by now.
      return version ? { ...changed, metadata: { ...changed.metadata, resourceVersion: version } } : changed
    },
  })
}

export const command: Command = { run: setSelector }
