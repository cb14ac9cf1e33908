// Alpine Linux: BusyBox's commands and apk.
import type { Image } from '../process'
import { packageManager } from './packages'

export const alpine: Image = {
  repositories: ['alpine', 'public.ecr.aws/docker/library/alpine'],
  hasTag: (tag) => !/^\d/.test(tag) || /^(?:2\.\d+|3(?:\.(?:1?\d|2[0-3])(?:\.\d+)?)?|20\d{6})$/.test(tag),
  command: ['/bin/sh'],
  sizeBytes: 3_623_844,
  userland: 'alpine',
  commands: { apk: packageManager },
}
