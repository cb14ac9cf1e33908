// The table of events at a description's end. Follows DescribeEvents and searchEvents of kubectl's pkg/describe.
import type { View } from '../../api/contracts'
import type { Event, KubeObject } from '../../api/types'
import { age } from '../../lib/ages'
import { goSort } from '../../lib/go-sort'
import type { DescribeContext } from '../kind'
import type { DescribeWriter } from './writer'

export interface EventSearch {
  namespace?: string
  name: string
  /** Any kind when absent. */
  kind?: string
  uid?: string
}

/** The events whose involved object is the one searched for, in the order the API server lists them. */
export function searchEvents(view: View, { namespace, name, kind, uid }: EventSearch): Event[] {
  return view.mentioning<Event>('events', namespace, uid ?? name).filter(({ involvedObject: object }) => {
    if (object.name !== name || (object.namespace ?? '') !== (namespace ?? '')) return false
    return (kind === undefined || object.kind === kind) && (uid === undefined || object.uid === uid)
  })
}

function interval(event: Event, now: number): string {
  const first = age(event.eventTime || event.firstTimestamp, now)
  if (event.series) return `${age(event.series.lastObservedTime, now)} (x${event.series.count} over ${first})`
  if ((event.count ?? 0) > 1) return `${age(event.lastTimestamp, now)} (x${event.count} over ${first})`
  return first
}

function lastTime(event: Event): number {
  return event.lastTimestamp ? Date.parse(event.lastTimestamp) : Number.NEGATIVE_INFINITY
}

/** `Events:` with its rows by last time (many of one second come in the order of Go's sort), or `Events: <none>`. */
export function eventTable(w: DescribeWriter, events: Event[], now: number): void {
  if (events.length === 0) {
    w.write(0, 'Events:\t<none>\n')
    return
  }
  w.flush()
  w.write(0, 'Events:\n  Type\tReason\tAge\tFrom\tMessage\n')
  w.write(1, '----\t------\t----\t----\t-------\n')
  for (const event of goSort(events, (a, b) => lastTime(a) < lastTime(b))) {
    const path = event.involvedObject.fieldPath
    const message = `${path ? `${path}: ` : ''}${event.message.trim()}`
    const source = event.source?.component || event.reportingComponent || ''
    w.write(1, `${event.type}\t${event.reason}\t${interval(event, now)}\t${source}\t${message}\n`)
  }
}

/** The events of an object, unless they are not to be shown. */
export function eventLines(w: DescribeWriter, object: KubeObject, context: DescribeContext): void {
  if (!context.showEvents) return
  const { namespace, name, uid } = object.metadata
  eventTable(w, searchEvents(context.view, { namespace, name, kind: object.kind, uid }), context.now)
}
