// kubectl config delete-user NAME. Upstream: kubectl/pkg/cmd/config/delete_user.go.
import type { Command } from '../cli/context'
import { deleteStanza } from './config-shared'

export const command: Command = { run: (context) => deleteStanza(context, 'users', 'user') }
