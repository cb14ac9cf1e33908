// The commands, in the order in which help names them; each module is loaded only when its command runs.
import type { Command } from '../cli/context'

type Loader = () => Promise<{ command: Command }>

/** Keyed by the command's words without the program's name. A parent (`rollout`) is listed only when it does something itself. */
export const COMMANDS: Record<string, Loader> = {
  create: () => import('./create'),
  expose: () => import('./expose'),
  edit: () => import('./edit'),
  get: () => import('./get'),
  delete: () => import('./delete'),
  describe: () => import('./describe'),
  apply: () => import('./apply'),
  'apply view-last-applied': () => import('./apply-view-last-applied'),
  'apply edit-last-applied': () => import('./apply-edit-last-applied'),
  'apply set-last-applied': () => import('./apply-set-last-applied'),
  patch: () => import('./patch'),
  replace: () => import('./replace'),
  scale: () => import('./scale'),
  label: () => import('./label'),
  annotate: () => import('./annotate'),
}
