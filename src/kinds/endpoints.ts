// Endpoints: the addresses behind a Service, in the old form.
import type { Endpoints } from '../api/types'
import { AGE, firstFew, NAME } from './columns'
import { hostPort } from './describe/endpoints'
import { defineKind } from './kind'

function addresses(endpoints: Endpoints): string {
  const list: string[] = []
  for (const subset of endpoints.subsets ?? []) {
    const ips = (subset.addresses ?? []).map((address) => address.ip)
    if (!subset.ports?.length) list.push(...ips)
    for (const port of subset.ports ?? []) list.push(...ips.map((ip) => hostPort(ip, port.port)))
  }
  return endpoints.subsets?.length ? firstFew(list) : '<none>'
}

export const endpoints = defineKind<Endpoints>({
  resource: 'endpoints',
  columns: [NAME, { name: 'ENDPOINTS', cell: addresses }, AGE],
})
