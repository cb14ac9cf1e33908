// Finds the command that a command line names, as cobra does: flags may stand anywhere between its words, and each command's own
// flags say which take a value. Upstream: github.com/spf13/cobra command.go Find, stripFlags, argsMinusFirstX.
import { COMMANDS } from '../commands'
import { commandSpec, type FlagSpec, flagsOf, subcommandNamed } from './flag-table'

export interface Found {
  /** `create service nodeport`; empty is the program itself. */
  path: string
  /** The words without those of the path. */
  rest: string[]
  /** Those of `rest` that are neither flags nor values of flags. */
  loose: string[]
}

/** Commands that the command line library adds to the program. */
export const HELP = 'help'
const COMPLETE = ['__complete', '__completeNoDesc']

export function isCompletionRequest(path: string): boolean {
  return COMPLETE.includes(path)
}

/** The command at the deepest path the words name. */
export function findCommand(words: string[]): Found {
  let path = ''
  let rest = words
  for (;;) {
    const takesValue = valueTakers(path)
    const loose = withoutFlags(rest, takesValue)
    const next = loose.length ? childNamed(path, loose[0]) : undefined
    if (next === undefined) return { path, rest, loose }
    rest = withoutFirst(rest, loose[0], takesValue)
    path = path ? `${path} ${next}` : next
    if (!hasSubcommands(path)) return { path, rest, loose: withoutFlags(rest, valueTakers(path)) }
  }
}

function childNamed(path: string, word: string): string | undefined {
  if (path === '' && (word === HELP || COMPLETE.includes(word))) return word
  // Most words name a command that runs; aliases and mere groups stand in the table.
  return Object.hasOwn(COMMANDS, path ? `${path} ${word}` : word) ? word : subcommandNamed(path, word)
}

function hasSubcommands(path: string): boolean {
  const prefix = `${path} `
  return Object.keys(COMMANDS).some((each) => each.startsWith(prefix))
}

/** Is the word a flag behind which another word is its value? Flags nobody knows are taken for such. */
function valueTakers(path: string): (word: string) => boolean {
  let flags: FlagSpec[] | undefined
  const bare = (named: (flag: FlagSpec) => boolean) => {
    flags ??= flagsOf(commandSpec(path) ?? commandSpec('')!)
    // A command learns of --help only when it runs.
    const flag = flags.find((each) => named(each) && each.name !== 'help')
    return flag?.noValue !== undefined
  }
  return (word) => {
    if (!word.startsWith('-') || word.includes('=')) return false
    if (word.startsWith('--')) return !bare(({ name }) => name === word.slice(2))
    return word.length === 2 && !bare(({ short }) => short === word[1])
  }
}

function withoutFlags(words: string[], takesValue: (word: string) => boolean): string[] {
  const loose: string[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (word === '--') break
    if (takesValue(word)) {
      // Nothing can follow a value that is the last word.
      if (words.length - i - 1 <= 1) break
      i++
    } else if (word !== '' && !word.startsWith('-')) loose.push(word)
  }
  return loose
}

function withoutFirst(words: string[], name: string, takesValue: (word: string) => boolean): string[] {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (word === '--') break
    if (takesValue(word)) i++
    else if (!word.startsWith('-') && word === name) return [...words.slice(0, i), ...words.slice(i + 1)]
  }
  return words
}
