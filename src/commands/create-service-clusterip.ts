// kubectl create service clusterip. Upstream: kubectl/pkg/cmd/create/create_service.go.
import type { Command } from '../cli/context'
import { generateService } from '../cli/generate-service'

export const command: Command = {
  run: (context) => generateService(context, { type: 'ClusterIP', clusterIP: context.flags.string('clusterip') }),
}
