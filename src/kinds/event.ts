// Event: something that happened to an object.
import type { Event, KubeObject, ObjectReference } from '../api/types'
import { age } from '../lib/ages'
import { count } from './columns'
import { type Column, defineKind } from './kind'
import { validateEvent } from './validation/events'

/** The fields that events.k8s.io/v1 names otherwise. */
interface NewEventForm extends KubeObject {
  regarding?: ObjectReference
  note?: string
  reportingController?: string
  deprecatedSource?: Event['source']
  deprecatedFirstTimestamp?: string | null
  deprecatedLastTimestamp?: string | null
  deprecatedCount?: number
}

/** An Event of either group in the core form. */
function core(event: Event): Event {
  if (event.involvedObject) return event
  const form = event as KubeObject as NewEventForm
  return {
    ...event,
    involvedObject: form.regarding ?? {},
    message: form.note ?? '',
    reportingComponent: form.reportingController ?? '',
    source: form.deprecatedSource ?? {},
    firstTimestamp: form.deprecatedFirstTimestamp ?? null,
    lastTimestamp: form.deprecatedLastTimestamp ?? null,
    count: form.deprecatedCount,
  }
}

function firstSeen(event: Event, now: number): string {
  return age(event.firstTimestamp ?? event.eventTime, now)
}

function lastSeen(event: Event, now: number): string {
  if (event.series) return age(event.series.lastObservedTime, now)
  return event.lastTimestamp ? age(event.lastTimestamp, now) : firstSeen(event, now)
}

function objectText({ involvedObject: { kind = '', name } }: Event): string {
  return name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase()
}

function sourceText(event: Event): string {
  const component = event.source?.component || event.reportingComponent || ''
  const instance = event.source?.host || event.reportingInstance || ''
  return instance ? `${component}, ${instance}` : component
}

const COLUMNS: Column<Event>[] = [
  { name: 'LAST SEEN', cell: (event, now) => lastSeen(core(event), now) },
  { name: 'TYPE', cell: (event) => event.type ?? '' },
  { name: 'REASON', cell: (event) => event.reason ?? '' },
  { name: 'OBJECT', cell: (event) => objectText(core(event)) },
  { name: 'SUBOBJECT', wide: true, cell: (event) => core(event).involvedObject.fieldPath ?? '' },
  { name: 'SOURCE', wide: true, cell: (event) => sourceText(core(event)) },
  { name: 'MESSAGE', cell: (event) => (core(event).message ?? '').trim() },
  { name: 'FIRST SEEN', wide: true, cell: (event, now) => firstSeen(core(event), now) },
  { name: 'COUNT', wide: true, cell: (event) => count(event.series?.count ?? (core(event).count || 1)) },
  { name: 'NAME', wide: true, cell: (event) => event.metadata.name },
]

export const event = defineKind<Event>({ resource: 'events', validate: validateEvent, columns: COLUMNS })

/** The same objects under their other group. */
export const eventOfEventsGroup = defineKind<Event>({ resource: 'events.events.k8s.io', validate: validateEvent, columns: COLUMNS })
