// kubectl config delete-cluster NAME. Upstream: kubectl/pkg/cmd/config/delete_cluster.go.
import type { Command } from '../cli/context'
import { deleteStanza } from './config-shared'

export const command: Command = { run: (context) => deleteStanza(context, 'clusters', 'cluster') }
