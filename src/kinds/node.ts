// Node: a machine that runs pods.
import type { Node } from '../api/types'
import { AGE, NAME, nodeRoles } from './columns'
import { defaultNode } from './defaults/cluster'
import { describeNode } from './describe/node'
import { defineKind } from './kind'
import { nodeWarnings } from './validation/component-warnings'
import { validateNode, validateNodeStatus, validateNodeUpdate } from './validation/nodes'

function statusText(node: Node): string {
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready')
  const status = !ready ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'
  return node.spec.unschedulable ? `${status},SchedulingDisabled` : status
}

function kernelVersion(node: Node): string {
  const { kernelVersion: version, architecture } = node.status?.nodeInfo ?? {}
  return `${version || '<unknown>'}${architecture ? ` (${architecture})` : ''}`
}

function address(node: Node, type: string): string {
  return node.status?.addresses?.find((entry) => entry.type === type)?.address ?? '<none>'
}

export const node = defineKind<Node>({
  resource: 'nodes',
  validate: validateNode,
  warnings: nodeWarnings,
  defaults: defaultNode,
  validateUpdate: validateNodeUpdate,
  validateStatusUpdate: validateNodeStatus,
  columns: [
    NAME,
    { name: 'STATUS', cell: statusText },
    { name: 'ROLES', cell: (node) => nodeRoles(node.metadata.labels).join(',') || '<none>' },
    AGE,
    { name: 'VERSION', cell: (node) => node.status?.nodeInfo?.kubeletVersion ?? '' },
    { name: 'INTERNAL-IP', wide: true, cell: (node) => address(node, 'InternalIP') },
    { name: 'EXTERNAL-IP', wide: true, cell: (node) => address(node, 'ExternalIP') },
    { name: 'OS-IMAGE', wide: true, cell: (node) => node.status?.nodeInfo?.osImage || '<unknown>' },
    { name: 'KERNEL-VERSION', wide: true, cell: kernelVersion },
    { name: 'CONTAINER-RUNTIME', wide: true, cell: (node) => node.status?.nodeInfo?.containerRuntimeVersion || '<unknown>' },
  ],
  describe: describeNode,
})
