// ServiceCIDR: a range of ClusterIPs.
import type { Condition, KubeObject } from '../api/types'
import { AGE, NAME } from './columns'
import { defineKind } from './kind'

interface ServiceCIDR extends KubeObject {
  spec: { cidrs?: string[] }
  status?: { conditions?: Condition[] }
}

export const serviceCidr = defineKind<ServiceCIDR>({
  resource: 'servicecidrs.networking.k8s.io',
  columns: [NAME, { name: 'CIDRS', cell: ({ spec }) => (spec.cidrs ?? []).join(',') }, AGE],
})
