// ruby.
import { language } from './language'

export const ruby = language(['ruby'], 'irb', 'ruby 3.3.6\n', 370_000_000, ['ruby', 'gem'])
