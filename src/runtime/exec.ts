// Running a command in a running container: exec probes, lifecycle hooks, kubectl exec.
import type { Container, Json, Pod } from '../api/types'
import { containerRecord, imageOfContainer, processContext } from './containers'
import { imageOf } from './images/index'
import type { ContainerRecord, ExecResult, ProcessContext } from './process'
import { runArgv } from './shell/commands-step'
import { Machine, type MachineResult, newMachine } from './shell/machine'
import type { MachineState } from './shell/state'
import { executableProblem } from './shell/userland'
import type { World } from './world'

/** The command could not even be started; `message` is runc's: `exec: "x": executable file not found in $PATH`. */
export interface ExecFailure {
  message: string
}

/** Steps of a command typed by somebody: enough for any honest script. */
const BUDGET = 3_000_000
/** Nothing runs longer than this when time is only imagined, ms. */
const FOREVER = 3600_000

/**
 * A command that runs beside process 1. Its state lives as long as the session; `run` lets it go on and says what it waits for.
 */
export class ExecSession {
  private machine: Machine
  readonly tty: boolean

  private constructor(
    machine: Machine,
    private readonly context: ProcessContext,
    tty: boolean,
  ) {
    this.machine = machine
    this.tty = tty
    void this.context
  }

  /** Starts the command; a failure when it has no executable or the container does not run. */
  static open(
    world: World,
    pod: Pod,
    container: Container,
    command: string[],
    options: { output(stream: 'stdout' | 'stderr', text: string): void; stdin?: boolean; tty?: boolean },
  ): ExecSession | ExecFailure {
    const record = containerRecord(world, pod.metadata.uid, container.name)
    if (!record || record.exit) return { message: 'container not running' }
    const image = imageOfContainer(world, container.image)
    const found = imageOf(container.image, world.records)
    const tag = 'missing' in found ? 'latest' : (found.reference.tag ?? 'latest')
    const context = processContext(world, pod, container, record)
    const problem = executableProblem(image, command[0], context)
    if (problem) return { message: problem }
    const state = newMachine({ stdinOpen: options.stdin ?? false, pid: nextPid(record) })
    const tty = options.tty ?? false
    const machine = new Machine(state, { image, tag, context, main: false, tty, budget: BUDGET, output: options.output })
    const first = machine.spawn(undefined, { command: command.join(' '), cwd: record.workingDir })
    const variables = tty ? withTerm(record.variables) : record.variables
    for (const [name, value] of Object.entries(variables)) first.variables[name] = { value, exported: 1 }
    runArgv(machine, first, command)
    return new ExecSession(machine, context, tty)
  }

  run(): MachineResult {
    return this.machine.run()
  }

  /** Gives it more standard input; undefined ends it. */
  send(text: string | undefined): void {
    if (text === undefined) this.machine.state.stdinOpen = false
    else this.machine.state.stdin += text
  }

  /** Ctrl-C: interrupts what runs in the foreground. */
  interrupt(): void {
    const { processes } = this.machine.state
    const shell = processes[0]
    for (const p of processes.slice(1)) if (!p.ended) this.machine.kill(p.pid, 'INT')
    const running = shell.frames.some((f) => f.kind === 'node' && f.command?.state !== undefined)
    if (processes.length === 1 && !running && !shell.options.includes('i')) this.machine.kill(shell.pid, 'INT')
    else if (running) this.machine.kill(shell.pid, 'INT')
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
function nextPid(record: ContainerRecord): number {
  const main = record.state as unknown as Partial<MachineState> | Json
  const after = main && typeof main === 'object' && 'nextPid' in main ? Number(main.nextPid) : 7
  return Math.max(7, after)
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
  const begun = world.env.now()
  const limit = Math.min(options.limitMs ?? FOREVER, FOREVER)
  let later = 0
  const env = { now: () => begun + later, random: () => world.env.random() }
  const result = { exitCode: 0, stdout: '', stderr: '', durationMs: 0 }
  const session = ExecSession.open({ ...world, env }, pod, container, command, {
    output(stream, text) {
      result[stream] += text
    },
  })
  if ('message' in session) return session
  if (options.stdin !== undefined) session.send(options.stdin)
  for (;;) {
    const { exit, wakeAt } = session.run()
    if (exit) return { ...result, exitCode: exit.code, durationMs: later }
    const due = wakeAt === undefined ? Number.POSITIVE_INFINITY : wakeAt - begun
    if (due > limit) return { ...result, exitCode: 137, durationMs: limit }
    later = Math.max(due, later)
  }
}
