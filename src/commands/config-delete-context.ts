// kubectl config delete-context NAME. Upstream: kubectl/pkg/cmd/config/delete_context.go.
import type { Command } from '../cli/context'
import { deleteStanza } from './config-shared'

export const command: Command = { run: (context) => deleteStanza(context, 'contexts', 'context') }
