// kubectl create serviceaccount. Upstream: kubectl/pkg/cmd/create/create_serviceaccount.go.
import type { Command, CommandContext } from '../cli/context'
import { generate, metadataOf, nameOf } from '../cli/generate'

function create(context: CommandContext): void {
  const { name } = nameOf(context)
  generate(context, {
    failure: 'failed to create serviceaccount: ',
    build: () => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadataOf(context, name) }),
  })
}

export const command: Command = { run: create }
