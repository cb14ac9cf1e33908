// Running bc's statements.
import {
  add,
  BcProblem,
  compare,
  type Decimal,
  divide,
  multiply,
  negated,
  ONE,
  parse,
  power,
  remainder,
  scaled,
  shown,
  squareRoot,
  ZERO,
} from './decimal'
import type { Expression, Statement } from './parser'

type Definition = Extract<Statement, { kind: 'define' }>
type Outcome = 'break' | 'continue' | 'quit' | { returned: Decimal } | undefined

/** Steps a program may take: a loop without end must end somewhere. */
const MOST_STEPS = 2_000_000
const MOST_DEPTH = 500

export class Calculator {
  private variables = new Map<string, Decimal>()
  private arrays = new Map<string, Map<string, Decimal>>()
  private readonly functions = new Map<string, Definition>()
  private readonly settings: Record<'scale' | 'ibase' | 'obase' | 'last', Decimal> = {
    scale: ZERO,
    ibase: { units: 10n, scale: 0 },
    obase: { units: 10n, scale: 0 },
    last: ZERO,
  }
  private steps = 0
  private depth = 0

  constructor(private readonly out: (text: string) => void) {}

  run(program: Iterable<Statement>): 'quit' | undefined {
    for (const statement of program) if (this.statement(statement) === 'quit') return 'quit'
    return undefined
  }

  private get scale(): number {
    return Number(this.settings.scale.units)
  }

  private block(body: Statement[]): Outcome {
    for (const statement of body) {
      const outcome = this.statement(statement)
      if (outcome) return outcome
    }
    return undefined
  }

  private statement(statement: Statement): Outcome {
    if (++this.steps > MOST_STEPS) throw new BcProblem('interrupted execution')
    switch (statement.kind) {
      case 'expression': {
        const value = this.value(statement.value)
        if (statement.silent) return undefined
        this.settings.last = value
        this.out(`${this.text(value)}\n`)
        return undefined
      }
      case 'text':
        this.out(statement.text)
        return undefined
      case 'print':
        for (const part of statement.parts) this.out(typeof part === 'string' ? unescaped(part) : this.text(this.value(part)))
        return undefined
      case 'block':
        return this.block(statement.body)
      case 'if':
        if (this.holds(statement.condition)) return this.statement(statement.then)
        return statement.otherwise && this.statement(statement.otherwise)
      case 'while':
        return this.loop(statement.condition, statement.body)
      case 'for':
        if (statement.first) this.value(statement.first)
        return this.loop(statement.condition, statement.body, statement.step)
      case 'define':
        this.functions.set(statement.name, statement)
        return undefined
      case 'return':
        return { returned: statement.value ? this.value(statement.value) : ZERO }
      case 'halt':
        return 'quit'
      default:
        return statement.kind
    }
  }

  private loop(condition: Expression | undefined, body: Statement, step?: Expression): Outcome {
    while (!condition || this.holds(condition)) {
      const outcome = this.statement(body)
      if (outcome === 'break') return undefined
      if (outcome && outcome !== 'continue') return outcome
      if (step) this.value(step)
    }
    return undefined
  }

  private holds(condition: Expression): boolean {
    return this.value(condition).units !== 0n
  }

  private text(value: Decimal): string {
    return shown(value, Number(this.settings.obase.units))
  }

  private value(expression: Expression): Decimal {
    switch (expression.kind) {
      case 'number':
        return parse(expression.text, Number(this.settings.ibase.units))
      case 'name':
        return this.read(expression)
      case 'assign': {
        const given = this.value(expression.value)
        const { operator, target } = expression
        const value = operator === '=' ? given : this.binary(operator[0], this.read(target), given)
        this.write(target, value)
        return value
      }
      case 'step': {
        const before = this.read(expression.target)
        const after = add(before, expression.by === 1 ? ONE : negated(ONE))
        this.write(expression.target, after)
        return expression.before ? after : before
      }
      case 'unary': {
        const value = this.value(expression.body)
        return expression.operator === '-' ? negated(value) : value.units === 0n ? ONE : ZERO
      }
      case 'binary':
        return this.binary(expression.operator, this.value(expression.left), this.value(expression.right))
      case 'call':
        return this.call(expression.name, expression.args)
    }
  }

  private binary(operator: string, a: Decimal, b: Decimal): Decimal {
    const truth = (value: boolean) => (value ? ONE : ZERO)
    switch (operator) {
      case '+':
        return add(a, b)
      case '-':
        return add(a, negated(b))
      case '*':
        return multiply(a, b, this.scale)
      case '/':
        return divide(a, b, this.scale)
      case '%':
        return remainder(a, b, this.scale)
      case '^':
        return power(a, b, this.scale)
      case '==':
        return truth(compare(a, b) === 0)
      case '!=':
        return truth(compare(a, b) !== 0)
      case '<':
        return truth(compare(a, b) < 0)
      case '>':
        return truth(compare(a, b) > 0)
      case '<=':
        return truth(compare(a, b) <= 0)
      case '>=':
        return truth(compare(a, b) >= 0)
      case '&&':
        return truth(a.units !== 0n && b.units !== 0n)
      default:
        return truth(a.units !== 0n || b.units !== 0n)
    }
  }

  private read({ name, index }: Extract<Expression, { kind: 'name' }>): Decimal {
    if (index) return this.arrays.get(name)?.get(String(scaled(this.value(index), 0).units)) ?? ZERO
    if (name === 'scale' || name === 'ibase' || name === 'obase' || name === 'last') return this.settings[name]
    return this.variables.get(name) ?? ZERO
  }

  private write({ name, index }: Extract<Expression, { kind: 'name' }>, value: Decimal): void {
    if (index) {
      const array = this.arrays.get(name) ?? new Map<string, Decimal>()
      array.set(String(scaled(this.value(index), 0).units), value)
      this.arrays.set(name, array)
    } else if (name === 'scale' || name === 'ibase' || name === 'obase' || name === 'last') this.set(name, value)
    else this.variables.set(name, value)
  }

  private set(name: 'scale' | 'ibase' | 'obase' | 'last', value: Decimal): void {
    const whole = scaled(value, 0)
    if (name === 'scale' && (whole.units < 0n || whole.units > 100_000n)) throw new BcProblem('bad scale; must be [0, BC_SCALE_MAX]')
    if (name === 'ibase' && (whole.units < 2n || whole.units > 36n)) throw new BcProblem('bad ibase; must be [2, 16]')
    if (name === 'obase' && (whole.units < 2n || whole.units > 999n)) throw new BcProblem('bad obase; must be [2, 999]')
    this.settings[name] = name === 'last' ? value : whole
  }

  private call(name: string, args: Expression[]): Decimal {
    const values = args.map((arg) => this.value(arg))
    switch (name) {
      case 'sqrt':
        return squareRoot(values[0] ?? ZERO, this.scale)
      case 'length': {
        const [{ units, scale }] = values
        return { units: BigInt(Math.max(String(units < 0n ? -units : units).length, scale)), scale: 0 }
      }
      case 'scale':
        return { units: BigInt(values[0]?.scale ?? 0), scale: 0 }
    }
    const definition = this.functions.get(name)
    if (!definition) throw new BcProblem('undefined function')
    if (definition.parameters.length !== values.length) throw new BcProblem('function has wrong number of parameters; need another')
    if (++this.depth > MOST_DEPTH) throw new BcProblem('stack overflow')
    const kept = [...definition.parameters, ...definition.locals].map((own) => [own, this.variables.get(own)] as const)
    for (const own of definition.locals) this.variables.delete(own)
    for (const [i, own] of definition.parameters.entries()) this.variables.set(own, values[i])
    const outcome = this.block(definition.body)
    for (const [own, value] of kept) {
      if (value) this.variables.set(own, value)
      else this.variables.delete(own)
    }
    this.depth--
    return typeof outcome === 'object' ? outcome.returned : ZERO
  }
}

function unescaped(text: string): string {
  const known: Record<string, string> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', q: '"', '\\': '\\' }
  return text.replace(/\\(.)/g, (whole, c: string) => known[c] ?? whole)
}
