// bash on Alpine.
import type { Image } from '../process'

export const bash: Image = {
  repositories: ['bash'],
  entrypoint: ['docker-entrypoint.sh'],
  command: ['bash'],
  sizeBytes: 6_500_000,
  userland: 'alpine',
  files: { '/usr/local/bin/docker-entrypoint.sh': '#!/bin/sh\nexec "$@"\n' },
}
