// agnhost: the Kubernetes project's own test image.
import type { Image } from '../process'
import { extraCommands } from '../shell/catalogue'
import { programOf } from './agnhost-programs'
import { executable } from './servers'

export const agnhost: Image = {
  repositories: [
    'registry.k8s.io/e2e-test-images/agnhost',
    'k8s.gcr.io/e2e-test-images/agnhost',
    'gcr.io/kubernetes-e2e-test-images/agnhost',
    'us.gcr.io/k8s-artifacts-prod/e2e-test-images/agnhost',
  ],
  entrypoint: ['/agnhost'],
  command: ['pause'],
  sizeBytes: 52_494_336,
  userland: 'alpine',
  commands: extraCommands('curl', 'dig', 'host', 'wget'),
  files: { '/agnhost': '' },
  program: (argv) => (executable(argv) === 'agnhost' ? programOf(argv) : undefined),
}
