// A real TCP connection and the program in a container at its other end: HTTP parsed by Node, other protocols byte for byte.
// Bounded against peers that are slow or send without end.
import http from 'node:http'
import net from 'node:net'
import { faultsOf } from '../faults'
import type { Live, Target } from '../live'
import { isDnsServer } from '../network/dns/resolver'
import { HttpWatch } from '../runtime/http-watch'
import { nobodyThere, splitAddress } from '../runtime/local-process'
import type { HttpRequest } from '../runtime/process'
import type { Answer } from './dns-serve'

/** Without a byte in either direction the connection ends, ms. */
const IDLE_MS = 120_000
const HEADERS_MS = 30_000
const MOST_BODY = 8 << 20
const MOST_UNSENT = 1 << 20

let parser: http.Server | undefined
const targets = new WeakMap<net.Socket, { live: Live; target: Target; source: string }>()

/** Lets the program answer everything that comes over the connection. `source` is the peer's address as the container sees it. */
export function connectToProgram(socket: net.Socket, live: Live, target: Target, source: string): void {
  socket.on('error', () => socket.destroy())
  if (speaksDns(target)) {
    import('./dns-serve').then(({ converse }) => podDns(live, target).then((answer) => converse(socket, answer)))
    return
  }
  // A fault speaks in the program's place.
  const broken = faultsOf(live.cluster().world, 'reply', target.pod, target.container.name).length > 0
  if (target.listener.process !== undefined && !broken) {
    lead(socket, live, target, target.listener.process)
    return
  }
  if (target.listener.handler === 'stream') {
    stream(socket, live, target)
    return
  }
  targets.set(socket, { live, target, source })
  httpServer().emit('connection', socket)
}

/** CoreDNS answers from the cluster itself, where other programs have only what they were sent. */
export function speaksDns({ pod, listener }: Target): boolean {
  return listener.port === 53 && isDnsServer(pod)
}

export async function podDns(live: Live, { pod }: Target): Promise<Answer> {
  const { dnsAnswers } = await import('./dns-serve')
  return dnsAnswers(() => live.cluster(), pod.status?.podIP ? [pod.status.podIP] : [])
}

/** Straight to a real process of this machine, byte for byte; HTTP is looked at in passing, for the log. */
function lead(socket: net.Socket, live: Live, target: Target, address: string): void {
  const isHttp = target.listener.handler === 'http'
  const inner = net.connect(splitAddress(address))
  inner.on('error', () => {
    if (!isHttp || inner.bytesRead > 0 || !socket.writable) {
      socket.destroy()
      return
    }
    const { body } = nobodyThere(address)
    const head = `Content-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close`
    socket.end(`HTTP/1.1 502 Bad Gateway\r\n${head}\r\n\r\n${body}`)
  })
  socket.on('error', () => inner.destroy())
  socket.on('close', () => inner.destroy())
  for (const end of [socket, inner]) end.setTimeout(IDLE_MS, () => end.destroy())
  if (isHttp) {
    const watch = new HttpWatch((passed) => live.passed(target, passed))
    socket.on('data', (bytes) => watch.asked(bytes.toString('latin1')))
    inner.on('data', (bytes) => watch.answered(bytes.toString('latin1')))
  }
  socket.pipe(inner)
  inner.pipe(socket)
}

function stream(socket: net.Socket, live: Live, target: Target): void {
  socket.setTimeout(IDLE_MS, () => socket.destroy())
  socket.on('data', (bytes) => {
    const reply = live.stream(target, bytes.toString('latin1'))
    if (!reply) {
      socket.destroy()
      return
    }
    if (reply.data) socket.write(reply.data, 'latin1')
    if (reply.close) socket.end()
    else if (socket.writableLength > MOST_UNSENT) {
      socket.pause()
      socket.once('drain', () => socket.resume())
    }
  })
  socket.on('end', () => socket.end())
}

function httpServer(): http.Server {
  if (parser) return parser
  parser = http.createServer({
    keepAliveTimeout: IDLE_MS,
    headersTimeout: HEADERS_MS,
    requestTimeout: IDLE_MS,
    connectionsCheckingInterval: 10_000,
  })
  // Node looks after slow senders only once it listens; these sockets were accepted elsewhere.
  parser.emit('listening')
  parser.on('request', (request, response) => {
    read(request, response).catch(() => request.socket.destroy())
  })
  parser.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request'
    if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`)
    else socket.destroy()
  })
  return parser
}

async function read(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length > MOST_BODY) {
      response.writeHead(413, { Connection: 'close' }).end()
      return
    }
    parts.push(part)
  }
  answer(request, response, Buffer.concat(parts).toString('utf8'))
}

function answer(request: http.IncomingMessage, response: http.ServerResponse, body: string): void {
  const { socket } = request
  const connection = targets.get(socket)
  if (!connection) return
  const reply = connection.live.http(connection.target, requestOf(request, body, connection.source))
  // Status 0: the program hung up without an answer.
  if (!reply || reply.status === 0) {
    socket.destroy()
    return
  }
  const send = () => {
    if (socket.destroyed) return
    const names = new Set(Object.keys(reply.headers).map((n) => n.toLowerCase()))
    response.sendDate = !names.has('date')
    // Node would announce keep-alive; servers in containers say for themselves what they say.
    if (!names.has('connection') && request.httpVersion === '1.1' && response.shouldKeepAlive) response.removeHeader('connection')
    response.writeHead(
      reply.status,
      names.has('content-length') ? reply.headers : { ...reply.headers, 'Content-Length': Buffer.byteLength(reply.body) },
    )
    response.end(request.method === 'HEAD' ? undefined : reply.body)
  }
  if (reply.delayMs) setTimeout(send, reply.delayMs)
  else send()
}

function requestOf(request: http.IncomingMessage, body: string, remoteAddress: string): HttpRequest {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '')
  return { method: request.method ?? 'GET', path: request.url ?? '/', headers, body, remoteAddress }
}
