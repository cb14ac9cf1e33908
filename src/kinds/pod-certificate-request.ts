// PodCertificateRequest: the behaviour of podcertificaterequests.certificates.k8s.io beyond its fields.
import { defineKind } from './kind'

export const podCertificateRequest = defineKind({
  resource: 'podcertificaterequests.certificates.k8s.io',
  columns: [],
})
