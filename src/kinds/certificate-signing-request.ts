// CertificateSigningRequest: a request for a certificate and its approval.
import type { Condition, KubeObject } from '../api/types'
import { humanDuration } from '../lib/ages'
import { AGE, NAME } from './columns'
import { defineKind } from './kind'

interface CertificateSigningRequest extends KubeObject {
  spec: { request: string; signerName?: string; username?: string; expirationSeconds?: number }
  status?: { conditions?: Condition[]; certificate?: string }
}

/** `Pending`, `Approved,Issued`, `Denied`, `Approved,Failed`. */
function conditionText({ status }: CertificateSigningRequest): string {
  const has = (type: string) => status?.conditions?.some((condition) => condition.type === type)
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'
  return `${decision}${has('Failed') ? ',Failed' : ''}${status?.certificate ? ',Issued' : ''}`
}

export const certificateSigningRequest = defineKind<CertificateSigningRequest>({
  resource: 'certificatesigningrequests.certificates.k8s.io',
  columns: [
    NAME,
    AGE,
    { name: 'SIGNERNAME', cell: ({ spec }) => spec.signerName || '<none>' },
    { name: 'REQUESTOR', cell: ({ spec }) => spec.username ?? '' },
    { name: 'REQUESTEDDURATION', cell: ({ spec }) => (spec.expirationSeconds ? humanDuration(spec.expirationSeconds * 1000) : '<none>') },
    { name: 'CONDITION', cell: conditionText },
  ],
})
