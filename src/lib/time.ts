// Times as API objects carry them.

/** The last answer of `timestamp`: much is written in one second. */
let last = { second: Number.NaN, text: '' }

/** RFC 3339 in whole seconds, as API objects carry times. */
export function timestamp(ms: number): string {
  const second = Math.floor(ms / 1000)
  if (second !== last.second) last = { second, text: `${new Date(second * 1000).toISOString().slice(0, 19)}Z` }
  return last.text
}

/** RFC 3339 with microseconds (metav1.MicroTime). */
export function microTimestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000Z`
}

/** Milliseconds since 1970 of an RFC 3339 time; 0 when there is none. */
export function fromTime(time: string | null | undefined): number {
  return time ? Date.parse(time) : 0
}
