// Which commands an image's userland holds, and the code behind them.
import type { Command, Image, Userland } from '../process'
import { awk } from './commands/awk/index'
import { bc } from './commands/bc/index'
import { CAT } from './commands/cat'
import { COMPARE } from './commands/compare'
import { DUMPS } from './commands/dumps'
import { expr } from './commands/expr'
import { FILES } from './commands/files'
import { GZIP } from './commands/gzip'
import { LOOKS } from './commands/looks'
import { MODES } from './commands/modes'
import { NETWORK } from './commands/net/index'
import { PROCESSES } from './commands/processes'
import { sed } from './commands/sed'
import { SYSTEM } from './commands/system'
import { tar } from './commands/tar'
import { TEXT } from './commands/text'

/** Commands of every userland. */
const COMMON: Record<string, Command> = {
  ...FILES,
  ...LOOKS,
  ...TEXT,
  ...COMPARE,
  ...DUMPS,
  ...SYSTEM,
  ...PROCESSES,
  ...NETWORK,
  ...GZIP,
  awk,
  bc,
  sed,
  tar,
  ...CAT,
  ...MODES,
  expr,
}

/** What a userland lacks of them. */
const LACKING: Record<Userland, Set<string>> = {
  none: new Set(),
  busybox: new Set(['curl', 'dig', 'host', 'getent', 'ss', 'ncat', 'netcat', 'getconf']),
  alpine: new Set(['curl', 'dig', 'host', 'ss', 'ncat', 'netcat']),
  debian: new Set(
    'arp bc curl less wget nslookup dig host ifconfig ip killall nc ncat netcat netstat ping pidof pgrep pkill ps route ss telnet traceroute top free uptime watch time hexdump hd xxd strings dos2unix'.split(
      ' ',
    ),
  ),
}

/** Shells an image has. */
export function shellNames(userland: Userland): string[] {
  if (userland === 'none') return []
  return userland === 'debian' ? ['sh', 'bash', 'dash'] : ['sh', 'ash']
}

/** The command behind a name in this image; undefined when the image has none such. */
export function commandOf(image: Image, name: string): Command | undefined {
  const own = image.commands?.[name]
  if (own) return own
  const userland = image.userland ?? 'none'
  if (userland === 'none' || !Object.hasOwn(COMMON, name) || LACKING[userland].has(name)) return undefined
  return COMMON[name]
}

export function commandNames(image: Image): string[] {
  const userland = image.userland ?? 'none'
  const common = userland === 'none' ? [] : Object.keys(COMMON).filter((n) => !LACKING[userland].has(n))
  return [...new Set([...common, ...shellNames(userland), ...Object.keys(image.commands ?? {})])]
}

/** Commands by name, for images that hold more than their userland. */
export function extraCommands(...names: string[]): Record<string, Command> {
  return Object.fromEntries(names.map((n) => [n, COMMON[n]]))
}
