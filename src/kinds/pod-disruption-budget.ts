// PodDisruptionBudget: how many pods may be missing at a time.
import type { PodDisruptionBudget } from '../api/workloads'
import { AGE, count, NAME } from './columns'
import { defineKind } from './kind'

export const podDisruptionBudget = defineKind<PodDisruptionBudget>({
  resource: 'poddisruptionbudgets.policy',
  columns: [
    NAME,
    { name: 'MIN AVAILABLE', cell: ({ spec }) => String(spec.minAvailable ?? 'N/A') },
    { name: 'MAX UNAVAILABLE', cell: ({ spec }) => String(spec.maxUnavailable ?? 'N/A') },
    { name: 'ALLOWED DISRUPTIONS', cell: ({ status }) => count(status?.disruptionsAllowed) },
    AGE,
  ],
})
