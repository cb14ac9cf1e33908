// The Common Expression Language: text to tree, by the grammar of its specification (google/cel-spec, doc/langdef.md).

/** `at`: where the text has what makes it: the operator, the opening bracket, the dot; in characters. */
export type Node = { at: number } & (
  | { kind: 'literal'; value: unknown; unsigned?: boolean }
  | { kind: 'name'; name: string }
  | { kind: 'select'; of: Node; field: string; optional: boolean }
  | { kind: 'index'; of: Node; key: Node; optional: boolean }
  | { kind: 'call'; name: string; target?: Node; args: Node[] }
  | { kind: 'list'; items: Item[] }
  | { kind: 'map'; entries: [Node, Item][] }
  | { kind: 'message'; name: string; fields: Field[] }
  | { kind: 'choice'; test: Node; then: Node; otherwise: Node }
)

/** `soft`: written with a `?` before it, and left out when it holds no value. */
export interface Item {
  value: Node
  soft: boolean
}

export interface Field extends Item {
  at: number
  name: string
}

/** What is wrong at a place of the text; `at` in characters, -1 when it is the whole. */
export interface Finding {
  at: number
  message: string
}

/** A text that is no expression, and why. */
export class CelSyntaxError extends Error {
  readonly findings: Finding[]

  constructor(...findings: Finding[]) {
    super(findings[0]?.message)
    this.findings = findings
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
const STRING =
  /^([rRbB]{0,2})("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\[abfnrtvxXuU0-3?"'`\\])*"|'(?:[^'\\\n]|\\[abfnrtvxXuU0-3?"'`\\])*')/
const RAW_STRING = /^([rR])("""[\s\S]*?"""|'''[\s\S]*?'''|"[^"\n]*"|'[^'\n]*')/
const ESCAPES: Record<string, string> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** Undefined when it names a character that there is none of. */
function plainOf(text: string): string | undefined {
  let isStrange = false
  const plain = text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))/g,
    (_all, x, u, long, octal, char) => {
      const code = x ?? u ?? long
      const point = Number.parseInt(code, 16)
      if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) {
        isStrange = true
        return ''
      }
      if (code) return String.fromCodePoint(point)
      if (octal) return String.fromCodePoint(Number.parseInt(octal, 8))
      return ESCAPES[char] ?? char
    },
  )
  return isStrange ? undefined : plain
}

/** A whole number as bigint, others as number: CEL's int and double. */
function numberOf(text: string): bigint | number {
  const plain = text.replace(/u$/i, '')
  return /^(0x[0-9a-f]+|\d+)$/i.test(plain) ? BigInt(plain) : Number(plain)
}

/** What the lexer gives up on: a text without an end up to where it breaks off, half an operator with what follows it, a character. */
const STRANGE =
  /^(?:[rRbB]{0,2}(?:"(?:[^"\\\n]|\\[abfnrtvxuU0-7?"'`\\])*(?:\\.|\n)?|'(?:[^'\\\n]|\\[abfnrtvxuU0-7?"'`\\])*(?:\\.|\n)?)|[=&|][\s\S]?|[\s\S])/

function tokens(text: string, findings: Finding[]): Token[] {
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
      if (value === undefined) findings.push({ at, message: 'invalid unicode code point' })
      out.push({ type: /b/i.test(string[1]) ? 'bytes' : 'string', text: string[0], value, at })
      at += string[0].length
    } else if (number) {
      out.push({ type: 'number', text: number[0], value: numberOf(number[0]), at })
      at += number[0].length
    } else if (name || sign) {
      const [word] = (name ?? sign) as RegExpExecArray
      out.push({ type: name ? 'name' : 'sign', text: word, at })
      at += word.length
    } else {
      const [word] = STRANGE.exec(rest) as RegExpExecArray
      findings.push({ at, message: `Syntax error: token recognition error at: '${word}'` })
      at += word.length
    }
  }
  return [...out, { type: 'end', text: '<EOF>', at: text.length }]
}

/** Words of other languages, kept free. */
const RESERVED = /^(?:as|break|const|continue|else|for|function|if|import|let|loop|package|namespace|return|var|void|while)$/

const LITERALS: Record<string, unknown> = { true: true, false: false, null: null }
/** Operators from the loosest to the tightest. */
const LEVELS = [['||'], ['&&'], ['==', '!=', '<', '<=', '>', '>=', 'in'], ['+', '-'], ['*', '/', '%']]

function negative(value: unknown): unknown {
  return typeof value === 'bigint' ? -value : -Number(value)
}

/** What an expression can begin with. */
const STARTS = "'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER"

/** Why no more is to be read. */
class GiveUp extends Error {}

/** What cel-go reads at most. */
const MOST_CHARACTERS = 100_000
const MOST_DEPTH = 250

function ofTheWhole(message: string): CelSyntaxError {
  return new CelSyntaxError({ at: -1, message })
}

/** Terms of one operator as a tree that is as flat as can be, as cel-go balances it. */
function balanced(name: string, terms: Node[], places: number[], low = 0, high = places.length - 1): Node {
  const middle = (low + high + 1) >> 1
  const left = middle === low ? terms[middle] : balanced(name, terms, places, low, middle - 1)
  const right = middle === high ? terms[middle + 1] : balanced(name, terms, places, middle + 1, high)
  return { kind: 'call', at: places[middle], name, args: [left, right] }
}

class Parser {
  private at = 0
  /** Expressions in expressions. */
  private depth = 0

  constructor(
    private readonly list: Token[],
    private readonly findings: Finding[],
  ) {}

  run(): Node | undefined {
    try {
      const node = this.expression()
      if (this.token.type !== 'end') {
        this.report(`${this.list[this.at + 1].type === 'end' ? 'extraneous' : 'mismatched'} input '${this.token.text}' expecting <EOF>`)
      }
      return node
    } catch (error) {
      if (!(error instanceof GiveUp)) throw error
      return undefined
    }
  }

  private get token(): Token {
    return this.list[this.at]
  }

  private report(what: string): void {
    this.findings.push({ at: this.token.at, message: `Syntax error: ${what}` })
  }

  private fail(what: string): never {
    this.report(what)
    throw new GiveUp()
  }

  private is(text: string, { type, text: own } = this.token): boolean {
    return (type === 'sign' || type === 'name') && own === text
  }

  private take(text: string): boolean {
    if (!this.is(text)) return false
    this.at++
    return true
  }

  /** A token too many is left out, one that is missing taken as read, as ANTLR recovers. */
  private need(text: string, expecting = `'${text}'`): void {
    if (this.take(text)) return
    const { text: found, type } = this.token
    const next = this.list[this.at + 1]
    if (next && this.is(text, next)) {
      this.report(`extraneous input '${found}' expecting ${expecting}`)
      this.at += 2
    } else if (text === ':' ? this.canStart() && type !== 'end' : text !== '}' && type === 'end') {
      this.report(`missing '${text}' at '${found}'`)
    } else this.fail(`mismatched input '${found}' expecting ${expecting}`)
  }

  private canStart({ type, text } = this.token): boolean {
    return type === 'number' || type === 'string' || type === 'bytes' || type === 'name' || /^([[{(.!-]|\[\?)$/.test(text)
  }

  /** `also`: what could stand here besides an expression. */
  private needStart(also = ''): void {
    if (this.canStart()) return
    const set = also ? STARTS.replace(also === "')'" ? "'.'" : "'true'", (first) => `${also}, ${first}`) : STARTS
    const next = this.list[this.at + 1]
    if (!next || !this.canStart(next)) this.fail(`mismatched input '${this.token.text}' expecting {${set}}`)
    this.report(`extraneous input '${this.token.text}' expecting {${set}}`)
    this.at++
  }

  private expression(): Node {
    if (++this.depth > MOST_DEPTH) throw ofTheWhole(`expression recursion limit exceeded: ${MOST_DEPTH}`)
    const node = this.choice()
    this.depth--
    return node
  }

  /** What stands to the left of an operator lies one deeper for each that follows. */
  private deeper(steps: number): void {
    if (this.depth + steps > MOST_DEPTH) throw ofTheWhole('max recursion depth exceeded')
  }

  private choice(): Node {
    const test = this.binary(0)
    const { at } = this.token
    if (!this.take('?')) return test
    const then = this.binary(0)
    this.need(':')
    return { kind: 'choice', at, test, then, otherwise: this.expression() }
  }

  private binary(level: number): Node {
    if (level === LEVELS.length) return this.unary()
    if (level < 2) return this.logical(level)
    let left = this.binary(level + 1)
    for (let steps = 0; ; steps++) {
      this.deeper(steps)
      const operator = LEVELS[level].find((o) => this.is(o))
      if (!operator) return left
      const { at } = this.token
      this.at++
      left = { kind: 'call', at, name: operator, args: [left, this.binary(level + 1)] }
    }
  }

  private logical(level: number): Node {
    const [operator] = LEVELS[level]
    const terms = [this.binary(level + 1)]
    const places: number[] = []
    while (this.is(operator)) {
      places.push(this.token.at)
      this.at++
      terms.push(this.binary(level + 1))
    }
    return places.length ? balanced(operator, terms, places) : terms[0]
  }

  private unary(): Node {
    // Twice is not at all.
    for (const sign of ['!', '-']) while (this.is(sign) && this.is(sign, this.list[this.at + 1])) this.at += 2
    const { at } = this.token
    if (this.take('!')) return { kind: 'call', at, name: '!', args: [this.unary()] }
    if (this.take('-')) {
      const number = this.token.type === 'number'
      const inner = this.unary()
      if (number && inner.kind === 'literal' && !inner.unsigned) return { ...inner, at, value: negative(inner.value) }
      return { kind: 'call', at, name: 'negate', args: [inner] }
    }
    return this.member(this.primary())
  }

  private member(start: Node): Node {
    let node = start
    for (let steps = 0; ; steps++) {
      this.deeper(steps)
      const dot = this.is('.') || this.is('.?')
      const { at } = this.token
      if (dot) {
        const optional = this.is('.?')
        this.at++
        if (this.token.type !== 'name') this.fail("no viable alternative at input '.'")
        const field = this.token.text
        this.at++
        node =
          this.is('(') && !optional
            ? { kind: 'call', at: this.token.at, name: field, target: node, args: this.args() }
            : { kind: 'select', at, of: node, field, optional }
      } else if (this.is('[') || this.is('[?')) {
        const optional = this.is('[?')
        this.at++
        this.needStart("'?'")
        const key = this.expression()
        this.need(']')
        node = { kind: 'index', at, of: node, key, optional }
      } else return node
    }
  }

  private args(): Node[] {
    this.need('(')
    const out: Node[] = []
    if (this.take(')')) return out
    this.needStart("')'")
    do out.push(this.expression())
    while (this.take(','))
    this.need(')')
    return out
  }

  /** Unlike arguments, these may end with a comma. */
  private until<T>(end: string, one: () => T): T[] {
    const out: T[] = []
    while (!this.take(end)) {
      if (this.token.type === 'end') {
        this.need(end)
        break
      }
      out.push(one())
      if (this.is(end) || this.take(',')) continue
      this.need(end, `{'${end}', ','}`)
      break
    }
    return out
  }

  private item(): Item {
    const soft = this.take('?')
    return { value: this.expression(), soft }
  }

  /** `Object.spec`, when what follows are the fields of one. */
  private messageName(): string | undefined {
    let end = this.at
    while (this.list[end]?.type === 'name' && this.is('.', this.list[end + 1])) end += 2
    if (this.list[end]?.type !== 'name' || !this.is('{', this.list[end + 1])) return undefined
    const names = this.list.slice(this.at, end + 1)
    if (names.some(({ text }) => Object.hasOwn(LITERALS, text))) return undefined
    this.at = end + 1
    return names.map(({ text }) => text).join('')
  }

  private message(name: string): Node {
    const { at } = this.token
    this.at++
    const field = (): Field => {
      const soft = this.take('?')
      const { text, type } = this.token
      if (type !== 'name') this.fail(`mismatched input '${text}' expecting {'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}`)
      this.at++
      const colon = this.token.at
      this.need(':')
      return { at: colon, name: text, value: this.expression(), soft }
    }
    if (this.token.type === 'end') field()
    // A comma alone is as good as nothing.
    if (this.is(',') && this.is('}', this.list[this.at + 1])) this.at++
    return { kind: 'message', at, name, fields: this.until('}', field) }
  }

  private primary(): Node {
    this.needStart()
    const token = this.token
    if (token.type === 'number' || token.type === 'string' || token.type === 'bytes') {
      this.at++
      const value = token.type === 'bytes' ? Buffer.from(String(token.value)) : token.value
      if (typeof value === 'bigint' && value > 2n ** 63n) this.findings.push({ at: token.at, message: 'invalid int literal' })
      const unsigned = token.type === 'number' && /u$/i.test(token.text)
      return { kind: 'literal', at: token.at, value, ...(unsigned ? { unsigned } : {}) }
    }
    if (this.take('(')) {
      const inner = this.expression()
      this.need(')')
      return inner
    }
    if (this.take('[')) return { kind: 'list', at: token.at, items: this.until(']', () => this.item()) }
    // Read as one sign, for it is one after a value.
    if (this.take('[?')) {
      const first = { value: this.expression(), soft: true }
      if (!this.is(']')) this.need(',', "{']', ','}")
      return { kind: 'list', at: token.at, items: [first, ...this.until(']', () => this.item())] }
    }
    if (this.take('{')) {
      const entry = (): [Node, Item] => {
        const soft = this.take('?')
        const key = this.expression()
        this.need(':')
        return [key, { value: this.expression(), soft }]
      }
      return { kind: 'map', at: token.at, entries: this.until('}', entry) }
    }
    this.take('.')
    const message = this.messageName()
    if (message !== undefined) return this.message(message)
    if (this.token.type !== 'name') this.fail("no viable alternative at input '.'")
    const { text: name, at } = this.token
    if (RESERVED.test(name)) this.findings.push({ at, message: `reserved identifier: ${name}` })
    this.at++
    if (Object.hasOwn(LITERALS, name)) return { kind: 'literal', at, value: LITERALS[name] }
    return this.is('(') ? { kind: 'call', at: this.token.at, name, args: this.args() } : { kind: 'name', at, name }
  }
}

/** Throws CelSyntaxError. */
export function parseCel(text: string): Node {
  const size = text.length > MOST_CHARACTERS ? [...text].length : 0
  if (size > MOST_CHARACTERS) throw ofTheWhole(`expression code point size exceeds limit: size: ${size}, limit ${MOST_CHARACTERS}`)
  const findings: Finding[] = []
  const node = new Parser(tokens(text, findings), findings).run()
  if (!node || findings.length) throw new CelSyntaxError(...findings)
  return node
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
      return node.items.some((item) => mentions(item.value, name))
    case 'map':
      return node.entries.some(([key, value]) => mentions(key, name) || mentions(value.value, name))
    case 'message':
      return node.fields.some((field) => mentions(field.value, name))
    case 'choice':
      return [node.test, node.then, node.otherwise].some((n) => mentions(n, name))
  }
}
