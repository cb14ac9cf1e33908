// kubesim's own commands, which kubectl does not have, in help order. Their flags are commander's: see src/cli/own.ts.
import type { OwnCommand } from '../cli/own'

type Loader = () => Promise<{ command: OwnCommand }>

export const COMMANDS: Record<string, Loader> = {
  cluster: () => import('./cluster'),
  'iptables-save': () => import('./iptables-save'),
  dns: () => import('./dns'),
  trace: () => import('./trace'),
  hit: () => import('./hit'),
  check: () => import('./check'),
  serve: () => import('./serve'),
  fault: () => import('./fault'),
  image: () => import('./image'),
}
