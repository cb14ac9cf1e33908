// Lines that kubectl's log library writes to stderr: `W1123 17:39:08.054604    5014 prune.go:71] …`.
import type { Host } from '../env'
import type { CommandContext } from './context'

/** `E1124 04:40:00.123456   12345 portforward.go:424] …`; `place` is the source file and line that stand in it. */
export function klogLine(host: Host, severity: 'I' | 'W' | 'E' | 'F', place: string, message: string): string {
  const time = new Date(host.wallClock())
  const two = (n: number) => String(n).padStart(2, '0')
  const day = two(time.getMonth() + 1) + two(time.getDate())
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}000`
  return `${severity}${day} ${clock} ${String(host.pid).padStart(7)} ${place}] ${message}\n`
}

export function klogWarning(context: CommandContext, place: string, message: string): void {
  context.err(klogLine(context.host, 'W', place, message))
}
