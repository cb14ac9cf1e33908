// golang.
import { language } from './language'

export const golang = language({
  repositories: ['golang'],
  command: ['bash'],
  workingDir: '/go',
  says: { go: (v) => `go version go${v} linux/amd64` },
  last: { '1': '1.25.4', '1.25': '1.25.4', '1.24': '1.24.10', '1.23': '1.23.12', '1.22': '1.22.12', '1.21': '1.21.13' },
  latest: '1.25.4',
  variables: (version) => ({
    PATH: '/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    GOLANG_VERSION: version,
    GOTOOLCHAIN: 'local',
    GOPATH: '/go',
  }),
  sizeBytes: 312_000_000,
})
