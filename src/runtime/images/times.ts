// Times as servers write them into their logs.
import type { ProcessContext } from '../process'

function two(n: number): string {
  return String(n).padStart(2, '0')
}
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `02/Jan/2026:15:04:05 +0000`, as access logs have it. */
export function accessLogTime(ms: number): string {
  const t = new Date(ms)
  return `${two(t.getUTCDate())}/${MONTHS[t.getUTCMonth()]}/${t.getUTCFullYear()}:${two(t.getUTCHours())}:${two(t.getUTCMinutes())}:${two(t.getUTCSeconds())} +0000`
}

/** `2026/01/02 15:04:05`, as Go's log package and nginx have it. */
export function goLogTime(ms: number): string {
  const t = new Date(ms)
  return `${t.getUTCFullYear()}/${two(t.getUTCMonth() + 1)}/${two(t.getUTCDate())} ${two(t.getUTCHours())}:${two(t.getUTCMinutes())}:${two(t.getUTCSeconds())}`
}

/** `Fri, 02 Jan 2026 15:04:05 GMT`, for HTTP headers. */
export function httpDate(ms: number): string {
  return new Date(ms).toUTCString()
}

/** A line as Go's log.Printf writes it: to standard error. */
export function goLog(context: ProcessContext, text: string): void {
  context.log((now) => `${goLogTime(now)} ${text}`, 'stderr')
}
