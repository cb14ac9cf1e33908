// A container's main process when it is a command or a shell script of its image's userland.
import type { Json } from '../../api/types'
import type { Image, ProcessContext, Program, Step } from '../process'
import { commandOf, shellNames } from './catalogue'
import { runArgv } from './commands-step'
import { Machine, type MachineResult } from './machine'
import { type MachineState, newMachine } from './state'

/** Characters of standard input that nobody reads; whoever writes more would wait for ever. */
const MOST_UNREAD = 16 << 20

/** The program that runs an argv with the image's own commands; undefined when the image has no userland at all. */
export function userlandProgram(image: Image, tag: string, argv: string[]): Program | undefined {
  const userland = image.userland ?? 'none'
  if (userland === 'none' && !commandOf(image, argv[0].replace(/^.*\//, ''))) return undefined
  function machineOf(state: Json, context: ProcessContext): Machine {
    return new Machine(structuredClone(state) as unknown as MachineState, {
      image,
      tag,
      context,
      main: true,
      tty: !!context.container.tty,
      output: (stream, text) => context.write(text, stream),
    })
  }
  function stepOf(machine: Machine, result: MachineResult): Step {
    return {
      state: machine.state as unknown as Json,
      listeners: machine.listeners(),
      ...(result.wakeAt === undefined || result.exit ? {} : { wakeAt: result.wakeAt }),
      ...(result.watchesFiles ? { watchesFiles: true } : {}),
      ...(result.exit ? { exit: result.exit } : {}),
    }
  }
  const program: Program = {
    start(context) {
      const machine = machineOf(newMachine({ stdinOpen: !!context.container.stdin, pid: context.pids.first }) as unknown as Json, context)
      const first = machine.spawn(undefined, { command: argv.join(' '), cwd: context.record.workingDir })
      for (const [name, value] of Object.entries(context.variables)) first.variables[name] = { value, exported: 1 }
      runArgv(machine, first, argv)
      return stepOf(machine, machine.run())
    },
    wake(state, context) {
      // What an earlier kubesim left cannot go on: it begins again.
      if ((state as unknown as MachineState).processes[0]?.dialect === undefined) return program.start(context)
      const machine = machineOf(state, context)
      return stepOf(machine, machine.run())
    },
    input(state, text, context) {
      const machine = machineOf(state, context)
      if (text === undefined) machine.state.stdinOpen = false
      else machine.state.stdin = (machine.state.stdin + text).slice(0, MOST_UNREAD)
      return stepOf(machine, machine.run())
    },
    signal(state, signal, context) {
      const machine = machineOf(state, context)
      const result = machine.signal(signal)
      return result && stepOf(machine, result)
    },
    http(state, request, listener, context) {
      const machine = machineOf(state, context)
      const answer = machine.answer(listener, (program, inner, own) => program.http?.(inner, request, listener, own))
      return answer ? { response: answer.response, ...after(machine, answer) } : { response: { status: 0, headers: {}, body: '' } }
    },
    stream(state, data, listener, context) {
      const machine = machineOf(state, context)
      const answer = machine.answer(listener, (program, inner, own) => program.stream?.(inner, data, listener, own))
      return answer ? { data: answer.data, ...(answer.close ? { close: true } : {}), ...after(machine, answer) } : { data: '', close: true }
    },
  }
  return program
  function after(machine: Machine, answer: { state?: Json; exit?: unknown; wakeAt?: number }) {
    if (answer.state === undefined && !answer.exit && answer.wakeAt === undefined) return {}
    const result = answer.exit ? machine.run() : {}
    return {
      state: machine.state as unknown as Json,
      ...(answer.wakeAt === undefined ? {} : { wakeAt: answer.wakeAt }),
      ...('exit' in result && result.exit ? { exit: result.exit } : {}),
    }
  }
}

/** Whether an executable can be started: a path to an executable file, or a name on the PATH. Undefined when it can, else runc's words. */
export function executableProblem(
  image: Image,
  executable: string,
  context: Pick<ProcessContext, 'files' | 'variables'>,
): string | undefined {
  const { files } = context
  if (executable.includes('/')) {
    const stat = files.stat(executable)
    if (!stat) {
      // Commands that have a file in the image are found by any of the usual directories.
      const name = executable.replace(/^.*\//, '')
      if (
        /^\/(?:usr\/)?(?:local\/)?s?bin\/[^/]+$/.test(executable) &&
        (commandOf(image, name) || shellNames(image.userland ?? 'none').includes(name))
      )
        return undefined
      return `exec: "${executable}": stat ${executable}: no such file or directory`
    }
    if (stat.type === 'directory') return `exec: "${executable}": is a directory`
    return (stat.type === 'link' ? 0o755 : stat.mode) & 0o111 ? undefined : `exec: "${executable}": permission denied`
  }
  if (commandOf(image, executable) || shellNames(image.userland ?? 'none').includes(executable)) return undefined
  for (const directory of (context.variables['PATH'] ?? '').split(':')) {
    const path = `${directory}/${executable}`
    if (directory !== '' && files.exists(path) && !files.isDirectory(path)) return undefined
  }
  return `exec: "${executable}": executable file not found in $PATH`
}
