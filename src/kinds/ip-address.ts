// IPAddress: an address taken from a ServiceCIDR.
import type { KubeObject } from '../api/types'
import { NAME } from './columns'
import { defineKind } from './kind'

interface IPAddress extends KubeObject {
  spec: { parentRef?: { group?: string; resource: string; namespace?: string; name: string } }
}

/** `services/default/web` */
function parentText({ spec: { parentRef } }: IPAddress): string {
  if (!parentRef) return '<none>'
  const resource = `${parentRef.resource}${parentRef.group ? `.${parentRef.group}` : ''}`.toLowerCase()
  return [resource, ...(parentRef.namespace ? [parentRef.namespace] : []), parentRef.name].join('/')
}

export const ipAddress = defineKind<IPAddress>({
  resource: 'ipaddresses.networking.k8s.io',
  columns: [NAME, { name: 'PARENTREF', cell: parentText }],
})
