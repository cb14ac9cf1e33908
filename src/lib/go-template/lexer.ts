// Cutting a Go template into tokens. Upstream: text/template/parse/lex.go.
import { isPrint, quote } from '../go-values'

export type TokenType =
  | 'error'
  | 'bool'
  | 'char'
  | 'charConstant'
  | 'complex'
  | 'assign'
  | 'declare'
  | 'eof'
  | 'field'
  | 'identifier'
  | 'leftDelim'
  | 'leftParen'
  | 'number'
  | 'pipe'
  | 'rawString'
  | 'rightDelim'
  | 'rightParen'
  | 'space'
  | 'string'
  | 'text'
  | 'variable'
  | 'dot'
  | Keyword

export type Keyword = 'block' | 'break' | 'continue' | 'define' | 'else' | 'end' | 'if' | 'range' | 'nil' | 'template' | 'with'

const KEYWORDS = new Set(['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'range', 'nil', 'template', 'with'])

export interface Token {
  type: TokenType
  /** Where it starts, in UTF-16 units. */
  at: number
  text: string
  /** 1 for the first. */
  line: number
}

/** How error texts show a token. */
export function describeToken({ type, text }: Token): string {
  if (type === 'eof') return 'EOF'
  if (type === 'error') return text
  if (type === 'dot' || KEYWORDS.has(type)) return `<${text}>`
  const runes = Array.from(text)
  return new TextEncoder().encode(text).length > 10 ? `${quote(runes.slice(0, 10).join(''))}...` : quote(text)
}

const LEFT = '{{'
const RIGHT = '}}'
const END = ''

export class Lexer {
  private position = 0
  private start = 0
  private startLine = 1
  private insideAction = false
  private parens = 0
  private failed = false

  constructor(private readonly input: string) {}

  /** The next token; after an error only `eof`s follow. */
  next(): Token {
    if (this.failed) return { type: 'eof', at: 0, text: 'EOF', line: this.startLine }
    return this.insideAction ? this.inAction() : this.inText()
  }

  private emit(type: TokenType): Token {
    const text = this.input.slice(this.start, this.position)
    const token = { type, at: this.start, text, line: this.startLine }
    this.ignore()
    return token
  }

  private ignore(): void {
    for (let i = this.start; i < this.position; i++) if (this.input[i] === '\n') this.startLine++
    this.start = this.position
  }

  private fail(message: string): Token {
    this.failed = true
    return { type: 'error', at: this.start, text: message, line: this.startLine }
  }

  private peek(): string {
    return this.position < this.input.length ? String.fromCodePoint(this.input.codePointAt(this.position)!) : END
  }

  private take(): string {
    const char = this.peek()
    this.position += char.length
    return char
  }

  private has(prefix: string): boolean {
    return this.input.startsWith(prefix, this.position)
  }

  private inText(): Token {
    for (;;) {
      const delim = this.input.indexOf(LEFT, this.position)
      this.position = delim < 0 ? this.input.length : delim
      if (delim < 0)
        return this.position > this.start ? this.emit('text') : { type: 'eof', at: this.position, text: 'EOF', line: this.startLine }
      const end = this.position
      if (/^-[ \t\r\n]/.test(this.input.slice(end + 2, end + 4)))
        this.position = this.start + trimRight(this.input.slice(this.start, end)).length
      const text = this.position > this.start ? this.emit('text') : undefined
      this.position = end
      this.ignore()
      if (text) return text
      const token = this.leftDelim()
      if (token) return token
    }
  }

  /** The token `{{`, or undefined when a comment stood there. */
  private leftDelim(): Token | undefined {
    const marker = /^-[ \t\r\n]/.test(this.input.slice(this.position + 2, this.position + 4)) ? 2 : 0
    if (this.input.startsWith('/*', this.position + 2 + marker)) {
      this.position += 2 + marker
      this.ignore()
      return this.comment()
    }
    this.position += 2
    const token = this.emit('leftDelim')
    this.insideAction = true
    this.position += marker
    this.ignore()
    this.parens = 0
    return token
  }

  private comment(): Token | undefined {
    const end = this.input.indexOf('*/', this.position + 2)
    if (end < 0) return this.fail('unclosed comment')
    this.position = end + 2
    const length = this.rightDelimLength()
    if (length === 0) return this.fail('comment ends before closing delimiter')
    this.position += length
    if (length > 2) this.skipSpace()
    this.ignore()
    return undefined
  }

  /** 2 at `}}`, 4 at ` -}}`, else 0. */
  private rightDelimLength(): number {
    if (/^[ \t\r\n]-}}/.test(this.input.slice(this.position, this.position + 4))) return 4
    return this.has(RIGHT) ? 2 : 0
  }

  private skipSpace(): void {
    while (isSpace(this.peek())) this.position++
  }

  private rightDelim(length: number): Token {
    this.position += length - 2
    this.ignore()
    this.position += 2
    const token = this.emit('rightDelim')
    if (length > 2) this.skipSpace()
    this.ignore()
    this.insideAction = false
    return token
  }

  private inAction(): Token {
    const length = this.rightDelimLength()
    if (length > 0) return this.parens === 0 ? this.rightDelim(length) : this.fail('unclosed left paren')
    const char = this.take()
    if (char === END) return this.fail('unclosed action')
    if (isSpace(char)) return this.space()
    if (char === ':') return this.take() === '=' ? this.emit('declare') : this.fail('expected :=')
    if (char === '"') return this.quoted('"', 'string', 'unterminated quoted string')
    if (char === "'") return this.quoted("'", 'charConstant', 'unterminated character constant')
    if (char === '`') return this.rawString()
    if (char === '$') return this.word('variable')
    if (char === '.' && !/^\d$/.test(this.peek())) return this.word('field')
    if (/^[-+.\d]$/.test(char)) return this.number(char)
    if (isAlphaNumeric(char)) return this.identifier()
    return this.mark(char)
  }

  private mark(char: string): Token {
    if (char === '=') return this.emit('assign')
    if (char === '|') return this.emit('pipe')
    if (char === '(') {
      this.parens++
      return this.emit('leftParen')
    }
    if (char === ')') {
      this.parens--
      return this.parens < 0 ? this.fail('unexpected right paren') : this.emit('rightParen')
    }
    if (/^[ -~]$/.test(char)) return this.emit('char')
    return this.fail(`unrecognized character in action: ${describeRune(char)}`)
  }

  private space(): Token {
    this.skipSpace()
    // The last space may belong to a trimming delimiter.
    if (!this.input.startsWith('-}}', this.position)) return this.emit('space')
    this.position--
    return this.position === this.start ? this.rightDelim(4) : this.emit('space')
  }

  private quoted(mark: string, type: TokenType, message: string): Token {
    for (;;) {
      const char = this.take()
      if (char === mark) return this.emit(type)
      if (char === END || char === '\n') return this.fail(message)
      if (char !== '\\') continue
      const next = this.take()
      if (next === END || next === '\n') return this.fail(message)
    }
  }

  private rawString(): Token {
    const end = this.input.indexOf('`', this.position)
    if (end < 0) return this.fail('unterminated raw quoted string')
    this.position = end + 1
    return this.emit('rawString')
  }

  private atTerminator(): boolean {
    const char = this.peek()
    return char === END || isSpace(char) || '.,|:)('.includes(char) || this.has(RIGHT)
  }

  /** A field or a variable, its first character being read. */
  private word(type: 'field' | 'variable'): Token {
    if (this.atTerminator()) return this.emit(type === 'variable' ? 'variable' : 'dot')
    while (isAlphaNumeric(this.peek())) this.take()
    return this.atTerminator() ? this.emit(type) : this.fail(`bad character ${describeRune(this.peek())}`)
  }

  private identifier(): Token {
    while (isAlphaNumeric(this.peek())) this.take()
    if (!this.atTerminator()) return this.fail(`bad character ${describeRune(this.peek())}`)
    const word = this.input.slice(this.start, this.position)
    if (KEYWORDS.has(word)) return this.emit(word as Keyword)
    return this.emit(word === 'true' || word === 'false' ? 'bool' : 'identifier')
  }

  private number(first: string): Token {
    this.position -= first.length
    if (!this.scanNumber()) return this.badNumber()
    if (!/^[-+]$/.test(this.peek())) return this.emit('number')
    return this.scanNumber() && this.input[this.position - 1] === 'i' ? this.emit('complex') : this.badNumber()
  }

  private badNumber(): Token {
    return this.fail(`bad number syntax: ${quote(this.input.slice(this.start, this.position))}`)
  }

  private scanNumber(): boolean {
    const number =
      /[-+]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][-+]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9_]*)?)i?/y
    number.lastIndex = this.position
    this.position += number.exec(this.input)![0].length
    if (!isAlphaNumeric(this.peek())) return true
    this.take()
    return false
  }
}

function trimRight(text: string): string {
  return text.replace(/[ \t\r\n]+$/, '')
}

function isSpace(char: string): boolean {
  return char === ' ' || char === '\t' || char === '\r' || char === '\n'
}

function isAlphaNumeric(char: string): boolean {
  return char === '_' || /^[\p{L}\p{Nd}]$/u.test(char)
}

/** `%#U` */
function describeRune(char: string): string {
  if (char === END) return 'U+FFFFFFFFFFFFFFFF'
  const code = char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
  return isPrint(char) ? `U+${code} '${char}'` : `U+${code}`
}
