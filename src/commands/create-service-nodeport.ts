// kubectl create service nodeport. Upstream: kubectl/pkg/cmd/create/create_service.go.
import type { Command } from '../cli/context'
import { generateService } from '../cli/generate-service'

export const command: Command = {
  run: (context) => generateService(context, { type: 'NodePort', nodePort: context.flags.number('node-port') }),
}
