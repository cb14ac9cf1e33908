// A failure that says which file it concerns. Upstream: kubectl/pkg/cmd/util/helpers.go AddSourceToErr.
import { ApiError, CommandError } from '../errors'

/** `error when creating "web.yaml": …`; the server's refusals keep their reason. */
export function addSource(verb: string, source: string, error: unknown): Error {
  if (!(error instanceof Error)) throw error
  if (!source || !(error instanceof ApiError || error instanceof CommandError)) return error
  const message = `error when ${verb} ${JSON.stringify(source)}: ${error.message}`
  return error instanceof ApiError ? new ApiError(error.reason, message, error.details) : new CommandError(message, error.exitCode)
}
