// php.
import { language } from './language'

export const php = language(['php'], 'php', 'PHP 8.3.14 (cli)\n', 180_000_000)
