// pause: waits for its end, as what holds a Pod's network does.
import type { Image } from '../process'
import { executable } from './servers'

/** Waits for its end: what holds a Pod's network. */
export const pause: Image = {
  repositories: [
    'registry.k8s.io/pause',
    'k8s.gcr.io/pause',
    'gcr.io/google_containers/pause',
    'gcr.io/google-containers/pause',
    'rancher/mirrored-pause',
  ],
  entrypoint: ['/pause'],
  sizeBytes: 320_448,
  files: { '/pause': '' },
  program: (argv) =>
    executable(argv) === 'pause'
      ? {
          start: () => ({ state: null }),
          signal: (state, signal, context) => {
            if (signal !== 'SIGTERM' && signal !== 'SIGINT') return undefined
            context.log(`Shutting down, got signal: ${signal === 'SIGTERM' ? 'Terminated' : 'Interrupt'}`, 'stderr')
            return { state, exit: { code: signal === 'SIGTERM' ? 0 : 0 } }
          },
        }
      : undefined,
}
