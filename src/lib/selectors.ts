// Label selectors as API objects carry them: matching labels. Follows apimachinery's labels.Requirement.Matches.
import type { LabelSelector, StringMap } from '../api/types'
import { ownEntry } from './own-entry'

/** True when every pair of `selector` is among the labels. An empty selector matches everything. */
export function matchesLabels(selector: StringMap, labels: StringMap | undefined): boolean {
  for (const key in selector) if (labels?.[key] !== selector[key]) return false
  return true
}

/** metav1.LabelSelectorAsSelector: an absent selector matches nothing, an empty one everything. */
export function matchesSelector(selector: LabelSelector | undefined | null, labels: StringMap | undefined): boolean {
  if (!selector) return false
  if (selector.matchLabels && !matchesLabels(selector.matchLabels, labels)) return false
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const value = ownEntry(labels, key)
    switch (operator) {
      case 'In':
        if (value === undefined || !values?.includes(value)) return false
        break
      case 'NotIn':
        if (value !== undefined && values?.includes(value)) return false
        break
      case 'Exists':
        if (value === undefined) return false
        break
      case 'DoesNotExist':
        if (value !== undefined) return false
        break
    }
  }
  return true
}

export function isEmptySelector(selector: LabelSelector | undefined | null): boolean {
  return !selector || (Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0)
}
