// Conditions in a status: finding, setting, removing. Each controller keeps upstream's own rule for when one is replaced.
import type { Condition } from '../../api/types'

export function conditionOf(conditions: Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((c) => c.type === type)
}

export function isConditionTrue(conditions: Condition[] | undefined, type: string): boolean {
  return conditionOf(conditions, type)?.status === 'True'
}

export function withoutCondition(conditions: Condition[] | undefined, type: string): Condition[] {
  return (conditions ?? []).filter((c) => c.type !== type)
}

/** meta.SetStatusCondition: replaces in place; lastTransitionTime changes with the status only. */
export function setStatusCondition(conditions: Condition[] | undefined, next: Condition, now: string): Condition[] {
  const old = conditionOf(conditions, next.type)
  if (!old) return [...(conditions ?? []), { ...next, lastTransitionTime: next.lastTransitionTime ?? now }]
  const merged = { ...old, ...next, lastTransitionTime: old.status === next.status ? old.lastTransitionTime : now }
  return conditions!.map((c) => (c === old ? merged : c))
}
