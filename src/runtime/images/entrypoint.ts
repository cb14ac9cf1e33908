// Entrypoint scripts of official images: they start their daemon when nothing, its name or only flags are given.
import type { Command, ProcessContext } from '../process'
import { executable } from './servers'

/** The entrypoint script with this daemon, or with flags for it. */
export function entrypointRuns(argv: string[], ...names: string[]): boolean {
  const first = executable(argv)
  const own = /entrypoint\.sh$/.test(first) ? executable(argv.slice(1)) : first
  return names.includes(own) || (/entrypoint\.sh$/.test(first) && (own === '' || own.startsWith('-')))
}

export const noQueries =
  (name: string): Command =>
  (io) => {
    io.err(`${name}: kubesim's database answers connections, not queries\n`)
    return 1
  }

export function logStamp(context: ProcessContext): string {
  return new Date(context.env.now()).toISOString().replace('T', ' ').replace('Z', ' UTC')
}
