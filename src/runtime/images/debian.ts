// Debian, Ubuntu and other distributions with GNU's commands.
import type { Image } from '../process'
import { packageManager } from './packages'

export const debian: Image = {
  repositories: ['debian', 'ubuntu', 'buildpack-deps', 'centos', 'fedora', 'rockylinux', 'almalinux', 'amazonlinux', 'oraclelinux'],
  command: ['bash'],
  sizeBytes: 48_494_272,
  userland: 'debian',
  commands: { apt: packageManager, 'apt-get': packageManager, dnf: packageManager, yum: packageManager },
}
