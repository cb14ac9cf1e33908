// HorizontalPodAutoscaler: scales a workload by metrics.

import type { HorizontalPodAutoscaler } from '../api/workloads'
import { AGE, count, NAME } from './columns'
import { defaultHorizontalPodAutoscaler, prepareHorizontalPodAutoscaler } from './defaults/autoscaling'
import { eventLines } from './describe/events'
import { headLines, rfc1123z } from './describe/metadata'
import { describeMetrics, targetsText } from './describe/metrics'
import { type DescribeWriter, describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { validateHorizontalPodAutoscaler } from './validation/autoscaling'
import { validateAutoscalerStatus } from './validation/status'

interface ScalingRules {
  stabilizationWindowSeconds?: number
  selectPolicy?: string
  policies?: { type: string; value: number; periodSeconds: number }[]
}

function describeAutoscaler(autoscaler: HorizontalPodAutoscaler, context: DescribeContext): string {
  const { metadata, spec, status } = autoscaler
  return describing((w) => {
    headLines(w, autoscaler, true)
    w.write(0, `CreationTimestamp:\t${rfc1123z(metadata.creationTimestamp)}\n`)
    w.write(0, `Reference:\t${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}\n`)
    w.write(0, 'Metrics:\t( current / target )\n')
    describeMetrics(w, autoscaler)
    w.write(0, `Min replicas:\t${spec.minReplicas ?? '<unset>'}\n`)
    w.write(0, `Max replicas:\t${spec.maxReplicas}\n`)
    const behavior = spec.behavior as { scaleUp?: ScalingRules; scaleDown?: ScalingRules } | undefined
    if (behavior) {
      w.write(0, 'Behavior:\n')
      directionLines(w, 'Scale Up', behavior.scaleUp)
      directionLines(w, 'Scale Down', behavior.scaleDown)
    }
    const { currentReplicas, desiredReplicas, conditions } = status ?? {}
    w.write(0, `${spec.scaleTargetRef.kind} pods:\t${count(currentReplicas)} current / ${count(desiredReplicas)} desired\n`)
    if (conditions?.length) {
      w.write(0, 'Conditions:\n')
      w.write(1, 'Type\tStatus\tReason\tMessage\n')
      w.write(1, '----\t------\t------\t-------\n')
      for (const { type, status, reason = '', message = '' } of conditions) w.write(1, `${type}\t${status}\t${reason}\t${message}\n`)
    }
    eventLines(w, autoscaler, context)
  })
}

function directionLines(w: DescribeWriter, direction: string, rules: ScalingRules | undefined): void {
  if (!rules) return
  w.write(1, `${direction}:\n`)
  if (rules.stabilizationWindowSeconds !== undefined) w.write(2, `Stabilization Window: ${rules.stabilizationWindowSeconds} seconds\n`)
  if (!rules.policies?.length) return
  w.write(2, `Select Policy: ${rules.selectPolicy ?? 'Max'}\n`)
  w.write(2, 'Policies:\n')
  for (const { type, value, periodSeconds } of rules.policies) {
    w.write(3, `- Type: ${type}\tValue: ${value}\tPeriod: ${periodSeconds} seconds\n`)
  }
}

export const horizontalPodAutoscaler = defineKind<HorizontalPodAutoscaler>({
  resource: 'horizontalpodautoscalers.autoscaling',
  validate: validateHorizontalPodAutoscaler,
  validateStatusUpdate: validateAutoscalerStatus,
  defaults: defaultHorizontalPodAutoscaler,
  prepareForCreate: prepareHorizontalPodAutoscaler,
  columns: [
    NAME,
    { name: 'REFERENCE', cell: ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}` },
    { name: 'TARGETS', cell: targetsText },
    { name: 'MINPODS', cell: ({ spec }) => (spec.minReplicas === undefined ? '<unset>' : String(spec.minReplicas)) },
    { name: 'MAXPODS', cell: ({ spec }) => count(spec.maxReplicas) },
    { name: 'REPLICAS', cell: ({ status }) => count(status?.currentReplicas) },
    AGE,
  ],
  describe: describeAutoscaler,
})
