// HTTP messages as text, where a program or a user speaks it by hand.
import type { HttpRequest, HttpResponse } from './process'

const REASONS: Record<number, string> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  206: 'Partial Content',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Request Entity Too Large',
  417: 'Expectation Failed',
  418: "I'm a teapot",
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

export function reasonOf(status: number): string {
  return REASONS[status] ?? ''
}

/** `content-type` -> `Content-Type`, as servers write names on the wire. */
const ODD: Record<string, string> = { etag: 'ETag', 'www-authenticate': 'WWW-Authenticate', te: 'TE', dnt: 'DNT' }

export function headerName(name: string): string {
  if (ODD[name]) return ODD[name]
  return name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase())
}

/** Headers of an answer in the order servers send them, with a length. */
export function responseHeaders(response: HttpResponse): [string, string][] {
  const headers = { ...response.headers }
  if (!('content-length' in headers) && !('transfer-encoding' in headers) && response.status !== 204 && response.status !== 304)
    headers['content-length'] = String(Buffer.byteLength(response.body))
  return Object.entries(headers).map(([name, value]) => [headerName(name), value])
}

export function responseText(response: HttpResponse): string {
  if (response.status === 0) return ''
  const lines = [`HTTP/1.1 ${response.status} ${reasonOf(response.status)}`, ...responseHeaders(response).map(([n, v]) => `${n}: ${v}`)]
  return `${lines.join('\r\n')}\r\n\r\n${response.body}`
}

export function requestText(request: HttpRequest): string {
  const lines = [`${request.method} ${request.path} HTTP/1.1`, ...Object.entries(request.headers).map(([n, v]) => `${headerName(n)}: ${v}`)]
  return `${lines.join('\r\n')}\r\n\r\n${request.body}`
}

/** Undefined for what is no HTTP request. */
export function parseRequest(text: string): (Partial<HttpRequest> & { path: string }) | undefined {
  const [head, ...rest] = text.split(/\r?\n\r?\n/)
  const [first, ...lines] = head.split(/\r?\n/)
  const parts = /^([A-Z]+) (\S+)(?: HTTP\/[\d.]+)?$/.exec(first ?? '')
  if (!parts) return undefined
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  return { method: parts[1], path: parts[2], headers, body: rest.join('\n\n') }
}

/** Status 0 for what is no HTTP answer; its text stays in the body. */
export function parseResponse(text: string): HttpResponse {
  const parts = /^HTTP\/[\d.]+ (\d{3})/.exec(text)
  if (!parts) return { status: 0, headers: {}, body: text }
  const end = text.indexOf('\r\n\r\n')
  const headers: Record<string, string> = {}
  for (const line of text.slice(0, end).split('\r\n').slice(1)) {
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  return { status: Number(parts[1]), headers, body: end < 0 ? '' : text.slice(end + 4) }
}
