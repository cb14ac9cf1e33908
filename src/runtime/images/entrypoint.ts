// Entrypoint scripts of official images: they start their daemon when nothing, its name or only flags are given, and read secrets from files.
import type { Command, ProcessContext } from '../process'
import { executable } from './servers'

/** The entrypoint script with this daemon, or with flags for it. */
export function entrypointRuns(argv: string[], ...names: string[]): boolean {
  const first = executable(argv)
  const own = /entrypoint\.sh$/.test(first) ? executable(argv.slice(1)) : first
  return names.includes(own) || (/entrypoint\.sh$/.test(first) && (own === '' || own.startsWith('-')))
}

/**
 * The value of a variable, or of the file that the variable of the same name with `_FILE` names. `both`: there are both, which scripts
 * refuse.
 */
export function fileVariable({ variables, files }: ProcessContext, name: string): { value: string; both?: true } {
  const [value, file] = [variables[name] ?? '', variables[`${name}_FILE`] ?? '']
  if (value && file) return { value, both: true }
  return { value: value || (file ? (files.read(file) ?? '').replace(/\n+$/, '') : '') }
}

export const noQueries =
  (name: string): Command =>
  (io) => {
    io.err(`${name}: kubesim's database answers connections, not queries\n`)
    return 1
  }

/** `2026-01-02 15:04:05.000 UTC` */
export function logStamp(now: number): string {
  return new Date(now).toISOString().replace('T', ' ').replace('Z', ' UTC')
}

/** Names that `variables` and their files give an image's version by: `17`, `17.5-alpine`; `known` has the last one of each line. */
export function versionOfTag(tag: string, known: Record<string, string>, latest: string): string {
  const bare = /^\d+(?:\.\d+)*/.exec(tag)?.[0]
  return bare === undefined ? latest : (known[bare] ?? bare)
}
