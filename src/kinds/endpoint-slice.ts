// EndpointSlice: a part of the addresses behind a Service.

import type { EndpointSlice, SliceEndpoint } from '../api/types'
import { AGE, firstFew, NAME } from './columns'
import { defaultEndpointSlice } from './defaults/network'
import { portTable } from './describe/endpoints'
import { eventLines } from './describe/events'
import { headLines } from './describe/metadata'
import { type DescribeWriter, describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { endpointSliceWarnings } from './validation/component-warnings'
import { same } from './validation/errors'
import { validateEndpointSlice, validateEndpointSliceUpdate } from './validation/network'

function describeEndpointSlice(slice: EndpointSlice, context: DescribeContext): string {
  return describing((w) => {
    headLines(w, slice, true)
    w.write(0, `AddressType:\t${slice.addressType}\n`)
    if (slice.ports?.length) portTable(w, slice.ports, 0)
    else w.write(0, 'Ports: <unset>\n')
    w.write(0, slice.endpoints?.length ? 'Endpoints:\n' : 'Endpoints: <none>\n')
    for (const endpoint of slice.endpoints ?? []) endpointLines(w, endpoint)
    eventLines(w, slice, context)
  })
}

function endpointLines(w: DescribeWriter, endpoint: SliceEndpoint): void {
  w.write(1, `- Addresses:\t${endpoint.addresses.join(', ') || '<none>'}\n`)
  w.write(2, 'Conditions:\n')
  w.write(3, `Ready:\t${endpoint.conditions?.ready ?? '<unset>'}\n`)
  w.write(2, `Hostname:\t${endpoint.hostname ?? '<unset>'}\n`)
  if (endpoint.targetRef) w.write(2, `TargetRef:\t${endpoint.targetRef.kind ?? ''}/${endpoint.targetRef.name ?? ''}\n`)
  w.write(2, `NodeName:\t${endpoint.nodeName ?? '<unset>'}\n`)
  w.write(2, `Zone:\t${endpoint.zone ?? '<unset>'}\n`)
}

/** Of the first versions of the API. */
function dropOldTopology({ endpoints }: EndpointSlice): void {
  for (const endpoint of endpoints ?? []) delete (endpoint as { deprecatedTopology?: unknown }).deprecatedTopology
}

export const endpointSlice = defineKind<EndpointSlice>({
  resource: 'endpointslices.discovery.k8s.io',
  // What is unchanged is not asked again.
  validate: (slice, old) => validateEndpointSlice(old && same(slice.endpoints, old.endpoints) ? { ...slice, endpoints: [] } : slice),
  validateUpdate: validateEndpointSliceUpdate,
  warnings: endpointSliceWarnings,
  defaults: defaultEndpointSlice,
  prepareForCreate: dropOldTopology,
  columns: [
    NAME,
    { name: 'ADDRESSTYPE', cell: (slice) => slice.addressType },
    { name: 'PORTS', cell: (slice) => firstFew((slice.ports ?? []).map((port) => String(port.port ?? port.name ?? '*'))) || '<unset>' },
    { name: 'ENDPOINTS', cell: (slice) => firstFew((slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses)) || '<unset>' },
    AGE,
  ],
  describe: describeEndpointSlice,
})
