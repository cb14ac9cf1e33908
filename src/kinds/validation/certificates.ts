// Validation of requests for certificates. Upstream: pkg/apis/certificates/validation/validation.go.
import type { KubeObject } from '../../api/types'
import type { FieldError } from '../../errors'
import { fieldsOf } from '../defaults/fields'
import { duplicate, invalidValue, notSupported, required } from './errors'
import { validateSignerName } from './signer-name'

const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
]

const PEM = /^-----BEGIN CERTIFICATE REQUEST-----\r?\n([A-Za-z0-9+/=\s]*)-----END CERTIFICATE REQUEST-----/m

/** Why the bytes, base64, are no request; its inner parts are not looked at. */
function requestProblem(base64: string): string | undefined {
  const body = PEM.exec(Buffer.from(base64, 'base64').toString('latin1'))?.[1]
  if (body === undefined) return 'PEM block type must be CERTIFICATE REQUEST'
  const der = Buffer.from(body, 'base64')
  const [tag, first] = der
  if (tag === undefined) return 'asn1: syntax error: sequence truncated'
  const count = first > 0x80 ? first & 0x7f : 0
  const length = count ? der.readUIntBE(2, Math.min(count, 6, Math.max(der.length - 2, 1))) : first
  return 2 + count + length > der.length ? 'asn1: syntax error: data truncated' : undefined
}

export function validateCertificateSigningRequest({ spec }: KubeObject): FieldError[] {
  const { request, usages: own, signerName, expirationSeconds } = fieldsOf(spec) ?? {}
  const errors: FieldError[] = []
  const problem = requestProblem(String(request ?? ''))
  if (problem) errors.push(invalidValue('spec.request', request ?? null, problem))
  const usages = (own ?? []) as string[]
  if (!usages.length) errors.push(required('spec.usages'))
  for (const [i, usage] of usages.entries()) {
    if (!USAGES.includes(usage)) errors.push(notSupported(`spec.usages[${i}]`, usage, USAGES))
  }
  for (const [i, usage] of usages.entries()) if (usages.indexOf(usage) < i) errors.push(duplicate(`spec.usages[${i}]`, usage))
  const legacy = 'kubernetes.io/legacy-unknown'
  if (signerName === legacy) {
    errors.push(invalidValue('spec.signerName', signerName, 'the legacy signerName is not allowed via this API version'))
  } else errors.push(...validateSignerName(String(signerName ?? ''), 'spec.signerName'))
  if (expirationSeconds !== undefined && Number(expirationSeconds) < 600) {
    const why = 'may not specify a duration less than 600 seconds (10 minutes)'
    errors.push(invalidValue('spec.expirationSeconds', expirationSeconds, why))
  }
  return errors
}
