// Which commands an image's userland holds, and the code behind them.
import type { Command, Image, Userland } from '../process'
import { FILES } from './commands/files'
import { LOOKS } from './commands/looks'
import { PROCESSES } from './commands/processes'
import { sed } from './commands/sed'
import { SYSTEM } from './commands/system'
import { TEXT } from './commands/text'

/** Commands of every userland. */
const COMMON: Record<string, Command> = { ...FILES, ...LOOKS, ...TEXT, ...SYSTEM, ...PROCESSES, sed }

const LACKING: Record<Userland, string[]> = {
  none: [],
  busybox: ['bash', 'curl', 'dig', 'host', 'getent', 'ss'],
  alpine: ['bash', 'curl', 'dig', 'host', 'ss'],
  debian: ['curl', 'wget', 'nslookup', 'dig', 'host', 'ping', 'nc', 'ip', 'ifconfig', 'netstat', 'ss', 'ps', 'vi'],
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
  if (userland === 'none' || !Object.hasOwn(COMMON, name) || LACKING[userland].includes(name)) return undefined
  return COMMON[name]
}

export function commandNames(image: Image): string[] {
  const userland = image.userland ?? 'none'
  const common = userland === 'none' ? [] : Object.keys(COMMON).filter((n) => !LACKING[userland].includes(n))
  return [...new Set([...common, ...shellNames(userland), ...Object.keys(image.commands ?? {})])]
}
