// Distributions whose packages are RPMs: CentOS, Fedora, Rocky, Alma, Amazon and Oracle Linux.
import type { Image } from '../process'
import { distribution } from './distribution'

interface Kind {
  name: string
  id: string
  like: string
  newest: string
  /** The release's word in brackets, by its number. */
  word?: Record<string, string>
  /** The file that names it in a line. */
  file: string
  sizeBytes: number
}

const KINDS: Record<string, Kind> = {
  centos: {
    name: 'CentOS Linux',
    id: 'centos',
    like: 'rhel fedora',
    newest: '8',
    word: { '7': 'Core' },
    file: 'centos-release',
    sizeBytes: 83_518_086,
  },
  fedora: { name: 'Fedora Linux', id: 'fedora', like: '', newest: '43', file: 'fedora-release', sizeBytes: 60_000_000 },
  rockylinux: {
    name: 'Rocky Linux',
    id: 'rocky',
    like: 'rhel centos fedora',
    newest: '9',
    word: { '9': 'Blue Onyx', '8': 'Green Obsidian' },
    file: 'rocky-release',
    sizeBytes: 62_000_000,
  },
  almalinux: {
    name: 'AlmaLinux',
    id: 'almalinux',
    like: 'rhel centos fedora',
    newest: '9',
    file: 'almalinux-release',
    sizeBytes: 66_000_000,
  },
  amazonlinux: { name: 'Amazon Linux', id: 'amzn', like: 'fedora', newest: '2023', file: 'system-release', sizeBytes: 52_000_000 },
  oraclelinux: { name: 'Oracle Linux Server', id: 'ol', like: 'fedora', newest: '9', file: 'oracle-release', sizeBytes: 77_000_000 },
}

export const RPM_DISTRIBUTIONS: Image[] = Object.entries(KINDS).map(([repository, { name, id, like, newest, word, file, sizeBytes }]) =>
  distribution({
    repositories: [repository],
    command: ['/bin/bash'],
    sizeBytes,
    packageManagers: ['dnf', 'yum', 'rpm'],
    release(tag) {
      const number = /^(?:centos)?(\d+(?:\.\d+)?)/.exec(tag)?.[1] ?? newest
      const version = word?.[number] ? `${number} (${word[number]})` : number
      return {
        files: { [`/etc/${file}`]: `${name} release ${version}\n` },
        os: [
          `NAME="${name}"`,
          `VERSION="${version}"`,
          `ID="${id}"`,
          ...(like ? [`ID_LIKE="${like}"`] : []),
          `VERSION_ID="${number}"`,
          `PRETTY_NAME="${name} ${version}"`,
        ],
      }
    },
  }),
)
