// Who a bearer token stands for: a service account, as long as the token's times hold and the account is there.
import type { Secret } from '../api/types'
import { keptKey, tokenSignature } from '../lib/token-signature'
import { impersonated, type User } from './authorization'
import type { ApiServer } from './server'
import { ISSUER } from './tokens'

interface Claims {
  iss?: string
  aud?: string[]
  exp?: number
  nbf?: number
  sub?: string
  'kubernetes.io'?: { namespace?: string; serviceaccount?: { name?: string; uid?: string } }
}

/** Undefined when the token is none of this state's. */
export function userOfToken(server: ApiServer, token: string): (User & { audiences: string[] }) | undefined {
  const { storage, env } = server
  const [head, body, signature] = token.split('.')
  const key = keptKey(storage.records)
  if (key === undefined) return undefined
  const claims = signature === tokenSignature(key, `${head}.${body}`) ? claimsOf(body) : undefined
  if (!claims) return undefined
  const { namespace = '', serviceaccount = {} } = claims.iss === LEGACY ? legacy(claims) : (claims['kubernetes.io'] ?? {})
  const now = env.now() / 1000
  if (claims.iss === LEGACY ? !isKept(server, claims, token) : (claims.exp ?? 0) < now || (claims.nbf ?? 0) > now + 60) return undefined
  const account = storage.get('serviceaccounts', namespace, serviceaccount.name ?? '')
  if (!account || account.metadata.uid !== serviceaccount.uid) return undefined
  const name = `system:serviceaccount:${namespace}:${account.metadata.name}`
  return { ...impersonated(name, [], account.metadata.uid), audiences: claims.aud ?? (claims.iss === LEGACY ? [ISSUER] : []) }
}

/** Who issues the tokens that Secrets hold. */
const LEGACY = 'kubernetes/serviceaccount'

function legacy(claims: Claims): Required<Claims>['kubernetes.io'] {
  const said = (key: string) => String((claims as Record<string, unknown>)[`kubernetes.io/serviceaccount/${key}`] ?? '')
  return { namespace: said('namespace'), serviceaccount: { name: said('service-account.name'), uid: said('service-account.uid') } }
}

/** Such a token is good as long as its Secret holds it. */
function isKept({ storage }: ApiServer, claims: Claims, token: string): boolean {
  const name = String((claims as Record<string, unknown>)['kubernetes.io/serviceaccount/secret.name'] ?? '')
  const secret = storage.get<Secret>('secrets', legacy(claims).namespace, name)
  return secret?.data?.token === Buffer.from(token).toString('base64')
}

function claimsOf(body: string): Claims | undefined {
  try {
    return JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims
  } catch {
    return undefined
  }
}
