// kubectl certificate: a group that answers with its help whatever follows. Upstream: kubectl/pkg/cmd/certificates.
import type { Command } from '../cli/context'
import { printHelp } from '../cli/help'

export const command: Command = {
  run(context) {
    printHelp(context.path, context.host)
  },
}
