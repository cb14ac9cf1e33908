// How often something was tried, for the table of `npm run torture`; and how often to try it.
import fs from 'node:fs'

const report = process.env.KUBESIM_TORTURE

/** Runs of a property or rounds of a table: all of them in `npm run torture`, a tenth in `npm test`. */
export function rounds(all: number): number {
  return report ? all : Math.ceil(all / 10)
}

/** What chance starts from: the same in every `npm test`, another one in every `npm run torture`, which prints it. */
export const seed = Number(process.env.KUBESIM_TORTURE_SEED ?? 20261127)

/** Notes for the table that `name` was tried so many times and held. */
export function tried(name: string, times: number): void {
  if (report) fs.appendFileSync(report, `${JSON.stringify({ name, times })}\n`)
}

export const isWhole = report !== undefined
