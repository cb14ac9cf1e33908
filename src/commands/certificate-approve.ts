// kubectl certificate approve. Upstream: kubectl/pkg/cmd/certificates NewCmdCertificateApprove.
import type { Command } from '../cli/context'
import { decide } from './certificate-decision'

export const command: Command = {
  run: (context) =>
    decide(context, {
      type: 'Approved',
      opposite: 'Denied',
      reason: 'KubectlApprove',
      message: 'This CSR was approved by kubectl certificate approve.',
      outcome: 'approved',
    }),
}
