// kubesim serve page: the network in a browser - Services, the Pods behind them, and one connection followed hop by hop.
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { OwnContext } from '../cli/own'
import { sleep } from '../env'
import { ApiError, CommandError } from '../errors'
import { Follower } from '../follower'
import { isIP } from '../network/address'
import { trace } from '../trace/trace'
import { expressions, type Filter, isAccepted, isFromElsewhere, LOCAL_HOSTS } from './api-filter'
import { listenFailure } from './listen'
import { pageData } from './page-data'
import { PAGE, SCRIPT, STYLE } from './page-text'
import { requestOf } from './trace'

export interface PageOptions {
  address?: string
  port?: string
}

const DEFAULT_PORT = 8088
const PAUSE_MS = 100
const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
}

interface Reply {
  status: number
  type: string
  body: string
}

/** Runs until interrupted. It only reads. Throws CommandError when address or port cannot be had. */
export async function servePage(context: OwnContext, options: PageOptions): Promise<void> {
  const { host } = context
  const address = options.address ?? '127.0.0.1'
  if (!isIP(address)) throw new CommandError(`invalid address "${address}"`)
  const port = Number(options.port ?? DEFAULT_PORT)
  if (!/^\d+$/.test(options.port ?? String(DEFAULT_PORT)) || port > 65535) throw new CommandError(`invalid port "${options.port}"`)
  const follower = new Follower(context.cluster)
  follower.current()
  // A page of somebody else's must not read this one under a name of its own (DNS rebinding).
  const own = new RegExp(`^${address.replaceAll('.', '\\.')}$`)
  const acceptHosts = [...expressions(LOCAL_HOSTS), /^::1$/, /^127\./, own]
  const filter: Filter = { acceptPaths: [/^/], rejectPaths: [], rejectMethods: [], acceptHosts }
  const server = http.createServer((request, response) => {
    const allowed = !isFromElsewhere(request) && isAccepted(filter, request.method ?? '', request.url ?? '', request.headers.host ?? '')
    const { status, type, body } = allowed ? replyTo(follower, request) : plain(403, 'Forbidden\n')
    response.writeHead(status, { ...HEADERS, 'Content-Type': `${type}; charset=utf-8` }).end(request.method === 'HEAD' ? undefined : body)
  })
  let interrupted = false
  host.onInterrupt(() => {
    interrupted = true
  })
  host.surviveHangUp()
  const bound = await listen(server, address, port)
  context.out(`the network of this cluster is at http://${address.includes(':') ? `[${address}]` : address}:${bound}\n`)
  while (!interrupted) await sleep(PAUSE_MS)
  server.close()
  server.closeAllConnections()
}

function plain(status: number, body: string): Reply {
  return { status, type: 'text/plain', body }
}

function replyTo(follower: Follower, request: http.IncomingMessage): Reply {
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'Method not allowed\n')
  const url = new URL(request.url ?? '/', 'http://page')
  try {
    switch (url.pathname) {
      case '/':
        return { status: 200, type: 'text/html', body: PAGE }
      case '/page.js':
        return { status: 200, type: 'text/javascript', body: SCRIPT }
      case '/page.css':
        return { status: 200, type: 'text/css', body: STYLE }
      case '/network.json':
        return json(200, pageData(follower.current()))
      case '/trace.json':
        return json(200, traced(follower, url.searchParams))
    }
    return plain(404, 'Not found\n')
  } catch (error) {
    if (error instanceof ApiError || error instanceof CommandError) return json(400, { error: error.message })
    return json(503, { error: (error as Error).message })
  }
}

function json(status: number, value: unknown): Reply {
  return { status, type: 'application/json', body: JSON.stringify(value) }
}

/** Draws anew each time, as a connection does; the state is not touched. */
function traced(follower: Follower, query: URLSearchParams) {
  const cluster = follower.current()
  const [word, to] = [query.get('from') ?? '', query.get('to') ?? '']
  // A Pod is named with its namespace here.
  const pod = /^([^/]+)\/([^/]+)$/.exec(word)
  const options = { namespace: pod?.[1] ?? 'default', protocol: query.get('protocol') ?? 'tcp' }
  return trace(cluster.world, requestOf(cluster, pod?.[2] ?? word, to, options))
}

function listen(server: http.Server, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenFailure(error, address, port, 'TCP')))
    server.listen(port, address, () => {
      server.removeAllListeners('error')
      server.on('error', () => {})
      resolve((server.address() as AddressInfo).port)
    })
  })
}
