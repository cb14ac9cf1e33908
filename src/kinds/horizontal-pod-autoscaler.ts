// HorizontalPodAutoscaler: the behaviour of horizontalpodautoscalers.autoscaling beyond its fields.
import { defineKind } from './kind'

export const horizontalPodAutoscaler = defineKind({
  resource: 'horizontalpodautoscalers.autoscaling',
  columns: [],
})
