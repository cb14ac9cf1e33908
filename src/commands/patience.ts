// Waiting of a command: in real time, or, under a clock that stands still, by letting the cluster's time go on to what is due next.
import type { CommandContext } from '../cli/context'
import { sleep, wallClockOf } from '../env'

export class Patience {
  private readonly started: number
  private readonly frozen: boolean
  private passed = 0

  constructor(
    private readonly context: Pick<CommandContext, 'host' | 'cluster'>,
    /** How long it lasts, ms; undefined: for ever. */
    private readonly timeout?: number,
  ) {
    this.started = context.host.wallClock()
    this.frozen = wallClockOf(context.host).frozen
  }

  /** How long this has been going on, ms. */
  get waited(): number {
    return this.frozen ? this.passed : this.context.host.wallClock() - this.started
  }

  get isOver(): boolean {
    return this.timeout !== undefined && this.waited >= this.timeout
  }

  /** Waits a moment of `ms`, a longer one, at most `most`, when nothing happens before in a cluster whose clock stands still. */
  async pause(ms: number, most?: number): Promise<void> {
    if (!this.frozen || !this.goOn(ms, most)) await sleep(ms)
  }

  /** False when nothing is due ever and only somebody else could change something. */
  private goOn(ms: number, most?: number): boolean {
    const left = most ?? (this.timeout === undefined ? undefined : this.timeout - this.passed)
    return this.context.cluster.write((cluster) => {
      const due = cluster.nextDue()
      if (due === undefined && left === undefined) return false
      const untilDue = due === undefined ? left! : due - cluster.env.now()
      const step = Math.max(ms, Math.min(untilDue, left ?? untilDue))
      cluster.advance(step)
      this.passed += step
      return true
    })
  }
}
