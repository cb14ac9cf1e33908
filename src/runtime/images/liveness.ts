// registry.k8s.io/liveness: the image of the documentation's first liveness examples.
import type { Image } from '../process'
import { liveness } from './agnhost-servers'
import { executable } from './servers'

/** The image of the documentation's first liveness examples. */
export const livenessImage: Image = {
  repositories: ['registry.k8s.io/liveness', 'k8s.gcr.io/liveness'],
  entrypoint: ['/server'],
  sizeBytes: 2_120_704,
  files: { '/server': '' },
  program: (argv) => (executable(argv) === 'server' ? liveness : undefined),
}
