// ruby.
import { language } from './language'

export const ruby = language({
  repositories: ['ruby'],
  command: ['irb'],
  says: {
    ruby: (v) => `ruby ${v} (2025-07-16 revision a8bc3d3f15) +PRISM [x86_64-linux]`,
    irb: () => 'irb 1.14.3 (2024-12-18)',
    gem: () => '3.6.9',
  },
  last: { '3': '3.4.7', '3.4': '3.4.7', '3.3': '3.3.10', '3.2': '3.2.9' },
  latest: '3.4.7',
  variables: (version) => ({
    PATH: '/usr/local/bundle/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: 'C.UTF-8',
    RUBY_VERSION: version,
    GEM_HOME: '/usr/local/bundle',
    BUNDLE_SILENCE_ROOT_WARNING: '1',
    BUNDLE_APP_CONFIG: '/usr/local/bundle',
  }),
  sizeBytes: 370_000_000,
})
