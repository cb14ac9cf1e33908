// Clients that do not read what they asked for: what waits for all of them together is bounded, and so is the patience with each.
import type net from 'node:net'

/** Bytes that wait for all clients together. */
const MOST_UNSENT = 256 << 20
/** A client that has something to read and takes none of it for so long is cut off, ms. */
const PATIENCE_MS = 60_000

interface Reader {
  /** Bytes that it had taken when it was last looked at, and how often it has taken none since. */
  taken: number
  idle: number
}

export class Readers {
  private readonly all = new Map<net.Socket, Reader>()
  private timer?: NodeJS.Timeout

  constructor(
    private readonly most = MOST_UNSENT,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  add(socket: net.Socket): void {
    this.all.set(socket, { taken: 0, idle: 0 })
    this.timer ??= setInterval(() => this.look(), this.patienceMs / 4).unref()
    socket.once('close', () => {
      this.all.delete(socket)
      if (this.all.size > 0) return
      clearInterval(this.timer)
      this.timer = undefined
    })
  }

  /** Cuts off who has most to read, as long as there is too much; but not `latest`, who was just answered. */
  relieve(latest?: net.Socket | null): void {
    let total = 0
    for (const socket of this.all.keys()) total += socket.writableLength
    if (total <= this.most) return
    const slow = [...this.all.keys()]
      .filter((socket) => socket !== latest && socket.writableLength > 0)
      .sort((a, b) => b.writableLength - a.writableLength)
    for (const socket of slow) {
      if (total <= this.most) return
      total -= socket.writableLength
      socket.destroy()
    }
  }

  private look(): void {
    for (const [socket, reader] of this.all) {
      const taken = socket.bytesWritten - socket.writableLength
      const waits = socket.writableLength > 0 && taken === reader.taken
      reader.taken = taken
      reader.idle = waits ? reader.idle + 1 : 0
      if (reader.idle >= 4) socket.destroy()
    }
  }
}
