// kubectl proxy: the cluster's API on a local port, and files beside it. Upstream: kubectl/pkg/cmd/proxy/proxy.go, kubectl/pkg/proxy.
import fs from 'node:fs'
import type http from 'node:http'
import path from 'node:path'
import { text } from '../apiserver/rest/messages'
import type { Command, CommandContext } from '../cli/context'
import { klogLine, klogWarning } from '../cli/klog'
import { sleep } from '../env'
import { CommandError, SilentExit } from '../errors'
import { goReason } from '../lib/os-errors'
import { expressions, type Filter, isAccepted, isFromElsewhere } from './api-filter'
import { ApiHttp, send } from './api-http'
import { reasonOf } from './listen'
import { escaped, serveFile } from './proxy-files'

const DEFAULT_PORT = 8001
const PAUSE_MS = 100

async function proxy(context: CommandContext): Promise<void> {
  const { flags, host } = context
  // A context that cannot be used is refused before anything else.
  const { file } = context.cluster
  const filter = filterOf(context)
  const socket = flags.string('unix-socket')
  if (flags.number('port') !== DEFAULT_PORT && socket) throw new CommandError('cannot set --unix-socket and --port at the same time')
  const folder = staticFolder(context)
  const prefixes = { api: prefixOf(context, 'api-prefix', '/'), files: prefixOf(context, 'www-prefix', '/static/') }
  const before = (request: http.IncomingMessage, response: http.ServerResponse) => lead(request, response, { filter, folder, prefixes })
  const api = new ApiHttp(host, file, before, (line) => context.err(`${line}\n`))
  let interrupted = false
  host.onInterrupt(() => {
    interrupted = true
  })
  host.surviveHangUp()
  api.live.cluster()
  context.out(
    `Starting to serve on ${socket ? await listenUnix(api, socket) : await listenTcp(api, flags.string('address'), flags.number('port'))}\n`,
  )
  while (!interrupted) await sleep(PAUSE_MS)
  api.close()
}

interface Ways {
  filter: Filter | undefined
  folder: string | undefined
  prefixes: { api: string; files: string }
}

/** The request's path on the API; undefined when it was answered here. */
function lead(request: http.IncomingMessage, response: http.ServerResponse, { filter, folder, prefixes }: Ways): string | undefined {
  const url = request.url ?? '/'
  const at = url.split('?')[0]
  const clean = path.posix.normalize(at.startsWith('/') ? at : `/${at}`)
  if (clean !== at) {
    moved(response, clean + url.slice(at.length))
    return undefined
  }
  if (folder !== undefined && at.startsWith(prefixes.files) && prefixes.files.length >= prefixes.api.length) {
    serveFile(folder, at.slice(prefixes.files.length), response)
    return undefined
  }
  if (`${at}/` === prefixes.api || (folder !== undefined && `${at}/` === prefixes.files)) {
    moved(response, `${at}/`)
    return undefined
  }
  if (!at.startsWith(prefixes.api)) {
    refuse(response, 404, '404 page not found\n')
    return undefined
  }
  // A prefix below /api is the API's own.
  const stripped = prefixes.api.startsWith('/api') ? url : `/${url.slice(prefixes.api.length)}`
  const method = request.method ?? 'GET'
  if (filter && (isFromElsewhere(request) || !isAccepted(filter, method, stripped.split('?')[0], request.headers.host ?? ''))) {
    refuse(response, 403, 'Forbidden\n')
    return undefined
  }
  return stripped
}

function refuse(response: http.ServerResponse, status: number, body: string): void {
  send(response, { ...text(body, status), headers: { 'X-Content-Type-Options': 'nosniff' } }, [])
}

function moved(response: http.ServerResponse, location: string): void {
  const body = `<a href="${escaped(location)}">Temporary Redirect</a>.\n\n`
  send(response, { status: 307, contentType: 'text/html; charset=utf-8', body, headers: { Location: location } }, [])
}

function prefixOf({ flags }: CommandContext, name: string, otherwise: string): string {
  const given = flags.changed(name) ? flags.string(name) : otherwise
  return given.endsWith('/') ? given : `${given}/`
}

function filterOf(context: CommandContext): Filter | undefined {
  const { flags } = context
  if (flags.bool('disable-filter')) {
    if (!flags.string('unix-socket')) {
      klogWarning(context, 'proxy.go:177', 'Request filter disabled, your proxy is vulnerable to XSRF attacks, please be cautious')
    }
    return undefined
  }
  if (!flags.string('reject-paths') || !flags.string('reject-methods')) {
    klogWarning(context, 'proxy.go:182', 'Request filter has been relaxed, your proxy may be vulnerable to attacks, please be cautious')
  }
  const list = (name: string) => {
    try {
      return expressions(flags.string(name))
    } catch (error) {
      context.err(klogLine(context.host, 'F', 'proxy_server.go:83', `Error compiling re: ${(error as Error).message}`))
      throw new SilentExit(255)
    }
  }
  return {
    acceptPaths: list('accept-paths'),
    rejectPaths: list('reject-paths'),
    acceptHosts: list('accept-hosts'),
    rejectMethods: list('reject-methods'),
  }
}

function staticFolder(context: CommandContext): string | undefined {
  const named = context.flags.string('www')
  if (!named) return undefined
  const folder = path.resolve(context.host.cwd, named)
  try {
    if (!fs.statSync(folder).isDirectory()) klogWarning(context, 'proxy.go:205', `Static file directory ${named} is not a directory`)
  } catch (error) {
    klogWarning(context, 'proxy.go:203', `Failed to stat static file directory ${named}: stat ${named}: ${goReason(error)}`)
  }
  return folder
}

async function listenTcp(api: ApiHttp, address: string, port: number): Promise<string> {
  if (port < 0 || port > 65535) throw new CommandError(`listen tcp: address ${port}: invalid port`)
  if (address.includes(':') && !address.startsWith('['))
    throw new CommandError(`listen tcp: address ${address}:${port}: too many colons in address`)
  const host = address.replace(/^\[(.*)\]$/, '$1') || '::'
  try {
    await api.listen({ host, port })
  } catch (error) {
    throw new CommandError(`listen tcp ${address}:${port}: bind: ${reasonOf(error as Error)}`)
  }
  const bound = api.server.address()
  return typeof bound === 'object' && bound
    ? `${bound.address.includes(':') ? `[${bound.address}]` : bound.address}:${bound.port}`
    : address
}

/** Only its owner may use the socket. */
async function listenUnix(api: ApiHttp, socket: string): Promise<string> {
  try {
    if (fs.lstatSync(socket).isSocket()) fs.unlinkSync(socket)
  } catch {
    // Nothing is there yet.
  }
  try {
    await api.listen({ path: socket })
    fs.chmodSync(socket, 0o600)
  } catch (error) {
    throw new CommandError(
      `listen unix ${socket}: bind: ${(error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'address already in use' : goReason(error)}`,
    )
  }
  return socket
}

export const command: Command = { run: proxy }
