// Ubuntu.
import { distribution, releaseIn } from './distribution'

const RELEASES = [
  { number: '24.04', name: 'noble', version: '24.04.3', words: 'Noble Numbat', debian: 'trixie/sid' },
  { number: '22.04', name: 'jammy', version: '22.04.5', words: 'Jammy Jellyfish', debian: 'bookworm/sid' },
  { number: '20.04', name: 'focal', version: '20.04.6', words: 'Focal Fossa', debian: 'bullseye/sid' },
  { number: '18.04', name: 'bionic', version: '18.04.6', words: 'Bionic Beaver', debian: 'buster/sid' },
]

export const ubuntu = distribution({
  repositories: ['ubuntu'],
  command: ['/bin/bash'],
  sizeBytes: 29_720_000,
  packageManagers: ['apt', 'apt-get'],
  release(tag) {
    const { number, name, version, words, debian } = releaseIn(RELEASES, tag, RELEASES[0])
    return {
      files: {
        '/etc/debian_version': `${debian}\n`,
        '/etc/lsb-release': `DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=${number}\nDISTRIB_CODENAME=${name}\nDISTRIB_DESCRIPTION="Ubuntu ${version} LTS"\n`,
      },
      os: [
        `PRETTY_NAME="Ubuntu ${version} LTS"`,
        'NAME="Ubuntu"',
        `VERSION_ID="${number}"`,
        `VERSION="${version} LTS (${words})"`,
        `VERSION_CODENAME=${name}`,
        'ID=ubuntu',
        'ID_LIKE=debian',
        'HOME_URL="https://www.ubuntu.com/"',
        'SUPPORT_URL="https://help.ubuntu.com/"',
        'BUG_REPORT_URL="https://bugs.launchpad.net/ubuntu/"',
        'PRIVACY_POLICY_URL="https://www.ubuntu.com/legal/terms-and-policies/privacy-policy"',
        `UBUNTU_CODENAME=${name}`,
        ...(number === '24.04' ? ['LOGO=ubuntu-logo'] : []),
      ],
    }
  },
})
