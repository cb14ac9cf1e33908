// Labels and selectors as text. Follows apimachinery's labels.Set.String, Requirement.String and metav1.FormatLabelSelector.
import type { LabelSelector, LabelSelectorRequirement, StringMap } from '../api/types'

/** `a=b,c=d` ordered by key; `<none>` when there are none. Upstream: labels.FormatLabels. */
export function formatLabels(labels: StringMap | undefined | null): string {
  const keys = Object.keys(labels ?? {}).sort()
  return keys.length === 0 ? '<none>' : keys.map((key) => `${key}=${labels?.[key]}`).join(',')
}

function requirementText({ key, operator, values = [] }: LabelSelectorRequirement): string {
  const list = [...values].sort().join(',')
  switch (operator) {
    case 'In':
      return `${key} in (${list})`
    case 'NotIn':
      return `${key} notin (${list})`
    case 'Exists':
      return key
    case 'DoesNotExist':
      return `!${key}`
  }
}

/** `app=web,tier in (a,b),!x`, ordered by key; empty for a selector that selects all or nothing. */
export function selectorText(selector: LabelSelector | undefined | null): string {
  const parts: [string, string][] = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => [key, `${key}=${value}`])
  for (const requirement of selector?.matchExpressions ?? []) parts.push([requirement.key, requirementText(requirement)])
  parts.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return parts.map(([, text]) => text).join(',')
}

/** As selectorText, `<none>` when empty. Upstream: metav1.FormatLabelSelector. */
export function formatSelector(selector: LabelSelector | undefined | null): string {
  return selectorText(selector) || '<none>'
}
