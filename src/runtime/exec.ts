// Running a command in a running container: exec probes, lifecycle hooks, kubectl exec.
import type { Container, Pod } from '../api/types'
import { containerRecord, imageOfContainer, processContext, startProblem } from './containers'
import type { ExecResult } from './process'
import { commandOf } from './shell/catalogue'
import { runCommand } from './shell/run'
import type { World } from './world'

/** The command could not even be started; `message` is runc's: `exec: "x": executable file not found in $PATH`. */
export interface ExecFailure {
  message: string
}

/**
 * Runs a command to its end as if time passed for it: `durationMs` says how much. `limitMs` (a probe's timeout) stops it there.
 * The container must be running.
 */
export function execInContainer(
  world: World,
  pod: Pod,
  container: Container,
  command: string[],
  options: { stdin?: string; limitMs?: number } = {},
): ExecResult | ExecFailure {
  const record = containerRecord(world, pod.metadata.uid, container.name)
  if (!record || record.exit) return { message: 'container not running' }
  const image = imageOfContainer(world, container.image)
  const begun = world.env.now()
  let later = 0
  const context = processContext({ ...world, env: { now: () => begun + later, random: () => world.env.random() } }, pod, container, record)
  const code = commandOf(image, command[0].replace(/^.*\//, ''))
  if (!code) return { message: startProblem(command[0], context.files) }
  const result = { exitCode: 0, stdout: '', stderr: '', durationMs: 0 }
  const streams = {
    out(text: string) {
      result.stdout += text
    },
    err(text: string) {
      result.stderr += text
    },
  }
  let outcome = runCommand(code, command, context, streams, options.stdin ?? '')
  while (typeof outcome !== 'number') {
    const due = outcome.wakeAt === undefined ? Number.POSITIVE_INFINITY : outcome.wakeAt - begun
    if (due > (options.limitMs ?? 3600_000)) return { ...result, exitCode: 137, durationMs: Math.min(due, 3600_000) }
    later = due
    outcome = runCommand(code, command, context, streams, options.stdin ?? '', outcome.state)
  }
  return { ...result, exitCode: outcome, durationMs: later }
}
