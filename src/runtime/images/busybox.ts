// BusyBox: no daemon, only commands.
import type { Image } from '../process'
import { extraCommands } from '../shell/catalogue'

export const busybox: Image = {
  repositories: [
    'busybox',
    'registry.k8s.io/busybox',
    'registry.k8s.io/e2e-test-images/busybox',
    'gcr.io/google-containers/busybox',
    'public.ecr.aws/docker/library/busybox',
    'radial/busyboxplus',
    'k8s.gcr.io/busybox',
  ],
  hasTag: (tag) => !/^\d/.test(tag) || /^1(?:\.(?:[12]?\d|3[0-7])(?:\.\d+)?)?(?:-[\w.-]+)?$/.test(tag),
  command: ['sh'],
  sizeBytes: 2_222_356,
  userland: 'busybox',
  // radial/busyboxplus:curl.
  variant: (tag) => (tag === 'curl' ? { commands: extraCommands('curl') } : {}),
}
