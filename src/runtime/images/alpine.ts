// Alpine Linux: BusyBox's commands and apk.
import type { Image } from '../process'
import { packageManager } from './packages'

const LAST: Record<string, string> = {
  '3.22': '2',
  '3.21': '5',
  '3.20': '8',
  '3.19': '9',
  '3.18': '12',
  '3.17': '10',
  '3.16': '9',
  '3.15': '11',
}

function versionOf(tag: string): string {
  const [, line = '3.22', patch] = /^(\d+\.\d+)(?:\.(\d+))?/.exec(tag) ?? []
  return `${line}.${patch ?? LAST[line] ?? '0'}`
}

export const alpine: Image = {
  repositories: ['alpine', 'public.ecr.aws/docker/library/alpine'],
  hasTag: (tag) => !/^\d/.test(tag) || /^(?:2\.\d+|3(?:\.(?:1?\d|2[0-3])(?:\.\d+)?)?|20\d{6})$/.test(tag),
  command: ['/bin/sh'],
  sizeBytes: 3_623_844,
  userland: 'alpine',
  commands: { apk: packageManager },
  variant(tag) {
    const version = versionOf(tag)
    const os = `NAME="Alpine Linux"\nID=alpine\nVERSION_ID=${version}\nPRETTY_NAME="Alpine Linux v${version.replace(/\.\d+$/, '')}"\n`
    const links = 'HOME_URL="https://alpinelinux.org/"\nBUG_REPORT_URL="https://gitlab.alpinelinux.org/alpine/aports/-/issues"\n'
    return { files: { '/etc/alpine-release': `${version}\n`, '/etc/os-release': os + links } }
  },
}
