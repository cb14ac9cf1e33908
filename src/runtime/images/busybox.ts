// BusyBox, Alpine, Debian and their like: no daemon, only commands.
import type { Image } from '../process'

export const busybox: Image = {
  repositories: [
    'busybox',
    'radial/busyboxplus',
    'gcr.io/k8s-staging-e2e-test-images/busybox',
    'registry.k8s.io/busybox',
    'registry.k8s.io/e2e-test-images/busybox',
  ],
  command: ['sh'],
  sizeBytes: 2_222_356,
  userland: 'busybox',
}
