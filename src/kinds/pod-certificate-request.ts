// PodCertificateRequest: a certificate asked for by the kubelet for a pod.
import type { Condition, KubeObject, StringMap } from '../api/types'
import { formatLabels } from '../lib/label-selector'
import { NAME } from './columns'
import { defineKind } from './kind'

interface PodCertificateRequest extends KubeObject {
  spec: {
    podName?: string
    serviceAccountName?: string
    nodeName?: string
    signerName?: string
    unverifiedUserAnnotations?: StringMap
  }
  status?: { conditions?: Condition[] }
}

function state({ status }: PodCertificateRequest): string {
  const final = ['Issued', 'Denied', 'Failed'].find((type) => status?.conditions?.some((c) => c.type === type && c.status === 'True'))
  return final ?? 'Pending'
}

export const podCertificateRequest = defineKind<PodCertificateRequest>({
  resource: 'podcertificaterequests.certificates.k8s.io',
  columns: [
    NAME,
    { name: 'PODNAME', cell: ({ spec }) => spec.podName ?? '' },
    { name: 'SERVICEACCOUNTNAME', cell: ({ spec }) => spec.serviceAccountName ?? '' },
    { name: 'NODENAME', cell: ({ spec }) => spec.nodeName ?? '' },
    { name: 'SIGNERNAME', cell: ({ spec }) => spec.signerName ?? '' },
    { name: 'STATE', cell: state },
    { name: 'UNVERIFIEDUSERANNOTATIONS', cell: ({ spec }) => formatLabels(spec.unverifiedUserAnnotations) },
  ],
})
