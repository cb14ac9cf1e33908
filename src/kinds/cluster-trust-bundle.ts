// ClusterTrustBundle: root certificates to trust.
import type { KubeObject } from '../api/types'
import { NAME } from './columns'
import { defineKind } from './kind'

interface ClusterTrustBundle extends KubeObject {
  spec: { signerName?: string }
}

export const clusterTrustBundle = defineKind<ClusterTrustBundle>({
  resource: 'clustertrustbundles.certificates.k8s.io',
  columns: [NAME, { name: 'SIGNERNAME', cell: ({ spec }) => spec.signerName || '<none>' }],
})
