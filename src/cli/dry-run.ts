// The --dry-run flag's values. Upstream: kubectl/pkg/cmd/util/helpers.go GetDryRunStrategy.
import { CommandError } from '../errors'
import type { CommandContext } from './context'
import { klogWarning } from './klog'

export type DryRun = 'none' | 'client' | 'server'

/** Throws CommandError for other values; a bare --dry-run warns and means client. */
export function dryRunOf(context: CommandContext): DryRun {
  const value = context.flags.string('dry-run')
  if (value === 'client' || value === 'server' || value === 'none') return value
  if (value === 'unchanged') {
    klogWarning(context, 'helpers.go:714', '--dry-run is deprecated and can be replaced with --dry-run=client.')
    return 'client'
  }
  if (/^(true|false|1|0|t|f|T|F|TRUE|FALSE|True|False)$/.test(value)) {
    const on = /^(true|1|t|T|TRUE|True)$/.test(value)
    klogWarning(
      context,
      on ? 'helpers.go:728' : 'helpers.go:731',
      `--dry-run=${value} is deprecated (boolean value) and can be replaced with --dry-run=${on ? 'client' : 'none'}.`,
    )
    return on ? 'client' : 'none'
  }
  throw new CommandError(`Invalid dry-run value (${value}). Must be "none", "server", or "client".`)
}

/** ` (dry run)`, ` (server dry run)` or nothing, as it follows a command's line of success. */
export function dryRunSuffix(dryRun: DryRun): string {
  return dryRun === 'client' ? ' (dry run)' : dryRun === 'server' ? ' (server dry run)' : ''
}
