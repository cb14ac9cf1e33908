// kubectl set resources: requests and limits of containers. Upstream: kubectl/pkg/cmd/set/set_resources.go.
import type { StringMap } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import { ALL_AND_SELECTOR, containerFits, LOCAL_AND_SERVER, mapContainers, setOnObjects, withPodSpec } from '../cli/set-objects'
import { CommandError } from '../errors'
import { canonicalQuantity, QuantityError } from '../lib/quantity'

function parseList(text: string): StringMap {
  const list: StringMap = {}
  for (const statement of text === '' ? [] : text.split(',')) {
    const parts = statement.split('=')
    if (parts.length !== 2) throw new CommandError(`invalid argument syntax ${statement}, expected <resource>=<value>`)
    try {
      list[parts[0]] = canonicalQuantity(parts[1])
    } catch (error) {
      throw error instanceof QuantityError ? new CommandError(error.message) : error
    }
  }
  return list
}

async function setResources(context: CommandContext): Promise<void> {
  const { flags } = context
  const [limitsText, requestsText, pattern] = [flags.string('limits'), flags.string('requests'), flags.string('containers')]
  let limits: StringMap = {}
  let requests: StringMap = {}
  await setOnObjects(context, {
    resources: context.args,
    outcome: 'resource requirements updated',
    failure: 'failed to patch resources update to pod template ',
    validate() {
      if (flags.bool('local') && flags.string('dry-run') === 'server') throw new CommandError(LOCAL_AND_SERVER)
      if (flags.bool('all') && flags.string('selector')) throw new CommandError(ALL_AND_SELECTOR)
      if (!limitsText && !requestsText) {
        throw new CommandError('you must specify an update to requests or limits (in the form of --requests/--limits)')
      }
      limits = parseList(limitsText)
      requests = parseList(requestsText)
    },
    change(object, complain) {
      let found = false
      const after = withPodSpec(object, (spec) =>
        mapContainers(spec, (container) => {
          if (!containerFits(container.name, pattern)) return container
          found = true
          const { resources } = container
          const updated = {
            ...resources,
            ...(limitsText ? { limits: { ...resources?.limits, ...limits } } : {}),
            ...(requestsText ? { requests: { ...resources?.requests, ...requests } } : {}),
          }
          return { ...container, resources: updated }
        }),
      )
      if (!found) complain(`error: unable to find container named ${pattern}`)
      return found ? after : undefined
    },
  })
}

export const command: Command = { run: setResources }
