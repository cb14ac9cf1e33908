// Running one command of a container with given streams.
import type { Json } from '../../api/types'
import type { Command, CommandOutcome, ProcessContext } from '../process'
import { normalPath } from '../tree'

export function runCommand(
  command: Command,
  argv: string[],
  context: ProcessContext,
  streams: { out(text: string): void; err(text: string): void },
  stdin: string,
  state?: Json,
): CommandOutcome {
  const cwd = context.record.workingDir
  return command(
    {
      name: argv[0],
      args: argv.slice(1),
      stdin,
      out: streams.out,
      err: streams.err,
      cwd,
      variables: context.variables,
      tty: false,
      process: context,
      files: context.files,
      path: (p) => normalPath(p.startsWith('/') ? p : `${cwd}/${p}`),
      processes: () => [{ pid: 1, parent: 0, command: context.argv.join(' '), startedAt: context.record.startedAt }],
      kill: (pid, signal) => {
        if (pid !== 1) return false
        context.signal(signal)
        return true
      },
    },
    state,
  )
}
