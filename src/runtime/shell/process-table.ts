// The processes of a container, for ps, kill, pgrep and top.
import type { CommandIo } from '../process'
import type { Machine } from './machine'
import type { MachineState } from './state'

export function processTable(machine: Machine): ReturnType<CommandIo['processes']> {
  const { record } = machine.host.context
  const own = machine.state.processes.filter((p) => !p.ended).map(rowOf)
  if (machine.host.main) return own
  const main = record.state as unknown as Partial<MachineState> | null
  const first = Array.isArray(main?.processes)
    ? main.processes.filter((p) => !p.ended).map(rowOf)
    : [{ pid: 1, parent: 0, command: record.argv.join(' '), startedAt: record.startedAt }]
  return [...first, ...own]
}

function rowOf(p: MachineState['processes'][number]): ReturnType<CommandIo['processes']>[number] {
  const running = p.frames.findLast((f) => f.command)?.command?.argv.join(' ')
  return { pid: p.pid, parent: p.parent, command: p.detached && running ? running : p.command, startedAt: p.startedAt }
}
