// Runs kubesim's own commands: commander parses them, since no kubectl has fixed their words.
import { Command as Program } from 'commander'
import { ClusterFile } from '../cluster-file'
import { COMMANDS } from '../commands/own'
import { type Host, stateFile } from '../env'
import { CommandError, SilentExit } from '../errors'

/** What an own command is given. */
export interface OwnContext {
  host: Host
  cluster: ClusterFile
  /** Makes a fresh cluster, in place of the one there is. */
  make(nodes: number | undefined): void
  out(text: string): void
  err(text: string): void
}

/** One own command. `define` adds its arguments, options and subcommands; actions may set an exit code through `exit`. */
export interface OwnCommand {
  summary: string
  define(program: Program, context: OwnContext, exit: (code: number) => void): void
}

export type { Program }

export async function runOwn(name: string, typed: string[], given: Host): Promise<number> {
  const { words, host } = withoutColor(typed, given)
  let exitCode = 0
  const program = new Program('kubesim').exitOverride().option('--state <file>', 'the state file (default: $KUBESIM_STATE)')
  program.configureOutput({ writeOut: (t) => host.streams.out(t), writeErr: (t) => host.streams.err(t) }).showSuggestionAfterError()
  const { command } = await COMMANDS[name]()
  const context: OwnContext = {
    host,
    get cluster() {
      return new ClusterFile(host, stateFile(host, program.opts<{ state?: string }>().state))
    },
    make: (nodes) => context.cluster.reset(nodes),
    out: (text) => host.streams.out(text),
    err: (text) => host.streams.err(text),
  }
  const sub = program.command(name).description(command.summary).exitOverride()
  command.define(sub, context, (code) => (exitCode = code))
  inheritOverride(sub)
  try {
    await program.parseAsync(words, { from: 'user' })
  } catch (error) {
    const { code, exitCode: failed } = error as { code?: unknown; exitCode?: number }
    // commander has already printed its help or its error.
    if (typeof code === 'string' && code.startsWith('commander.')) throw new SilentExit(failed ?? 1)
    throw error
  }
  return exitCode
}

/** --no-color, wherever it stands, is as if $NO_COLOR were set. */
function withoutColor(typed: string[], host: Host): { words: string[]; host: Host } {
  const end = typed.indexOf('--')
  const words = typed.filter((word, i) => word !== '--no-color' || (end >= 0 && i > end))
  return words.length === typed.length ? { words, host } : { words, host: { ...host, variables: { ...host.variables, NO_COLOR: '1' } } }
}

function inheritOverride(command: Program): void {
  for (const child of command.commands) {
    child.exitOverride()
    child.copyInheritedSettings(command)
    inheritOverride(child)
  }
}

/** `30s`, `10m`, `1h30m` in milliseconds. Throws CommandError. */
export function durationArgument(text: string, parse: (text: string) => number): number {
  try {
    return parse(text)
  } catch (error) {
    throw new CommandError((error as Error).message)
  }
}
