// A session between the user's streams and something in a container: input as it comes, a terminal with history, the clock in between.
import readline from 'node:readline'
import type { CommandContext } from '../cli/context'
import { ByteTextDecoder } from '../lib/byte-text'

/** What the session talks to. */
export interface Remote {
  /** Lets it go on now. `code`: it ended. `wakeAt`: when it wants to go on, cluster time in ms. `watches`: it waits for something unannounced. */
  step(): { code?: number; wakeAt?: number; wantsInput?: boolean; watches?: boolean }
  /** The cluster's clock, ms. */
  now(): number
  send(text: string | undefined): void
  interrupt(): void
}

/** How often something unannounced is looked at, ms. */
const POLL = 100

/** Where a session's output goes; with a terminal the line that is being typed stays below it. */
export class Terminal {
  private readonly queue: (string | undefined)[] = []
  private interrupted = false
  private ended = false
  private wake?: () => void
  private editor?: readline.Interface
  /** Output after the last newline: the prompt. */
  private open = ''
  /** Output has come since the last prompt. */
  private fresh = false

  constructor(
    private readonly context: CommandContext,
    private readonly options: { stdin: boolean; tty: boolean },
  ) {}

  /** Whether `-t` can be had: standard input is a terminal. */
  static isPossible(context: CommandContext): boolean {
    return (context.host.streams.stdin as { isTTY?: boolean }).isTTY === true
  }

  output(stream: 'stdout' | 'stderr', text: string): void {
    if (!this.options.tty) {
      if (stream === 'stdout') this.context.out(text)
      else this.context.err(text)
      return
    }
    this.fresh = true
    const at = text.lastIndexOf('\n')
    if (at >= 0) {
      this.context.out(this.open + text.slice(0, at + 1))
      this.open = text.slice(at + 1)
    } else this.open += text
  }

  /** Runs the session to its end; the exit code. */
  async run(remote: Remote): Promise<number> {
    this.listen()
    try {
      for (;;) {
        const { code, wakeAt, wantsInput, watches } = remote.step()
        if (code !== undefined) {
          if (this.open) this.context.out(this.open)
          return code
        }
        this.prompt(wantsInput === true)
        await this.pause(wakeAt === undefined ? (watches ? POLL : undefined) : Math.max(0, wakeAt - remote.now()))
        if (this.interrupted) {
          this.interrupted = false
          remote.interrupt()
        }
        for (const text of this.queue.splice(0)) remote.send(text)
      }
    } finally {
      this.editor?.close()
      if (this.options.stdin) this.context.host.streams.stdin.pause()
    }
  }

  private prompt(wanted: boolean): void {
    if (!this.editor || !wanted || (this.open === '' && !this.fresh)) return
    this.fresh = false
    this.editor.setPrompt(this.open)
    this.open = ''
    // What was being typed when output came stands below it again.
    this.editor.prompt(true)
  }

  private listen(): void {
    const { stdin, stdout } = this.context.host.streams
    if (!this.options.stdin) return
    if (this.options.tty) {
      this.editor = readline.createInterface({ input: stdin, output: stdout, terminal: true, historySize: 500 })
      this.editor.on('line', (line) => this.push(`${line}\n`))
      this.editor.on('SIGINT', () => {
        this.context.out('^C\n')
        this.interrupted = true
        this.wake?.()
      })
      this.editor.on('close', () => {
        if (!this.ended) this.push(undefined)
        this.ended = true
      })
      return
    }
    const decoder = new ByteTextDecoder()
    stdin.on('data', (bytes: Buffer | string) => this.push(typeof bytes === 'string' ? bytes : decoder.push(bytes)))
    stdin.on('end', () => {
      const left = decoder.end()
      if (left) this.push(left)
      this.push(undefined)
    })
  }

  private push(text: string | undefined): void {
    this.queue.push(text)
    this.wake?.()
  }

  /** Waits for input, or `ms`. */
  private pause(ms: number | undefined): Promise<void> {
    if (this.queue.length > 0 || this.interrupted) return Promise.resolve()
    return new Promise((resolve) => {
      // A timer keeps the process alive also when nothing else does.
      const timer = setTimeout(done, Math.min(ms ?? 2 ** 30, 2 ** 30))
      function done(): void {
        clearTimeout(timer)
        resolve()
      }
      this.wake = done
    })
  }
}
