// Runs an awk program. Commands it starts are not run here: it stops with NeedCommand, and is run again from its beginning once their
// outcome is known.
import type { AwkProgram, Expression, Redirect, Rule, Statement, Target } from './ast'
import { AwkProblem } from './ast'
import { callBuiltin } from './builtins'
import { Fields, RecordReader, regexOf } from './fields'
import { compared, formatted, fromOutside, numberOf, textOf, truth, type Value } from './values'

/** A command whose outcome is needed before the program can go on. */
export class NeedCommand {
  constructor(
    readonly command: string,
    /** Its output is wanted, and not to be seen. */
    readonly capture: boolean,
  ) {}
}

export interface AwkHost {
  /** GNU's own ways in place of BusyBox's. */
  gnu: boolean
  /** Operands of the command line. */
  args: string[]
  /** Quietly: nothing is said when it cannot be read. */
  read(name: string, quietly?: boolean): string | undefined
  write(name: string, text: string, append: boolean): void
  complain(message: string): void
  variables: Record<string, string>
  now(): number
  /** Outcomes of commands in the order in which the program asked for them. */
  known: { status: number; output: string }[]
}

type Cells = Map<string, Value>
interface Cell {
  value?: Value
  cells?: Cells
  /** A parameter that was given a variable nobody has used yet: used as an array it becomes one for both. */
  from?: Cell
}

class Leave {
  constructor(
    readonly how: 'next' | 'nextfile' | 'exit' | 'return' | 'break' | 'continue',
    readonly value?: Value,
  ) {}
}

const DEEPEST = 1000

export class AwkMachine {
  out = ''
  /** Text for `print | "command"`, by command. */
  readonly piped = new Map<string, string>()
  seed = 0
  private readonly globals = new Map<string, Cell>()
  private locals: Map<string, Cell> | undefined
  private depth = 0
  private asked = 0
  private status = 0
  private readonly fields: Fields
  private readonly written = new Set<string>()
  private readonly readers = new Map<string, RecordReader>()
  private readonly ranges = new Set<Rule>()
  private input?: RecordReader
  private operand = 1

  constructor(
    private readonly program: AwkProgram,
    readonly host: AwkHost,
    settings: [string, string][],
  ) {
    const text = (name: string) => this.text(this.cell(name).value)
    this.fields = new Fields({ input: () => text('FS'), output: () => text('OFS') }, (v) => this.text(v))
    for (const [name, value] of Object.entries({ FS: ' ', OFS: ' ', ORS: '\n', RS: '\n', SUBSEP: '\x1c', CONVFMT: '%.6g', OFMT: '%.6g' }))
      this.cell(name).value = value
    for (const name of ['NR', 'FNR', 'RSTART']) this.cell(name).value = 0
    this.cell('RLENGTH').value = -1
    const list = (name: string, entries: [string, string][]) => {
      this.cell(name).cells = new Map(entries.map(([k, v]) => [k, fromOutside(v)]))
    }
    list('ENVIRON', Object.entries(host.variables))
    list('ARGV', [['0', 'awk'], ...host.args.map((a, i): [string, string] => [String(i + 1), a])])
    this.cell('ARGC').value = host.args.length + 1
    for (const [name, value] of settings) this.cell(name).value = fromOutside(value)
  }

  /** Runs it to its end; the exit status. Throws NeedCommand, AwkProblem. */
  run(): number {
    const { rules } = this.program
    const isMain = (rule: Rule) => rule.pattern !== 'BEGIN' && rule.pattern !== 'END'
    try {
      for (const rule of rules) if (rule.pattern === 'BEGIN') this.execute(rule.body ?? [])
      if (rules.some((r) => isMain(r) || r.pattern === 'END')) this.records(rules.filter(isMain))
    } catch (error) {
      if (!(error instanceof Leave)) throw error
      this.leave(error)
    }
    try {
      for (const rule of rules) if (rule.pattern === 'END') this.execute(rule.body ?? [])
    } catch (error) {
      if (!(error instanceof Leave)) throw error
      this.leave(error)
    }
    return this.status
  }

  private leave({ how, value }: Leave): void {
    if (how === 'exit' && value !== undefined) this.status = numberOf(value) & 255
  }

  private records(rules: Rule[]): void {
    for (let record = this.nextRecord(); record !== undefined; record = this.nextRecord()) {
      this.fields.set(record)
      try {
        for (const rule of rules) if (this.selected(rule)) rule.body ? this.execute(rule.body) : this.print([], undefined)
      } catch (error) {
        if (!(error instanceof Leave) || (error.how !== 'next' && error.how !== 'nextfile')) throw error
        if (error.how === 'nextfile') this.input = new RecordReader('')
      }
    }
  }

  private selected(rule: Rule): boolean {
    const { pattern } = rule
    if (pattern === undefined || typeof pattern === 'string') return true
    if (!('from' in pattern)) return truth(this.test(pattern))
    if (!this.ranges.has(rule) && !truth(this.test(pattern.from))) return false
    this.ranges.add(rule)
    if (truth(this.test(pattern.to))) this.ranges.delete(rule)
    return true
  }

  private test(expression: Expression): Value {
    return this.evaluate(expression)
  }

  /** The next record of the operands, which may also be assignments; standard input when there are none. */
  private nextRecord(): string | undefined {
    for (;;) {
      this.input ??= this.nextInput()
      const record = this.input?.next(this.text(this.cell('RS').value))
      if (record !== undefined) {
        for (const name of ['NR', 'FNR']) this.cell(name).value = numberOf(this.cell(name).value) + 1
        return record
      }
      if (!this.input) return undefined
      this.input = undefined
    }
  }

  private opened = 0

  private nextInput(): RecordReader | undefined {
    const args = this.array('ARGV')
    for (; this.operand < numberOf(this.cell('ARGC').value); ) {
      const name = this.text(args.get(String(this.operand++)))
      const assignment = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(name)
      if (assignment) this.cell(assignment[1]).value = fromOutside(assignment[2])
      else if (name !== '') {
        this.opened++
        const text = this.host.read(name)
        if (text === undefined) {
          this.status = 1
          continue
        }
        this.cell('FILENAME').value = name
        this.cell('FNR').value = 0
        return new RecordReader(text)
      }
    }
    if (this.opened++ > 0) return undefined
    return new RecordReader(this.host.read('-') ?? '')
  }

  // ---------------------------------------------------------------- variables

  cell(name: string): Cell {
    const own = this.locals?.get(name)
    if (own) return own
    let cell = this.globals.get(name)
    if (!cell) {
      cell = {}
      this.globals.set(name, cell)
    }
    return cell
  }

  array(name: string): Cells {
    return cellsOf(this.cell(name))
  }

  text(value: Value): string {
    return textOf(value, this.format('CONVFMT'))
  }

  private format(name: string): string {
    const { value } = this.globals.get(name) ?? {}
    return typeof value === 'string' ? value : '%.6g'
  }

  private key(index: Expression[]): string {
    return index.map((e) => this.text(this.evaluate(e))).join(index.length > 1 ? this.text(this.cell('SUBSEP').value) : '')
  }

  get(target: Target): Value {
    switch (target.kind) {
      case 'variable':
        return target.name === 'NF' && !this.locals?.has('NF') ? this.fields.count : this.cell(target.name).value
      case 'field':
        return this.fields.get(this.fieldNumber(target.index))
      case 'element': {
        const cells = this.array(target.array)
        const key = this.key(target.index)
        // Asking makes it.
        if (!cells.has(key)) cells.set(key, undefined)
        return cells.get(key)
      }
    }
  }

  set(target: Target, value: Value): Value {
    if (target.kind === 'field') this.fields.put(this.fieldNumber(target.index), value)
    else if (target.kind === 'element') this.array(target.array).set(this.key(target.index), value)
    else if (target.name === 'NF' && !this.locals?.has('NF')) this.fields.count = numberOf(value)
    else this.cell(target.name).value = value
    return value
  }

  private fieldNumber(index: Expression): number {
    const n = Math.trunc(numberOf(this.evaluate(index)))
    if (n < 0) throw new AwkProblem('Access to negative field')
    return n
  }

  // ---------------------------------------------------------------- expressions

  evaluate(e: Expression): Value {
    switch (e.kind) {
      case 'number':
      case 'string':
        return e.value
      case 'regex':
        return regexOf(e.source).test(this.text(this.fields.get(0))) ? 1 : 0
      case 'variable':
      case 'field':
      case 'element':
        return this.get(e)
      case 'group':
        return e.list.length === 1 ? this.evaluate(e.list[0]) : this.key(e.list)
      case 'assign': {
        const value = this.evaluate(e.value)
        if (e.operator === '=') return this.set(e.target, value)
        return this.set(e.target, arithmetic(e.operator.slice(0, -1), numberOf(this.get(e.target)), numberOf(value)))
      }
      case 'step': {
        const before = numberOf(this.get(e.target))
        this.set(e.target, before + e.by)
        return e.before ? before + e.by : before
      }
      case 'unary': {
        const value = this.evaluate(e.of)
        return e.operator === '!' ? Number(!truth(value)) : e.operator === '-' ? -numberOf(value) : numberOf(value)
      }
      case 'binary':
        return this.binary(e.operator, e.left, e.right)
      case 'choice':
        return this.evaluate(truth(this.evaluate(e.test)) ? e.yes : e.no)
      case 'in':
        return Number(this.array(e.array).has(this.key(e.index)))
      case 'call':
        return this.call(e.name, e.args)
      case 'builtin':
        return callBuiltin(this, e.name, e.args)
      case 'getline':
        return this.getline(e)
    }
  }

  /** The source of a regular expression: a literal as it stands, anything else by its value. */
  regexSource(e: Expression): string {
    return e.kind === 'regex' ? e.source : this.text(this.evaluate(e))
  }

  private binary(operator: string, left: Expression, right: Expression): Value {
    if (operator === '&&') return Number(truth(this.evaluate(left)) && truth(this.evaluate(right)))
    if (operator === '||') return Number(truth(this.evaluate(left)) || truth(this.evaluate(right)))
    const a = this.evaluate(left)
    if (operator === '~' || operator === '!~') {
      const text = this.text(a)
      return Number(regexOf(this.regexSource(right)).test(text) === (operator === '~'))
    }
    const b = this.evaluate(right)
    if (operator === ' ') return this.text(a) + this.text(b)
    const order = () => compared(a, b, this.format('CONVFMT'))
    switch (operator) {
      case '<':
        return Number(order() < 0)
      case '<=':
        return Number(order() <= 0)
      case '==':
        return Number(order() === 0)
      case '!=':
        return Number(order() !== 0)
      case '>':
        return Number(order() > 0)
      case '>=':
        return Number(order() >= 0)
    }
    return arithmetic(operator, numberOf(a), numberOf(b))
  }

  private call(name: string, args: Expression[]): Value {
    const own = this.program.functions.get(name)
    if (!own) throw new AwkProblem('Call to undefined function')
    if (this.depth >= DEEPEST) throw new AwkProblem('function calls are nested too deeply')
    const locals = new Map<string, Cell>()
    for (const [i, parameter] of own.parameters.entries()) {
      const arg = args[i]
      if (arg?.kind === 'variable' && arg.name !== 'NF') {
        const given = this.cell(arg.name)
        locals.set(parameter, given.cells ? { cells: given.cells } : given.value === undefined ? { from: given } : { value: given.value })
      } else locals.set(parameter, arg ? { value: this.evaluate(arg) } : {})
    }
    const outer = this.locals
    this.locals = locals
    this.depth++
    try {
      this.execute(own.body)
      return undefined
    } catch (error) {
      if (!(error instanceof Leave) || error.how !== 'return') throw error
      return error.value
    } finally {
      this.locals = outer
      this.depth--
    }
  }

  /** The outcome of a command the program starts. */
  ask(command: string, capture: boolean): { status: number; output: string } {
    const known = this.host.known[this.asked]
    if (!known) throw new NeedCommand(command, capture)
    this.asked++
    return known
  }

  private getline({ into, file, command }: Extract<Expression, { kind: 'getline' }>): Value {
    let record: string | undefined
    if (!file && !command) record = this.nextRecord()
    else {
      const name = this.text(this.evaluate((file ?? command)!))
      let reader = this.readers.get(name)
      if (!reader) {
        const text = command ? this.ask(name, true).output : this.host.read(name, true)
        if (text === undefined) return -1
        reader = new RecordReader(text)
        this.readers.set(name, reader)
      }
      record = reader.next(this.text(this.cell('RS').value))
      if (record !== undefined && command) this.cell('NR').value = numberOf(this.cell('NR').value) + 1
    }
    if (record === undefined) return 0
    if (into) this.set(into, fromOutside(record))
    else this.fields.set(record)
    return 1
  }

  /** Forgets a file or command, so that it begins anew. */
  close(name: string): number {
    const was = this.readers.delete(name) || this.piped.has(name) || this.written.has(name)
    this.written.delete(name)
    return was ? 0 : -1
  }

  // ---------------------------------------------------------------- statements

  private execute(body: Statement[]): void {
    for (const statement of body) this.statement(statement)
  }

  private statement(s: Statement): void {
    switch (s.kind) {
      case 'expression':
        this.evaluate(s.of)
        return
      case 'print':
        this.print(s.args, s.redirect)
        return
      case 'printf': {
        const [format, ...args] = s.args.map((a) => this.evaluate(a))
        this.send(formatted(this.text(format), args, this.format('CONVFMT')), s.redirect)
        return
      }
      case 'block':
        this.execute(s.body)
        return
      case 'if':
        if (truth(this.evaluate(s.test))) this.statement(s.yes)
        else if (s.no) this.statement(s.no)
        return
      case 'while':
        while (truth(this.evaluate(s.test)) && this.round(s.body));
        return
      case 'do':
        while (this.round(s.body) && truth(this.evaluate(s.test)));
        return
      case 'for':
        if (s.first) this.statement(s.first)
        while ((!s.test || truth(this.evaluate(s.test))) && this.round(s.body)) if (s.next) this.statement(s.next)
        return
      case 'forin':
        for (const key of [...this.array(s.array).keys()]) {
          this.cell(s.variable).value = fromOutside(key)
          if (!this.round(s.body)) return
        }
        return
      case 'delete':
        if (s.index) this.array(s.array).delete(this.key(s.index))
        else this.array(s.array).clear()
        return
      case 'exit':
      case 'return':
        throw new Leave(s.kind, s.value && this.evaluate(s.value))
      default:
        throw new Leave(s.kind)
    }
  }

  /** One round of a loop; false when it ends it. */
  private round(body: Statement): boolean {
    try {
      this.statement(body)
    } catch (error) {
      if (!(error instanceof Leave) || (error.how !== 'break' && error.how !== 'continue')) throw error
      return error.how === 'continue'
    }
    return true
  }

  private print(args: Expression[], redirect: Redirect | undefined): void {
    const shown = (value: Value) => textOf(value, this.format('OFMT'))
    const text = args.length > 0 ? args.map((a) => shown(this.evaluate(a))).join(shown(this.cell('OFS').value)) : shown(this.fields.get(0))
    this.send(text + shown(this.cell('ORS').value), redirect)
  }

  private send(text: string, redirect: Redirect | undefined): void {
    if (!redirect) {
      this.out += text
      return
    }
    const name = this.text(this.evaluate(redirect.to))
    if (redirect.mode === '|') this.piped.set(name, (this.piped.get(name) ?? '') + text)
    else if (name === '/dev/stdout' || name === '-') this.out += text
    else if (name === '/dev/stderr') this.host.complain(text)
    else {
      this.host.write(name, text, redirect.mode === '>>' || this.written.has(name))
      this.written.add(name)
    }
  }
}

function cellsOf(cell: Cell): Cells {
  if (!cell.cells) cell.cells = cell.from ? cellsOf(cell.from) : new Map()
  return cell.cells
}

function arithmetic(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '^':
      return a ** b
  }
  if (b === 0) throw new AwkProblem('Division by zero')
  return operator === '/' ? a / b : a % b
}
