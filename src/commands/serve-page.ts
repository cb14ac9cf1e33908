// kubesim serve page: a page that shows the network and keeps itself up to date while the state changes. It only looks.
import http from 'node:http'
import { text } from '../apiserver/rest/messages'
import type { OwnContext } from '../cli/own'
import { sleep } from '../env'
import { CommandError } from '../errors'
import { Live } from '../live'
import { isIP } from '../network/address'
import { isLoopback } from '../runtime/connect'
import { overview } from '../trace/overview'
import { expressions, type Filter, isAccepted, isFromElsewhere, LOCAL_HOSTS } from './api-filter'
import { send } from './api-http'
import { listenOn, portOf } from './listen'
import { pageOf } from './page-html'

const DEFAULT_PORT = 8080
/** How often the state is looked at while somebody watches, ms. */
const POLL_MS = 250
/** Readiness that comes by itself is seen at the latest after so many looks. */
const LOOKS = 8
const MOST_WATCHING = 64
const MOST_UNSENT = 1 << 20
const PAUSE_MS = 100

/** What the page may do: draw what its own server says. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'"

export class PageServer {
  readonly server: http.Server
  private readonly watching = new Set<http.ServerResponse>()
  private timer?: NodeJS.Timeout
  private told = ''
  private looks = 0
  private seen: unknown

  constructor(
    private readonly live: Live,
    private readonly filter: Filter,
  ) {
    this.server = http.createServer(
      { headersTimeout: 15_000, requestTimeout: 15_000, maxHeaderSize: 16 << 10, connectionsCheckingInterval: 5000 },
      (request, response) => this.answer(request, response),
    )
    this.server.maxConnections = 4 * MOST_WATCHING
  }

  close(): void {
    clearInterval(this.timer)
    this.server.close()
    this.server.closeAllConnections()
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    response.on('error', () => request.socket.destroy())
    const path = (request.url ?? '/').split('?')[0]
    if (isFromElsewhere(request) || !isAccepted(this.filter, request.method ?? '', path, request.headers.host ?? '')) {
      send(response, text('Forbidden\n', 403), [])
    } else if (request.method !== 'GET') send(response, text('405 method not allowed\n', 405), [])
    else if (path === '/') {
      const headers = { 'Content-Security-Policy': POLICY, 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer' }
      send(response, { status: 200, contentType: 'text/html; charset=utf-8', body: pageOf(this.network()), headers }, [])
    } else if (path === '/network.json') send(response, { status: 200, contentType: 'application/json', body: this.network() }, [])
    else if (path === '/events') this.watch(response)
    else send(response, text('404 page not found\n', 404), [])
  }

  private watch(response: http.ServerResponse): void {
    if (this.watching.size >= MOST_WATCHING) {
      send(response, text('503 too many are watching\n', 503), [])
      return
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    response.write(`data: ${this.network()}\n\n`)
    this.watching.add(response)
    response.on('close', () => {
      this.watching.delete(response)
      if (this.watching.size > 0) return
      clearInterval(this.timer)
      this.timer = undefined
    })
    this.timer ??= setInterval(() => this.look(), POLL_MS)
  }

  private look(): void {
    let news: string
    try {
      const cluster = this.live.cluster()
      this.looks++
      if (cluster === this.seen && this.looks % LOOKS !== 0) return
      this.seen = cluster
      news = this.network()
    } catch {
      // A state that cannot be read just now.
      return
    }
    const content = withoutTime(news)
    if (content === this.told) return
    this.told = content
    for (const response of this.watching) {
      if (response.writableLength > MOST_UNSENT) response.destroy()
      else response.write(`data: ${news}\n\n`)
    }
  }

  private network(): string {
    const { env, ...world } = this.live.cluster().world
    return JSON.stringify(overview({ ...world, records: this.live.records(), env: { now: () => env.now(), random: this.live.random } }))
  }
}

function withoutTime(news: string): string {
  return news.replace(/^\{"time":"[^"]*"/, '')
}

/** Runs until interrupted. Throws CommandError when address or port cannot be had. */
export async function servePage(context: OwnContext, options: { address?: string; port?: string }): Promise<void> {
  const { host } = context
  const address = options.address ?? '127.0.0.1'
  if (!isIP(address)) throw new CommandError(`invalid address "${address}"`)
  const port = portOf(options.port, DEFAULT_PORT)
  const local = isLoopback(address)
  const acceptHosts = local ? [...expressions(LOCAL_HOSTS), /^::1$/, /^127\./] : [/^/]
  const live = new Live(context.cluster, (error) => context.err(`the state could not be written: ${(error as Error).message}\n`))
  const page = new PageServer(live, { acceptPaths: [/^/], rejectPaths: [], rejectMethods: [], acceptHosts })
  let interrupted = false
  host.onInterrupt(() => {
    interrupted = true
  })
  host.surviveHangUp()
  live.cluster()
  const bound = await listenOn(page.server, address, port)
  context.out(`the network of this cluster is shown at http://${address.includes(':') ? `[${address}]` : address}:${bound}/\n`)
  if (!local) context.err('Warning: whoever reaches this address sees the network of this cluster\n')
  while (!interrupted) await sleep(PAUSE_MS)
  page.close()
}
