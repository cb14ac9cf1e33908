// Events as client-go's recorder and correlator write them: an equal event counts up, a new one is stored with its own name.
import type { NewEvent, Records } from '../api/contracts'
import type { Event, KubeObject, ObjectReference } from '../api/types'
import { microTimestamp, timestamp } from '../lib/time'
import type { Storage } from './storage'

/** Events live for an hour (kube-apiserver --event-ttl). */
export const EVENT_TTL_MS = 3_600_000

export function referenceTo(object: KubeObject, fieldPath?: string): ObjectReference {
  const { namespace, name, uid, resourceVersion } = object.metadata
  return {
    kind: object.kind,
    ...(namespace ? { namespace } : {}),
    name,
    uid,
    apiVersion: object.apiVersion,
    resourceVersion,
    ...(fieldPath ? { fieldPath } : {}),
  }
}

/** Names of the events about one object (record table `events`, by uid), so that neither recording nor describing scans them all. */
export function eventNames(records: Records, uid: string): string[] {
  return records.get<string[]>('events', uid) ?? []
}

/** What the recorder needs besides the event. */
export interface Recorder {
  storage: Storage
  component: string
  now: number
  newUid(): string
}

export function recordEvent(recorder: Recorder, about: KubeObject, event: NewEvent): void {
  const { storage, now } = recorder
  const component = event.component ?? recorder.component
  const namespace = about.metadata.namespace ?? 'default'
  const names = eventNames(storage.records, about.metadata.uid)
  for (const name of names) {
    const old = storage.get<Event>('events', namespace, name)
    if (!old || old.message !== event.message || old.reason !== event.reason || old.type !== event.type) continue
    if (old.involvedObject.fieldPath !== event.fieldPath || old.reportingComponent !== component || event.action) continue
    storage.put<Event>('events', { ...old, count: (old.count ?? 1) + 1, lastTimestamp: timestamp(now) })
    return
  }
  // The name ends in nanoseconds; the version counter keeps two of one millisecond apart.
  const nanoseconds = BigInt(Math.floor(now)) * 1_000_000n + BigInt(storage.state.header.resourceVersion % 1_000_000)
  const name = `${about.metadata.name}.${nanoseconds.toString(16)}`
  const modern = event.action !== undefined
  storage.put<Event>('events', {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace, uid: recorder.newUid(), resourceVersion: '', creationTimestamp: timestamp(now) },
    ...(modern ? { action: event.action } : { count: 1 }),
    eventTime: modern ? microTimestamp(now) : null,
    firstTimestamp: modern ? null : timestamp(now),
    involvedObject: referenceTo(about, event.fieldPath),
    lastTimestamp: modern ? null : timestamp(now),
    message: event.message,
    reason: event.reason,
    ...(event.related ? { related: event.related } : {}),
    reportingComponent: component,
    reportingInstance: event.host ?? (modern ? `${component}-node-1` : ''),
    source: modern ? {} : { component, ...(event.host ? { host: event.host } : {}) },
    type: event.type,
  })
  storage.records.put('events', about.metadata.uid, [...names, name])
}
