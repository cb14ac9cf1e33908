// kubectl create quota. Upstream: kubectl/pkg/cmd/create/create_quota.go.
import type { StringMap } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import { generate, metadataOf, nameOf } from '../cli/generate'
import { CommandError } from '../errors'
import { canonicalQuantity, QuantityError } from '../lib/quantity'

function hardLimits(text: string): StringMap {
  const hard: StringMap = {}
  for (const statement of text.split(',')) {
    const parts = statement.split('=')
    if (parts.length !== 2) throw new CommandError(`Invalid argument syntax ${statement}, expected <resource>=<value>`)
    try {
      hard[parts[0]] = canonicalQuantity(parts[1])
    } catch (error) {
      throw error instanceof QuantityError ? new CommandError(error.message) : error
    }
  }
  return hard
}

function create(context: CommandContext): void {
  const { name } = nameOf(context)
  const hard = context.flags.string('hard')
  const scopes = context.flags.string('scopes')
  generate(context, {
    failure: 'failed to create quota: ',
    build: () => {
      const limits = hard ? { hard: hardLimits(hard) } : {}
      const names = scopes ? scopes.split(',') : []
      if (names.includes('')) throw new CommandError('invalid resource quota scope ""')
      const spec = { ...limits, ...(names.length ? { scopes: names } : {}) }
      return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: metadataOf(context, name), spec }
    },
  })
}

export const command: Command = { run: create }
