// What help says of commands and flags, in our own words; the commands and flags themselves are in commands.json.
import { parseData } from '../lib/data'
import source from './help.json'

interface HelpData {
  /** The commands of the program by heading, in the order in which help shows them. */
  groups: [string, string[]][]
  /** By path: one line, the whole text, and examples (`what for|command line`). */
  commands: Record<string, [string, string, string[]]>
  /** By name of the flag. */
  flags: Record<string, string>
  /** By path and flag (`get --sort-by`), where a command's flag means something of its own. */
  overrides: Record<string, string>
}

let data: HelpData | undefined

export function helpData(): HelpData {
  data ??= parseData<HelpData>(source)
  return data
}

/** One line on a command. */
export function summaryOf(path: string): string {
  return helpData().commands[path]?.[0] ?? ''
}

export function flagText(path: string, flag: string): string {
  const { flags, overrides } = helpData()
  return overrides[`${path} --${flag}`] ?? flags[flag] ?? ''
}
