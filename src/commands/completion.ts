// kubectl completion: a script for the shell. Upstream: kubectl/pkg/cmd/completion.
import type { Command, CommandContext } from '../cli/context'
import { quote } from '../lib/go-values'
import { completionScript } from './completion-scripts'

function completion(context: CommandContext): void {
  const [shell, ...more] = context.args
  if (shell === undefined) throw context.usage('Shell not specified.')
  if (more.length) throw context.usage('Too many arguments. Expected only the shell type.')
  const script = completionScript(shell, context.host.programName === 'kubesim' ? 'kubesim' : 'kubectl')
  if (script === undefined) throw context.usage(`Unsupported shell type ${quote(shell)}.`)
  context.out(script)
}

export const command: Command = { run: completion }
