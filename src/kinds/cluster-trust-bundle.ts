// ClusterTrustBundle: the behaviour of clustertrustbundles.certificates.k8s.io beyond its fields.
import { defineKind } from './kind'

export const clusterTrustBundle = defineKind({
  resource: 'clustertrustbundles.certificates.k8s.io',
  columns: [],
})
