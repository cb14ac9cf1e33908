// kubesim serve api: the Kubernetes API over HTTP on the state file, for any client: kubectl, client libraries, a browser.

import { text } from '../apiserver/rest/messages'
import type { OwnContext } from '../cli/own'
import { sleep } from '../env'
import { CommandError } from '../errors'
import { isIP } from '../network/address'
import { expressions, type Filter, isAccepted, isFromElsewhere, LOCAL_HOSTS } from './api-filter'
import { ApiHttp, send } from './api-http'
import { listenFailure } from './listen'

export interface ApiOptions {
  address?: string
  port?: string
}

const DEFAULT_PORT = 6443
const PAUSE_MS = 100

/** Runs until interrupted. Throws CommandError when address or port cannot be had. */
export async function serveApi(context: OwnContext, options: ApiOptions): Promise<void> {
  const { host } = context
  const address = options.address ?? '127.0.0.1'
  if (!isIP(address)) throw new CommandError(`invalid address "${address}"`)
  const port = portOf(options.port)
  const local = isLoopback(address)
  const filter: Filter = {
    acceptPaths: [/^/],
    rejectPaths: [],
    rejectMethods: [],
    acceptHosts: local ? [...expressions(LOCAL_HOSTS), /^::1$/, /^127\./] : [/^/],
  }
  const api = new ApiHttp(
    host,
    context.cluster.file,
    (request, response) => {
      const url = request.url ?? '/'
      const path = url.split('?')[0]
      if (!isFromElsewhere(request) && isAccepted(filter, request.method ?? 'GET', path, request.headers.host ?? '')) return url
      send(response, text('Forbidden\n', 403), [])
      return undefined
    },
    (line) => context.err(`${line}\n`),
  )
  let interrupted = false
  host.onInterrupt(() => {
    interrupted = true
  })
  host.surviveHangUp()
  // A cluster is made now if there is none, so that the first request does not wait for it.
  api.live.cluster()
  const bound = await listen(api, address, port)
  context.out(`the Kubernetes API of this cluster is at http://${address.includes(':') ? `[${address}]` : address}:${bound}\n`)
  if (!local) context.err('Warning: whoever reaches this address may do everything with this cluster\n')
  while (!interrupted) await sleep(PAUSE_MS)
  api.close()
}

function portOf(given: string | undefined): number {
  if (given === undefined) return DEFAULT_PORT
  const port = Number(given)
  if (!/^\d+$/.test(given) || port > 65535) throw new CommandError(`invalid port "${given}"`)
  return port
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}

/** Resolves to the port. Throws CommandError. */
async function listen(api: ApiHttp, address: string, port: number): Promise<number> {
  try {
    await api.listen({ host: address, port })
  } catch (error) {
    throw listenFailure(error as Error, address, port, 'TCP')
  }
  const bound = api.server.address()
  return typeof bound === 'object' && bound ? bound.port : port
}
