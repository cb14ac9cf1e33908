// Asking another DNS server, the way one was asked: over UDP or TCP. Follows coredns plugin/forward.
import crypto from 'node:crypto'
import dgram from 'node:dgram'
import net from 'node:net'
import { CommandError } from '../errors'
import { isIP, isIPv6 } from '../network/address'
import type { Message } from '../network/dns/message'
import type { Transport } from '../network/dns/server'
import { decode, encode } from '../network/dns/wire'

const PATIENCE_MS = 2000

/** `server` is `ip` or `ip:port`. The result resolves to undefined when nobody answered in time. Throws CommandError. */
export function forwarder(server: string): (request: Message, transport: Transport) => Promise<Message | undefined> {
  const { ip, port } = parseServer(server)
  return (request, transport) => {
    const query = { ...request, id: crypto.randomInt(0x10000) }
    // A truncated answer goes back as it is: whoever asked comes again over TCP.
    return (transport === 'tcp' ? overTcp : overUdp)(ip, port, encode(query), (m) => isReply(m, query))
  }
}

function parseServer(server: string): { ip: string; port: number } {
  const match = /^(?:\[(.+)\]|([^:]+)|(.*))(?::(\d+))?$/.exec(server)
  const ip = match?.[1] ?? match?.[2] ?? match?.[3] ?? ''
  const port = Number(match?.[4] ?? 53)
  if (!isIP(ip) || port < 1 || port > 65535)
    throw new CommandError(`invalid server "${server}": must be an address, with or without a port`)
  return { ip, port }
}

function isReply(message: Message, query: Message): boolean {
  const [asked, answered] = [query.questions[0], message.questions[0]]
  return (
    message.response && message.id === query.id && answered?.type === asked.type && answered.name.toLowerCase() === asked.name.toLowerCase()
  )
}

function parsed(bytes: Buffer, fits: (message: Message) => boolean): Message | undefined {
  try {
    const message = decode(bytes)
    return fits(message) ? message : undefined
  } catch {
    return undefined
  }
}

function overUdp(ip: string, port: number, bytes: Buffer, fits: (message: Message) => boolean): Promise<Message | undefined> {
  return new Promise((resolve) => {
    const socket = dgram.createSocket(isIPv6(ip) ? 'udp6' : 'udp4')
    const finish = (message?: Message) => {
      clearTimeout(timer)
      socket.removeAllListeners()
      socket.on('error', () => {})
      socket.close()
      resolve(message)
    }
    const timer = setTimeout(() => finish(), PATIENCE_MS)
    socket.on('error', () => finish())
    socket.on('message', (reply) => {
      const message = parsed(reply, fits)
      if (message) finish(message)
    })
    socket.connect(port, ip, () => socket.send(bytes, (error) => error && finish()))
  })
}

function overTcp(ip: string, port: number, bytes: Buffer, fits: (message: Message) => boolean): Promise<Message | undefined> {
  return new Promise((resolve) => {
    const socket = net.connect(port, ip)
    let got = Buffer.alloc(0)
    const finish = (message?: Message) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(message)
    }
    const timer = setTimeout(() => finish(), PATIENCE_MS)
    const length = Buffer.alloc(2)
    length.writeUInt16BE(bytes.length)
    socket.on('error', () => finish())
    socket.on('close', () => finish())
    socket.write(Buffer.concat([length, bytes]))
    socket.on('data', (part) => {
      got = Buffer.concat([got, part])
      if (got.length >= 2 && got.length >= 2 + got.readUInt16BE(0)) finish(parsed(got.subarray(2, 2 + got.readUInt16BE(0)), fits))
    })
  })
}
