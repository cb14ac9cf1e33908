// The --validate flag: what the server is to do with unknown fields. Upstream: kubectl/pkg/cmd/util/helpers.go GetValidationDirective.
import { CommandError } from '../errors'
import type { FieldValidation } from '../schema/decode'
import type { CommandContext } from './context'

const WORDS: Record<string, FieldValidation> = {
  strict: 'Strict',
  true: 'Strict',
  warn: 'Warn',
  ignore: 'Ignore',
  false: 'Ignore',
}

/** Throws CommandError for other words. */
export function validationOf(context: CommandContext): FieldValidation {
  const word = context.flags.string('validate')
  if (Object.hasOwn(WORDS, word)) return WORDS[word]
  throw new CommandError(`invalid - validate option ${JSON.stringify(word)}; must be one of: strict (or true), warn, ignore (or false)`)
}
