// What went wrong when a port could not be opened, in words.
import type net from 'node:net'
import { CommandError } from '../errors'

const REASONS: Record<string, string> = {
  EADDRINUSE: 'address already in use',
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'cannot assign requested address',
}

export function reasonOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException
  return (code && REASONS[code]) || error.message
}

export function listenFailure(error: Error, address: string, port: number, protocol: 'TCP' | 'UDP'): CommandError {
  const host = address.includes(':') ? `[${address}]` : address
  return new CommandError(`cannot listen on ${host}:${port} (${protocol}): ${reasonOf(error)}`)
}

/** Listens; resolves to the port, which for 0 is a free one. Throws CommandError. */
export function listenOn(server: net.Server, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => reject(listenFailure(error, address, port, 'TCP'))
    server.once('error', failed)
    server.listen(port, address, () => {
      server.removeListener('error', failed)
      server.on('error', () => {})
      const bound = server.address()
      resolve(typeof bound === 'object' && bound ? bound.port : port)
    })
  })
}

/** A port as typed. Throws CommandError. */
export function portOf(given: string | undefined, otherwise: number): number {
  if (given === undefined) return otherwise
  const port = Number(given)
  if (!/^\d+$/.test(given) || port > 65535) throw new CommandError(`invalid port "${given}"`)
  return port
}
