// The processes of a container, for ps, kill, pgrep and top.
import type { ProcessRow, Signal } from '../process'
import { rowOf, rowsOf } from '../process-namespace'
import type { Machine } from './machine'

/** A signal for a process that is none of this machine's; false when there is none. Without a signal it only asks. */
export function signalOutside(machine: Machine, pid: number, signal: Signal | 'SIGKILL' | undefined): boolean {
  const { context, main } = machine.host
  if (pid !== context.pids.first || main) return context.pids.signal(pid, signal)
  if (signal) context.signal(signal)
  return true
}

export function processTable(machine: Machine): ProcessRow[] {
  const { record, pids } = machine.host.context
  const { uid } = pids
  const own = machine.state.processes.filter((p) => !p.ended).map((p) => ({ ...rowOf(p), uid }))
  const main = machine.host.main ? [] : rowsOf(record, pids.first, machine.host.image).map((row) => ({ ...row, uid }))
  // In the order of their numbers, this session's last.
  const others = pids.others()
  return [...others.filter((p) => p.pid < pids.first), ...main, ...others.filter((p) => p.pid > pids.first), ...own]
}
