// Events as client-go's recorder and correlator write them: an equal event counts up, a new one is stored with its own name.
import type { Env, EventForecast, NewEvent } from '../api/contracts'
import type { Event, KubeObject, ObjectReference } from '../api/types'
import { fnv32a } from '../lib/fnv'
import { uuid } from '../lib/random'
import { microTimestamp, timestamp } from '../lib/time'
import type { Storage } from './storage'

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

/** client-go's limits: this many different messages of one reason before they are combined, forgotten after this long. */
const DISTINCT_MESSAGES = 10
const SIMILAR_INTERVAL_MS = 600_000
/** client-go's spam filter: so many events of a type that a source has about an object at once, one more every five minutes. */
const BURST = 25
const REFILL_MS = 300_000

/** What the correlator remembers of one source's events about one object; texts as hashes, since there is one for every container's life. */
interface Memory {
  /** What is left of each event type's burst, and when that was reckoned. */
  left: Record<string, { tokens: number; at: number }>
  /** By type and reason: when last seen and the different messages. */
  similar: Record<string, { at: number; messages: string[] }>
  /** The event that counts a type, reason, field and message, by hash: the part of its name behind the object's. */
  names: [hash: string, suffix: string][]
}

/** Record table `events`, by the object's uid and the source. */
const TABLE = 'events'

function hash(text: string): string {
  return fnv32a(text).toString(36)
}

/** What the recorder needs besides the event. */
export interface Recorder {
  storage: Storage
  component: string
  env: Env
}

/** The end of an event's name, a time in nanoseconds; the version counter keeps two of one millisecond apart. `now` in ms. */
export function eventSuffix(now: number, version: number): string {
  return (BigInt(Math.floor(now)) * 1_000_000n + BigInt(version % 1_000_000)).toString(16)
}

/** Records an event. Upstream: client-go/tools/record/events_cache.go EventCorrelate. */
export function recordEvent(recorder: Recorder, about: KubeObject, event: NewEvent): void {
  const { storage, env } = recorder
  const now = env.now()
  const hashed = (from: string): string => {
    const text = hash(from)
    env.rehearsal?.derived({ text, from, by: hash })
    return text
  }
  const component = event.component ?? recorder.component
  // The events.k8s.io recorder has no spam filter, and combines nothing.
  if (event.action) {
    write(recorder, component, about, event, undefined)
    return
  }
  const key = `${about.metadata.uid}/${component}`
  const memory = copyOf(storage.records.get<Memory>(TABLE, key))
  const { passes, name, message } = correlate(memory, event, now, hashed)
  if (passes) {
    const counted = suffixIn(memory, name)
    const written = write(recorder, component, about, { ...event, message }, counted && `${about.metadata.name}.${counted}`)
    const suffix = written.slice(written.lastIndexOf('.') + 1)
    if (suffix !== counted) memory.names = [...memory.names.filter(([known]) => known !== name), [name, suffix]]
  }
  storage.records.put(TABLE, key, memory)
}

function copyOf(known: Memory | undefined): Memory {
  return { left: { ...known?.left }, similar: { ...known?.similar }, names: known?.names ?? [] }
}

function suffixIn({ names }: Memory, name: string): string | undefined {
  return names.find(([known]) => known === name)?.[1]
}

interface Verdict {
  /** The spam filter lets it through. */
  passes: boolean
  /** What counts together, by hash. */
  name: string
  message: string
}

/** Takes an event into what is remembered. */
function correlate(memory: Memory, event: NewEvent, now: number, hashed: (text: string) => string): Verdict {
  const before = memory.left[event.type] ?? { tokens: BURST, at: now }
  const tokens = Math.min(BURST, before.tokens + (now - before.at) / REFILL_MS)
  const group = `${event.type} ${event.reason}`
  const similar = memory.similar[group]
  const messages = similar && now - similar.at <= SIMILAR_INTERVAL_MS ? [...similar.messages] : []
  const said = hashed(event.message)
  if (!messages.includes(said)) messages.push(said)
  const combined = messages.length >= DISTINCT_MESSAGES
  if (combined) messages.pop()
  const passes = tokens >= 1
  memory.left[event.type] = { tokens: passes ? tokens - 1 : tokens, at: now }
  memory.similar[group] = { at: now, messages }
  return {
    passes,
    name: passes ? hashed(combined ? group : `${group} ${event.fieldPath ?? ''} ${event.message}`) : '',
    message: combined ? `(combined from similar events): ${event.message}` : event.message,
  }
}

/** What `recordEvent` would do with the events of a component about an object, one after another. */
export function forecastEvents(storage: Storage, component: string, about: KubeObject): EventForecast {
  const { uid, name, namespace = 'default' } = about.metadata
  const hashes = new Map<string, string>()
  const hashed = (text: string) => {
    const known = hashes.get(text) ?? hash(text)
    hashes.set(text, known)
    return known
  }
  let memory = copyOf(storage.records.get<Memory>(TABLE, `${uid}/${component}`))
  return {
    drops(event, at) {
      const after = copyOf(memory)
      if (correlate(after, event, at, hashed).passes) return false
      memory = after
      return true
    },
    counts(event, at) {
      const suffix = suffixIn(memory, correlate(copyOf(memory), event, at, hashed).name)
      return suffix !== undefined && storage.get<Event>('events', namespace, `${name}.${suffix}`) !== undefined
    },
    keep: () => storage.records.put(TABLE, `${uid}/${component}`, memory),
  }
}

/** Counts an event up or stores a new one; answers its name. */
function write(recorder: Recorder, component: string, about: KubeObject, event: NewEvent, existing: string | undefined): string {
  const { storage, env } = recorder
  const now = env.now()
  const namespace = about.metadata.namespace ?? 'default'
  const old = existing === undefined ? undefined : storage.get<Event>('events', namespace, existing)
  if (old) {
    storage.put<Event>('events', { ...old, count: (old.count ?? 1) + 1, lastTimestamp: timestamp(now), message: event.message })
    return old.metadata.name
  }
  const name = `${about.metadata.name}.${eventSuffix(now, storage.state.header.resourceVersion)}`
  const modern = event.action !== undefined
  // The time in its name makes it one of its own.
  storage.add<Event>('events', {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace, uid: uuid(env), resourceVersion: '', creationTimestamp: timestamp(now) },
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
  return name
}
