// The grammar of bc.
import { BcProblem } from './decimal'

export type Expression =
  | { kind: 'number'; text: string }
  | { kind: 'name'; name: string; index?: Expression }
  | { kind: 'assign'; operator: string; target: Extract<Expression, { kind: 'name' }>; value: Expression }
  | { kind: 'step'; by: 1 | -1; before: boolean; target: Extract<Expression, { kind: 'name' }> }
  | { kind: 'binary'; operator: string; left: Expression; right: Expression }
  | { kind: 'unary'; operator: '-' | '!'; body: Expression }
  | { kind: 'call'; name: string; args: Expression[] }

export type Statement =
  | { kind: 'expression'; value: Expression; silent: boolean }
  | { kind: 'text'; text: string }
  | { kind: 'print'; parts: (Expression | string)[] }
  | { kind: 'block'; body: Statement[] }
  | { kind: 'if'; condition: Expression; then: Statement; otherwise?: Statement }
  | { kind: 'while'; condition: Expression; body: Statement }
  | { kind: 'for'; first?: Expression; condition?: Expression; step?: Expression; body: Statement }
  | { kind: 'define'; name: string; parameters: string[]; locals: string[]; body: Statement[] }
  | { kind: 'return'; value?: Expression }
  | { kind: 'break' | 'continue' | 'quit' | 'halt' }

const TOKEN =
  /\/\*[\s\S]*?\*\/|#[^\n]*|"[^"]*"|[0-9A-F]*\.?[0-9A-F]+|[0-9A-F]+\.?|[a-z][a-z0-9_]*|\+\+|--|&&|\|\||[-+*/%^=!<>]=|[-+*/%^=<>!(){}[\];,]|\n|\\\n|[ \t\r]+|./g

/** Statements one after the other, so that those before a mistake can be run: the mistake is thrown when it is come to. */
export function* parseProgram(text: string): Generator<Statement> {
  const tokens = (text.match(TOKEN) ?? []).filter((t) => !/^(?:[ \t\r]+|\\\n|#.*|\/\*[\s\S]*\*\/)$/.test(t))
  let at = 0
  const is = (token: string) => tokens[at] === token
  const isEnd = (token: string | undefined) => token === undefined || token === '\n' || token === ';'
  function bad(): never {
    throw new BcProblem(`bad expression at '${(tokens[at] ?? '').trim()}'`)
  }
  function take(token: string): void {
    if (!is(token)) bad()
    at++
  }
  function skipLines(): void {
    while (is('\n')) at++
  }

  // ---------------------------------------------------------------- expressions

  function or(): Expression {
    let left = and()
    while (is('||')) {
      at++
      left = { kind: 'binary', operator: '||', left, right: and() }
    }
    return left
  }
  function and(): Expression {
    let left = relation()
    while (is('&&')) {
      at++
      left = { kind: 'binary', operator: '&&', left, right: relation() }
    }
    return left
  }
  function relation(): Expression {
    let left = assignment()
    while (/^(?:==|!=|<=|>=|<|>)$/.test(tokens[at] ?? '')) {
      const operator = tokens[at++]
      left = { kind: 'binary', operator, left, right: assignment() }
    }
    return left
  }
  function assignment(): Expression {
    const left = sum()
    if (left.kind !== 'name' || !/^[-+*/%^]?=$/.test(tokens[at] ?? '')) return left
    const operator = tokens[at++]
    return { kind: 'assign', operator, target: left, value: assignment() }
  }
  function sum(): Expression {
    let left = product()
    while (is('+') || is('-')) {
      const operator = tokens[at++]
      left = { kind: 'binary', operator, left, right: product() }
    }
    return left
  }
  function product(): Expression {
    let left = raised()
    while (is('*') || is('/') || is('%')) {
      const operator = tokens[at++]
      left = { kind: 'binary', operator, left, right: raised() }
    }
    return left
  }
  function raised(): Expression {
    const left = unary()
    if (!is('^')) return left
    at++
    return { kind: 'binary', operator: '^', left, right: raised() }
  }
  function unary(): Expression {
    if (is('-') || is('!')) {
      const operator = tokens[at++] as '-' | '!'
      return { kind: 'unary', operator, body: unary() }
    }
    if (is('++') || is('--')) {
      const by = tokens[at++] === '++' ? 1 : -1
      const target = primary()
      if (target.kind !== 'name') bad()
      return { kind: 'step', by, before: true, target }
    }
    const body = primary()
    if ((is('++') || is('--')) && body.kind === 'name')
      return { kind: 'step', by: tokens[at++] === '++' ? 1 : -1, before: false, target: body }
    return body
  }
  function primary(): Expression {
    const token = tokens[at]
    if (token === undefined) bad()
    if (token === '(') {
      at++
      const inner = or()
      take(')')
      return inner
    }
    if (/^[0-9A-F.]/.test(token)) {
      at++
      return { kind: 'number', text: token }
    }
    if (!/^[a-z]/.test(token)) bad()
    at++
    if (is('(')) {
      at++
      const args: Expression[] = []
      while (!is(')')) {
        args.push(or())
        if (!is(')')) take(',')
      }
      at++
      return { kind: 'call', name: token, args }
    }
    if (!is('[')) return { kind: 'name', name: token }
    at++
    const index = is(']') ? undefined : or()
    take(']')
    return { kind: 'name', name: token, ...(index ? { index } : {}) }
  }

  // ---------------------------------------------------------------- statements

  function statement(): Statement {
    const token = tokens[at]
    switch (token) {
      case '{': {
        at++
        const body: Statement[] = []
        for (;;) {
          while (is('\n') || is(';')) at++
          if (is('}')) break
          if (at >= tokens.length) bad()
          body.push(statement())
        }
        at++
        return { kind: 'block', body }
      }
      case 'if': {
        const condition = parenthesis()
        skipLines()
        const then = statement()
        const before = at
        while (is('\n') || is(';')) at++
        if (!is('else')) {
          at = before
          return { kind: 'if', condition, then }
        }
        at++
        skipLines()
        return { kind: 'if', condition, then, otherwise: statement() }
      }
      case 'while': {
        const condition = parenthesis()
        skipLines()
        return { kind: 'while', condition, body: statement() }
      }
      case 'for':
        return forStatement()
      case 'define':
        return definition()
      case 'return': {
        at++
        return isEnd(tokens[at]) || is('}') ? { kind: 'return' } : { kind: 'return', value: or() }
      }
      case 'break':
      case 'continue':
      case 'quit':
      case 'halt':
        at++
        return { kind: token }
      case 'print': {
        const parts: (Expression | string)[] = []
        do {
          at++
          if (tokens[at]?.startsWith('"')) parts.push(tokens[at++].slice(1, -1))
          else parts.push(or())
        } while (is(','))
        return { kind: 'print', parts }
      }
    }
    if (token?.startsWith('"')) {
      at++
      return { kind: 'text', text: token.slice(1, -1) }
    }
    const value = or()
    return { kind: 'expression', value, silent: value.kind === 'assign' }
  }
  function parenthesis(): Expression {
    at++
    take('(')
    const inner = or()
    take(')')
    return inner
  }
  function forStatement(): Statement {
    at++
    take('(')
    const part = (end: string) => {
      const value = is(end) ? undefined : or()
      take(end)
      return value
    }
    const [first, condition, step] = [part(';'), part(';'), part(')')]
    skipLines()
    return { kind: 'for', ...(first ? { first } : {}), ...(condition ? { condition } : {}), ...(step ? { step } : {}), body: statement() }
  }
  function names(end: (token: string) => boolean): string[] {
    const out: string[] = []
    while (!end(tokens[at] ?? '\n')) {
      if (/^[a-z]/.test(tokens[at])) out.push(tokens[at])
      else if (!/^[[\],]$/.test(tokens[at])) bad()
      at++
    }
    return out
  }
  function definition(): Statement {
    at++
    const name = tokens[at++]
    take('(')
    const parameters = names((t) => t === ')')
    take(')')
    skipLines()
    take('{')
    skipLines()
    let locals: string[] = []
    if (is('auto')) {
      at++
      locals = names((t) => t === ';' || t === '\n')
    }
    at--
    tokens[at] = '{'
    const block = statement() as Extract<Statement, { kind: 'block' }>
    return { kind: 'define', name, parameters, locals, body: block.body }
  }

  while (at < tokens.length) {
    if (is('\n') || is(';')) {
      at++
      continue
    }
    const next = statement()
    if (!isEnd(tokens[at])) bad()
    yield next
  }
}
