// kubectl top pod: see top-node. Upstream: kubectl/pkg/cmd/top/top_pod.go.
import type { Command } from '../cli/context'
import { refuseMetrics } from './top-node'

export const command: Command = { run: (context) => refuseMetrics(context, 'selector') }
