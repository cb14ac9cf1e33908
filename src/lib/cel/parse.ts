// The Common Expression Language: text to tree, by the grammar of its specification (google/cel-spec, doc/langdef.md).

export type Node =
  | { kind: 'literal'; value: unknown }
  | { kind: 'name'; name: string }
  | { kind: 'select'; of: Node; field: string; optional: boolean }
  | { kind: 'index'; of: Node; key: Node; optional: boolean }
  | { kind: 'call'; name: string; target?: Node; args: Node[] }
  | { kind: 'list'; items: Node[] }
  | { kind: 'map'; entries: [Node, Node][] }
  | { kind: 'choice'; test: Node; then: Node; otherwise: Node }

/** A text that is no expression; `offset` in characters. */
export class CelSyntaxError extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message)
  }
}

interface Token {
  type: 'number' | 'string' | 'bytes' | 'name' | 'sign' | 'end'
  text: string
  value?: unknown
  at: number
}

const SIGNS = /^(?:\.\?|\[\?|\|\||&&|[=!<>]=|[-+*/%<>!?:.,()[\]{}])/
const NUMBER = /^(?:0x[0-9a-fA-F]+u?|\d+\.\d+(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+|\d+u?)/i
const STRING = /^([rRbB]{0,2})("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')/
const RAW_STRING = /^([rR])("""[\s\S]*?"""|'''[\s\S]*?'''|"[^"\n]*"|'[^'\n]*')/
const ESCAPES: Record<string, string> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

function plainOf(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))/g,
    (_all, x, u, long, octal, char) => {
      const code = x ?? u ?? long
      if (code) return String.fromCodePoint(Number.parseInt(code, 16))
      if (octal) return String.fromCodePoint(Number.parseInt(octal, 8))
      return ESCAPES[char] ?? char
    },
  )
}

/** A whole number as bigint, others as number: CEL's int and double. */
function numberOf(text: string): bigint | number {
  const plain = text.replace(/u$/i, '')
  return /^(0x[0-9a-f]+|\d+)$/i.test(plain) ? BigInt(plain) : Number(plain)
}

function tokens(text: string): Token[] {
  const out: Token[] = []
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at)
    const space = /^(?:\s+|\/\/[^\n]*)/.exec(rest)
    if (space) {
      at += space[0].length
      continue
    }
    const string = RAW_STRING.exec(rest) ?? STRING.exec(rest)
    const number = NUMBER.exec(rest)
    const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(rest)
    const sign = SIGNS.exec(rest)
    if (string) {
      const quotes = /^("""|''')/.test(string[2]) ? 3 : 1
      const body = string[2].slice(quotes, -quotes)
      const value = /r/i.test(string[1]) ? body : plainOf(body)
      out.push({ type: /b/i.test(string[1]) ? 'bytes' : 'string', text: string[0], value, at })
      at += string[0].length
    } else if (number) {
      out.push({ type: 'number', text: number[0], value: numberOf(number[0]), at })
      at += number[0].length
    } else if (name || sign) {
      const [word] = (name ?? sign) as RegExpExecArray
      out.push({ type: name ? 'name' : 'sign', text: word, at })
      at += word.length
    } else throw new CelSyntaxError(`token recognition error at: '${rest[0]}'`, at)
  }
  return [...out, { type: 'end', text: '<EOF>', at: text.length }]
}

const LITERALS: Record<string, unknown> = { true: true, false: false, null: null }
/** Operators from the loosest to the tightest. */
const LEVELS = [['||'], ['&&'], ['==', '!=', '<', '<=', '>', '>=', 'in'], ['+', '-'], ['*', '/', '%']]

class Parser {
  private at = 0

  constructor(private readonly list: Token[]) {}

  run(): Node {
    const node = this.expression()
    if (this.token.type !== 'end') this.fail('expecting <EOF>')
    return node
  }

  private get token(): Token {
    return this.list[this.at]
  }

  private fail(what: string): never {
    throw new CelSyntaxError(`Syntax error: mismatched input '${this.token.text}' ${what}`, this.token.at)
  }

  private is(text: string): boolean {
    const { type } = this.token
    return (type === 'sign' || type === 'name') && this.token.text === text
  }

  private take(text: string): boolean {
    if (!this.is(text)) return false
    this.at++
    return true
  }

  private need(text: string): void {
    if (!this.take(text)) this.fail(`expecting '${text}'`)
  }

  private expression(): Node {
    const test = this.binary(0)
    if (!this.take('?')) return test
    const then = this.binary(0)
    this.need(':')
    return { kind: 'choice', test, then, otherwise: this.expression() }
  }

  private binary(level: number): Node {
    if (level === LEVELS.length) return this.unary()
    let left = this.binary(level + 1)
    for (;;) {
      const operator = LEVELS[level].find((o) => this.is(o))
      if (!operator) return left
      this.at++
      left = { kind: 'call', name: operator, args: [left, this.binary(level + 1)] }
    }
  }

  private unary(): Node {
    if (this.take('!')) return { kind: 'call', name: '!', args: [this.unary()] }
    if (this.take('-')) return { kind: 'call', name: 'negate', args: [this.unary()] }
    return this.member(this.primary())
  }

  private member(start: Node): Node {
    let node = start
    for (;;) {
      const dot = this.is('.') || this.is('.?')
      if (dot) {
        const optional = this.is('.?')
        this.at++
        if (this.token.type !== 'name') this.fail('expecting IDENTIFIER')
        const field = this.token.text
        this.at++
        node =
          this.is('(') && !optional
            ? { kind: 'call', name: field, target: node, args: this.args() }
            : { kind: 'select', of: node, field, optional }
      } else if (this.is('[') || this.is('[?')) {
        const optional = this.is('[?')
        this.at++
        const key = this.expression()
        this.need(']')
        node = { kind: 'index', of: node, key, optional }
      } else return node
    }
  }

  private args(): Node[] {
    this.need('(')
    return this.until(')', () => this.expression())
  }

  private until<T>(end: string, one: () => T): T[] {
    const out: T[] = []
    while (!this.take(end)) {
      out.push(one())
      if (!this.is(end)) this.need(',')
    }
    return out
  }

  private primary(): Node {
    const token = this.token
    if (token.type === 'number' || token.type === 'string' || token.type === 'bytes') {
      this.at++
      return { kind: 'literal', value: token.type === 'bytes' ? Buffer.from(String(token.value)) : token.value }
    }
    if (this.take('(')) {
      const inner = this.expression()
      this.need(')')
      return inner
    }
    if (this.take('[')) return { kind: 'list', items: this.until(']', () => this.expression()) }
    if (this.take('{')) {
      const entry = (): [Node, Node] => {
        const key = this.expression()
        this.need(':')
        return [key, this.expression()]
      }
      return { kind: 'map', entries: this.until('}', entry) }
    }
    this.take('.')
    if (this.token.type !== 'name')
      this.fail(
        "expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
      )
    const name = this.token.text
    this.at++
    if (Object.hasOwn(LITERALS, name)) return { kind: 'literal', value: LITERALS[name] }
    return this.is('(') ? { kind: 'call', name, args: this.args() } : { kind: 'name', name }
  }
}

/** Throws CelSyntaxError. */
export function parseCel(text: string): Node {
  return new Parser(tokens(text)).run()
}

/** Whether the expression speaks of this variable. */
export function mentions(node: Node, name: string): boolean {
  switch (node.kind) {
    case 'literal':
      return false
    case 'name':
      return node.name === name
    case 'select':
      return mentions(node.of, name)
    case 'index':
      return mentions(node.of, name) || mentions(node.key, name)
    case 'call':
      return [...(node.target ? [node.target] : []), ...node.args].some((n) => mentions(n, name))
    case 'list':
      return node.items.some((n) => mentions(n, name))
    case 'map':
      return node.entries.some(([key, value]) => mentions(key, name) || mentions(value, name))
    case 'choice':
      return [node.test, node.then, node.otherwise].some((n) => mentions(n, name))
  }
}
