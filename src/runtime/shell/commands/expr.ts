// expr: integers, texts, and regular expressions that begin at the start.
import { BoundedRegExp } from '../../../lib/bounded-regexp'
import type { Command } from '../../process'
import { isGnu } from './errors'
import { expressionOf } from './regex'

const LEVELS = [['|'], ['&'], ['=', '==', '!=', '<', '>', '<=', '>='], ['+', '-'], ['*', '/', '%'], [':']]

class ExprProblem extends Error {}

const INTEGER = /^-?\d+$/

export const expr: Command = (io) => {
  const gnu = isGnu(io)
  const args = [...io.args]
  let at = 0
  if (args.length === 0) {
    io.err(gnu ? "expr: missing operand\nTry 'expr --help' for more information.\n" : 'expr: too few arguments\n')
    return 2
  }
  function next(): string {
    if (at >= args.length) throw new ExprProblem(gnu ? `syntax error: missing argument after '${args.at(-1)}'` : 'syntax error')
    return args[at++]
  }
  function level(n: number): string {
    if (n === LEVELS.length) return primary()
    let left = level(n + 1)
    while (LEVELS[n].includes(args[at] ?? '')) {
      const operator = args[at++]
      left = apply(operator, left, level(n + 1))
    }
    return left
  }
  function primary(): string {
    const token = next()
    if (token === '(') {
      const inner = level(0)
      if (next() !== ')') throw new ExprProblem('syntax error')
      return inner
    }
    if (at >= args.length) return token
    if (token === '+' || token === 'quote') return next()
    if (token === 'length') return String([...primary()].length)
    if (token === 'match') {
      const text = primary()
      return apply(':', text, primary())
    }
    if (token === 'index') {
      const [text, set] = [primary(), primary()]
      return String([...text].findIndex((c) => set.includes(c)) + 1)
    }
    if (token === 'substr') {
      const [text, from, length] = [primary(), Number(primary()), Number(primary())]
      return from > 0 && length > 0 ? text.slice(from - 1, from - 1 + length) : ''
    }
    return token
  }
  function integer(text: string): bigint {
    if (!INTEGER.test(text)) throw new ExprProblem(gnu ? 'non-integer argument' : 'non-numeric argument')
    return BigInt(text)
  }
  function apply(operator: string, a: string, b: string): string {
    switch (operator) {
      case '|':
        return a !== '' && a !== '0' ? a : b === '' ? '0' : b
      case '&':
        return a !== '' && a !== '0' && b !== '' && b !== '0' ? a : '0'
      case ':': {
        const found = new BoundedRegExp(`^(?:${expressionOf(b.replace(/^\^/, ''), false)})`).exec(a)
        if (b.includes('\\(')) return found?.[1] ?? ''
        return String(found?.[0].length ?? 0)
      }
      case '+':
      case '-':
      case '*':
      case '/':
      case '%': {
        const [x, y] = [integer(a), integer(b)]
        if (operator === '+') return String(x + y)
        if (operator === '-') return String(x - y)
        if (operator === '*') return String(x * y)
        if (y === 0n) throw new ExprProblem('division by zero')
        return String(operator === '/' ? x / y : x % y)
      }
      default: {
        const numeric = INTEGER.test(a) && INTEGER.test(b)
        const order = numeric ? Number(BigInt(a) - BigInt(b)) : a < b ? -1 : a > b ? 1 : 0
        const holds = {
          '=': order === 0,
          '==': order === 0,
          '!=': order !== 0,
          '<': order < 0,
          '>': order > 0,
          '<=': order <= 0,
          '>=': order >= 0,
        }
        return holds[operator as '='] ? '1' : '0'
      }
    }
  }
  try {
    const value = level(0)
    if (at < args.length) throw new ExprProblem(gnu ? `syntax error: unexpected argument '${args[at]}'` : 'syntax error')
    io.out(`${value}\n`)
    return value === '' || /^-?0+$/.test(value) ? 1 : 0
  } catch (error) {
    if (!(error instanceof ExprProblem)) throw error
    io.err(`expr: ${error.message}\n`)
    return 2
  }
}
