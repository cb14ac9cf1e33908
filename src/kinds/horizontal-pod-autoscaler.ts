// HorizontalPodAutoscaler: scales a workload by metrics.
import type { HorizontalPodAutoscaler } from '../api/workloads'
import { AGE, count, NAME } from './columns'
import { targetsText } from './describe/metrics'
import { defineKind } from './kind'

export const horizontalPodAutoscaler = defineKind<HorizontalPodAutoscaler>({
  resource: 'horizontalpodautoscalers.autoscaling',
  columns: [
    NAME,
    { name: 'REFERENCE', cell: ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}` },
    { name: 'TARGETS', cell: targetsText },
    { name: 'MINPODS', cell: ({ spec }) => (spec.minReplicas === undefined ? '<unset>' : String(spec.minReplicas)) },
    { name: 'MAXPODS', cell: ({ spec }) => count(spec.maxReplicas) },
    { name: 'REPLICAS', cell: ({ status }) => count(status?.currentReplicas) },
    AGE,
  ],
})
