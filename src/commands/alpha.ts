// kubectl alpha: commands on trial, of which this version has none. Upstream: kubectl/pkg/cmd/alpha.go.
import type { Command } from '../cli/context'

export const command: Command = {
  run(context) {
    context.err('No alpha commands are available in this version of kubectl\n')
  },
}
