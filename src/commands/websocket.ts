// The server's end of a WebSocket: the handshake, frames read within bounds, frames written. Follows RFC 6455.
import crypto from 'node:crypto'
import type http from 'node:http'
import type net from 'node:net'

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const MOST_MESSAGE = 4 << 20
const MOST_UNSENT = 8 << 20
/** A peer that says nothing, not even that it is there, is cut off. */
const IDLE_MS = 120_000

/** The first of `known` that the client offers too; undefined when it offers none or asks for no WebSocket. */
export function offeredProtocol({ headers }: http.IncomingMessage, known: string[]): string | undefined {
  if (headers.upgrade?.toLowerCase() !== 'websocket' || !headers['sec-websocket-key']) return undefined
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim())
  return known.find((each) => offered.includes(each))
}

export class WebSocket {
  onMessage: (message: Buffer) => void = () => {}
  onClose: () => void = () => {}
  private unread: Buffer = Buffer.alloc(0)
  private parts: Buffer[] = []
  private closing = false

  constructor(
    private readonly socket: net.Socket,
    request: http.IncomingMessage,
    protocol: string,
    head: Buffer,
  ) {
    const accept = crypto.createHash('sha1').update(`${request.headers['sec-websocket-key']}${GUID}`).digest('base64')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
    )
    socket.setTimeout(IDLE_MS, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.onClose())
    socket.on('data', (bytes: Buffer) => this.take(bytes))
    if (head.length) setImmediate(() => this.take(head))
  }

  send(message: Buffer): void {
    if (this.closing || this.socket.destroyed) return
    this.frame(2, message)
    // A peer that does not read what it asked for.
    if (this.socket.writableLength > MOST_UNSENT) this.socket.destroy()
  }

  close(code = 1000): void {
    if (this.closing) return
    const body = Buffer.alloc(2)
    body.writeUInt16BE(code)
    this.frame(8, body)
    this.closing = true
    this.socket.end()
  }

  private frame(opcode: number, body: Buffer): void {
    const { length } = body
    const head = Buffer.alloc(length < 126 ? 2 : length < 65536 ? 4 : 10)
    head[0] = 0x80 | opcode
    if (length < 126) head[1] = length
    else if (length < 65536) {
      head[1] = 126
      head.writeUInt16BE(length, 2)
    } else {
      head[1] = 127
      head.writeBigUInt64BE(BigInt(length), 2)
    }
    this.socket.write(Buffer.concat([head, body]))
  }

  private take(bytes: Buffer): void {
    this.unread = this.unread.length ? Buffer.concat([this.unread, bytes]) : bytes
    for (;;) {
      const { unread } = this
      if (unread.length < 2) return
      const short = unread[1] & 0x7f
      const size = short === 126 ? 4 : short === 127 ? 10 : 2
      if (unread.length < size + 4) return
      const length = short === 126 ? unread.readUInt16BE(2) : short === 127 ? Number(unread.readBigUInt64BE(2)) : short
      if (length > MOST_MESSAGE || (unread[1] & 0x80) === 0) {
        // Too large, or not masked as a client's frames are.
        this.close(length > MOST_MESSAGE ? 1009 : 1002)
        return
      }
      if (unread.length < size + 4 + length) return
      const mask = unread.subarray(size, size + 4)
      const body = Buffer.from(unread.subarray(size + 4, size + 4 + length))
      for (let i = 0; i < length; i++) body[i] ^= mask[i & 3]
      this.unread = unread.subarray(size + 4 + length)
      this.got(unread[0] & 0x0f, (unread[0] & 0x80) !== 0, body)
    }
  }

  private got(opcode: number, final: boolean, body: Buffer): void {
    if (opcode === 8) this.close()
    else if (opcode === 9) this.frame(10, body)
    else if (opcode <= 2) {
      this.parts.push(body)
      if (this.parts.reduce((sum, part) => sum + part.length, 0) > MOST_MESSAGE) this.close(1009)
      else if (final) this.onMessage(Buffer.concat(this.parts.splice(0)))
    }
  }
}
