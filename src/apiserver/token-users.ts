// Who a bearer token stands for: a service account, as long as the token's times hold and the account is there.
import { impersonated, type User } from './authorization'
import type { ApiServer } from './server'
import { signatureOf } from './tokens'

interface Claims {
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
  const claims = signature === signatureOf(server, `${head}.${body}`) ? claimsOf(body) : undefined
  const { namespace = '', serviceaccount = {} } = claims?.['kubernetes.io'] ?? {}
  const now = env.now() / 1000
  if (!claims || (claims.exp ?? 0) < now || (claims.nbf ?? 0) > now + 60) return undefined
  const account = storage.get('serviceaccounts', namespace, serviceaccount.name ?? '')
  if (!account || account.metadata.uid !== serviceaccount.uid) return undefined
  const name = `system:serviceaccount:${namespace}:${account.metadata.name}`
  return { ...impersonated(name, [], account.metadata.uid), audiences: claims.aud ?? [] }
}

function claimsOf(body: string): Claims | undefined {
  try {
    return JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims
  } catch {
    return undefined
  }
}
