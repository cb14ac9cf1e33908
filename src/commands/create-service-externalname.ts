// kubectl create service externalname. Upstream: kubectl/pkg/cmd/create/create_service.go.
import type { Command } from '../cli/context'
import { requireFlags } from '../cli/generate'
import { generateService } from '../cli/generate-service'

export const command: Command = {
  run(context) {
    requireFlags(context, 'external-name')
    generateService(context, { type: 'ExternalName', externalName: context.flags.string('external-name') })
  },
}
