// Debian.
import { distribution, releaseIn } from './distribution'

const RELEASES = [
  { number: '13', name: 'trixie', version: '13.2' },
  { number: '12', name: 'bookworm', version: '12.12' },
  { number: '11', name: 'bullseye', version: '11.11' },
  { number: '10', name: 'buster', version: '10.13' },
]

export const debian = distribution({
  repositories: ['debian', 'buildpack-deps'],
  command: ['bash'],
  sizeBytes: 48_494_272,
  packageManagers: ['apt', 'apt-get'],
  release(tag) {
    const { number, name, version } = releaseIn(RELEASES, tag, RELEASES[0])
    return {
      files: { '/etc/debian_version': `${version}\n` },
      os: [
        `PRETTY_NAME="Debian GNU/Linux ${number} (${name})"`,
        'NAME="Debian GNU/Linux"',
        `VERSION_ID="${number}"`,
        `VERSION="${number} (${name})"`,
        `VERSION_CODENAME=${name}`,
        ...(number === '13' ? [`DEBIAN_VERSION_FULL=${version}`] : []),
        'ID=debian',
        'HOME_URL="https://www.debian.org/"',
        'SUPPORT_URL="https://www.debian.org/support"',
        'BUG_REPORT_URL="https://bugs.debian.org/"',
      ],
    }
  },
})
