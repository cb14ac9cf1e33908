// JSON web tokens of one cluster: signed with what only its state knows.
import type { ControlPlaneEnv, Records } from '../api/contracts'
import { sha256 } from './sha256'

const TABLE = 'keys'
const NAME = 'service-accounts'

/** The key that tokens are signed with: in the state beside the objects, so that no request reads it. Undefined before the first token. */
export function keptKey(records: Records): string | undefined {
  return records.get<string>(TABLE, NAME)
}

/** The same, drawn when nothing was signed yet. */
export function signingKey(records: Records, env: ControlPlaneEnv): string {
  const kept = keptKey(records)
  if (kept !== undefined) return kept
  const key = env.secret()
  records.put(TABLE, NAME, key)
  return key
}

/**
 * As long as a signature by the issuer's key, but made of `key`, which only this state knows, so that no other cluster takes it, a real one
 * least of all.
 */
export function tokenSignature(key: string, signed: string): string {
  const blocks = Array.from({ length: 8 }, (_, i) => sha256(`${key}/${i}/${signed}`))
  return Buffer.concat(blocks).toString('base64url')
}

function segment(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** `kid` names the key. */
export function signedToken(key: string, kid: string, claims: object): string {
  const signed = `${segment({ alg: 'RS256', kid })}.${segment(claims)}`
  return `${signed}.${tokenSignature(key, signed)}`
}
