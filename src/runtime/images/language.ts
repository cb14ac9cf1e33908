// What images of programming languages share: their commands are there and say their version; programs are not run.
import type { Command, Image } from '../process'
import { extraCommands } from '../shell/catalogue'
import { versionOfTag } from './entrypoint'
import { packageManager } from './packages'

interface Language {
  repositories: string[]
  /** Commands with what they say of their version. */
  says: Record<string, (version: string) => string>
  command: string[]
  /** The last version of each line. */
  last: Record<string, string>
  latest: string
  variables(version: string, tag: string): Record<string, string>
  entrypoint?: string[]
  workingDir?: string
  sizeBytes: number
  program?: Image['program']
}

/** Says its version; what it would run is taken for done, and said so. */
function interpreter(text: string): Command {
  return (io) => {
    if (io.args.some((a) => /^(?:-v|-V|--version|-version|version)$/.test(a))) io.out(`${text}\n`)
    else if (io.args.length > 0) io.err(`${io.name}: kubesim runs no programs; this one is taken to have done its work\n`)
    return 0
  }
}

export function language(spec: Language): Image {
  const { repositories, says, command, last, latest, variables, sizeBytes, entrypoint, workingDir, program } = spec
  const versionOf = (tag: string) => versionOfTag(tag, last, latest)
  return {
    repositories,
    command,
    sizeBytes,
    userland: 'debian',
    ...(entrypoint ? { entrypoint, files: { [`/usr/local/bin/${entrypoint[0]}`]: '#!/bin/sh\nexec "$@"\n' } } : {}),
    ...(workingDir ? { workingDir } : {}),
    ...(program ? { program } : {}),
    variant(tag) {
      const version = versionOf(tag)
      const own = Object.fromEntries(Object.entries(says).map(([name, text]) => [name, interpreter(text(version))]))
      const system: Record<string, Command> = tag.includes('alpine')
        ? { apk: packageManager }
        : { ...extraCommands('curl', 'wget', 'ps'), 'apt-get': packageManager, apt: packageManager }
      return { variables: variables(version, tag), commands: { ...system, ...own } }
    },
  }
}
