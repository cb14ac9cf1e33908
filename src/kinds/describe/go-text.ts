// Values as Go's fmt prints them with %v and %s, for the few fields upstream prints that way.
import type { LabelSelector } from '../../api/types'

/** `[a b]` for lists, `map[a:b c:d]` for maps (keys in order), `<nil>` for what is not there. */
export function goValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`
  if (typeof value === 'number') return goNumber(value)
  if (typeof value !== 'object') return String(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `map[${entries.map(([key, entry]) => `${key}:${goValue(entry)}`).join(' ')}]`
}

/** Whole numbers in full, others as %v of a float64: `1.5`, `1e+21`. */
function goNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return String(value)
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2')
}

/** A list as %v prints it: `[a b]`, `[]` when absent. */
export function goList(list: string[] | undefined | null): string {
  return `[${(list ?? []).join(' ')}]`
}

/** The generated String method of metav1.LabelSelector. */
export function goSelector({ matchLabels, matchExpressions }: LabelSelector): string {
  const labels = Object.keys(matchLabels ?? {}).sort()
  const requirements = (matchExpressions ?? []).map(
    ({ key, operator, values }) => `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:${goList(values)},}`,
  )
  return (
    `&LabelSelector{MatchLabels:map[string]string{${labels.map((key) => `${key}: ${matchLabels?.[key]},`).join('')}},` +
    `MatchExpressions:[]LabelSelectorRequirement{${requirements.map((text) => `${text},`).join('')}},}`
  )
}
