// kubectl cordon: no new Pods for a node. Upstream: kubectl/pkg/cmd/drain/drain.go.
import type { Command } from '../cli/context'
import { cordonNodes } from './cordon-nodes'

export const command: Command = { run: (context) => cordonNodes(context, true) }
