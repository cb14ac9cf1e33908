// Colours for terminals; plain text for everything else. Chalk is loaded only when there is something to colour.

import { allowsColor, type Host } from '../env'

export interface Paint {
  dim(text: string): string
  good(text: string): string
  bad(text: string): string
  strong(text: string): string
}

const plain = (text: string): string => text

/** For standard output: a terminal that allows colours, or $FORCE_COLOR. */
export async function paintFor(host: Host): Promise<Paint> {
  const forced = !['', '0', 'false', undefined].includes(host.variables.FORCE_COLOR) && host.variables.NO_COLOR === undefined
  if (!forced && !allowsColor(host, host.streams.stdoutIsTerminal)) return { dim: plain, good: plain, bad: plain, strong: plain }
  const { Chalk } = await import('chalk')
  const { dim, green, red, bold } = new Chalk({ level: 1 })
  return { dim, good: green, bad: red, strong: bold }
}
