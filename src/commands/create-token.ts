// kubectl create token: a service account's token, good for this state alone. Upstream: kubectl/pkg/cmd/create/create_token.go.
import { issueToken, type TokenSpec } from '../apiserver/tokens'
import type { Command, CommandContext } from '../cli/context'
import { nameOf } from '../cli/generate'
import { resultPrinter } from '../cli/result'
import { ApiError, CommandError } from '../errors'

const BOUND_KINDS = ['Node', 'Pod', 'Secret']

function validate(context: CommandContext, name: string): void {
  const { flags } = context
  const [kind, boundName, boundUid] = ['kind', 'name', 'uid'].map((word) => flags.string(`bound-object-${word}`))
  const refuse = (message: string) => {
    throw new CommandError(message)
  }
  const duration = flags.duration('duration')
  if (!name) refuse('service account name is required')
  if (duration < 0) refuse('--duration must be greater than or equal to 0')
  if (duration % 1000 !== 0) refuse('--duration cannot be expressed in units less than seconds')
  if (flags.list('audience').includes('')) refuse('--audience must not be an empty string')
  if (!kind) {
    if (boundName) refuse('--bound-object-name can only be set if --bound-object-kind is provided')
    if (boundUid) refuse('--bound-object-uid can only be set if --bound-object-kind is provided')
    return
  }
  if (!BOUND_KINDS.includes(kind)) refuse(`supported --bound-object-kind values are ${BOUND_KINDS.join(', ')}`)
  if (!boundName) refuse('--bound-object-name is required if --bound-object-kind is provided')
}

function specOf({ flags }: CommandContext): TokenSpec {
  const seconds = flags.duration('duration') / 1000
  const [kind, name, uid] = ['kind', 'name', 'uid'].map((word) => flags.string(`bound-object-${word}`))
  return {
    audiences: flags.list('audience'),
    ...(seconds ? { expirationSeconds: seconds } : {}),
    ...(kind ? { boundObjectRef: { kind, name, uid } } : {}),
  }
}

function create(context: CommandContext): void {
  const { name } = nameOf(context)
  const print = resultPrinter(context, 'none', true)
  validate(context, name)
  const made = context.cluster.write((cluster) => {
    try {
      const { server } = cluster
      const { namespace } = context
      const spec = specOf(context)
      const issued = issueToken(server, namespace, name, spec)
      const info = server.discovery.byResource('serviceaccounts')
      const sent = { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', spec }
      if (info) server.tell({ verb: 'create', info, namespace, name, subresource: 'token', sent, answer: issued }, 201)
      return issued
    } catch (error) {
      throw error instanceof ApiError ? new CommandError(`failed to create token: ${error.message}`) : error
    }
  })
  if (context.flags.string('output')) context.out(print(made, 'created'))
  else context.out((made.status as { token: string }).token + (context.host.streams.stdoutIsTerminal ? '\n' : ''))
}

export const command: Command = { run: create }
