// CSINode: the storage drivers on a node.
import type { KubeObject } from '../api/types'
import { AGE, NAME } from './columns'
import { eventLines } from './describe/events'
import { goList } from './describe/go-text'
import { headLines, rfc1123z } from './describe/metadata'
import { describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { validateCsiNode } from './validation/components'

interface CSINode extends KubeObject {
  spec: { drivers?: { name: string; nodeID: string; topologyKeys?: string[]; allocatable?: { count?: number } }[] | null }
}

function describeCsiNode(node: CSINode, context: DescribeContext): string {
  return describing((w) => {
    headLines(w, node, false)
    w.write(0, `CreationTimestamp:\t${rfc1123z(node.metadata.creationTimestamp)}\n`)
    w.write(0, 'Spec:\n')
    if (node.spec.drivers) w.write(1, 'Drivers:\n')
    for (const { name, nodeID, allocatable, topologyKeys } of node.spec.drivers ?? []) {
      w.write(2, `${name}:\n`)
      w.write(3, `Node ID:\t${nodeID}\n`)
      if (allocatable?.count !== undefined) {
        w.write(3, 'Allocatables:\n')
        w.write(4, `Count:\t${allocatable.count}\n`)
      }
      if (topologyKeys) w.write(3, `Topology Keys:\t${goList(topologyKeys)}\n`)
    }
    eventLines(w, node, context)
  })
}

export const csiNode = defineKind<CSINode>({
  resource: 'csinodes.storage.k8s.io',
  validate: validateCsiNode,
  columns: [NAME, { name: 'DRIVERS', cell: ({ spec }) => String(spec.drivers?.length ?? 0) }, AGE],
  describe: describeCsiNode,
})
