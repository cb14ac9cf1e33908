// --cascade: what becomes of the objects that depend on a deleted one. Upstream: kubectl/pkg/cmd/delete/delete_flags.go parseCascadingFlag.
import type { DeleteOptions } from '../api/contracts'
import { CommandError } from '../errors'
import type { CommandContext } from './context'

const POLICIES: Record<string, DeleteOptions['propagationPolicy']> = {
  background: 'Background',
  foreground: 'Foreground',
  orphan: 'Orphan',
}
const YES = ['1', 't', 'T', 'TRUE', 'true', 'True']
const NO = ['0', 'f', 'F', 'FALSE', 'false', 'False']

/** The policy the flag names; truth values are understood, with a warning. Throws CommandError. */
export function cascadeOf(context: CommandContext): DeleteOptions['propagationPolicy'] {
  const value = context.flags.string('cascade')
  if (Object.hasOwn(POLICIES, value)) return POLICIES[value]
  const truth = YES.includes(value)
  if (!truth && !NO.includes(value)) {
    throw new CommandError(`invalid cascade value (${value}). Must be "background", "foreground", or "orphan"`)
  }
  const instead = truth ? 'background' : 'orphan'
  context.err(`warning: --cascade=${value} is deprecated (boolean value) and can be replaced with --cascade=${instead}.\n`)
  return POLICIES[instead]
}
