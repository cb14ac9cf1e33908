// Text of `kubectl describe`: indented lines whose tabs become aligned columns. Follows PrefixWriter of kubectl's pkg/describe.
import { align, DESCRIBE } from '../../lib/tabwriter'
import { forTerminal } from '../../lib/terminal'

export class DescribeWriter {
  private pending = ''
  private done = ''

  /** `text` behind two spaces a level; later lines inside `text` are not indented. */
  write(level: number, text: string): void {
    this.pending += '  '.repeat(level) + forTerminal(text)
  }

  /** A line without indentation. */
  line(text = ''): void {
    this.pending += `${forTerminal(text)}\n`
  }

  /** Ends the alignment of what was written so far. */
  flush(): void {
    this.done += align(this.pending, DESCRIBE)
    this.pending = ''
  }

  text(): string {
    this.flush()
    return this.done
  }

  /** What was written, its tabs left as they are. */
  raw(): string {
    return this.done + this.pending
  }
}

/** A writer that puts everything `levels` deeper. */
export class NestedWriter extends DescribeWriter {
  constructor(
    private readonly outer: DescribeWriter,
    private readonly levels: number,
  ) {
    super()
  }

  override write(level: number, text: string): void {
    this.outer.write(level + this.levels, text)
  }

  override line(text = ''): void {
    this.outer.write(this.levels, `${text}\n`)
  }

  override flush(): void {
    this.outer.flush()
  }
}

export function describing(fill: (w: DescribeWriter) => void): string {
  const w = new DescribeWriter()
  fill(w)
  return w.text()
}
