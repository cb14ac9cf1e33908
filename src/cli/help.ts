// Help: of the program, of a group of commands, of one command. Upstream: kubectl/pkg/util/templates/templater.go.
import type { Host } from '../env'
import { CommandError, UsageError } from '../errors'
import { commandSpec, subcommands } from './flag-table'

/** Prints help for a path; resolves to the exit code. Throws for a word that is no command. */
export async function help(path: string, rest: string[], host: Host, runnable: boolean): Promise<number> {
  const word = rest.find((w) => !w.startsWith('-'))
  if (!path && word && word !== 'help') throw unknownCommand(word)
  if (path && !runnable && word)
    throw new UsageError(`unknown command ${JSON.stringify(word)}`, `See 'kubectl ${path} -h' for help and examples`)
  const spec = commandSpec(path)
  const lines = subcommands(path).map((c) => `  ${c.path.slice(c.path.lastIndexOf(' ') + 1)}`)
  host.streams.out(`Usage:\n  kubectl ${spec?.use ?? ''}\n\n${lines.length ? `Available Commands:\n${lines.join('\n')}\n` : ''}`)
  return 0
}

function unknownCommand(word: string): CommandError {
  return new CommandError(`unknown command ${JSON.stringify(word)} for "kubectl"`)
}
