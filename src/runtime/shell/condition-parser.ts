// The expression of bash's [[ ]]: !, &&, || and parentheses over tests of words.
import { type Condition, SyntaxProblem, type Word } from './ast'

/** What the parser sees of the script: the token at hand, without newlines. */
export interface ConditionReader {
  line: number
  next(): { word: Word; plain?: string } | { operator: string }
  take(): void
  /** Reads a pattern or a regular expression. */
  pattern(expression: boolean): Word
}

const UNARY = /^-[abcdefghknoprstuvwxzGLNORS]$/
const BINARY = /^(?:==?|!=|=~|-(?:eq|ne|lt|le|gt|ge|nt|ot|ef))$/

export function conditionOf(reader: ConditionReader): Condition {
  const problem = (text: string) => new SyntaxProblem(text, reader.line)
  const isOperator = (text: string) => {
    const token = reader.next()
    return 'operator' in token && token.operator === text
  }
  const isWord = (text: string) => {
    const token = reader.next()
    return 'word' in token && token.plain === text
  }
  function described(): string {
    const token = reader.next()
    return 'operator' in token ? token.operator : (token.plain ?? 'word')
  }

  function or(): Condition {
    let left = and()
    while (isOperator('||')) {
      reader.take()
      left = { type: 'or', left, right: and() }
    }
    return left
  }
  function and(): Condition {
    let left = not()
    while (isOperator('&&')) {
      reader.take()
      left = { type: 'and', left, right: not() }
    }
    return left
  }
  function not(): Condition {
    if (isWord('!')) {
      reader.take()
      return { type: 'not', body: not() }
    }
    if (isOperator('(')) {
      reader.take()
      const inner = or()
      if (!isOperator(')')) throw problem(`unexpected token \`${described()}', expected \`)'`)
      reader.take()
      return inner
    }
    return primary()
  }
  function primary(): Condition {
    const first = reader.next()
    if ('operator' in first) throw problem(`unexpected token \`${first.operator}' in conditional command`)
    reader.take()
    if (first.plain !== undefined && UNARY.test(first.plain)) {
      const operand = reader.next()
      if ('word' in operand && operand.plain !== ']]') {
        reader.take()
        return { type: 'unary', operator: first.plain, word: operand.word }
      }
      throw problem(`unexpected argument \`${described()}' to conditional unary operator`)
    }
    const second = reader.next()
    const operator = 'operator' in second ? second.operator : (second.plain ?? '')
    if (operator === '<' || operator === '>' || BINARY.test(operator)) {
      reader.take()
      if (/^(?:==?|!=|=~)$/.test(operator)) {
        if (isWord(']]')) throw problem("unexpected argument `]]' to conditional binary operator")
        return { type: 'binary', operator, left: first.word, right: reader.pattern(operator === '=~') }
      }
      const right = reader.next()
      if (!('word' in right) || right.plain === ']]') throw problem(`unexpected argument \`${described()}' to conditional binary operator`)
      reader.take()
      return { type: 'binary', operator, left: first.word, right: right.word }
    }
    if ('word' in second && second.plain !== ']]') throw problem('conditional binary operator expected')
    return { type: 'unary', operator: '-n', word: first.word }
  }

  const condition = or()
  if (!isWord(']]')) throw problem(`syntax error in conditional expression: unexpected token \`${described()}'`)
  reader.take()
  return condition
}
