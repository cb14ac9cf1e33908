// kubectl certificate deny. Upstream: kubectl/pkg/cmd/certificates NewCmdCertificateDeny.
import type { Command } from '../cli/context'
import { decide } from './certificate-decision'

export const command: Command = {
  run: (context) =>
    decide(context, {
      type: 'Denied',
      opposite: 'Approved',
      reason: 'KubectlDeny',
      message: 'This CSR was denied by kubectl certificate deny.',
      outcome: 'denied',
    }),
}
