// A container's main process when it is a command or a shell script of its image's userland.

import { commandOf } from './catalogue'
import { runCommand } from './run'
import type { Image, Json, ProcessContext, Program, Step } from './types'

/** The program that runs an argv with the image's own commands; undefined when there is no such executable. */
export function userlandProgram(image: Image, argv: string[]): Program | undefined {
  const command = commandOf(image, argv[0].replace(/^.*\//, ''))
  if (!command) return undefined
  function step(state: Json | undefined, context: ProcessContext): Step {
    const outcome = runCommand(command!, argv, context, { out: (t) => context.write(t), err: (t) => context.write(t, 'stderr') }, '', state)
    if (typeof outcome === 'number') return { state: null, exit: { code: outcome } }
    return { state: outcome.state, wakeAt: outcome.wakeAt, watchesFiles: outcome.onFiles }
  }
  return {
    start: (context) => step(undefined, context),
    wake: (state, context) => step(state, context),
  }
}
