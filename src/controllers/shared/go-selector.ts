// A label selector as Go prints it in messages.
import type { LabelSelector } from '../../api/types'

/** metav1.LabelSelector's String(); `nil` when there is none. */
export function goSelector(selector: LabelSelector | null | undefined): string {
  if (!selector) return 'nil'
  const labels = selector.matchLabels ?? {}
  const pairs = Object.keys(labels)
    .sort()
    .map((key) => `${key}: ${labels[key]},`)
  const requirements = (selector.matchExpressions ?? []).map(
    ({ key, operator, values = [] }) => `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  )
  return `&LabelSelector{MatchLabels:map[string]string{${pairs.join('')}},MatchExpressions:[]LabelSelectorRequirement{${requirements.join('')}},}`
}
