// What went wrong when a port could not be opened, in words.
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
