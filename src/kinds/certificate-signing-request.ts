// CertificateSigningRequest: the behaviour of certificatesigningrequests.certificates.k8s.io beyond its fields.
import { defineKind } from './kind'

export const certificateSigningRequest = defineKind({
  resource: 'certificatesigningrequests.certificates.k8s.io',
  columns: [],
})
