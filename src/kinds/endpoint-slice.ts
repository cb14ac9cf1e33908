// EndpointSlice: a part of the addresses behind a Service.
import type { EndpointSlice } from '../api/types'
import { AGE, firstFew, NAME } from './columns'
import { defineKind } from './kind'

export const endpointSlice = defineKind<EndpointSlice>({
  resource: 'endpointslices.discovery.k8s.io',
  columns: [
    NAME,
    { name: 'ADDRESSTYPE', cell: (slice) => slice.addressType },
    { name: 'PORTS', cell: (slice) => firstFew((slice.ports ?? []).map((port) => String(port.port ?? port.name ?? '*'))) || '<unset>' },
    { name: 'ENDPOINTS', cell: (slice) => firstFew((slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses)) || '<unset>' },
    AGE,
  ],
})
