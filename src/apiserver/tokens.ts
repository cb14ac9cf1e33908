// Tokens of service accounts as the TokenRequest API issues them, good for this state alone.
// Upstream: pkg/registry/core/serviceaccount/storage/token.go.
import type { KubeObject } from '../api/types'
import { conflict, invalid } from '../errors'
import { uuid } from '../lib/random'
import { timestamp } from '../lib/time'
import { signedToken, signingKey } from '../lib/token-signature'
import type { ApiServer } from './server'

const HOUR = 60 * 60
const TEN_MINUTES = 10 * 60
/** Who issues tokens, and who they are for when nobody else is named: the API server. */
export const ISSUER = 'https://kubernetes.default.svc.cluster.local'

interface Bound {
  kind: string
  apiVersion: string
  name: string
  uid: string
}

interface Claims {
  audiences: string[]
  seconds: number
  bound?: Bound
}

/** A JSON web token as the API server's issuer makes it. */
function sign(server: ApiServer, account: KubeObject, { audiences, seconds, bound }: Claims): string {
  const { env } = server
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
  return signedToken(signingKey(server.storage.records, env), random(32), claims)
}

export interface TokenSpec {
  audiences?: string[]
  expirationSeconds?: number
  boundObjectRef?: { kind?: string; name?: string; uid?: string } | null
}

/** The answered TokenRequest. Throws ApiError NotFound (account, bound object), Invalid, Conflict. */
export function issueToken(server: ApiServer, namespace: string, name: string, spec: TokenSpec): KubeObject {
  const info = server.resourceOf({ apiVersion: 'v1', kind: 'ServiceAccount' })
  server.authorize('create', info, namespace, name, 'token')
  const account = server.storage.get(info.resource, namespace, name) ?? server.get(info, namespace, name)
  const audiences = spec.audiences?.length ? spec.audiences : [ISSUER]
  const seconds = spec.expirationSeconds ?? HOUR
  if (seconds < TEN_MINUTES) {
    const message = `Invalid value: ${seconds}: may not specify a duration less than 10 minutes`
    throw invalid('TokenRequest', 'authentication.k8s.io', '', [{ type: 'Invalid', field: 'spec.expirationSeconds', message }])
  }
  const bound = boundObject(server, namespace, spec.boundObjectRef)
  const issued = Math.floor(server.env.now() / 1000) * 1000
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: timestamp(server.env.now()) },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: bound ?? null },
    status: { token: sign(server, account, { audiences, seconds, bound }), expirationTimestamp: timestamp(issued + seconds * 1000) },
  } as unknown as KubeObject
}

function boundObject(server: ApiServer, namespace: string, reference: TokenSpec['boundObjectRef']): Bound | undefined {
  if (!reference) return undefined
  const { kind = '', name = '', uid: wanted } = reference
  const info = server.resourceOf({ apiVersion: 'v1', kind })
  const { uid } = server.get(info, namespace, name).metadata
  if (wanted && wanted !== uid) {
    throw conflict(
      info.resource,
      name,
      `the UID in the bound object reference (${wanted}) does not match the UID in record. The object might have been deleted and then recreated`,
    )
  }
  return { kind, apiVersion: 'v1', name, uid }
}
