// Defaults of HorizontalPodAutoscalers. Upstream: pkg/apis/autoscaling/v2/defaults.go.
import type { KubeObject } from '../../api/types'
import { childOf, type Fields, fieldsOf, fill, listOf } from './fields'

const PERCENT = { type: 'Percent', value: 100, periodSeconds: 15 }
const PODS = { type: 'Pods', value: 4, periodSeconds: 15 }

function rules(given: Fields | undefined, policies: Fields[], window: Fields): Fields {
  const made: Fields = { ...given }
  fill(made, { selectPolicy: 'Max', ...window })
  if (made.policies === undefined) made.policies = policies.map((p) => ({ ...p }))
  return made
}

export function defaultHorizontalPodAutoscaler(hpa: KubeObject): void {
  const spec = childOf(hpa, 'spec')
  fill(spec, { minReplicas: 1 })
  if (!listOf(spec.metrics).length) {
    spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }]
  }
  const behavior = fieldsOf(spec.behavior)
  if (!behavior) return
  behavior.scaleUp = rules(fieldsOf(behavior.scaleUp), [PODS, PERCENT], { stabilizationWindowSeconds: 0 })
  behavior.scaleDown = rules(fieldsOf(behavior.scaleDown), [PERCENT], {})
}

export function prepareHorizontalPodAutoscaler(hpa: KubeObject): void {
  hpa.status = { currentMetrics: null, desiredReplicas: 0 }
}
