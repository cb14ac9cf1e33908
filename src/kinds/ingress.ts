// Ingress: HTTP from outside to Services.

import type { Ingress } from '../api/networking'
import { AGE, ingressAddresses, NAME } from './columns'
import { prepareIngress } from './defaults/network'
import { describeIngress } from './describe/ingress'
import { defineKind } from './kind'
import { ingressWarnings, validateIngress, validateIngressCreate } from './validation/network'
import { validateBalancerStatus } from './validation/status'

/** The first three hosts; what follows the third rule with a host is counted by rules, not by hosts, as upstream does. */
function hosts({ spec }: Ingress): string {
  const rules = spec.rules ?? []
  const list: string[] = []
  let more = false
  for (const rule of rules) {
    if (list.length === 3) more = true
    if (!more && rule.host) list.push(rule.host)
  }
  if (list.length === 0) return '*'
  return more ? `${list.join(',')} + ${rules.length - 3} more...` : list.join(',')
}

export const ingress = defineKind<Ingress>({
  resource: 'ingresses.networking.k8s.io',
  validate: validateIngress,
  validateStatusUpdate: validateBalancerStatus,
  validateCreate: validateIngressCreate,
  warnings: ingressWarnings,
  prepareForCreate: prepareIngress,
  columns: [
    NAME,
    { name: 'CLASS', cell: ({ spec }) => spec.ingressClassName ?? '<none>' },
    { name: 'HOSTS', cell: hosts },
    { name: 'ADDRESS', cell: ({ status }) => ingressAddresses(status?.loadBalancer?.ingress).join(',') },
    { name: 'PORTS', cell: ({ spec }) => (spec.tls?.length ? '80, 443' : '80') },
    AGE,
  ],
  describe: describeIngress,
})
