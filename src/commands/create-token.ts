// kubectl create token: a service account's token, signed by nobody's key. Upstream: kubectl/pkg/cmd/create/create_token.go.
import type { KubeObject } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import { nameOf } from '../cli/generate'
import { resultPrinter } from '../cli/result'
import type { Cluster } from '../cluster'
import { ApiError, CommandError, conflict } from '../errors'
import { uuid } from '../lib/random'

const HOUR = 60 * 60
const TEN_MINUTES = 10 * 60
const ISSUER = 'https://kubernetes.default.svc.cluster.local'
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

interface Claims {
  audiences: string[]
  seconds: number
  bound?: { kind: string; apiVersion: string; name: string; uid: string }
}

function segment(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** A JSON web token as the API server's issuer makes it; its signature is random. */
function sign(cluster: Cluster, account: KubeObject, { audiences, seconds, bound }: Claims): string {
  const { env } = cluster
  const now = Math.floor(env.now() / 1000)
  const { name, namespace, uid } = account.metadata
  const random = (length: number) => Buffer.from(Array.from({ length }, () => Math.floor(env.random() * 256))).toString('base64url')
  const boundClaim = bound ? { [bound.kind.toLowerCase()]: { name: bound.name, uid: bound.uid } } : {}
  const claims = {
    aud: audiences,
    exp: now + seconds,
    iat: now,
    iss: ISSUER,
    jti: uuid(env),
    'kubernetes.io': { namespace, ...boundClaim, serviceaccount: { name, uid } },
    nbf: now,
    sub: `system:serviceaccount:${namespace}:${name}`,
  }
  return `${segment({ alg: 'RS256', kid: random(32) })}.${segment(claims)}.${random(256)}`
}

function request(context: CommandContext, cluster: Cluster, name: string): KubeObject {
  const { flags } = context
  const { server } = cluster
  const account = server.get(server.resourceOf({ apiVersion: 'v1', kind: 'ServiceAccount' }), context.namespace, name)
  const audiences = flags.list('audience').length ? flags.list('audience') : [ISSUER]
  const seconds = flags.duration('duration') / 1000 || HOUR
  if (seconds < TEN_MINUTES) {
    const why = `Invalid value: ${seconds}: may not specify a duration less than 10 minutes`
    throw new ApiError('Invalid', `TokenRequest.authentication.k8s.io "${name}" is invalid: spec.expirationSeconds: ${why}`)
  }
  const bound = boundObject(context, cluster)
  const expires = new Date((Math.floor(cluster.env.now() / 1000) + seconds) * 1000).toISOString().replace('.000Z', 'Z')
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace: context.namespace, creationTimestamp: new Date(cluster.env.now()).toISOString().replace(/\.\d+Z/, 'Z') },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: bound ?? null },
    status: { token: sign(cluster, account, { audiences, seconds, bound }), expirationTimestamp: expires },
  } as unknown as KubeObject
}

function boundObject(context: CommandContext, cluster: Cluster): Claims['bound'] {
  const { flags } = context
  const kind = flags.string('bound-object-kind')
  if (!kind) return undefined
  const name = flags.string('bound-object-name')
  const info = cluster.server.resourceOf({ apiVersion: 'v1', kind })
  const { uid } = cluster.server.get(info, context.namespace, name).metadata
  const wanted = flags.string('bound-object-uid')
  if (wanted && wanted !== uid) {
    throw conflict(
      info.resource,
      name,
      `the UID in the bound object reference (${wanted}) does not match the UID in record. The object might have been deleted and then recreated`,
    )
  }
  return { kind, apiVersion: 'v1', name, uid }
}

function create(context: CommandContext): void {
  const { name } = nameOf(context)
  const print = resultPrinter(context, 'none', true)
  validate(context, name)
  const made = context.cluster.write((cluster) => {
    try {
      return request(context, cluster, name)
    } catch (error) {
      throw error instanceof ApiError ? new CommandError(`failed to create token: ${error.message}`) : error
    }
  })
  if (context.flags.string('output')) context.out(print(made, 'created'))
  else context.out((made.status as { token: string }).token + (context.host.streams.stdoutIsTerminal ? '\n' : ''))
}

export const command: Command = { run: create }
