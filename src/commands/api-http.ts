// The Kubernetes API on HTTP connections: reads requests within bounds, answers them from the state file, hands on what stays open.
// Upstream: apiserver/pkg/server (limits), apiserver/pkg/endpoints/filters.
import http from 'node:http'
import type net from 'node:net'
import type { Json } from '../api/types'
import type { User } from '../apiserver/authorization'
import { handle, objectTarget, type RestRequest, type RestResponse, statusOf } from '../apiserver/rest/handler'
import { type Target, unreadBody } from '../apiserver/rest/objects'
import { ClusterFile } from '../cluster-file'
import type { Host } from '../env'
import { ApiError } from '../errors'
import { jsonSyntaxError } from '../lib/go-json-error'
import { Live } from '../live'
import { decodeProtobuf, ProtobufError } from '../schema/protobuf'
import { parseYaml } from '../schema/yaml'
import { attachRequest } from './api-attach'
import { execRequest } from './api-exec'
import { followLog } from './api-log'
import { Readers } from './api-readers'
import { STREAM_PROTOCOLS } from './api-streams'
import { userOf } from './api-user'
import { ApiWatches } from './api-watch'
import { offeredProtocol, WebSocket } from './websocket'

/** As the API server: bytes of a body. */
const MOST_BODY = 3 << 20
const MOST_HEADERS = 64 << 10
const HEADERS_MS = 15_000
const REQUEST_MS = 60_000
const IDLE_MS = 180_000
const MOST_CONNECTIONS = 1024

export interface ApiRequest {
  method: string
  url: URL
  user: User | undefined
  request: http.IncomingMessage
  response: http.ServerResponse
}

/** Subresources of a Pod that take the connection over. */
const UPGRADES: Record<string, typeof execRequest | undefined> = { exec: execRequest, attach: attachRequest }

export class ApiHttp {
  readonly server: http.Server
  readonly live: Live
  private readonly watches: ApiWatches
  private readonly readers = new Readers()
  /** Connections that HTTP no longer knows of. */
  private readonly upgraded = new Set<net.Socket>()

  constructor(
    private readonly host: Host,
    private readonly file: string,
    /** Answers what is not for the API, or refuses it; true when it did. Gives the path on the API otherwise. */
    private readonly before: (request: http.IncomingMessage, response: http.ServerResponse) => string | undefined,
    complain: (line: string) => void,
  ) {
    const cluster = new ClusterFile(host, file)
    this.live = new Live(cluster, (error) => complain(`the state could not be written: ${(error as Error).message}`))
    this.watches = new ApiWatches(
      () => this.live.cluster(),
      () => cluster.follow(),
      () => this.readers.relieve(),
    )
    this.server = http.createServer(
      {
        maxHeaderSize: MOST_HEADERS,
        headersTimeout: HEADERS_MS,
        requestTimeout: REQUEST_MS,
        keepAliveTimeout: IDLE_MS,
        connectionsCheckingInterval: 5000,
      },
      (request, response) => this.accept(request, response),
    )
    this.server.maxConnections = MOST_CONNECTIONS
    this.server.on('connection', (socket) => this.readers.add(socket))
    this.server.on('upgrade', (request, socket, head) => this.upgrade(request, socket as net.Socket, head))
  }

  /** Rejects with the system's error. */
  listen(where: { host?: string; port?: number; path?: string }): Promise<void> {
    const { server } = this
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(where, () => {
        server.removeListener('error', reject)
        server.on('error', () => {})
        resolve()
      })
    })
  }

  close(): void {
    this.watches.close()
    this.server.close()
    this.server.closeAllConnections()
    for (const socket of this.upgraded) socket.destroy()
    this.live.flush()
  }

  /** A connection that becomes another: `exec`, `attach`. Others are refused, whereupon clients try no further. */
  private upgrade(request: http.IncomingMessage, socket: net.Socket, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const response = new http.ServerResponse(request)
    response.assignSocket(socket)
    response.shouldKeepAlive = false
    response.on('finish', () => socket.end())
    try {
      const path = this.before(request, response)
      if (path === undefined) return
      const { searchParams, pathname } = new URL(path, 'http://cluster')
      const user = userOf(this.live.cluster(), request.headers)
      const protocol = offeredProtocol(request, STREAM_PROTOCOLS)
      const target = this.asUser(user, (server) => {
        const meant = objectTarget(server, pathname)
        if (meant) server.authorize('create', meant.info, meant.namespace, meant.name, meant.subresource)
        return meant
      })
      const unable = () => new ApiError('BadRequest', 'unable to upgrade: only exec and attach over a WebSocket are served')
      const taken = target?.info.resource === 'pods' ? UPGRADES[target.subresource ?? ''] : undefined
      if (!target || !taken) throw unable()
      // What is wrong with the request itself is said to every client, also to those that speak another protocol.
      const begin = taken(new ClusterFile(this.host, this.file), target.namespace ?? '', target.name ?? '', searchParams)
      if (!protocol) throw unable()
      response.detachSocket(socket)
      this.upgraded.add(socket)
      socket.once('close', () => this.upgraded.delete(socket))
      begin(new WebSocket(socket, request, protocol, head))
    } catch (error) {
      const refused =
        error instanceof ApiError ? error : new ApiError('InternalError', `Internal error occurred: ${(error as Error).message}`)
      send(response, statusOf(refused), [])
    }
  }

  private accept(request: http.IncomingMessage, response: http.ServerResponse): void {
    response.on('error', () => request.socket.destroy())
    const answered = this.answer(request, response).finally(() => this.readers.relieve(request.socket))
    answered.catch((error: unknown) => {
      if (response.headersSent) {
        request.socket.destroy()
        return
      }
      const refused =
        error instanceof ApiError ? error : new ApiError('InternalError', `Internal error occurred: ${(error as Error).message}`)
      send(response, statusOf(refused), [])
      // What is still to come of a body that was too large is not read.
      if (!request.complete) response.once('finish', () => request.socket.destroy())
    })
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const path = this.before(request, response)
    if (path === undefined) return
    const method = request.method ?? 'GET'
    const { live } = this
    const user = userOf(live.cluster(), request.headers)
    const url = new URL(path, 'http://cluster')
    if (method === 'GET' && this.staysOpen({ method, url, user, request, response })) return
    const body = await bodyOf(request)
    const contentType = request.headers['content-type']
    const rest: RestRequest = {
      method: method === 'HEAD' ? 'GET' : method,
      path,
      contentType,
      accept: request.headers.accept,
      manager: managerOf(request.headers['user-agent']),
      ...(body.length ? { body: decoded(body, contentType, method, () => objectTarget(live.cluster().server, url.pathname)) } : {}),
    }
    const { reply, warnings } = isRead(rest.method) ? this.read(rest, user) : this.write(rest, user)
    send(response, method === 'HEAD' ? { ...reply, body: '' } : reply, warnings)
  }

  /** A watch or a log: begun here, and written to as things happen. */
  private staysOpen(call: ApiRequest): boolean {
    const { searchParams, pathname } = call.url
    const watch = searchParams.get('watch')
    const isWatch = watch === 'true' || watch === '1'
    if (!isWatch && !pathname.endsWith('/log')) return false
    return this.asUser(call.user, (server) => {
      const target = objectTarget(server, pathname)
      if (target?.subresource === 'log' && target.info.resource === 'pods') {
        server.authorize('get', target.info, target.namespace, target.name, 'log')
        followLog(this.live, target, call)
        return true
      }
      if (!isWatch || !target || target.subresource) return false
      this.watches.open(server, target, call)
      return true
    })
  }

  private asUser<T>(user: User | undefined, body: (server: ReturnType<Live['cluster']>['server']) => T): T {
    const { server } = this.live.cluster()
    server.user = user
    server.warnings = []
    try {
      return body(server)
    } finally {
      server.user = undefined
    }
  }

  private read(request: RestRequest, user: User | undefined): Answered {
    return this.asUser(user, (server) => {
      const reply = refusedOr(() => handle(server, request))
      const resource = reply.status === 200 ? resourceOf(server, request.path) : undefined
      if (resource) this.watches.note(server, resource)
      return { reply, warnings: [...new Set(server.warnings)] }
    })
  }

  private write(request: RestRequest, user: User | undefined): Answered {
    this.live.flush()
    let warnings: string[] = []
    const file = new ClusterFile(this.host, this.file, () => {}, user)
    const reply = refusedOr(() =>
      file.write(({ server }) => {
        warnings = server.warnings
        return handle(server, request)
      }),
    )
    this.watches.look()
    return { reply, warnings: [...new Set(warnings)] }
  }
}

interface Answered {
  reply: RestResponse
  /** Each once; they come with refusals, too. */
  warnings: string[]
}

function refusedOr(answer: () => RestResponse): RestResponse {
  try {
    return answer()
  } catch (error) {
    if (error instanceof ApiError) return statusOf(error)
    throw error
  }
}

function isRead(method: string): boolean {
  return method === 'GET'
}

/** The resource that was listed, so that a watch may go on from there. */
function resourceOf(server: Parameters<typeof objectTarget>[0], path: string): string | undefined {
  return objectTarget(server, new URL(path, 'http://cluster').pathname)?.info.resource
}

/** Who writes, for managedFields: the program's name in its user agent. Upstream: managerOrUserAgent. */
function managerOf(agent: string | undefined): string {
  return (agent ?? '').split('/')[0].slice(0, 128)
}

async function bodyOf(request: http.IncomingMessage): Promise<Buffer> {
  const tooLarge = () => new ApiError('RequestEntityTooLarge', `Request entity too large: limit is ${MOST_BODY}`)
  if (Number(request.headers['content-length'] ?? 0) > MOST_BODY) throw tooLarge()
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length > MOST_BODY) throw tooLarge()
    parts.push(part)
  }
  return Buffer.concat(parts)
}

const PROTOBUF = 'application/vnd.kubernetes.protobuf'
const BODIES = ['application/json', 'application/yaml', PROTOBUF]

/** Throws an Error in encoding/json's words. */
function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    throw new Error(jsonSyntaxError(text)?.message ?? (error as Error).message)
  }
}

function decoded(body: Buffer, contentType: string | undefined, method: string, target: () => Target | undefined): Json {
  const type = (contentType ?? 'application/json').split(';')[0].trim()
  const isPatch = method === 'PATCH'
  if (!isPatch && !BODIES.includes(type)) {
    throw new ApiError(
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${BODIES.join(', ')}`,
    )
  }
  try {
    if (type === PROTOBUF) return decodeProtobuf(body) as Json
    const text = body.toString('utf8')
    return type.endsWith('yaml') ? (parseYaml(text) as Json) : parseJson(text)
  } catch (error) {
    const why = (error as Error).message
    if (error instanceof ProtobufError) throw new ApiError('BadRequest', why)
    if (!isPatch) throw unreadBody(target(), body.toString('utf8'), why)
    throw new ApiError('BadRequest', type.includes('strategic') ? why : `error decoding patch: ${why}`)
  }
}

export function send(response: http.ServerResponse, { status, contentType, body, headers }: RestResponse, warnings: string[]): void {
  const warned = warnings.map((message) => `299 - ${quoted(message)}`)
  const bytes = Buffer.from(body)
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': bytes.length,
    'Cache-Control': 'no-cache, private',
    ...(warned.length ? { Warning: warned } : {}),
    ...headers,
  })
  response.end(bytes)
}

/** A quoted string of a header: one line, no bytes beyond ASCII. */
function quoted(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, ' ').replace(/["\\]/g, '\\$&')}"`
}
