// The commands, in the order in which help names them; each module is loaded only when its command runs.
import type { Command } from '../cli/context'

type Loader = () => Promise<{ command: Command }>

/** Keyed by the command's words without the program's name. A parent (`rollout`) is listed only when it does something itself. */
export const COMMANDS: Record<string, Loader> = {
  create: () => import('./create'),
  expose: () => import('./expose'),
  get: () => import('./get'),
  delete: () => import('./delete'),
  apply: () => import('./apply'),
  scale: () => import('./scale'),
  label: () => import('./label'),
  annotate: () => import('./annotate'),
}
