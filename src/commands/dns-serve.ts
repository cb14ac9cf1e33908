// kubesim dns serve: the cluster's DNS on a UDP and a TCP socket, following the state file. Bounded in connections, bytes and time.
import dgram from 'node:dgram'
import net from 'node:net'
import os from 'node:os'
import type { Cluster } from '../cluster'
import type { ClusterFile } from '../cluster-file'
import { CommandError } from '../errors'
import { dnsFault } from '../faults'
import { Follower } from '../follower'
import { isIP, isIPv6 } from '../network/address'
import { type ServeContext, serve, type Transport } from '../network/dns/server'
import { type DnsSource, dnsSource } from '../network/dns/source'
import { forwarder } from './dns-forward'
import { listenFailure } from './listen'

interface Options {
  address: string
  port: number
  /** `ip` or `ip:port` */
  forward?: string
}

export interface DnsServer {
  address: string
  port: number
  close(): void
  closed: Promise<void>
}

const MOST_CONNECTIONS = 1024
/** Between questions, and for the rest of one that has begun, ms. As miekg/dns. */
const IDLE_MS = 8000
const READ_MS = 2000
/** No more questions are read while this much waits to be sent. */
const MOST_UNSENT = 1 << 20
const PORT_TRIES = 20

/** Throws CommandError when an address or port cannot be had. */
export async function serveDns(file: ClusterFile, options: Options): Promise<DnsServer> {
  if (!isIP(options.address)) throw new CommandError(`invalid address "${options.address}"`)
  const answer = answerer(file, options)
  // UDP and TCP must have one number; a free one of the one may be taken for the other.
  for (let tries = options.port === 0 ? PORT_TRIES : 1; ; tries--) {
    const tcp = await listenTcp(options.address, options.port, answer)
    const { port } = tcp.address() as net.AddressInfo
    try {
      const udp = await listenUdp(options.address, port, answer)
      const close = () => {
        udp.close()
        tcp.close()
      }
      return { address: options.address, port, close, closed: new Promise((resolve) => tcp.once('close', () => resolve())) }
    } catch (error) {
      tcp.close()
      if (tries <= 1) throw error
    }
  }
}

export type Answer = (bytes: Buffer, transport: Transport) => Promise<Buffer | undefined>

function answerer(file: ClusterFile, options: Options): Answer {
  const follower = new Follower(file)
  const forward = options.forward === undefined ? undefined : forwarder(options.forward)
  return dnsAnswers(() => follower.current(), boundIps(options.address), forward)
}

/** What CoreDNS says to bytes, from the cluster as it is then. `localIps` are the server's own addresses. */
export function dnsAnswers(current: () => Cluster, localIps: string[], forward?: ServeContext['forward']): Answer {
  let cluster: Cluster | undefined
  let source: DnsSource
  let serial = 0
  return (bytes, transport) => {
    const now = current()
    if (now !== cluster) {
      cluster = now
      source = dnsSource(now.view)
      serial = Math.floor(now.env.now() / 1000)
    }
    const fault = dnsFault(now.world, undefined)
    if (fault && !fault.rcode) return Promise.resolve(undefined)
    const context: ServeContext = { source, localIps, serial, random: now.env.random, failing: fault !== undefined, forward }
    return serve(context, bytes, transport)
  }
}

/** Addresses other than loopback that are listened on: how the server finds itself among the endpoints. */
function boundIps(address: string): string[] {
  const any = address === '0.0.0.0' || address === '::'
  const all = any ? Object.values(os.networkInterfaces()).flatMap((i) => (i ?? []).map((a) => a.address)) : [address]
  return all.filter((ip) => !ip.startsWith('127.') && ip !== '::1')
}

function listenUdp(address: string, port: number, answer: Answer): Promise<dgram.Socket> {
  const socket = dgram.createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => reject(listenFailure(error, address, port, 'UDP')))
    socket.bind(port, address, () => {
      socket.removeAllListeners('error')
      // A client that went away is no reason to stop.
      socket.on('error', () => {})
      socket.on('message', (bytes, from) => {
        answer(bytes, 'udp').then(
          (reply) => reply && socket.send(reply, from.port, from.address, () => {}),
          () => socket.send(failure(bytes), from.port, from.address, () => {}),
        )
      })
      resolve(socket)
    })
  })
}

function listenTcp(address: string, port: number, answer: Answer): Promise<net.Server> {
  const server = net.createServer((socket) => converse(socket, answer))
  server.maxConnections = MOST_CONNECTIONS
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenFailure(error, address, port, 'TCP')))
    server.listen(port, address, () => {
      server.removeAllListeners('error')
      server.on('error', () => {})
      resolve(server)
    })
  })
}

/** Questions of one connection, one after the other; each is two bytes of length and the message. */
export function converse(socket: net.Socket, answer: Answer): void {
  let unread: Buffer = Buffer.alloc(0)
  let busy = false
  let begun = false
  let deadline: NodeJS.Timeout | undefined
  // Byte after byte does not put off the end of the time that one question has.
  const wait = () => {
    if (begun && unread.length > 0) return
    begun = unread.length > 0
    clearTimeout(deadline)
    deadline = setTimeout(() => socket.destroy(), begun ? READ_MS : IDLE_MS)
  }
  const next = async () => {
    while (!busy && unread.length >= 2 && unread.length >= 2 + unread.readUInt16BE(0)) {
      const end = 2 + unread.readUInt16BE(0)
      const bytes = unread.subarray(2, end)
      unread = unread.subarray(end)
      busy = true
      begun = false
      clearTimeout(deadline)
      const reply = await answer(bytes, 'tcp').catch(() => failure(bytes))
      busy = false
      if (socket.destroyed) return
      if (reply) {
        const length = Buffer.alloc(2)
        length.writeUInt16BE(reply.length)
        socket.write(Buffer.concat([length, reply]))
      }
      if (socket.writableLength > MOST_UNSENT) {
        wait()
        socket.once('drain', next)
        return
      }
    }
    if (busy) return
    socket.resume()
    wait()
  }
  socket.on('data', (bytes) => {
    unread = unread.length > 0 ? Buffer.concat([unread, bytes]) : bytes
    // Whoever sends without end is read no faster than answered.
    socket.pause()
    if (!busy) next()
  })
  socket.on('error', () => socket.destroy())
  socket.on('close', () => clearTimeout(deadline))
  wait()
}

/** SERVFAIL by hand, for when the cluster cannot be read. */
function failure(bytes: Buffer): Buffer {
  const reply = Buffer.alloc(12)
  if (bytes.length >= 2) bytes.copy(reply, 0, 0, 2)
  reply.writeUInt16BE(0x8002, 2)
  return reply
}
