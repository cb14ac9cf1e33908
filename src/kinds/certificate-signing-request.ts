// CertificateSigningRequest: a request for a certificate and its approval.
import type { Condition, KubeObject } from '../api/types'
import { humanDuration } from '../lib/ages'
import { formatLabels } from '../lib/label-selector'
import { AGE, NAME } from './columns'
import { certificateRequestText } from './describe/certificate-request'
import { eventLines } from './describe/events'
import { rfc1123z } from './describe/metadata'
import { describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { validateCertificateSigningRequest } from './validation/certificates'

interface CertificateSigningRequest extends KubeObject {
  spec: {
    request: string
    signerName?: string
    username?: string
    uid?: string
    groups?: string[]
    extra?: Record<string, string[]>
    expirationSeconds?: number
  }
  status?: { conditions?: Condition[]; certificate?: string }
}

/** `Pending`, `Approved,Issued`, `Denied`, `Approved,Failed`. */
function conditionText({ status }: CertificateSigningRequest): string {
  const has = (type: string) => status?.conditions?.some((condition) => condition.type === type)
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'
  return `${decision}${has('Failed') ? ',Failed' : ''}${status?.certificate ? ',Issued' : ''}`
}

function describeRequest(request: CertificateSigningRequest, context: DescribeContext): string {
  const { metadata, spec } = request
  return describing((w) => {
    w.write(0, `Name:\t${metadata.name}\n`)
    w.write(0, `Labels:\t${formatLabels(metadata.labels)}\n`)
    w.write(0, `Annotations:\t${formatLabels(metadata.annotations)}\n`)
    w.write(0, `CreationTimestamp:\t${rfc1123z(metadata.creationTimestamp)}\n`)
    w.write(0, `Requesting User:\t${spec.username ?? ''}\n`)
    if (spec.signerName) w.write(0, `Signer:\t${spec.signerName}\n`)
    if (spec.expirationSeconds !== undefined) w.write(0, `Requested Duration:\t${humanDuration(spec.expirationSeconds * 1000)}\n`)
    w.write(0, `Status:\t${conditionText(request)}\n`)
    w.write(0, certificateRequestText(spec.request))
    eventLines(w, request, context)
  })
}

const ADMIN = { name: 'kubernetes-admin', uid: '', groups: ['system:masters', 'system:authenticated'], extra: undefined }

export const certificateSigningRequest = defineKind<CertificateSigningRequest>({
  resource: 'certificatesigningrequests.certificates.k8s.io',
  validate: validateCertificateSigningRequest,
  columns: [
    NAME,
    AGE,
    { name: 'SIGNERNAME', cell: ({ spec }) => spec.signerName || '<none>' },
    { name: 'REQUESTOR', cell: ({ spec }) => spec.username ?? '' },
    { name: 'REQUESTEDDURATION', cell: ({ spec }) => (spec.expirationSeconds ? humanDuration(spec.expirationSeconds * 1000) : '<none>') },
    { name: 'CONDITION', cell: conditionText },
  ],
  // Who asks is what the server knows of the caller, not what the request says. Upstream: pkg/registry/certificates/certificates/strategy.go.
  prepareForCreate(request, { user = ADMIN }) {
    const { username: _, uid: __, groups: ___, extra: ____, ...asked } = request.spec
    const { name, uid, groups, extra } = user
    request.spec = { ...asked, username: name, groups, ...(uid ? { uid } : {}), ...(extra ? { extra } : {}) }
    request.status = {}
  },
  prepareForUpdate(request, old) {
    request.spec = old.spec
  },
  describe: describeRequest,
})
