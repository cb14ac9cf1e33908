// Turns whatever a command threw into kubectl's words on stderr and an exit code.
// Upstream: kubectl/pkg/cmd/util/helpers.go checkErr, StandardErrorMessage, MultilineError.
import { AggregateFailure, ApiError, CommandError, PlainFailure, SilentExit, UsageError } from '../errors'
import { forTerminal } from '../lib/terminal'

function standardMessage(error: Error): string | undefined {
  if (!(error instanceof ApiError)) return undefined
  return error.reason ? `Error from server (${error.reason}): ${error.message}` : `Error from server: ${error.message}`
}

function invalidMessage(error: ApiError): string {
  const { kind, name, causes } = error.details
  const named = kind || name
  if (!named && !causes?.length) return `The request is invalid: ${error.message}`
  const head = named ? `The ${kind} ${JSON.stringify(name ?? '')} is invalid` : 'The request is invalid'
  const lines = [...new Set((causes ?? []).map(({ field = '', message }) => `${field}: ${message}`))]
  if (!lines.length) return head
  return lines.length === 1 ? `${head}: ${lines[0]}` : [`${head}: `, ...lines.map((l) => `* ${l}`)].join('\n')
}

/** The text for stderr (newline at its end, empty for silence) and the exit code. `programPath` is `kubectl create`. */
export function describeFailure(error: unknown, programPath: string): { text: string; exitCode: number } {
  const { text, exitCode } = failure(error, programPath)
  return { text: forTerminal(text), exitCode }
}

function failure(error: unknown, programPath: string): { text: string; exitCode: number } {
  if (error instanceof SilentExit) return { text: '', exitCode: error.exitCode }
  if (error instanceof UsageError) {
    return { text: `error: ${error.message}\n${error.hint === undefined ? '' : `${error.hint}\n`}`, exitCode: 1 }
  }
  if (error instanceof ApiError && error.reason === 'Invalid') return { text: `${invalidMessage(error)}\n`, exitCode: 1 }
  if (error instanceof AggregateFailure) {
    return { text: error.failures.map((f) => `${standardMessage(f) ?? f.message}\n`).join(''), exitCode: 1 }
  }
  if (error instanceof ApiError) return { text: `${standardMessage(error)}\n`, exitCode: 1 }
  if (error instanceof PlainFailure) return { text: ended(error.message), exitCode: error.exitCode }
  if (error instanceof CommandError) return { text: ended(prefixed(error.message)), exitCode: error.exitCode }
  if (isBeyondBounds(error)) return { text: `error: the input is nested too deeply or too large: ${error.message}\n`, exitCode: 1 }
  if (error instanceof Error) return { text: `${prefixed(unexpected(error, programPath))}\n`, exitCode: 1 }
  return { text: `error: ${String(error)}\n`, exitCode: 1 }
}

/** The engine's own bounds on nesting and on the lengths of texts and lists. */
function isBeyondBounds(error: unknown): error is RangeError {
  return (
    error instanceof RangeError && /call stack|Invalid (string|array) length|maximum size exceeded|ERR_STRING_TOO_LONG/.test(error.message)
  )
}

function prefixed(message: string): string {
  return message.startsWith('error: ') ? message : `error: ${message}`
}

function ended(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`
}

/** A defect of ours: say so with enough to find it. */
function unexpected(error: Error, programPath: string): string {
  return `${programPath} failed unexpectedly: ${error.stack ?? error.message}`
}

/** `See 'kubectl get -h' for help and examples`, the hint after wrong arguments. */
export function helpHint(programPath: string): string {
  return `See '${programPath} -h' for help and examples`
}
