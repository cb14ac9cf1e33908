// Endpoints: the addresses behind a Service, in the old form.

import type { EndpointAddress, Endpoints } from '../api/types'
import { AGE, firstFew, NAME } from './columns'
import { defaultEndpoints } from './defaults/network'
import { hostPort, portTable } from './describe/endpoints'
import { eventLines } from './describe/events'
import { headLines } from './describe/metadata'
import { describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { validateEndpoints } from './validation/network'

function addresses(endpoints: Endpoints): string {
  const list: string[] = []
  for (const subset of endpoints.subsets ?? []) {
    const ips = (subset.addresses ?? []).map((address) => address.ip)
    if (!subset.ports?.length) list.push(...ips)
    for (const port of subset.ports ?? []) list.push(...ips.map((ip) => hostPort(ip, port.port)))
  }
  return endpoints.subsets?.length ? firstFew(list) : '<none>'
}

function describeEndpoints(endpoints: Endpoints, context: DescribeContext): string {
  const ips = (list: EndpointAddress[] | undefined) => (list ?? []).map((address) => address.ip).join(',') || '<none>'
  return describing((w) => {
    headLines(w, endpoints, true)
    w.write(0, 'Subsets:\n')
    for (const subset of endpoints.subsets ?? []) {
      w.write(1, `Addresses:\t${ips(subset.addresses)}\n`)
      w.write(1, `NotReadyAddresses:\t${ips(subset.notReadyAddresses)}\n`)
      if (subset.ports?.length) portTable(w, subset.ports, 1)
      w.write(0, '\n')
    }
    eventLines(w, endpoints, context)
  })
}

export const endpoints = defineKind<Endpoints>({
  resource: 'endpoints',
  validate: validateEndpoints,
  defaults: defaultEndpoints,
  columns: [NAME, { name: 'ENDPOINTS', cell: addresses }, AGE],
  describe: describeEndpoints,
})
