// php.
import { language } from './language'

export const php = language({
  repositories: ['php'],
  entrypoint: ['docker-php-entrypoint'],
  command: ['php', '-a'],
  says: { php: (v) => `PHP ${v} (cli) (built: Nov 18 2025 00:00:00) (NTS)` },
  last: { '8': '8.5.0', '8.4': '8.4.15', '8.3': '8.3.28', '8.2': '8.2.29' },
  latest: '8.5.0',
  variables: (version) => ({ PHP_INI_DIR: '/usr/local/etc/php', PHP_VERSION: version }),
  sizeBytes: 180_000_000,
})
