// The Services that select Pods with some labels, found by looking at each: what the index of selectors must answer.
import type { Service, StringMap } from '../src/api/types'
import { matchesLabels } from '../src/lib/selectors'

export function servicesAmong(services: Service[], labels: StringMap | undefined): Service[] {
  return services.filter(({ spec: { selector = {} } }) => Object.keys(selector).length > 0 && matchesLabels(selector, labels))
}
