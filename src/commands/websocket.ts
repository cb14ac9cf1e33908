// The server's end of a WebSocket: the handshake, frames read within bounds, frames written. Follows RFC 6455.
import crypto from 'node:crypto'
import type http from 'node:http'
import type net from 'node:net'

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const MOST_MESSAGE = 4 << 20
const MOST_UNSENT = 8 << 20
/** Parts of one message. */
const MOST_PARTS = 1024
const MOST_CONTROL = 125
/** A peer that says nothing, not even that it is there, is cut off. */
const IDLE_MS = 120_000
/** So long a peer has to hang up once it was told to, ms. */
const GOODBYE_MS = 5000

/** The first of `known` that the client offers too; undefined when it offers none or asks for no WebSocket. */
export function offeredProtocol({ headers }: http.IncomingMessage, known: string[]): string | undefined {
  if (headers.upgrade?.toLowerCase() !== 'websocket' || !headers['sec-websocket-key']) return undefined
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim())
  return known.find((each) => offered.includes(each))
}

export class WebSocket {
  onMessage: (message: Buffer) => void = () => {}
  onClose: () => void = () => {}
  /** What came and is no whole frame yet, how long that is, and how long it must be before it is looked at. */
  private unread: Buffer[] = []
  private size = 0
  private wanted = 2
  private parts: Buffer[] = []
  private held = 0
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
  }

  close(code = 1000): void {
    if (this.closing) return
    const body = Buffer.alloc(2)
    body.writeUInt16BE(code)
    this.frame(8, body)
    this.closing = true
    this.unread = []
    this.parts = []
    this.socket.end()
    setTimeout(() => this.socket.destroy(), GOODBYE_MS).unref()
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
    // A peer that does not read what it asked for.
    if (this.socket.writableLength > MOST_UNSENT) this.socket.destroy()
  }

  private take(bytes: Buffer): void {
    if (this.closing) return
    this.unread.push(bytes)
    this.size += bytes.length
    // A frame that comes byte by byte is put together once.
    if (this.size < this.wanted) return
    let unread = this.unread.length === 1 ? bytes : Buffer.concat(this.unread)
    while (!this.closing) {
      const frame = this.frameAt(unread)
      if (!frame) break
      const body = Buffer.from(unread.subarray(frame.begin, frame.end))
      const mask = unread.subarray(frame.begin - 4, frame.begin)
      for (let i = 0; i < body.length; i++) body[i] ^= mask[i & 3]
      const [first] = unread
      unread = unread.subarray(frame.end)
      this.got(first, body)
    }
    this.unread = this.closing ? [] : [unread]
    this.size = unread.length
  }

  /** The first frame's body; undefined while it is not whole, or when there can be none. */
  private frameAt(unread: Buffer): { begin: number; end: number } | undefined {
    const short = unread.length < 2 ? 0 : unread[1] & 0x7f
    const begin = (short === 126 ? 4 : short === 127 ? 10 : 2) + 4
    this.wanted = begin
    if (unread.length < begin) return undefined
    const length = short === 126 ? unread.readUInt16BE(2) : short === 127 ? Number(unread.readBigUInt64BE(2)) : short
    if (length > MOST_MESSAGE || (unread[1] & 0x80) === 0) {
      // Too large, or not masked as a client's frames are.
      this.close(length > MOST_MESSAGE ? 1009 : 1002)
      return undefined
    }
    this.wanted = begin + length
    return unread.length < this.wanted ? undefined : { begin, end: this.wanted }
  }

  private got(first: number, body: Buffer): void {
    const opcode = first & 0x0f
    const isControl = opcode >= 8
    const isFinal = (first & 0x80) !== 0
    if ((first & 0x70) !== 0 || (opcode > 2 && opcode < 8) || opcode > 10 || (isControl && (!isFinal || body.length > MOST_CONTROL))) {
      this.close(1002)
    } else if (opcode === 8) this.close()
    else if (opcode === 9) this.frame(10, body)
    else if (!isControl) {
      this.parts.push(body)
      this.held += body.length
      if (this.held > MOST_MESSAGE || this.parts.length > MOST_PARTS) this.close(1009)
      else if (isFinal) {
        this.held = 0
        this.onMessage(Buffer.concat(this.parts.splice(0)))
      }
    }
  }
}
