// kubectl get --raw: one GET request on the API, its body as it is. Upstream: kubectl/pkg/rawhttp.
import type { CommandContext } from '../cli/context'
import { CommandError } from '../errors'

export function getRaw(_context: CommandContext, path: string): undefined {
  throw new CommandError(`--raw is not answered yet: ${path}`)
}
