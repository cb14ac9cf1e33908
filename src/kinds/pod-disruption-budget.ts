// PodDisruptionBudget: the behaviour of poddisruptionbudgets.policy beyond its fields.
import { defineKind } from './kind'

export const podDisruptionBudget = defineKind({
  resource: 'poddisruptionbudgets.policy',
  columns: [],
})
