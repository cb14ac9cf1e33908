// Opening a connection: name resolution, the proxy's rules, and who listens at the end of them.
import type { Pod } from '../api/types'
import { networkFault } from '../faults'
import { answerHttp, answerStream, listenerAt, networkPeers } from './containers'
import { healthCheckAt } from './health-check-port'
import { hostsEntry, isAddress } from './hosts'
import { parseRequest, parseResponse, requestText, responseText } from './http-text'
import { hostsFile } from './pod-files'
import type { Connection, HttpRequest, HttpResponse } from './process'
import type { Protocol, Sender, World } from './world'

/**
 * Opens a connection as `from` would. The outcome is that of a real one: refused when a rule rejects or nobody listens, timeout when
 * packets are dropped, unresolved when the name does not exist. Nothing is sent yet.
 */
export function openConnection(world: World, from: Sender, host: string, port: number, protocol: Protocol = 'TCP'): Connection {
  const address = addressOf(world, from, host)
  if (address === undefined) return { outcome: 'unresolved', host }
  if (isLoopback(address)) {
    if (from.pod)
      return connectTo(world, networkPeers(world, from.pod), address, port, protocol, { source: '127.0.0.1', host, loopback: true })
  }
  const arrival = world.network.walk(from, address, port, protocol)
  if (arrival.outcome !== 'delivered') return { outcome: arrival.outcome, ip: address, port }
  const own = from.pod !== undefined && arrival.pods.some((p) => p.metadata.uid === from.pod!.metadata.uid)
  return connectTo(world, arrival.pods, address, port, protocol, { source: arrival.source, host, loopback: false, at: arrival.port, own })
}

/** Straight to a Pod, past Services and rules: probes, port-forward. `host` is for the Host header. */
export function connectToPod(
  world: World,
  pod: Pod,
  port: number,
  options: { protocol?: Protocol; source?: string; loopback?: boolean } = {},
): Connection {
  const ip = options.loopback ? '127.0.0.1' : (pod.status?.podIP ?? '')
  if (!options.loopback && networkFault(world, pod)) return { outcome: 'timeout', ip, port }
  return connectTo(world, networkPeers(world, pod), ip, port, options.protocol ?? 'TCP', {
    source: options.source ?? pod.status?.hostIP ?? '127.0.0.1',
    host: ip,
    loopback: options.loopback ?? false,
  })
}

interface Path {
  source: string
  /** As the caller wrote it. */
  host: string
  loopback: boolean
  /** Port after DNAT. */
  at?: number
  own?: boolean
}

function connectTo(world: World, pods: Pod[], ip: string, port: number, protocol: Protocol, path: Path): Connection {
  const listener = listenerAt(world, pods, path.at ?? port, protocol, path.loopback)
  if (!listener) {
    const health = protocol === 'TCP' && !path.loopback ? healthCheckAt(world, pods, path.at ?? port) : undefined
    if (health) return answering(health, ip, port)
    return { outcome: pods.length > 0 ? 'refused' : 'timeout', ip, port }
  }
  return {
    outcome: 'connected',
    ip,
    port,
    pod: listener.pod.metadata.name,
    tls: listener.listener.tls === true,
    request(request) {
      const complete = completeRequest(request, path, port)
      if (listener.listener.handler === 'http') return answerHttp(world, listener, complete)
      // HTTP spoken to another protocol: what comes back may still be an HTTP answer.
      return parseResponse(answerStream(world, listener, requestText(complete)).data)
    },
    stream(data) {
      if (listener.listener.handler === 'stream') return answerStream(world, listener, data).data
      const request = parseRequest(data)
      return request ? responseText(answerHttp(world, listener, completeRequest(request, path, port))) : ''
    },
  }
}

/** Somebody who says the same to everything. */
function answering(response: HttpResponse, ip: string, port: number): Connection {
  return {
    outcome: 'connected',
    ip,
    port,
    pod: 'kube-proxy',
    tls: false,
    request: () => response,
    stream: (data) => (parseRequest(data) ? responseText(response) : ''),
  }
}

function completeRequest(request: Partial<HttpRequest> & { path: string }, path: Path, port: number): HttpRequest {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value
  const host = path.host.includes(':') ? `[${path.host}]` : path.host
  headers['host'] ??= port === 80 ? host : `${host}:${port}`
  return { method: request.method ?? 'GET', path: request.path, headers, body: request.body ?? '', remoteAddress: path.source }
}

export function isLoopback(ip: string): boolean {
  return ip.startsWith('127.') || ip === '::1'
}

/** The address a name stands for: itself, /etc/hosts, DNS. */
export function addressOf(world: World, from: Sender, host: string): string | undefined {
  if (isAddress(host)) return host
  if (!from.pod) return host === 'localhost' ? '127.0.0.1' : undefined
  return hostsEntry(hostsFile(world, from.pod), host) ?? world.network.resolve(from.pod, host)?.[0]
}
