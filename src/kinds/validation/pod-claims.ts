// The devices that a Pod claims, and which of its containers use them. Upstream: pkg/apis/core/validation/validation.go
// (validatePodResourceClaims, validateResourceClaimNames).
import type { ObjectMeta } from '../../api/types'
import type { FieldError } from '../../errors'
import { isDns1123Label, isDns1123Subdomain } from '../../lib/names'
import { internalForm } from '../../schema/internal'
import type { Fields } from '../defaults/fields'
import { duplicate, forbiddenField, invalids, invalidValue, notFoundField, required } from './errors'

const MIRROR = 'kubernetes.io/config.mirror'

export function claimNames(claims: Fields[]): Set<string> {
  return new Set(claims.map((claim) => String(claim.name ?? '')).filter((name) => name !== ''))
}

/** `meta` is that of a Pod, absent for a template. */
export function validatePodClaims(claims: Fields[], path: string, meta: ObjectMeta | undefined): FieldError[] {
  const names = new Set<string>()
  return claims.flatMap((claim, i) => {
    if (meta?.annotations?.[MIRROR] !== undefined) return [forbiddenField('', 'static pods do not support resource claims')]
    const here = `${path}[${i}]`
    const name = String(claim.name ?? '')
    const errors: FieldError[] = []
    if (!name) errors.push(required(`${here}.name`))
    else if (names.has(name)) errors.push(duplicate(`${here}.name`, name))
    else errors.push(...invalids(`${here}.name`, name, isDns1123Label(name)))
    names.add(name)
    const { resourceClaimName, resourceClaimTemplateName } = claim
    const shown = () => internalForm('PodResourceClaim', claim)
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      const why = 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'
      errors.push(invalidValue(here, shown(), why))
    }
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      errors.push(invalidValue(here, shown(), 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'))
    }
    for (const key of ['resourceClaimName', 'resourceClaimTemplateName']) {
      if (claim[key] !== undefined) errors.push(...invalids(`${here}.${key}`, claim[key], isDns1123Subdomain(String(claim[key]))))
    }
    return errors
  })
}

/** The claims that a container uses, whole or one request of them; `known` are the names of the Pod's. */
export function validateClaimsUsed(claims: Fields[], known: Set<string>, path: string): FieldError[] {
  const used = new Set<string>()
  return claims.flatMap((claim, i) => {
    const here = `${path}[${i}]`
    const name = String(claim.name ?? '')
    if (!name) return [required(here)]
    const errors = validateUse(name, String(claim.request ?? ''), used, here)
    if (known.has(name)) return errors
    const names = known.size ? `: ${[...known].sort().join(', ')}` : ' which is empty'
    const { type, field, message } = notFoundField(here, name)
    return [...errors, { type, field, message: `${message}: must be one of the names in pod.spec.resourceClaims${names}` }]
  })
}

function validateUse(name: string, request: string, used: Set<string>, here: string): FieldError[] {
  if (used.has(name)) return [duplicate(here, name)]
  const key = request ? `${name}/${request}` : name
  const errors = request ? invalids(`${here}.request`, request, isDns1123Label(request)) : []
  if (used.has(key)) errors.push(duplicate(here, key))
  else if (!request) errors.push(...[...used].filter((other) => other.split('/')[0] === name).map(() => duplicate(here, name)))
  used.add(key)
  return errors
}
