// Which requests are let through to the API on a local port: by host, path and method. Upstream: kubectl/pkg/proxy/proxy_server.go.

import type { IncomingMessage } from 'node:http'
import { goRegExp } from '../lib/go-regexp'

export interface Filter {
  acceptPaths: RegExp[]
  rejectPaths: RegExp[]
  acceptHosts: RegExp[]
  rejectMethods: RegExp[]
}

export const LOCAL_HOSTS = '^localhost$,^127\\.0\\.0\\.1$,^\\[::1\\]$'

/** Regular expressions of Go's with commas between them. Throws GoRegexpError. */
export function expressions(text: string): RegExp[] {
  return text === '' ? [] : text.split(',').map((each) => goRegExp(each))
}

/** The host of a Host header, without its port. */
function hostOf(header: string): string {
  const match = /^\[([^\]]*)\]:\d*$|^([^:]*):\d*$/.exec(header)
  return match ? (match[1] ?? match[2]) : header
}

export function isAccepted(filter: Filter, method: string, path: string, host: string): boolean {
  const any = (list: RegExp[], text: string) => list.some((each) => each.test(text))
  if (any(filter.rejectPaths, path) || any(filter.rejectMethods, method)) return false
  return any(filter.acceptPaths, path) && any(filter.acceptHosts, hostOf(host))
}

/** A page of another site that makes a browser ask: never wanted on a port that needs no password. */
export function isFromElsewhere({ headers, headersDistinct }: IncomingMessage): boolean {
  const { origin, host } = headers
  // Two hosts are two stories; Go's server hears neither.
  if ((headersDistinct?.host?.length ?? 0) > 1) return true
  if (origin === undefined) return false
  try {
    return new URL(origin).host !== host
  } catch {
    return true
  }
}
