// Events are gone an hour after they were last written, as etcd's leases have it (kube-apiserver --event-ttl); with the last of a
// source's events about an object goes what its recorder remembers of them.
import type { Controller } from '../api/contracts'
import type { Event } from '../api/types'

const TTL_MS = 3_600_000
/** Expired events are taken away together, ms. */
const TOGETHER_MS = 60_000
/** A recorder's bursts are whole again after so long, ms: then what it remembers says nothing more. */
const MEMORY_MS = 26 * 300_000

const KEY = 'all'
/** Record table: when to look again. */
const TABLE = 'event-ttl'
/** Record table of src/apiserver/events.ts. */
const MEMORY = 'events'

function writtenAt({ metadata, eventTime, lastTimestamp }: Event): number {
  return Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp)
}

export const eventTtlController: Controller = {
  name: 'event-ttl',
  watches: { events: ({ after }) => (after ? [KEY] : []) },
  reconcile(_key, { api, env, records, wakeAt }) {
    const now = env.now()
    const planned = records.get<number>(TABLE, KEY)
    if (planned !== undefined && planned > now) {
      wakeAt(planned)
      return
    }
    let next = Number.POSITIVE_INFINITY
    for (const event of api.list<Event>('events')) {
      const ends = writtenAt(event) + TTL_MS
      if (ends > now) next = Math.min(next, ends)
      else api.delete('events', event.metadata.namespace, event.metadata.name)
    }
    for (const [key, { left }] of records.list<{ left: Record<string, { at: number }> }>(MEMORY)) {
      const ends = Math.max(0, ...Object.values(left).map(({ at }) => at)) + MEMORY_MS
      if (ends > now) next = Math.min(next, ends)
      else records.put(MEMORY, key, undefined)
    }
    const at = next === Number.POSITIVE_INFINITY ? undefined : Math.max(next, now + TOGETHER_MS)
    records.put(TABLE, KEY, at)
    if (at !== undefined) wakeAt(at)
  },
}
