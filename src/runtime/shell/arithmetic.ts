// Shell arithmetic: 64-bit in principle, doubles here; C's operators and assignments.

export class ArithmeticProblem extends Error {}

interface Names {
  get(name: string): string
  set(name: string, value: string): unknown
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

/** The value of an expression whose parameters are already expanded; throws ArithmeticProblem. */
export function evaluate(expression: string, given: Names): number {
  /** Within a part that is not to be reckoned: it is only read. */
  let idle = 0
  const names: Names = { get: (name) => given.get(name), set: (name, value) => idle === 0 && given.set(name, value) }
  function unless(skip: boolean, part: () => number): number {
    if (!skip) return part()
    idle++
    const value = part()
    idle--
    return value
  }
  const tokens =
    expression.match(
      /0[xX][0-9a-fA-F]+|\d+#\w+|\d+|[A-Za-z_]\w*|<<=|>>=|\*\*|[-+*/%&|^]=|\+\+|--|&&|\|\||<<|>>|[<>=!]=|[-+*/%<>=!~&|^?:(),]|\S/g,
    ) ?? []
  if (tokens.length === 0) return 0
  let at = 0

  function comma(): number {
    let value = assign()
    while (tokens[at] === ',') {
      at++
      value = assign()
    }
    return value
  }
  function assign(): number {
    const name = tokens[at]
    if (/^[A-Za-z_]/.test(name ?? '') && ASSIGNMENTS.includes(tokens[at + 1] ?? '')) {
      const operator = tokens[at + 1]
      at += 2
      const right = assign()
      const value = operator === '=' ? right : binary(operator.slice(0, -1), number(name), right)
      names.set(name, String(value))
      return value
    }
    return ternary()
  }
  function ternary(): number {
    const condition = level(0)
    if (tokens[at] !== '?') return condition
    at++
    const yes = unless(!condition, assign)
    if (tokens[at++] !== ':') throw new ArithmeticProblem('arithmetic syntax error')
    const no = unless(condition !== 0, assign)
    return condition ? yes : no
  }
  function level(n: number): number {
    if (n === LEVELS.length) return unary()
    let left = level(n + 1)
    while (LEVELS[n].includes(tokens[at] ?? '')) {
      const operator = tokens[at++]
      const decided = (operator === '&&' && !left) || (operator === '||' && left !== 0)
      const right = unless(decided, () => level(operator === '**' ? n : n + 1))
      left = idle > 0 && right === 0 ? 0 : binary(operator, left, right)
    }
    return left
  }
  function unary(): number {
    const token = tokens[at++]
    if (token === undefined) throw new ArithmeticProblem('arithmetic syntax error')
    if (token === '!') return unary() ? 0 : 1
    if (token === '~') return ~unary()
    if (token === '-') return -unary()
    if (token === '+') return unary()
    if (token === '++' || token === '--') {
      const name = tokens[at++]
      const value = number(name) + (token === '++' ? 1 : -1)
      names.set(name, String(value))
      return value
    }
    if (token === '(') {
      const value = comma()
      if (tokens[at++] !== ')') throw new ArithmeticProblem('arithmetic syntax error')
      return value
    }
    if (/^\d/.test(token)) return numberOf(token)
    if (!/^[A-Za-z_]/.test(token)) throw new ArithmeticProblem('arithmetic syntax error')
    const value = number(token)
    if (tokens[at] === '++' || tokens[at] === '--') names.set(token, String(value + (tokens[at++] === '++' ? 1 : -1)))
    return value
  }
  function number(name: string): number {
    const text = names.get(name).trim()
    if (text === '') return 0
    return /^-?\d/.test(text) ? (text.startsWith('-') ? -numberOf(text.slice(1)) : numberOf(text)) : evaluate(text, names)
  }

  const value = comma()
  if (at < tokens.length) throw new ArithmeticProblem('arithmetic syntax error')
  return value
}

function numberOf(text: string): number {
  const based = /^(\d+)#(\w+)$/.exec(text)
  if (based) return Number.parseInt(based[2], Number(based[1]))
  if (/^0[xX]/.test(text)) return Number.parseInt(text, 16)
  if (/^0\d*[89]/.test(text)) throw new ArithmeticProblem('arithmetic syntax error')
  if (/^0\d/.test(text)) return Number.parseInt(text, 8)
  return Number.parseInt(text, 10)
}

function binary(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
    case '%':
      if (b === 0) throw new ArithmeticProblem('divide by zero')
      return operator === '/' ? Math.trunc(a / b) : a % b
    case '**':
      return a ** b
    case '<<':
      return a << b
    case '>>':
      return a >> b
    case '&':
      return a & b
    case '|':
      return a | b
    case '^':
      return a ^ b
    case '&&':
      return a && b ? 1 : 0
    case '||':
      return a || b ? 1 : 0
    case '==':
      return a === b ? 1 : 0
    case '!=':
      return a !== b ? 1 : 0
    case '<':
      return a < b ? 1 : 0
    case '>':
      return a > b ? 1 : 0
    case '<=':
      return a <= b ? 1 : 0
    default:
      return a >= b ? 1 : 0
  }
}
