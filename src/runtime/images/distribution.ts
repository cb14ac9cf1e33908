// What images of Linux distributions have in common: a shell, a package manager, files that say which release it is.
import type { Image } from '../process'
import { packageManager } from './packages'

export interface Release {
  /** /etc/os-release, line by line. */
  os: string[]
  /** Other files that name it. */
  files?: Record<string, string>
}

interface Distribution {
  repositories: string[]
  command: string[]
  sizeBytes: number
  packageManagers: string[]
  /** The release a tag names; the newest for one that names none. */
  release(tag: string): Release
}

export function distribution({ repositories, command, sizeBytes, packageManagers, release }: Distribution): Image {
  return {
    repositories,
    command,
    sizeBytes,
    userland: 'debian',
    commands: Object.fromEntries(packageManagers.map((name) => [name, packageManager])),
    variant(tag) {
      const { os, files } = release(tag)
      return { files: { ...files, '/etc/os-release': `${os.join('\n')}\n` } }
    },
  }
}

/** The entry of a table whose number or code name stands in a tag; `newest` when none does. */
export function releaseIn<T extends { number: string; name: string }>(table: T[], tag: string, newest: T): T {
  return table.find(({ number, name }) => tag.includes(name) || new RegExp(`^${number.replace('.', '\\.')}(?![\\d])`).test(tag)) ?? newest
}
