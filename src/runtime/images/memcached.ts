// memcached, at the level of its version.
import type { Image } from '../process'
import { entrypointRuns } from './entrypoint'

export const memcached: Image = {
  repositories: ['memcached', 'bitnami/memcached'],
  entrypoint: ['docker-entrypoint.sh'],
  command: ['memcached'],
  ports: [11211],
  sizeBytes: 32_800_000,
  userland: 'debian',
  program: (argv) =>
    entrypointRuns(argv, 'memcached')
      ? {
          start: (context) =>
            context.bound(11211)
              ? { state: null, exit: { code: 71 } }
              : { state: null, listeners: [{ port: 11211, protocol: 'TCP', handler: 'stream' }] },
          signal: (state, signal) => (signal === 'SIGTERM' || signal === 'SIGINT' ? { state, exit: { code: 0 } } : undefined),
          stream: (_state, data) => ({ data: data.startsWith('version') ? 'VERSION 1.6.32\r\n' : data === '' ? '' : 'ERROR\r\n' }),
        }
      : undefined,
}
