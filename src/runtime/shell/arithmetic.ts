// Shell arithmetic: 64-bit integers with C's operators and assignments; each shell has some, and its own words for errors.
import type { Dialect } from './ast'

/** The message is the shell's, with the expression where the shell names it. */
export class ArithmeticProblem extends Error {}

export interface Names {
  get(name: string, subscript?: string): string
  set(name: string, value: string, subscript?: string): unknown
}

const LEVELS = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
  ['**'],
]
const ASSIGNMENTS = ['=', '+=', '-=', '*=', '/=', '%=', '<<=', '>>=', '&=', '|=', '^=']
/** How deep variables may name others. */
const MOST_DEPTH = 100
const TOKEN =
  /0[xX][0-9a-fA-F]+|\d+#[\w@]+|\d\w*|[A-Za-z_]\w*|<<=|>>=|\*\*|[-+*/%&|^]=|\+\+|--|&&|\|\||<<|>>|[<>=!]=|[-+*/%<>=!~&|^?:(),[\]]|\S/g

type Fault = 'operand' | 'syntax' | 'zero' | 'base' | 'parenthesis'

/** The value of an expression whose parameters are already expanded; throws ArithmeticProblem. */
export function evaluate(expression: string, given: Names, dialect: Dialect, depth = 0): bigint {
  /** Within a part that is not to be reckoned: it is only read. */
  let idle = 0
  function unless(skip: boolean, part: () => bigint): bigint {
    if (!skip) return part()
    idle++
    const value = part()
    idle--
    return value
  }
  const found = [
    ...expression.matchAll(dialect === 'dash' ? new RegExp(TOKEN.source.replace('|\\*\\*|', '|').replace('|\\+\\+|--', ''), 'g') : TOKEN),
  ]
  const tokens = found.map((m) => m[0])
  if (tokens.length === 0) return 0n
  let at = 0

  /** `from`: the token that is wrong. */
  function fault(kind: Fault, from = at): never {
    const rest = expression.slice(found[from]?.index ?? found.at(-1)!.index)
    throw new ArithmeticProblem(faultText(kind, expression, rest, dialect))
  }
  function comma(): bigint {
    let value = assign()
    while (tokens[at] === ',' && dialect !== 'dash') {
      at++
      value = assign()
    }
    return value
  }
  /** `[...]` behind a name. */
  function subscriptAt(place: number): { text: string; next: number } | undefined {
    if (tokens[place] !== '[' || dialect !== 'bash') return undefined
    let open = 0
    for (let i = place; i < tokens.length; i++) {
      if (tokens[i] === '[') open++
      else if (tokens[i] === ']' && --open === 0) return { text: expression.slice(found[place].index + 1, found[i].index), next: i + 1 }
    }
    return undefined
  }
  function store(name: string, value: bigint, subscript?: string): void {
    if (idle === 0) given.set(name, String(value), subscript)
  }
  function assign(): bigint {
    const name = tokens[at]
    if (/^[A-Za-z_]/.test(name ?? '')) {
      const subscript = subscriptAt(at + 1)
      const next = subscript?.next ?? at + 1
      const operator = tokens[next] ?? ''
      if (ASSIGNMENTS.includes(operator)) {
        at = next + 1
        const right = assign()
        const value = operator === '=' ? right : binary(operator.slice(0, -1), number(name, subscript?.text), right, at - 1)
        store(name, value, subscript?.text)
        return value
      }
    }
    return ternary()
  }
  function ternary(): bigint {
    const condition = level(0)
    if (tokens[at] !== '?') return condition
    at++
    const yes = unless(condition === 0n, assign)
    if (tokens[at++] !== ':') fault('syntax', at - 1)
    const no = unless(condition !== 0n, assign)
    return condition !== 0n ? yes : no
  }
  function level(n: number): bigint {
    if (n === LEVELS.length) return unary()
    let left = level(n + 1)
    while (LEVELS[n].includes(tokens[at] ?? '')) {
      const operator = tokens[at++]
      const decided = (operator === '&&' && left === 0n) || (operator === '||' && left !== 0n)
      const operand = at
      const right = unless(decided, () => level(operator === '**' ? n : n + 1))
      left = idle > 0 && right === 0n ? 0n : binary(operator, left, right, operand)
    }
    return left
  }
  function unary(): bigint {
    const token = tokens[at++]
    if (token === undefined) fault('operand', at - 2)
    if (token === '!') return unary() === 0n ? 1n : 0n
    if (token === '~') return ~unary()
    if (token === '-') return BigInt.asIntN(64, -unary())
    if (token === '+') return unary()
    if (token === '++' || token === '--') {
      const name = tokens[at++]
      if (!/^[A-Za-z_]/.test(name ?? '')) fault('operand', at - 1)
      const subscript = subscriptAt(at)
      if (subscript) at = subscript.next
      const value = number(name, subscript?.text) + (token === '++' ? 1n : -1n)
      store(name, value, subscript?.text)
      return value
    }
    if (token === '(') {
      const value = comma()
      if (tokens[at++] !== ')') fault('parenthesis', at - 2)
      return value
    }
    if (/^\d/.test(token)) return literalOf(token, at - 1)
    if (!/^[A-Za-z_]/.test(token)) fault('operand', at - 1)
    const subscript = subscriptAt(at)
    if (subscript) at = subscript.next
    const value = number(token, subscript?.text)
    if (tokens[at] === '++' || tokens[at] === '--') store(token, value + (tokens[at++] === '++' ? 1n : -1n), subscript?.text)
    return value
  }
  function literalOf(token: string, place: number): bigint {
    const value = numberOf(token)
    if (value !== undefined) return value
    return fault(dialect === 'dash' ? 'syntax' : 'base', place)
  }
  function number(name: string, subscript?: string): bigint {
    const text = given.get(name, subscript).trim()
    if (text === '') return 0n
    const plain = /^[-+]?\d\w*$/.test(text) ? numberOf(text.replace(/^[-+]/, '')) : undefined
    if (plain !== undefined) return text.startsWith('-') ? -plain : plain
    if (dialect === 'dash') throw new ArithmeticProblem(`Illegal number: ${text}`)
    if (depth > MOST_DEPTH)
      throw new ArithmeticProblem(`${expression}: expression recursion level exceeded (error token is "${expression}")`)
    return evaluate(text, given, dialect, depth + 1)
  }
  function binary(operator: string, a: bigint, b: bigint, place: number): bigint {
    if ((operator === '/' || operator === '%') && b === 0n) fault('zero', place)
    if (operator === '**' && b < 0n)
      throw new ArithmeticProblem(`${expression}: exponent less than 0 (error token is "${expression.slice(found[place]?.index ?? 0)}")`)
    return BigInt.asIntN(64, reckon(operator, a, b))
  }

  const value = comma()
  if (at < tokens.length) fault('syntax')
  return value
}

function faultText(kind: Fault, expression: string, rest: string, dialect: Dialect): string {
  if (dialect === 'ash') return kind === 'zero' ? 'divide by zero' : 'arithmetic syntax error'
  if (dialect === 'dash') {
    const words = {
      operand: 'expecting primary',
      syntax: 'expecting EOF',
      base: 'expecting EOF',
      zero: 'division by zero',
      parenthesis: "expecting ')'",
    }
    return `arithmetic expression: ${words[kind]}: "${expression}"`
  }
  if (kind === 'base') {
    const token = /^[\w#@]+/.exec(rest)?.[0] ?? rest
    return `${expression}: value too great for base (error token is "${token}")`
  }
  const words = {
    operand: 'syntax error: operand expected',
    syntax: 'syntax error in expression',
    zero: 'division by 0',
    parenthesis: "missing `)'",
  }
  return `${expression}: ${words[kind]} (error token is "${rest}")`
}

/** A number as C writes it, or `base#digits`; undefined when a digit is too great. */
function numberOf(text: string): bigint | undefined {
  const based = /^(\d+)#([\w@]+)$/.exec(text)
  if (based) return digitsOf(based[2], Number(based[1]))
  if (/^0[xX]/.test(text)) return digitsOf(text.slice(2), 16)
  if (/^0\d/.test(text)) return digitsOf(text.slice(1), 8)
  return digitsOf(text, 10)
}

function digitsOf(text: string, base: number): bigint | undefined {
  let value = 0n
  for (const c of text) {
    const digit = /\d/.test(c)
      ? Number(c)
      : /[a-z]/.test(c)
        ? c.charCodeAt(0) - 87
        : /[A-Z]/.test(c)
          ? c.charCodeAt(0) - (base <= 36 ? 55 : 29)
          : c === '@'
            ? 62
            : 63
    if (digit >= base) return undefined
    value = BigInt.asIntN(64, value * BigInt(base) + BigInt(digit))
  }
  return value
}

function reckon(operator: string, a: bigint, b: bigint): bigint {
  const truth = (value: boolean) => (value ? 1n : 0n)
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return a / b
    case '%':
      return a % b
    case '**':
      return power(a, b)
    case '<<':
      return a << (b & 63n)
    case '>>':
      return a >> (b & 63n)
    case '&':
      return a & b
    case '|':
      return a | b
    case '^':
      return a ^ b
    case '&&':
      return truth(a !== 0n && b !== 0n)
    case '||':
      return truth(a !== 0n || b !== 0n)
    case '==':
      return truth(a === b)
    case '!=':
      return truth(a !== b)
    case '<':
      return truth(a < b)
    case '>':
      return truth(a > b)
    case '<=':
      return truth(a <= b)
    default:
      return truth(a >= b)
  }
}

/** By squaring, each step in 64 bits: no exponent is too large. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = base
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = BigInt.asIntN(64, result * square)
    square = BigInt.asIntN(64, square * square)
  }
  return result
}
