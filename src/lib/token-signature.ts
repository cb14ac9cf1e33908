// JSON web tokens of one cluster: signed with what only its state knows.
import { sha256 } from './sha256'

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
