// ServiceCIDR: a range of ClusterIPs.
import type { Condition, KubeObject } from '../api/types'
import { AGE, NAME } from './columns'
import { eventLines } from './describe/events'
import { headLines, timedConditionLines } from './describe/metadata'
import { describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { validateServiceCidr, validateServiceCidrUpdate } from './validation/components'

interface ServiceCIDR extends KubeObject {
  spec: { cidrs?: string[] }
  status?: { conditions?: Condition[] }
}

function describeServiceCidr(cidr: ServiceCIDR, context: DescribeContext): string {
  return describing((w) => {
    headLines(w, cidr, false)
    w.write(0, `CIDRs:\t${(cidr.spec.cidrs ?? []).join(', ')}\n`)
    const conditions = cidr.status?.conditions ?? []
    if (conditions.length > 0) {
      w.write(0, 'Status:\n')
      timedConditionLines(w, conditions)
    }
    eventLines(w, cidr, context)
  })
}

export const serviceCidr = defineKind<ServiceCIDR>({
  resource: 'servicecidrs.networking.k8s.io',
  validate: (range, old) => (old ? validateServiceCidrUpdate(range, old) : validateServiceCidr(range)),
  columns: [NAME, { name: 'CIDRS', cell: ({ spec }) => (spec.cidrs ?? []).join(',') }, AGE],
  describe: describeServiceCidr,
})
