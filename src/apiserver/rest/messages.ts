// A request on the API and its answer, as data; what every refusal looks like. Upstream: apiserver/pkg/endpoints/handlers/responsewriters.
import type { Json } from '../../api/types'
import { ApiError } from '../../errors'
import { toCompactJson } from '../../lib/json-emit'

export interface RestRequest {
  method: string
  /** With its query, if there is one. */
  path: string
  /** JSON, or what the media type of a patch asks for. */
  body?: Json
  contentType?: string
  /** The header Accept. */
  accept?: string
  /** Who writes, for managedFields, unless the query names a field manager. */
  manager?: string
}

export interface RestResponse {
  status: number
  contentType: string
  body: string
  headers?: Record<string, string>
}

/** What a path leads to that is no path of the API: the answer is a line of text, no Status. */
export class NotServed extends ApiError {
  constructor() {
    super('NotFound', 'the server could not find the requested resource')
  }
}

export function json(value: unknown, status = 200, contentType = 'application/json'): RestResponse {
  return { status, contentType, body: `${toCompactJson(value, { sort: false })}\n` }
}

export function text(body: string, status = 200): RestResponse {
  return { status, contentType: 'text/plain; charset=utf-8', body }
}

export function notServed(): ApiError {
  return new NotServed()
}

/** A refusal as a metav1.Status. */
export function statusOf(error: ApiError): RestResponse {
  if (error instanceof NotServed) return text('404 page not found\n', 404)
  const { reason, code, details } = error
  const { retryAfterSeconds } = details
  const response = json(failure(error), code)
  return retryAfterSeconds && (reason === 'TooManyRequests' || reason === 'Timeout')
    ? { ...response, headers: { 'Retry-After': String(retryAfterSeconds) } }
    : response
}

export function failure({ reason, message, code, details }: ApiError): Record<string, unknown> {
  const { name, group, kind, uid, causes, retryAfterSeconds } = details
  const shown = Object.fromEntries(
    Object.entries({ name, group, kind, uid, causes: causes?.length ? causes : undefined, retryAfterSeconds }).filter(([, value]) => value),
  )
  const some = Object.keys(shown).length ? { details: shown } : {}
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, ...(reason ? { reason } : {}), ...some, code }
}

export function success(more: { details?: Record<string, unknown>; code?: number }): Record<string, unknown> {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', ...more }
}
