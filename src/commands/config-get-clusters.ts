// kubectl config get-clusters. Upstream: kubectl/pkg/cmd/config/get_clusters.go.
import type { Command } from '../cli/context'
import { kubeconfigOf } from './config-shared'

export const command: Command = {
  run(context) {
    const names = [...kubeconfigOf(context).merged.clusters.keys()].sort()
    context.out(['NAME', ...names, ''].join('\n'))
  },
}
