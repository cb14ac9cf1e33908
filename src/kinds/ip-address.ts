// IPAddress: an address taken from a ServiceCIDR.
import type { KubeObject } from '../api/types'
import type { FieldError } from '../errors'
import { isDns1123Subdomain } from '../lib/names'
import { NAME } from './columns'
import { eventLines } from './describe/events'
import { headLines } from './describe/metadata'
import { describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { IMMUTABLE, invalids, invalidValue, required, same } from './validation/errors'
import { isPathSegment } from './validation/object-meta'

interface IPAddress extends KubeObject {
  spec: { parentRef?: { group?: string; resource: string; namespace?: string; name: string } }
}

/** `services/default/web` */
function parentText({ spec: { parentRef } }: IPAddress): string {
  if (!parentRef) return '<none>'
  const resource = `${parentRef.resource}${parentRef.group ? `.${parentRef.group}` : ''}`.toLowerCase()
  return [resource, ...(parentRef.namespace ? [parentRef.namespace] : []), parentRef.name].join('/')
}

function describeIpAddress(address: IPAddress, context: DescribeContext): string {
  const { parentRef } = address.spec
  return describing((w) => {
    headLines(w, address, false)
    if (parentRef) {
      w.write(0, 'Parent Reference:\n')
      w.write(1, `Group:\t${parentRef.group ?? ''}\n`)
      w.write(1, `Resource:\t${parentRef.resource}\n`)
      w.write(1, `Namespace:\t${parentRef.namespace ?? ''}\n`)
      w.write(1, `Name:\t${parentRef.name}\n`)
    }
    eventLines(w, address, context)
  })
}

/** Upstream: validateIPAddressParentReference in pkg/apis/networking/validation. */
function validateParent({ spec }: IPAddress): FieldError[] {
  const parent = spec?.parentRef
  if (!parent) return [required('spec.parentRef')]
  const named = (field: 'resource' | 'name') =>
    parent[field] ? invalids(`spec.parentRef.${field}`, parent[field], isPathSegment(parent[field])) : [required(`spec.parentRef.${field}`)]
  return [
    ...(parent.group ? invalids('spec.parentRef.group', parent.group, isDns1123Subdomain(parent.group)) : []),
    ...named('resource'),
    ...named('name'),
    ...(parent.namespace ? invalids('spec.parentRef.namespace', parent.namespace, isPathSegment(parent.namespace)) : []),
  ]
}

export const ipAddress = defineKind<IPAddress>({
  resource: 'ipaddresses.networking.k8s.io',
  columns: [NAME, { name: 'PARENTREF', cell: parentText }],
  validate: validateParent,
  validateUpdate: ({ spec }, old) => (same(spec, old.spec) ? [] : [invalidValue('spec.parentRef', null, IMMUTABLE)]),
  describe: describeIpAddress,
})
