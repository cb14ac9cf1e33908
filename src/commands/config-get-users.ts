// kubectl config get-users. Upstream: kubectl/pkg/cmd/config/get_users.go.
import type { Command } from '../cli/context'
import { kubeconfigOf } from './config-shared'

export const command: Command = {
  run(context) {
    const names = [...kubeconfigOf(context).merged.users.keys()].sort()
    context.out(['NAME', ...names, ''].join('\n'))
  },
}
