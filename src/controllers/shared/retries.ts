// The work queue's rate limiter: a key that failed is tried again after 5 ms, 10 ms, 20 ms, ... up to 1000 s.
import type { ControllerContext } from '../../api/contracts'

const BASE_MS = 5
const MAX_MS = 1_000_000

/** Counts a failure of `key` and asks for another try. */
export function retryLater(context: ControllerContext, table: string, key: string): void {
  const failures = context.records.get<number>(table, key) ?? 0
  context.records.put(table, key, failures + 1)
  context.wakeAt(context.env.now() + Math.min(MAX_MS, BASE_MS * 2 ** Math.min(failures, 30)))
}

export function forgetRetries(context: ControllerContext, table: string, key: string): void {
  if (context.records.get(table, key) !== undefined) context.records.put(table, key, undefined)
}
