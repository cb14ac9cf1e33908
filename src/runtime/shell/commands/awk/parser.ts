// The grammar of awk: rules, functions, statements, and expressions by precedence. Follows POSIX awk.
import { AwkProblem, type AwkProgram, type Expression, type Redirect, type Rule, type Statement, type Target } from './ast'
import { type Token, tokens } from './lexer'

const ASSIGNMENTS = ['=', '+=', '-=', '*=', '/=', '%=', '^=']
const COMPARISONS = ['<', '<=', '==', '!=', '>', '>=']

class Parser {
  private at = 0
  /** In the arguments of print `>` sends output elsewhere. */
  private printing = 0
  readonly program: AwkProgram = { rules: [], functions: new Map() }

  constructor(private readonly list: Token[]) {}

  private get token(): Token {
    return this.list[this.at]
  }

  private is(text: string): boolean {
    return (this.token.kind === 'sign' || this.token.kind === 'word') && this.token.text === text
  }

  private take(text: string): boolean {
    if (!this.is(text)) return false
    this.at++
    return true
  }

  private expect(text: string): void {
    if (!this.take(text)) throw this.unexpected()
  }

  private unexpected(): AwkProblem {
    const { kind } = this.token
    return new AwkProblem(kind === 'end' ? 'Unexpected end of string' : 'Unexpected token')
  }

  private name(): string {
    if (this.token.kind !== 'name' && this.token.kind !== 'call') throw this.unexpected()
    return this.list[this.at++].text
  }

  private newlines(): void {
    while (this.token.kind === 'newline') this.at++
  }

  private ends(): void {
    while (this.token.kind === 'newline' || this.is(';')) this.at++
  }

  parse(): AwkProgram {
    for (this.ends(); this.token.kind !== 'end'; this.ends()) {
      if (this.take('function')) this.functionDefinition()
      else this.program.rules.push(this.rule())
    }
    return this.program
  }

  private functionDefinition(): void {
    const name = this.name()
    const parameters: string[] = []
    this.expect('(')
    while (!this.take(')')) {
      parameters.push(this.name())
      if (this.take(',')) this.newlines()
    }
    this.newlines()
    this.program.functions.set(name, { parameters, body: this.block() })
  }

  private rule(): Rule {
    if (this.is('{')) return { body: this.block() }
    let pattern: Rule['pattern']
    if (this.take('BEGIN')) pattern = 'BEGIN'
    else if (this.take('END')) pattern = 'END'
    else {
      const from = this.expression()
      if (this.take(',')) {
        this.newlines()
        pattern = { from, to: this.expression() }
      } else pattern = from
    }
    return this.is('{') ? { pattern, body: this.block() } : { pattern }
  }

  // ---------------------------------------------------------------- statements

  private block(): Statement[] {
    this.expect('{')
    const body: Statement[] = []
    for (this.ends(); !this.take('}'); this.ends()) {
      if (this.token.kind === 'end') throw this.unexpected()
      body.push(this.statement())
    }
    return body
  }

  /** A statement after a head, on the same line or the next. */
  private inner(): Statement {
    this.newlines()
    if (this.take(';')) return { kind: 'block', body: [] }
    return this.statement()
  }

  private statement(): Statement {
    if (this.is('{')) return { kind: 'block', body: this.block() }
    if (this.token.kind === 'word') {
      const word = this.token.text
      switch (word) {
        case 'if':
          return this.choice()
        case 'while':
          this.at++
          return { kind: 'while', test: this.condition(), body: this.inner() }
        case 'do':
          return this.doLoop()
        case 'for':
          return this.forLoop()
      }
    }
    const statement = this.simple()
    if (!this.is('}') && !this.take(';') && this.token.kind !== 'newline') throw this.unexpected()
    return statement
  }

  /** Does a statement end here? */
  private isOver(): boolean {
    return this.token.kind === 'newline' || this.is(';') || this.is('}')
  }

  private condition(): Expression {
    this.expect('(')
    const test = this.expression()
    this.expect(')')
    return test
  }

  private choice(): Statement {
    this.at++
    const test = this.condition()
    const yes = this.inner()
    const back = this.at
    this.ends()
    if (!this.take('else')) {
      this.at = back
      return { kind: 'if', test, yes }
    }
    return { kind: 'if', test, yes, no: this.inner() }
  }

  private doLoop(): Statement {
    this.at++
    const body = this.inner()
    this.ends()
    this.expect('while')
    return { kind: 'do', body, test: this.condition() }
  }

  private forLoop(): Statement {
    this.at++
    this.expect('(')
    if (this.token.kind === 'name' && this.list[this.at + 1].text === 'in' && this.list[this.at + 3].text === ')') {
      const variable = this.name()
      this.expect('in')
      const array = this.name()
      this.expect(')')
      return { kind: 'forin', variable, array, body: this.inner() }
    }
    const first = this.is(';') ? undefined : this.simple()
    this.expect(';')
    this.newlines()
    const test = this.is(';') ? undefined : this.expression()
    this.expect(';')
    this.newlines()
    const next = this.is(')') ? undefined : this.simple()
    this.expect(')')
    return { kind: 'for', first, test, next, body: this.inner() }
  }

  private simple(): Statement {
    if (this.token.kind === 'word') {
      const word = this.token.text
      switch (word) {
        case 'print':
        case 'printf':
          this.at++
          return this.output(word)
        case 'next':
        case 'nextfile':
        case 'break':
        case 'continue':
          this.at++
          return { kind: word }
        case 'exit':
        case 'return': {
          this.at++
          return this.isOver() ? { kind: word } : { kind: word, value: this.expression() }
        }
        case 'delete': {
          this.at++
          const array = this.name()
          return this.is('[') ? { kind: 'delete', array, index: this.index() } : { kind: 'delete', array }
        }
      }
    }
    return { kind: 'expression', of: this.expression() }
  }

  private output(kind: 'print' | 'printf'): Statement {
    this.printing++
    let args: Expression[] = []
    if (!this.isOver() && !['>', '>>', '|'].some((s) => this.is(s))) args = this.list1()
    this.printing--
    // `print (a, b)` has one group for its arguments.
    if (args.length === 1 && args[0].kind === 'group' && args[0].list.length > 1) args = args[0].list
    for (const mode of ['>', '>>', '|'] as const) {
      if (!this.take(mode)) continue
      this.printing++
      const redirect: Redirect = { mode, to: this.concatenation() }
      this.printing--
      return { kind, args, redirect }
    }
    return { kind, args }
  }

  private list1(): Expression[] {
    const found = [this.expression()]
    while (this.take(',')) {
      this.newlines()
      found.push(this.expression())
    }
    return found
  }

  private index(): Expression[] {
    this.expect('[')
    const { printing } = this
    this.printing = 0
    const found = this.list1()
    this.printing = printing
    this.expect(']')
    return found
  }

  // ---------------------------------------------------------------- expressions

  private expression(): Expression {
    const left = this.ternary()
    const sign = this.token
    if (sign.kind !== 'sign' || !ASSIGNMENTS.includes(sign.text) || !isTarget(left)) return left
    this.at++
    this.newlines()
    return { kind: 'assign', operator: sign.text, target: left, value: this.expression() }
  }

  private ternary(): Expression {
    const test = this.or()
    if (!this.take('?')) return test
    this.newlines()
    const yes = this.expression()
    this.newlines()
    this.expect(':')
    this.newlines()
    return { kind: 'choice', test, yes, no: this.expression() }
  }

  private or(): Expression {
    let left = this.and()
    while (this.take('||')) {
      this.newlines()
      left = { kind: 'binary', operator: '||', left, right: this.and() }
    }
    return left
  }

  private and(): Expression {
    let left = this.membership()
    while (this.take('&&')) {
      this.newlines()
      left = { kind: 'binary', operator: '&&', left, right: this.membership() }
    }
    return left
  }

  private membership(): Expression {
    let left = this.match()
    while (this.take('in')) left = { kind: 'in', index: left.kind === 'group' ? left.list : [left], array: this.name() }
    return left
  }

  private match(): Expression {
    let left = this.comparison()
    for (;;) {
      const operator = this.is('~') ? '~' : this.is('!~') ? '!~' : undefined
      if (!operator) return left
      this.at++
      left = { kind: 'binary', operator, left, right: this.comparison() }
    }
  }

  private comparison(): Expression {
    const left = this.piped()
    const sign = this.token
    if (sign.kind !== 'sign' || !COMPARISONS.includes(sign.text) || (sign.text === '>' && this.printing > 0)) return left
    this.at++
    return { kind: 'binary', operator: sign.text, left, right: this.piped() }
  }

  /** `"command" | getline x` */
  private piped(): Expression {
    let left = this.concatenation()
    while (this.is('|') && this.list[this.at + 1].text === 'getline') {
      this.at += 2
      left = { kind: 'getline', command: left, into: this.optionalTarget() }
    }
    return left
  }

  private concatenation(): Expression {
    let left = this.sum()
    while (this.beginsOperand()) left = { kind: 'binary', operator: ' ', left, right: this.sum() }
    return left
  }

  private beginsOperand(): boolean {
    const { kind, text } = this.token
    if (['number', 'string', 'regex', 'name', 'call', 'builtin'].includes(kind)) return true
    return kind === 'sign' && ['$', '!', '(', '-', '+', '++', '--'].includes(text) && text !== '+' && text !== '-'
  }

  private sum(): Expression {
    let left = this.product()
    while (this.is('+') || this.is('-')) left = { kind: 'binary', operator: this.list[this.at++].text, left, right: this.product() }
    return left
  }

  private product(): Expression {
    let left = this.unary()
    while (this.is('*') || this.is('/') || this.is('%'))
      left = { kind: 'binary', operator: this.list[this.at++].text, left, right: this.unary() }
    return left
  }

  private unary(): Expression {
    for (const operator of ['!', '-', '+']) if (this.take(operator)) return { kind: 'unary', operator, of: this.unary() }
    return this.power()
  }

  private power(): Expression {
    const left = this.postfix()
    if (!this.take('^')) return left
    // Binds tighter than a minus on its left, and to the right.
    const right = this.is('-') || this.is('+') || this.is('!') ? this.unary() : this.power()
    return { kind: 'binary', operator: '^', left, right }
  }

  private postfix(): Expression {
    for (const sign of ['++', '--'] as const) {
      if (!this.take(sign)) continue
      const target = this.primary()
      if (!isTarget(target)) throw this.unexpected()
      return { kind: 'step', by: sign === '++' ? 1 : -1, before: true, target }
    }
    const operand = this.primary()
    if (!isTarget(operand)) return operand
    if (this.take('++')) return { kind: 'step', by: 1, before: false, target: operand }
    if (this.take('--')) return { kind: 'step', by: -1, before: false, target: operand }
    return operand
  }

  private optionalTarget(): Target | undefined {
    if (this.token.kind !== 'name' && !this.is('$')) return undefined
    const target = this.primary()
    return isTarget(target) ? target : undefined
  }

  private primary(): Expression {
    const { kind, text } = this.token
    switch (kind) {
      case 'number':
        this.at++
        return { kind, value: Number(text) }
      case 'string':
        this.at++
        return { kind, value: text }
      case 'regex':
        this.at++
        return { kind, source: text }
      case 'call':
        this.at++
        return { kind: 'call', name: text, args: this.args() }
      case 'builtin':
        this.at++
        return { kind: 'builtin', name: text, args: this.is('(') ? this.args() : [] }
      case 'name':
        this.at++
        return this.is('[') ? { kind: 'element', array: text, index: this.index() } : { kind: 'variable', name: text }
    }
    if (this.take('$')) {
      const sign = this.is('++') || this.is('--') ? this.postfix() : this.is('-') ? this.unary() : this.primary()
      return { kind: 'field', index: sign }
    }
    if (this.take('getline')) {
      const into = this.optionalTarget()
      return this.take('<') ? { kind: 'getline', into, file: this.primary() } : { kind: 'getline', into }
    }
    if (this.is('(')) return { kind: 'group', list: this.args() }
    throw this.unexpected()
  }

  private args(): Expression[] {
    this.expect('(')
    const { printing } = this
    this.printing = 0
    this.newlines()
    const found = this.is(')') ? [] : this.list1()
    this.newlines()
    this.printing = printing
    this.expect(')')
    return found
  }
}

function isTarget(expression: Expression): expression is Target {
  return expression.kind === 'variable' || expression.kind === 'field' || expression.kind === 'element'
}

/** Throws AwkProblem. */
export function parseAwk(source: string): AwkProgram {
  return new Parser(tokens(source)).parse()
}
