// node.
import { language } from './language'

export const node = language({
  repositories: ['node', 'bitnami/node'],
  entrypoint: ['docker-entrypoint.sh'],
  command: ['node'],
  says: { node: (v) => `v${v}`, npm: () => '10.9.4', npx: () => '10.9.4', yarn: () => '1.22.22' },
  last: { '25': '25.2.1', '24': '24.11.1', '22': '22.21.1', '20': '20.19.6', '18': '18.20.8' },
  latest: '25.2.1',
  variables: (version) => ({ NODE_VERSION: version, YARN_VERSION: '1.22.22' }),
  sizeBytes: 378_000_000,
})
