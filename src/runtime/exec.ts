// Running a command in a running container: exec probes, lifecycle hooks, kubectl exec.
import type { Container, Pod } from '../api/types'
import { containerRecord, processContext } from './containers'
import { imageOf } from './images/index'
import type { ContainerRecord, ExecResult, Image } from './process'
import { firstPid } from './process-namespace'
import { allVariables } from './service-links'
import { runArgv } from './shell/commands-step'
import { Machine, type MachineResult } from './shell/machine'
import { type MachineState, newMachine } from './shell/state'
import { executableProblem } from './shell/userland'
import type { World } from './world'

/** The command could not even be started; `message` is runc's: `exec: "x": executable file not found in $PATH`. */
export interface ExecFailure {
  message: string
}

/** Steps of a command typed by somebody: enough for any honest script. */
const BUDGET = 3_000_000
/** Steps of a probe or a hook, which come again and again: a busy one is out of time after so many. */
const HOOK_BUDGET = 20_000
/** Nothing runs longer than this when time is only imagined, ms. */
const FOREVER = 3600_000

export interface ExecOptions {
  output(stream: 'stdout' | 'stderr', text: string): void
  /** Standard input stays open: `send` gives it more. */
  stdin?: boolean
  tty?: boolean
  /** Steps it may take in one go. */
  budget?: number
}

/** A command that runs beside process 1; its state lives as long as the session, the cluster may change under it. */
export class ExecSession {
  private constructor(
    private readonly pod: Pod,
    private readonly container: Container,
    private readonly instance: string,
    private readonly image: Image,
    private readonly tag: string,
    private readonly state: MachineState,
    private readonly options: ExecOptions,
  ) {}

  /** Prepares the command; a failure when it has no executable or the container does not run. */
  static open(world: World, pod: Pod, container: Container, command: string[], options: ExecOptions): ExecSession | ExecFailure {
    const record = containerRecord(world, pod.metadata.uid, container.name)
    const found = imageOf(container.image, world.records)
    if (!record || record.exit || 'missing' in found) return { message: 'container not running' }
    const { image } = found
    const problem = executableProblem(image, command[0], processContext(world, pod, container, record))
    if (problem) return { message: problem }
    const state = newMachine({ stdinOpen: options.stdin ?? false, pid: nextPid(record, firstPid(pod, container)) })
    const session = new ExecSession(pod, container, record.id, image, found.reference.tag ?? 'latest', state, options)
    const machine = session.machine(world, record)
    const first = machine.spawn(undefined, { command: command.join(' '), cwd: record.workingDir })
    const variables = options.tty ? withTerm(allVariables(world.records, record)) : allVariables(world.records, record)
    for (const [name, value] of Object.entries(variables)) first.variables[name] = { value, exported: 1 }
    runArgv(machine, first, command)
    return session
  }

  private machine(world: World, record: ContainerRecord): Machine {
    const context = processContext(world, this.pod, this.container, record)
    const { image, tag, options } = this
    return new Machine(this.state, {
      image,
      tag,
      context,
      main: false,
      tty: options.tty ?? false,
      budget: options.budget ?? BUDGET,
      now: world.clock,
      output: options.output,
    })
  }

  /** Lets it go on in the cluster as it is now. It dies with its container: code 137. */
  run(world: World): MachineResult {
    const record = containerRecord(world, this.pod.metadata.uid, this.container.name)
    if (!record || record.exit || record.id !== this.instance) return { exit: { code: 137 } }
    const result = this.machine(world, record).run()
    // What it wrote may be more than the Pod may have.
    world.touched?.({ namespace: record.namespace, name: record.pod })
    return result
  }

  /** Gives it more standard input; undefined ends it. */
  send(text: string | undefined): void {
    if (text === undefined) this.state.stdinOpen = false
    else this.state.stdin += text
  }

  /** Ctrl-C: interrupts what runs in the foreground. */
  interrupt(world: World): void {
    const record = containerRecord(world, this.pod.metadata.uid, this.container.name)
    if (record) this.machine(world, record).interruptForeground()
  }
}

/** TERM stands after HOSTNAME, as the runtime puts it. */
function withTerm(variables: Record<string, string>): Record<string, string> {
  const out: Record<string, string> = {}
  for (const [name, value] of Object.entries(variables)) {
    out[name] = value
    if (name === 'HOSTNAME') out['TERM'] ??= 'xterm'
  }
  return out
}

/** A number that no process of the container has. */
function nextPid(record: ContainerRecord, first: number): number {
  const main = record.state
  const after = main && typeof main === 'object' && !Array.isArray(main) && 'nextPid' in main ? Number(main['nextPid']) : 0
  return Math.max(first + 6, after)
}

/**
 * Runs a command to its end as if time passed for it: `durationMs` says how much. It is stopped at `limitMs` (a probe's timeout), with
 * code 137 then. The container must be running.
 */
export function execInContainer(
  world: World,
  pod: Pod,
  container: Container,
  command: string[],
  options: { stdin?: string; limitMs?: number } = {},
): ExecResult | ExecFailure {
  // The command's own look at the clock is one at the time; when it began is not.
  const begun = (world.witness?.real ?? world).env.now()
  const limit = Math.min(options.limitMs ?? FOREVER, FOREVER)
  let later = 0
  const env = {
    now() {
      world.witness?.dated()
      return begun + later
    },
    random: () => world.env.random(),
  }
  const imagined: World = { ...world, env, clock: () => begun + later }
  const result = { exitCode: 0, stdout: '', stderr: '', durationMs: 0 }
  const session = ExecSession.open(imagined, pod, container, command, {
    budget: HOOK_BUDGET,
    output(stream, text) {
      result[stream] += text
    },
  })
  if ('message' in session) return session
  if (options.stdin !== undefined) session.send(options.stdin)
  for (;;) {
    const { exit, wakeAt } = session.run(imagined)
    if (exit) return { ...result, exitCode: exit.code, durationMs: later }
    const due = wakeAt === undefined ? Number.POSITIVE_INFINITY : wakeAt - begun
    if (due > limit) return { ...result, exitCode: 137, durationMs: limit }
    later = Math.max(due, later)
  }
}
