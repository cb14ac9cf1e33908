// Service: one address for a set of pods.
import type { Service } from '../api/types'
import { formatLabels } from '../lib/label-format'
import { AGE, ingressAddresses, NAME } from './columns'
import { defineKind } from './kind'

function externalIPs({ spec, status }: Service): string {
  const listed = spec.externalIPs ?? []
  switch (spec.type) {
    case 'ExternalName':
      return spec.externalName ?? ''
    case 'LoadBalancer':
      return [...ingressAddresses(status?.loadBalancer?.ingress), ...listed].join(',') || '<pending>'
    default:
      return listed.join(',') || '<none>'
  }
}

/** `80/TCP,443:30443/TCP` */
function ports({ spec }: Service): string {
  const texts = (spec.ports ?? []).map(({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`)
  return texts.join(',') || '<none>'
}

export const service = defineKind<Service>({
  resource: 'services',
  columns: [
    NAME,
    { name: 'TYPE', cell: (service) => service.spec.type ?? '' },
    { name: 'CLUSTER-IP', cell: (service) => service.spec.clusterIPs?.[0] || '<none>' },
    { name: 'EXTERNAL-IP', cell: externalIPs },
    { name: 'PORT(S)', cell: ports },
    AGE,
    { name: 'SELECTOR', wide: true, cell: (service) => formatLabels(service.spec.selector) },
  ],
})
