// kubectl create namespace. Upstream: kubectl/pkg/cmd/create/create_namespace.go.
import type { Command, CommandContext } from '../cli/context'
import { generate, nameOf } from '../cli/generate'
import { CommandError } from '../errors'

function create(context: CommandContext): void {
  const { name } = nameOf(context)
  if (!name) throw new CommandError('name must be specified')
  generate(context, { clusterScoped: true, build: () => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }) })
}

export const command: Command = { run: create }
