// CSINode: the storage drivers on a node.
import type { KubeObject } from '../api/types'
import { AGE, NAME } from './columns'
import { defineKind } from './kind'

interface CSINode extends KubeObject {
  spec: { drivers?: { name: string; nodeID: string; topologyKeys?: string[]; allocatable?: { count?: number } }[] | null }
}

export const csiNode = defineKind<CSINode>({
  resource: 'csinodes.storage.k8s.io',
  columns: [NAME, { name: 'DRIVERS', cell: ({ spec }) => String(spec.drivers?.length ?? 0) }, AGE],
})
