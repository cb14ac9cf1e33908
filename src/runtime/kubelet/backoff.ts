// Exponential back-off with a memory, as client-go's util/flowcontrol/backoff.go keeps it for container restarts and image pulls.
import type { BackoffEntry } from './state'

const FIRST = 10_000
const MOST = 300_000

function expired(entry: BackoffEntry, eventTime: number): boolean {
  return eventTime - entry.updatedAt > 2 * MOST
}

/** The delay doubles with each call, from 10 s to 300 s; ten good minutes before `eventTime` start it over. */
export function nextBackoff(entry: BackoffEntry | undefined, eventTime: number, now: number): BackoffEntry {
  if (!entry || expired(entry, eventTime)) return { delay: FIRST, updatedAt: now }
  return { delay: Math.min(entry.delay * 2, MOST), updatedAt: now }
}

/** Has less than the delay passed since `eventTime`? */
export function inBackoffSince(entry: BackoffEntry | undefined, eventTime: number, now: number): entry is BackoffEntry {
  return entry !== undefined && !expired(entry, eventTime) && now - eventTime < entry.delay
}

/** Has less than the delay passed since the entry was last raised? */
export function inBackoffSinceUpdate(entry: BackoffEntry | undefined, now: number): entry is BackoffEntry {
  return entry !== undefined && !expired(entry, now) && now - entry.updatedAt < entry.delay
}
