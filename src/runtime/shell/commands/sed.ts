// sed: lines through a script, with a pattern and a hold space. Follows POSIX sed and BusyBox's.
import type { Command, CommandIo } from '../../process'
import { isGnu, linesOf, readOperand } from './errors'
import { type Address, type Instruction, parseSed, SedProblem } from './sed-parse'

/** Rounds of branches on one line before the script is taken for endless. */
const MOST_JUMPS = 100_000

interface Options {
  quiet: boolean
  extended: boolean
  inPlace: boolean
  suffix: string
  scripts: string[]
  names: string[]
}

export const sed: Command = (io) => {
  const options = optionsOf(io)
  if (!options) return 1
  let program: Instruction[]
  try {
    program = parseSed(options.scripts.join('\n'), options.extended)
  } catch (error) {
    if (!(error instanceof SedProblem) && !(error instanceof SyntaxError)) throw error
    io.err(isGnu(io) ? `sed: -e expression #1, char 0: ${error.message}\n` : `sed: ${error.message}\n`)
    return 1
  }
  let status = 0
  const texts: [string, string][] = []
  for (const name of options.names.length > 0 ? options.names : ['-']) {
    const text = readOperand(io, name)
    if (text === undefined) status = isGnu(io) ? 2 : 1
    else texts.push([name, text])
  }
  for (const group of options.inPlace ? texts.map((t) => [t]) : [texts]) {
    const edit = new Edit(io, program, group.map(([, t]) => t).join(''), options.quiet)
    edit.run()
    const [[name, before] = ['-', '']] = group
    if (!options.inPlace || name === '-') io.out(edit.out)
    else {
      if (options.suffix) io.files.write(io.path(name + options.suffix), before)
      io.files.write(io.path(name), edit.out)
    }
    status = edit.status ?? status
  }
  return status
}

function optionsOf(io: CommandIo): Options | undefined {
  const options: Options = { quiet: false, extended: false, inPlace: false, suffix: '', scripts: [], names: [] }
  const { args } = io
  const operands: string[] = []
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    if (arg === '--expression' || arg === '-e') options.scripts.push(args[++i] ?? '')
    else if (arg.startsWith('--expression=')) options.scripts.push(arg.slice(13))
    else if (arg === '-f') {
      const text = readOperand(io, args[++i] ?? '')
      if (text === undefined) return undefined
      options.scripts.push(text)
    } else if (/^-i./.test(arg) && !/^-i[nErs]+$/.test(arg)) {
      options.inPlace = true
      options.suffix = arg.slice(2)
    } else if (/^-[nErsiu]*e?$/.test(arg) && arg !== '-') {
      options.quiet ||= arg.includes('n')
      options.extended ||= /[Er]/.test(arg)
      options.inPlace ||= arg.includes('i')
      if (arg.endsWith('e')) options.scripts.push(args[++i] ?? '')
    } else if (arg === '--quiet' || arg === '--silent') options.quiet = true
    else if (arg === '--regexp-extended') options.extended = true
    else if (arg !== '--') operands.push(arg)
  }
  if (options.scripts.length === 0) options.scripts.push(operands.shift() ?? '')
  options.names = operands
  return options
}

/** One run over a text. */
class Edit {
  out = ''
  status?: number
  private readonly lines: string[]
  private readonly open: boolean
  private readonly ranges = new Map<Instruction, number>()
  private n = 0
  private line = ''
  private hold = ''
  private after = ''
  private changed = false

  constructor(
    private readonly io: CommandIo,
    private readonly program: Instruction[],
    text: string,
    private readonly quiet: boolean,
  ) {
    this.lines = linesOf(text)
    this.open = text !== '' && !text.endsWith('\n')
  }

  private get isLast(): boolean {
    return this.n >= this.lines.length
  }

  run(): void {
    let kept = false
    while (kept || !this.isLast) {
      if (!kept) this.line = this.lines[this.n++]
      this.changed = false
      const end = this.cycle()
      kept = end === 'again'
      if (end === 'print' || end === 'quit') this.show()
      this.out += this.after
      this.after = ''
      if (end === 'quit' || end === 'silence') return
    }
  }

  private show(): void {
    if (!this.quiet) this.out += this.line + (this.isLast && this.open ? '' : '\n')
  }

  private matches(address: Address): boolean {
    if ('line' in address) return address.line === this.n
    if ('last' in address) return this.isLast
    if ('step' in address)
      return address.step === 0 ? this.n === address.first : this.n >= address.first && (this.n - address.first) % address.step === 0
    address.expression.lastIndex = 0
    return address.expression.test(this.line)
  }

  private selected(instruction: Instruction): boolean {
    const { from, to } = instruction
    if (!from) return true
    if (!to) return this.matches(from)
    const end = this.ranges.get(instruction)
    if (end !== undefined) {
      const over = 'more' in to || 'line' in to ? this.n >= end : this.matches(to)
      if (over) this.ranges.delete(instruction)
      return !('line' in to || 'more' in to) || this.n <= end
    }
    if (!this.matches(from)) return false
    const last = 'more' in to ? this.n + to.more : 'line' in to ? to.line : Number.POSITIVE_INFINITY
    if (last > this.n) this.ranges.set(instruction, last)
    return true
  }

  /** One run of the script over the pattern space. `again`: once more without reading a line. */
  private cycle(): 'print' | 'deleted' | 'again' | 'quit' | 'silence' {
    let jumps = 0
    for (let i = 0; i < this.program.length; i++) {
      const instruction = this.program[i]
      if (this.selected(instruction) === instruction.negated) {
        if (instruction.name === '{') i = instruction.jump! - 1
        continue
      }
      const { name, text = '' } = instruction
      switch (name) {
        case 's':
          this.substitute(instruction)
          break
        case 'y': {
          const [from, to] = text.split('\0')
          this.line = [...this.line].map((c) => to[from.indexOf(c)] ?? c).join('')
          break
        }
        case 'd':
          return 'deleted'
        case 'D': {
          const at = this.line.indexOf('\n')
          if (at < 0) return 'deleted'
          this.line = this.line.slice(at + 1)
          return 'again'
        }
        case 'p':
          this.out += `${this.line}\n`
          break
        case 'P':
          this.out += `${this.line.split('\n', 1)[0]}\n`
          break
        case 'l':
          this.out += `${this.line.replace(/[\\\n\t]/g, (c) => ({ '\\': '\\\\', '\n': '\\n', '\t': '\\t' })[c]!)}$\n`
          break
        case '=':
          this.out += `${this.n}\n`
          break
        case 'q':
          return 'quit'
        case 'Q':
          return 'silence'
        case 'i':
          this.out += `${text}\n`
          break
        case 'a':
          this.after += `${text}\n`
          break
        case 'r':
          this.after += this.io.files.read(this.io.path(text)) ?? ''
          break
        case 'w':
          this.io.files.append(this.io.path(text), `${this.line}\n`)
          break
        case 'c':
          if (!instruction.to || !this.ranges.has(instruction)) this.out += `${text}\n`
          return 'deleted'
        case 'n':
          if (this.isLast) return this.quiet ? 'silence' : 'quit'
          this.show()
          this.line = this.lines[this.n++]
          break
        case 'N':
          // Without a next line the pattern space is printed as it is.
          if (this.isLast) return 'quit'
          this.line += `\n${this.lines[this.n++]}`
          break
        case 'g':
          this.line = this.hold
          break
        case 'G':
          this.line += `\n${this.hold}`
          break
        case 'h':
          this.hold = this.line
          break
        case 'H':
          this.hold += `\n${this.line}`
          break
        case 'x':
          ;[this.line, this.hold] = [this.hold, this.line]
          break
        case 'z':
          this.line = ''
          break
        case 'b':
        case 't':
        case 'T': {
          const taken = name === 'b' || this.changed === (name === 't')
          if (name !== 'b') this.changed = false
          if (!taken) break
          if (++jumps > MOST_JUMPS) return 'quit'
          i = instruction.jump! - 1
          break
        }
      }
    }
    return 'print'
  }

  private substitute(instruction: Instruction): void {
    let seen = 0
    let changed = false
    const { expression, nth = 1, every } = instruction
    expression!.lastIndex = 0
    this.line = this.line.replace(expression!, (...match) => {
      seen++
      if (seen < nth || (seen > nth && !every)) return match[0] as string
      changed = true
      return replacement(instruction.text!, match)
    })
    if (!changed) return
    this.changed = true
    if (instruction.print) this.out += `${this.line}\n`
  }
}

/** What stands in a match's place: `&`, groups, and the letters that change case. */
function replacement(text: string, match: unknown[]): string {
  let out = ''
  let mode = ''
  let once = ''
  const add = (piece: string) => {
    let shown = mode === 'U' ? piece.toUpperCase() : mode === 'L' ? piece.toLowerCase() : piece
    if (once && shown !== '') {
      shown = (once === 'u' ? shown[0].toUpperCase() : shown[0].toLowerCase()) + shown.slice(1)
      once = ''
    }
    out += shown
  }
  for (const [whole, escaped] of text.matchAll(/\\([\s\S])|&|[^\\&]+/g)) {
    if (escaped === undefined) add(whole === '&' ? String(match[0]) : whole)
    else if (/\d/.test(escaped)) add(typeof match[Number(escaped)] === 'string' ? (match[Number(escaped)] as string) : '')
    else if ('UL'.includes(escaped)) mode = escaped
    else if ('ul'.includes(escaped)) once = escaped
    else if (escaped === 'E') mode = ''
    else add(({ n: '\n', t: '\t', r: '\r' } as Record<string, string>)[escaped] ?? escaped)
  }
  return out
}
