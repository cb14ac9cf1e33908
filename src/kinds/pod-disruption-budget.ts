// PodDisruptionBudget: how many pods may be missing at a time.

import type { PodDisruptionBudget } from '../api/workloads'
import { formatLabelSelector } from '../lib/label-selector'
import { AGE, count, NAME } from './columns'
import { clearStatus } from './defaults/workloads'
import { eventLines } from './describe/events'
import { describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { validatePodDisruptionBudget } from './validation/autoscaling'
import { validateBudgetStatus } from './validation/status'

function describeBudget(budget: PodDisruptionBudget, context: DescribeContext): string {
  const { metadata, spec, status } = budget
  return describing((w) => {
    w.write(0, `Name:\t${metadata.name}\n`)
    w.write(0, `Namespace:\t${metadata.namespace ?? ''}\n`)
    if (spec.minAvailable !== undefined) w.write(0, `Min available:\t${spec.minAvailable}\n`)
    else if (spec.maxUnavailable !== undefined) w.write(0, `Max unavailable:\t${spec.maxUnavailable}\n`)
    w.write(0, `Selector:\t${spec.selector ? formatLabelSelector(spec.selector) : '<unset>'}\n`)
    w.write(0, 'Status:\n')
    w.write(2, `Allowed disruptions:\t${count(status?.disruptionsAllowed)}\n`)
    w.write(2, `Current:\t${count(status?.currentHealthy)}\n`)
    w.write(2, `Desired:\t${count(status?.desiredHealthy)}\n`)
    w.write(2, `Total:\t${count(status?.expectedPods)}\n`)
    eventLines(w, budget, context)
  })
}

export const podDisruptionBudget = defineKind<PodDisruptionBudget>({
  resource: 'poddisruptionbudgets.policy',
  validate: validatePodDisruptionBudget,
  validateStatusUpdate: validateBudgetStatus,
  prepareForCreate: clearStatus({ currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 }),
  columns: [
    NAME,
    { name: 'MIN AVAILABLE', cell: ({ spec }) => String(spec.minAvailable ?? 'N/A') },
    { name: 'MAX UNAVAILABLE', cell: ({ spec }) => String(spec.maxUnavailable ?? 'N/A') },
    { name: 'ALLOWED DISRUPTIONS', cell: ({ status }) => count(status?.disruptionsAllowed) },
    AGE,
  ],
  describe: describeBudget,
})
