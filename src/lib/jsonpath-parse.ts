// Reading kubectl's JSONPath templates: text with actions in braces, each a chain of steps.
import { isPrint, unquoteInside } from './go-values'

export type Step =
  | { type: 'list'; steps: Step[] }
  | { type: 'text'; text: string }
  | { type: 'field'; name: string }
  | { type: 'array'; params: [Param, Param, Param] }
  | { type: 'filter'; left: Step[]; right: Step[]; operator: string }
  | { type: 'int' | 'float'; value: number }
  | { type: 'bool'; value: boolean }
  | { type: 'wildcard' | 'recursive' }
  | { type: 'union'; lists: Step[][] }
  | { type: 'identifier'; name: string }

/** One of start, end and step of `[a:b:c]`; an end is derived when only a start was given. */
export interface Param {
  value: number
  known: boolean
  derived?: boolean
}

const END = ''

/** Throws Error with the parser's own words. Upstream: client-go util/jsonpath/parser.go. */
export function parseJsonPath(text: string): Step[] {
  return new Parser(text).parse()
}

class Parser {
  private readonly root: Step[] = []
  private position = 0
  private start = 0

  constructor(private readonly input: string) {}

  parse(): Step[] {
    while (this.position < this.input.length) {
      const brace = this.input.indexOf('{', this.position)
      this.position = brace < 0 ? this.input.length : brace
      const text = this.consume()
      if (text) this.root.push({ type: 'text', text })
      if (brace < 0) break
      this.position++
      this.consume()
      const steps: Step[] = []
      this.root.push({ type: 'list', steps })
      while (this.parseStep(steps)) {
        // every step moves on
      }
    }
    return this.root
  }

  private consume(): string {
    const text = this.input.slice(this.start, this.position)
    this.start = this.position
    return text
  }

  private next(): string {
    if (this.position >= this.input.length) return END
    const char = String.fromCodePoint(this.input.codePointAt(this.position)!)
    this.position += char.length
    return char
  }

  private has(prefix: string): boolean {
    return this.input.startsWith(prefix, this.position)
  }

  /** Reads one step of an action; false once its closing brace is read. */
  private parseStep(steps: Step[]): boolean {
    if (this.has('}')) {
      this.position++
      this.consume()
      return false
    }
    if (this.has('[?(')) this.parseFilter(steps)
    else if (this.has('..')) this.parseRecursive(steps)
    else this.parsePlain(steps)
    return true
  }

  private parsePlain(steps: Step[]): void {
    const before = this.position
    const char = this.next()
    if (char === END || char === '\r' || char === '\n') throw new Error('unclosed action')
    if (char === ' ' || char === '@' || char === '$') this.consume()
    else if (char === '[') this.parseArray(steps)
    else if (char === '"' || char === "'") this.parseQuote(steps, char)
    else if (char === '.') this.parseField(steps)
    else if (/[-+]|\p{Nd}/u.test(char)) {
      this.position = before
      this.parseNumber(steps)
    } else if (isAlphaNumeric(char)) {
      this.position = before
      this.parseIdentifier(steps)
    } else throw new Error(`unrecognized character in action: ${describeRune(char)}`)
  }

  private parseIdentifier(steps: Step[]): void {
    while (!isTerminator(this.peek())) this.next()
    const name = this.consume()
    if (name === 'true' || name === 'false') steps.push({ type: 'bool', value: name === 'true' })
    else steps.push({ type: 'identifier', name })
  }

  private peek(): string {
    return this.position < this.input.length ? String.fromCodePoint(this.input.codePointAt(this.position)!) : END
  }

  private parseRecursive(steps: Step[]): void {
    if (steps.at(-1)?.type === 'recursive') throw new Error('invalid multiple recursive descent')
    this.position += 2
    this.consume()
    steps.push({ type: 'recursive' })
    if (isAlphaNumeric(this.peek())) this.parseField(steps)
  }

  private parseNumber(steps: Step[]): void {
    if (this.has('+') || this.has('-')) this.next()
    while (/^[.\d]$/.test(this.peek())) this.next()
    const text = this.consume()
    if (fitsInt(text)) steps.push({ type: 'int', value: Number(text) })
    else if (/^[-+]?(\d+\.?\d*|\.\d+)$/.test(text)) steps.push({ type: 'float', value: Number(text) })
    else throw new Error(`cannot parse number ${text}`)
  }

  private parseArray(steps: Step[]): void {
    for (let char = this.next(); char !== ']'; char = this.next()) {
      if (char === END || char === '\n') throw new Error('unterminated array')
    }
    const text = this.consume().slice(1, -1)
    const parts = text.split(',')
    if (parts.length > 1) {
      steps.push({ type: 'union', lists: parts.map((part) => parseAction(`[${part.replace(/^ +| +$/g, '')}]`)) })
      return
    }
    const key = /^'([^']*)'$/.exec(text)
    if (key) steps.push(...parseAction(`.${key[1]}`))
    else steps.push({ type: 'array', params: parseSlice(text === '*' ? ':' : text) })
  }

  private parseFilter(steps: Step[]): void {
    this.position += 3
    this.consume()
    let begin = false
    let end = false
    let pair = ''
    for (;;) {
      const char = this.next()
      if (char === END || char === '\n') throw new Error('unterminated filter')
      if (char === '"' || char === "'") {
        if (begin) end ||= this.input[this.position - 2] !== '\\' && char === pair
        else {
          begin = true
          pair = char
        }
      } else if (char === ')' && begin === end) break
    }
    if (this.next() !== ']') throw new Error('unclosed array expect ]')
    const text = this.consume().slice(0, -2)
    const comparison = /^([^!<>=]+)([!<>=]+)(.+?)$/.exec(text)
    if (!comparison) steps.push({ type: 'filter', left: parseAction(text), right: [], operator: 'exists' })
    else {
      const [, left, operator, right] = comparison
      steps.push({ type: 'filter', left: parseAction(left), right: parseAction(right), operator })
    }
  }

  private parseQuote(steps: Step[], end: string): void {
    for (;;) {
      const char = this.next()
      if (char === END || char === '\n') throw new Error('unterminated quoted string')
      if (char === end && this.input[this.position - 2] !== '\\') break
    }
    const quoted = this.consume()
    const text = unquoteInside(quoted.slice(1, -1), end)
    if (text === undefined) throw new Error(`unquote string ${quoted} error invalid syntax`)
    steps.push({ type: 'text', text })
  }

  private parseField(steps: Step[]): void {
    this.consume()
    for (;;) {
      const char = this.peek()
      if (char === '\\') {
        this.next()
        this.next()
      } else if (isTerminator(char)) break
      else this.next()
    }
    const name = this.consume()
    steps.push(name === '*' ? { type: 'wildcard' } : { type: 'field', name: name.replaceAll('\\', '') })
  }
}

/** The steps of an expression that stands without braces. */
function parseAction(text: string): Step[] {
  const [action] = parseJsonPath(`{${text}}`)
  return action.type === 'list' ? action.steps : []
}

function parseSlice(text: string): [Param, Param, Param] {
  const match = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text)
  if (!match) throw new Error(`invalid array index ${text}`)
  const [first, second, third] = match.slice(1)
  const start = first ? knownParam(first) : { value: 0, known: false }
  const end = second ? sliceParam(second) : { value: start.value + 1, known: true, derived: true }
  return [start, end, third ? sliceParam(third) : { value: 0, known: false }]
}

function sliceParam(text: string): Param {
  return text === ':' ? { value: 0, known: false } : knownParam(text.slice(1))
}

function knownParam(text: string): Param {
  if (!fitsInt(text)) throw new Error(`array index ${text} is not a number`)
  return { value: Number(text), known: true }
}

/** strconv.Atoi reads it without overflow. */
function fitsInt(text: string): boolean {
  return /^[-+]?\d+$/.test(text) && BigInt.asIntN(64, BigInt(text.replace('+', ''))) === BigInt(text.replace('+', ''))
}

function isAlphaNumeric(char: string): boolean {
  return char === '_' || /^[\p{L}\p{Nd}]$/u.test(char)
}

function isTerminator(char: string): boolean {
  return char === END || ' \t\r\n.,[]$@{}'.includes(char)
}

/** `%#U` */
function describeRune(char: string): string {
  const code = char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
  return isPrint(char) ? `U+${code} '${char}'` : `U+${code}`
}
