// Lines that kubectl's log library writes to stderr: `W1123 17:39:08.054604    5014 prune.go:71] …`.
import type { CommandContext } from './context'

/** A warning; `place` is the source file and line that stand in it. */
export function klogWarning(context: CommandContext, place: string, message: string): void {
  const time = new Date(context.host.wallClock())
  const two = (n: number) => String(n).padStart(2, '0')
  const day = two(time.getMonth() + 1) + two(time.getDate())
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}000`
  context.err(`W${day} ${clock} ${String(context.host.pid).padStart(7)} ${place}] ${message}\n`)
}
