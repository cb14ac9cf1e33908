// kubectl config current-context. Upstream: kubectl/pkg/cmd/config/current_context.go.
import type { Command } from '../cli/context'
import { CommandError } from '../errors'
import { kubeconfigOf } from './config-shared'

export const command: Command = {
  run(context) {
    const { currentContext } = kubeconfigOf(context).merged
    if (!currentContext) throw new CommandError('current-context is not set')
    context.out(`${currentContext}\n`)
  },
}
