// Which Services select a Pod, found without a look at those that do not: each is noted under one label of its selector.
import type { KubeObject, Service, StringMap } from '../api/types'
import { matchesLabels } from '../lib/selectors'
import type { State } from '../store/state'

/** Set once all Services of the state are noted: states of older kubesims hold no notes. */
const COMPLETE = '~selecting-known/all'

/** The tables of records that are kept here; without them all Services are noted anew. */
export const SELECTING = ['selecting', 'selecting-known']

/** `~selecting/namespace/label=value/service`; undefined when it selects nothing. */
function noteOf(object: KubeObject | undefined): string | undefined {
  const { metadata, spec } = (object ?? {}) as Partial<Service>
  const label = Object.entries(spec?.selector ?? {})[0]
  return metadata && label && `${placeOf(metadata.namespace, label)}${metadata.name}`
}

function placeOf(namespace: string | undefined, [name, value]: [string, string]): string {
  return `~selecting/${namespace}/${encodeURIComponent(`${name}=${value}`)}/`
}

/** To be told of every Service that is written or removed. */
export function noteSelector(state: State, before: KubeObject | undefined, after: KubeObject | undefined): void {
  const was = noteOf(before)
  const is = noteOf(after)
  if (was === is) return
  if (was) state.set(was, undefined)
  if (is) state.set(is, 1)
}

/** The Services of a namespace that select a Pod with these labels, by name. */
export function servicesSelecting(state: State, namespace: string, labels: StringMap | undefined): Service[] {
  if (state.get(COMPLETE) === undefined) {
    for (const key of state.keys('services/')) noteSelector(state, undefined, state.get(key) as Service)
    state.set(COMPLETE, 1)
  }
  const found: Service[] = []
  for (const label of Object.entries(labels ?? {})) {
    const place = placeOf(namespace, label)
    for (const key of state.keys(place)) {
      const service = state.get(`services/${namespace}/${key.slice(place.length)}`) as Service | undefined
      if (service?.spec.selector && matchesLabels(service.spec.selector, labels)) found.push(service)
    }
  }
  return found.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
}
