// The names of those who sign certificates, and of the bundles that trust them. Upstream: pkg/apis/core/validation/names.go.
import type { FieldError } from '../../errors'
import { isDns1123Label, isDns1123Subdomain } from '../../lib/names'
import { invalidValue, required, tooLong } from './errors'

const MOST_DOMAIN = 253
/** A path holds the name of an object and of its namespace. */
const MOST_PATH = MOST_DOMAIN + 63 + 1

/** The first of the labels that is none, if any. */
function labelProblems(part: string, rule: (label: string) => string[], field: string): FieldError[] {
  const wrong = part.split('.').find((label) => rule(label).length)
  return wrong === undefined ? [] : rule(wrong).map((why) => invalidValue(field, part, `validating label ${JSON.stringify(wrong)}: ${why}`))
}

/** `example.com/signer`. */
export function validateSignerName(name: string, field: string): FieldError[] {
  if (!name) return [required(field)]
  const [domain, path, more] = name.split('/')
  if (path === undefined || more !== undefined) {
    return [invalidValue(field, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")]
  }
  const errors = domain.length > MOST_DOMAIN ? [tooLong(field, MOST_DOMAIN)] : []
  errors.push(...labelProblems(domain, isDns1123Label, field))
  if (!domain.includes('.')) errors.push(invalidValue(field, domain, 'should be a domain with at least two segments separated by dots'))
  errors.push(...labelProblems(path, isDns1123Subdomain, field))
  return path.length > MOST_PATH ? [...errors, tooLong(field, MOST_PATH)] : errors
}

/** A signer of the cluster's own. */
export function isKubernetesSigner(name: string): boolean {
  const host = name.split('/')[0]
  return host === 'kubernetes.io' || host.endsWith('.kubernetes.io')
}

/** Why a name cannot be that of a bundle of `signer`, or of one without a signer where that is empty. */
export function trustBundleNameProblems(name: string, signer: string): string[] {
  if (!signer) {
    return name.includes(':') ? ['ClusterTrustBundle without signer name must not have ":" in its name'] : isDns1123Subdomain(name)
  }
  const prefix = `${signer.replaceAll('/', ':')}:`
  if (!name.startsWith(prefix)) return [`ClusterTrustBundle for signerName ${signer} must be named with prefix ${prefix}`]
  return isDns1123Subdomain(name.slice(prefix.length))
}

/** The signer that a bundle's name tells; empty where it tells none. */
export function signerOfTrustBundle(name: string): string {
  return name.slice(0, Math.max(name.lastIndexOf(':'), 0)).replaceAll(':', '/')
}
