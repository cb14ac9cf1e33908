// Failures of a kustomization: a sentence that grows at its front on the way up.
import { CommandError } from '../errors'

export function failure(message: string): CommandError {
  return new CommandError(message)
}

export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) throw error
  return error.message
}

/** Runs `body`; what fails in it is told with `prefix: ` before it. */
export function wrapped<T>(prefix: string | ((message: string) => string), body: () => T): T {
  try {
    return body()
  } catch (error) {
    const message = messageOf(error)
    throw failure(typeof prefix === 'string' ? `${prefix}: ${message}` : prefix(message))
  }
}
