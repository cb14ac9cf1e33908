// PriorityLevelConfiguration: how many requests of a level the API server serves at a time.

import type { KubeObject } from '../api/types'
import { AGE, NAME } from './columns'
import { defaultPriorityLevel } from './defaults/extension'
import { defineKind } from './kind'
import { validatePriorityLevel } from './validation/flow-control'

interface PriorityLevelConfiguration extends KubeObject {
  spec: {
    type?: string
    limited?: {
      nominalConcurrencyShares?: number
      limitResponse?: { queuing?: { queues?: number; handSize?: number; queueLengthLimit?: number } }
    }
  }
}

function text(value: number | undefined): string {
  return value === undefined ? '<none>' : String(value)
}

function queuing({ spec }: PriorityLevelConfiguration) {
  return spec.limited?.limitResponse?.queuing
}

export const priorityLevelConfiguration = defineKind<PriorityLevelConfiguration>({
  resource: 'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
  validate: validatePriorityLevel,
  defaults: defaultPriorityLevel,
  columns: [
    NAME,
    { name: 'TYPE', cell: ({ spec }) => spec.type ?? '' },
    { name: 'NOMINALCONCURRENCYSHARES', cell: ({ spec }) => text(spec.limited?.nominalConcurrencyShares) },
    { name: 'QUEUES', cell: (level) => text(queuing(level)?.queues) },
    { name: 'HANDSIZE', cell: (level) => text(queuing(level)?.handSize) },
    { name: 'QUEUELENGTHLIMIT', cell: (level) => text(queuing(level)?.queueLengthLimit) },
    AGE,
  ],
})
