// URLs as command-line clients read them.

export interface Target {
  scheme: string
  host: string
  port: number
  /** With query. */
  path: string
  user?: string
}

const PORTS: Record<string, number> = { http: 80, https: 443, ftp: 21, ws: 80, wss: 443, telnet: 23 }

/** Undefined when there is no host in it. */
export function parseUrl(text: string): Target | undefined {
  const parts = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:([^@/?#]*)@)?(\[[0-9a-fA-F:.]+\]|[^:/?#]*)(?::(\d*))?([/?#].*)?$/i.exec(text)
  if (!parts || parts[3] === '') return undefined
  const scheme = (parts[1] ?? 'http').toLowerCase()
  const rest = (parts[5] ?? '/').replace(/#.*/, '')
  return {
    scheme,
    host: parts[3].replace(/^\[|\]$/g, ''),
    port: parts[4] ? Number(parts[4]) : (PORTS[scheme] ?? 80),
    path: rest.startsWith('/') ? rest : `/${rest}`,
    ...(parts[2] === undefined ? {} : { user: parts[2] }),
  }
}

export function isDefaultPort({ scheme, port }: Target): boolean {
  return PORTS[scheme] === port
}

/** `host` or `host:port`, as in a Host header. */
export function authority(target: Target): string {
  const host = target.host.includes(':') ? `[${target.host}]` : target.host
  return isDefaultPort(target) ? host : `${host}:${target.port}`
}

/** Where a redirect leads. */
export function resolveUrl(from: Target, location: string): Target | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(location)) return parseUrl(location)
  if (location.startsWith('//')) return parseUrl(`${from.scheme}:${location}`)
  const path = location.startsWith('/') ? location : from.path.split('?', 1)[0].replace(/[^/]*$/, '') + location
  return { ...from, path }
}
