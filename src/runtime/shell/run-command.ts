// One command that a container's program has a shell run for it, to its end, as if time passed for it alone.
import type { Image, ProcessContext } from '../process'
import { runArgv } from './commands-step'
import { Machine } from './machine'
import { newMachine } from './state'

/** Steps it may take, and how long it may seem to run, ms. */
const BUDGET = 20_000
const LONGEST = 60_000

/** What `argv` prints on both streams, and its exit code; one that does not end is killed: 137. */
export function runCommand(image: Image, tag: string, context: ProcessContext, argv: string[]): { output: string; code: number } {
  let output = ''
  const begun = context.env.now()
  let now = begun
  const machine = new Machine(newMachine({ pid: 100 }), {
    image,
    tag,
    context,
    main: false,
    tty: false,
    budget: BUDGET,
    now: () => now,
    output: (_stream, text) => {
      output += text
    },
  })
  const first = machine.spawn(undefined, { command: argv.join(' '), cwd: context.record.workingDir })
  for (const [name, value] of Object.entries(context.variables)) first.variables[name] = { value, exported: 1 }
  runArgv(machine, first, argv)
  for (;;) {
    const { exit, wakeAt } = machine.run()
    if (exit) return { output, code: exit.code }
    if (wakeAt === undefined || wakeAt - begun > LONGEST) return { output, code: 137 }
    now = Math.max(now, wakeAt)
  }
}
