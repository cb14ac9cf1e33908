// redis: stub until the protocol is in its place.
import type { Image } from '../process'

export const redis: Image = {
  repositories: ['redis'],
  entrypoint: ['docker-entrypoint.sh'],
  command: ['redis-server'],
  ports: [6379],
  sizeBytes: 45_006_722,
  userland: 'debian',
  program: () => ({
    start: (context) =>
      context.bound(6379)
        ? { state: null, exit: { code: 1 } }
        : { state: null, listeners: [{ port: 6379, protocol: 'TCP', handler: 'stream' }] },
    signal: (state, signal) => (signal === 'SIGTERM' || signal === 'SIGINT' ? { state, exit: { code: 0 } } : undefined),
    stream: () => ({ data: '' }),
  }),
}
