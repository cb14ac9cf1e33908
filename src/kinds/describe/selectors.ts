// A selector as a workload's own printers show it: Selector.String(), which is empty for one that selects nothing.
import type { LabelSelector } from '../../api/types'
import { formatSelector, selectorOf } from '../../lib/label-selector'

/** `app=web,tier in (a,b)`; `<invalid>` when it cannot be parsed. */
export function selectorText(selector: LabelSelector | undefined | null): string {
  try {
    return formatSelector(selectorOf(selector) ?? [])
  } catch {
    return '<invalid>'
  }
}
