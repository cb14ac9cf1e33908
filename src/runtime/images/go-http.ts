// How servers written in Go answer, log and end when they leave it to their libraries. Follows net/http's server and the runtime's signals.
import { formatDuration, parseDuration } from '../../lib/ages'
import type { HttpRequest, HttpResponse, Json, ProcessContext, Signal, Step } from '../process'

export interface GoAnswer {
  status?: number
  /** Those the program sets; written before net/http's own, by name. */
  headers?: Record<string, string>
  delayMs?: number
}

/** An answer with Date, Content-Length and, unless the program names one, the Content-Type that the body looks like. */
export function goAnswer(context: ProcessContext, body: string, { status = 200, headers = {}, delayMs }: GoAnswer = {}): HttpResponse {
  const own = Object.entries(headers).map(([name, value]): [string, string] => [name.toLowerCase(), value])
  const out: Record<string, string> = Object.fromEntries(own.sort(([a], [b]) => (a < b ? -1 : 1)))
  out['date'] = context.dateHeader()
  if (status !== 204 && status !== 304) out['content-length'] = String(Buffer.byteLength(body))
  if (body !== '' && !('content-type' in out)) out['content-type'] = looksLike(body)
  return { status, headers: out, body, ...(delayMs ? { delayMs } : {}) }
}

/** The few of http.DetectContentType's that text can look like. */
function looksLike(body: string): string {
  if (/^\s*(?:<!DOCTYPE HTML|<(?:html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p)\b|<!--)/i.test(body))
    return 'text/html; charset=utf-8'
  if (/^\s*<\?xml/.test(body)) return 'text/xml; charset=utf-8'
  return 'text/plain; charset=utf-8'
}

/** http.Error. */
export function goError(context: ProcessContext, message: string, status: number): HttpResponse {
  return goAnswer(context, `${message}\n`, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  })
}

/** http.NotFound. */
export function goNotFound(context: ProcessContext): HttpResponse {
  return goError(context, '404 page not found', 404)
}

const REDIRECTS: Record<number, string> = {
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
}

/** http.Redirect; a relative place is one beside what was asked for. */
export function goRedirect(context: ProcessContext, request: HttpRequest, location: string, status: number): HttpResponse {
  const directory = request.path.split('?', 1)[0].replace(/[^/]*$/, '')
  const absolute = /^(?:[a-z][a-z0-9+.-]*:|\/)/i.test(location) ? location : directory + location
  const shown = absolute.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&#34;')
  const body = request.method === 'GET' ? `<a href="${shown}">${REDIRECTS[status] ?? ''}</a>.\n\n` : ''
  const type: Record<string, string> = /^(?:GET|HEAD)$/.test(request.method) ? { 'content-type': 'text/html; charset=utf-8' } : {}
  return goAnswer(context, body, { status, headers: { ...type, location: absolute } })
}

const NUMBERS: Partial<Record<Signal, number>> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 }

/**
 * What the runtime does with a signal the program does not ask for: it sends it to itself again to die of it. Process 1 cannot,
 * and exits with 2.
 */
export function goEnd(state: Json, signal: Signal, context: ProcessContext): Step | undefined {
  const number = NUMBERS[signal]
  if (number === undefined) return undefined
  const first = !context.pod.spec.shareProcessNamespace && !context.pod.spec.hostPID
  return { state, exit: first || signal === 'SIGQUIT' ? { code: 2 } : { code: 128 + number, signal: number } }
}

/** strconv.ParseBool; what is none is false. */
export function goBool(text: string | undefined | null): boolean {
  return /^(?:1|t|T|true|TRUE|True)$/.test(text ?? '')
}

/** strconv.Atoi; undefined for what is no number. */
export function goInteger(text: string): number | undefined {
  return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** time.ParseDuration, ms; undefined for what is none. */
export function goDuration(text: string): number | undefined {
  try {
    return parseDuration(text)
  } catch {
    return undefined
  }
}

/** How long a container has run, as time.Since prints it. */
export function sinceStart(context: ProcessContext): string {
  return formatDuration(context.env.now() - context.record.startedAt)
}
