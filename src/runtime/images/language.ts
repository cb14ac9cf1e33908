// What images of programming languages share: their commands are there, they run nothing.
import type { Command, Image } from '../process'
import { extraCommands } from '../shell/catalogue'
import { packageManager } from './packages'

/** `node`, `python`, `go` and their like: they run nothing, but their commands are there. */
const said =
  (text: string): Command =>
  (io) => {
    if (io.args.some((a) => /^(?:-v|-V|--version|version)$/.test(a))) io.out(text)
    return 0
  }

export function language(repositories: string[], command: string, version: string, sizeBytes: number, others: string[] = []): Image {
  const commands: Record<string, Command> = { ...extraCommands('curl', 'wget', 'ps'), 'apt-get': packageManager, apt: packageManager }
  for (const name of [command, ...others]) commands[name] = said(version)
  return { repositories, command: [command], sizeBytes, userland: 'debian', commands }
}
