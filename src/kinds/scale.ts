// Scale: the number of replicas of a workload, as its subresource shows it. Upstream: pkg/printers/internalversion printScale.
import type { KubeObject } from '../api/types'
import { AGE, count, NAME } from './columns'
import { defineKind } from './kind'

interface Scale extends KubeObject {
  spec?: { replicas?: number }
  status?: { replicas?: number }
}

export const scale = defineKind<Scale>({
  resource: 'scales.autoscaling',
  columns: [
    NAME,
    { name: 'DESIRED', cell: ({ spec }) => count(spec?.replicas) },
    { name: 'AVAILABLE', cell: ({ status }) => count(status?.replicas) },
    AGE,
  ],
})
