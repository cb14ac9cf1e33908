// FlowSchema: which requests to the API server are of one flow.

import type { Condition, KubeObject } from '../api/types'
import { AGE, count, NAME } from './columns'
import { defaultFlowSchema } from './defaults/extension'
import { defineKind } from './kind'
import { validateFlowSchema } from './validation/flow-control'

interface FlowSchema extends KubeObject {
  spec: { priorityLevelConfiguration?: { name?: string }; matchingPrecedence?: number; distinguisherMethod?: { type?: string } }
  status?: { conditions?: Condition[] }
}

export const flowSchema = defineKind<FlowSchema>({
  resource: 'flowschemas.flowcontrol.apiserver.k8s.io',
  validate: validateFlowSchema,
  defaults: defaultFlowSchema,
  columns: [
    NAME,
    { name: 'PRIORITYLEVEL', cell: ({ spec }) => spec.priorityLevelConfiguration?.name ?? '' },
    { name: 'MATCHINGPRECEDENCE', cell: ({ spec }) => count(spec.matchingPrecedence) },
    { name: 'DISTINGUISHERMETHOD', cell: ({ spec }) => spec.distinguisherMethod?.type ?? '<none>' },
    AGE,
    { name: 'MISSINGPL', cell: ({ status }) => status?.conditions?.find((condition) => condition.type === 'Dangling')?.status ?? '?' },
  ],
})
