// --request-timeout: how long one request may take. Upstream: client-go/tools/clientcmd/config.go ParseTimeout.
import { CommandError } from '../errors'
import { parseDuration } from '../lib/ages'

/** Milliseconds; 0 for no end. Throws CommandError. */
export function requestTimeout(text: string): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000
  try {
    const duration = parseDuration(text)
    if (duration >= 0) return duration
  } catch {
    // Said below.
  }
  throw new CommandError(
    'Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)',
  )
}
