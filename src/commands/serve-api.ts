// kubesim serve api: the Kubernetes API over HTTP on the state file, for any client: kubectl, client libraries, a browser.

import { text } from '../apiserver/rest/messages'
import type { OwnContext } from '../cli/own'
import { sleep } from '../env'
import { CommandError } from '../errors'
import { isIP } from '../network/address'
import { isLoopback } from '../runtime/connect'
import { expressions, type Filter, isAccepted, isFromElsewhere, LOCAL_HOSTS } from './api-filter'
import { ApiHttp, send } from './api-http'
import { listenOn, portOf } from './listen'

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
  const port = portOf(options.port, DEFAULT_PORT)
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
  const bound = await listenOn(api.server, address, port)
  context.out(`the Kubernetes API of this cluster is at http://${address.includes(':') ? `[${address}]` : address}:${bound}\n`)
  if (!local) context.err('Warning: whoever reaches this address may do everything with this cluster\n')
  while (!interrupted) await sleep(PAUSE_MS)
  api.close()
}
