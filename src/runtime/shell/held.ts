// What processes of a shell hold and hand on.
import type { ShellProcess } from './state'

/** Ignored signals stay ignored in children, handlers do not. */
export function ignored(traps: Record<string, string> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(traps ?? {}).filter(([name, text]) => text === '' && name !== 'EXIT'))
}

/** Open files that a process holds, those put aside by redirections too. */
export function* heldBy(process: ShellProcess): Iterable<number> {
  yield* Object.values(process.fds)
  for (const frame of process.frames) {
    for (const id of Object.values(frame.saved ?? {})) if (id !== null) yield id
    if (frame.capture) yield frame.capture.open
  }
}
