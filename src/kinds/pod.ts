// Pod: containers that run together on one node.

import type { Pod } from '../api/types'
import { AGE, NAME } from './columns'
import { defaultPodObject, preparePod, preparePodUpdate } from './defaults/pod'
import { describePod } from './describe/pod'
import { defineKind } from './kind'
import { podRow } from './pod-row'
import { validatePod, validatePodCreate, validatePodUpdate } from './validation/pod'
import { podWarnings } from './validation/pod-warnings'
import { validatePodStatus } from './validation/status'

function readinessGates({ spec, status }: Pod): string {
  const gates = spec.readinessGates ?? []
  if (gates.length === 0) return '<none>'
  const met = gates.filter((gate) => status?.conditions?.find((condition) => condition.type === gate.conditionType)?.status === 'True')
  return `${met.length}/${gates.length}`
}

export const pod = defineKind<Pod>({
  resource: 'pods',
  validate: validatePod,
  validateCreate: validatePodCreate,
  validateUpdate: validatePodUpdate,
  validateStatusUpdate: validatePodStatus,
  warnings: podWarnings,
  defaults: defaultPodObject,
  prepareForCreate: preparePod,
  prepareForUpdate: preparePodUpdate,
  columns: [
    NAME,
    { name: 'READY', cell: (pod, now) => podRow(pod, now).ready },
    { name: 'STATUS', cell: (pod, now) => podRow(pod, now).status },
    { name: 'RESTARTS', cell: (pod, now) => podRow(pod, now).restarts },
    AGE,
    { name: 'IP', wide: true, cell: ({ status }) => status?.podIPs?.[0]?.ip || '<none>' },
    { name: 'NODE', wide: true, cell: ({ spec }) => spec.nodeName || '<none>' },
    { name: 'NOMINATED NODE', wide: true, cell: ({ status }) => status?.nominatedNodeName || '<none>' },
    { name: 'READINESS GATES', wide: true, cell: readinessGates },
  ],
  describe: describePod,
})
