// The tokens of a YAML text, found as libyaml finds them, so that its complaints are the same. Upstream: go.yaml.in/yaml/v2 scannerc.go.
import { isBlank, isBlankz, isBreak, type Mark, Reader, type YamlError, yamlError } from './reader'
import { atDocumentIndicator, scanBlock, scanPlain, scanQuoted } from './scan-scalar'

export type TokenType =
  | 'stream-start'
  | 'stream-end'
  | 'directive'
  | 'document-start'
  | 'document-end'
  | 'block-sequence-start'
  | 'block-mapping-start'
  | 'block-end'
  | '['
  | ']'
  | '{'
  | '}'
  | 'block-entry'
  | ','
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar'

export interface Token {
  type: TokenType
  start: Mark
  end: Mark
  value?: string
  plain?: boolean
}

interface SimpleKey {
  required: boolean
  tokenNumber: number
  mark: Mark
}

/** go-yaml stops at 10000 levels; ours sooner, with the same words, because the parser descends on the stack. */
const MAX_DEPTH = 1000
const MAX_KEY_LENGTH = 1024

function startsPlain(c: string, next: string, flow: boolean): boolean {
  const indicator = isBlankz(c) || '-?:,[]{}#&*!|>\'"%@`'.includes(c)
  return !indicator || (c === '-' && !isBlank(next)) || (!flow && (c === '?' || c === ':') && !isBlankz(next))
}

export class Scanner {
  private readonly reader: Reader
  private tokens: Token[] = [{ type: 'stream-start', start: this.zero(), end: this.zero() }]
  private taken = 0
  private ended = false
  flowLevel = 0
  indent = -1
  private readonly indents: number[] = []
  private keyAllowed = true
  private readonly keys: (SimpleKey | undefined)[] = [undefined]

  constructor(text: string) {
    this.reader = new Reader(text)
  }

  peek(): Token {
    this.fetchMore()
    return this.tokens[0]
  }

  next(): Token {
    const token = this.peek()
    this.tokens.shift()
    this.taken++
    return token
  }

  private zero(): Mark {
    return { index: 0, line: 0, column: 0 }
  }

  private fail(problem: string, context?: Mark): YamlError {
    return yamlError(problem, this.reader.mark(), context, true)
  }

  /** Reads on until the first token is sure: a key's mark may still have to come before it. */
  private fetchMore(): void {
    for (;;) {
      if (this.tokens.length) {
        if (this.ended) return
        this.dropStaleKeys()
        if (!this.keys.some((key) => key?.tokenNumber === this.taken)) return
      }
      this.fetchNext()
    }
  }

  private dropStaleKeys(): void {
    const { line, index } = this.reader
    for (const [i, key] of this.keys.entries()) {
      if (!key || (key.mark.line === line && key.mark.index + MAX_KEY_LENGTH >= index)) continue
      if (key.required) throw this.fail("could not find expected ':'", key.mark)
      this.keys[i] = undefined
    }
  }

  private saveKey(): void {
    if (!this.keyAllowed) return
    const required = this.flowLevel === 0 && this.indent === this.reader.column
    this.removeKey()
    this.keys[this.keys.length - 1] = { required, tokenNumber: this.taken + this.tokens.length, mark: this.reader.mark() }
  }

  private removeKey(): void {
    const key = this.keys[this.keys.length - 1]
    if (key?.required) throw this.fail("could not find expected ':'", key.mark)
    this.keys[this.keys.length - 1] = undefined
  }

  private push(type: TokenType, start: Mark, extra: Partial<Token> = {}): void {
    this.tokens.push({ type, start, end: this.reader.mark(), ...extra })
  }

  private rollIndent(column: number, number: number | undefined, type: TokenType, mark: Mark): void {
    if (this.flowLevel > 0 || this.indent >= column) return
    this.indents.push(this.indent)
    this.indent = column
    if (this.indents.length > MAX_DEPTH) throw this.fail('exceeded max depth of 10000', mark)
    const token: Token = { type, start: mark, end: mark }
    if (number === undefined) this.tokens.push(token)
    else this.tokens.splice(number - this.taken, 0, token)
  }

  private unrollIndent(column: number): void {
    if (this.flowLevel > 0) return
    while (this.indent > column) {
      this.push('block-end', this.reader.mark())
      this.indent = this.indents.pop() ?? -1
    }
  }

  private skipToToken(): void {
    const { reader } = this
    for (;;) {
      while (reader.peek() === ' ' || ((this.flowLevel > 0 || !this.keyAllowed) && reader.peek() === '\t')) reader.skip()
      if (reader.peek() === '#') while (!reader.isEnd() && !isBreak(reader.peek())) reader.skip()
      if (!isBreak(reader.peek())) return
      reader.readLine()
      if (this.flowLevel === 0) this.keyAllowed = true
    }
  }

  private fetchNext(): void {
    this.skipToToken()
    this.dropStaleKeys()
    const { reader } = this
    this.unrollIndent(reader.column)
    const c = reader.peek()
    const next = reader.peek(1)
    const flow = this.flowLevel > 0
    if (c === '') this.fetchEnd()
    else if (reader.column === 0 && c === '%') this.fetchDirective()
    else if (atDocumentIndicator(reader)) this.fetchDocumentIndicator(c === '-' ? 'document-start' : 'document-end')
    else if (c === '[' || c === '{') this.fetchFlowStart(c)
    else if (c === ']' || c === '}') this.fetchFlowEnd(c)
    else if (c === ',') this.fetchFlowEntry()
    else if (c === '-' && isBlankz(next)) this.fetchBlockEntry()
    else if (c === '?' && (flow || isBlankz(next))) this.fetchKey()
    else if (c === ':' && (flow || isBlankz(next))) this.fetchValue()
    else if (c === '*' || c === '&') this.fetchAnchor(c === '*' ? 'alias' : 'anchor')
    else if (c === '!') this.fetchTag()
    else if ((c === '|' || c === '>') && !flow) this.fetchBlockScalar()
    else if (c === "'" || c === '"') this.fetchQuoted()
    else if (startsPlain(c, next, flow)) this.fetchPlain()
    else throw this.fail('found character that cannot start any token', reader.mark())
  }

  private fetchEnd(): void {
    if (this.reader.column !== 0) {
      this.reader.column = 0
      this.reader.line++
    }
    this.unrollIndent(-1)
    this.removeKey()
    this.keyAllowed = false
    this.ended = true
    this.push('stream-end', this.reader.mark())
  }

  private fetchDirective(): void {
    this.unrollIndent(-1)
    this.removeKey()
    this.keyAllowed = false
    const start = this.reader.mark()
    while (!this.reader.isEnd() && !isBreak(this.reader.peek())) this.reader.skip()
    this.push('directive', start)
  }

  private fetchDocumentIndicator(type: TokenType): void {
    this.unrollIndent(-1)
    this.removeKey()
    this.keyAllowed = false
    const start = this.reader.mark()
    this.reader.skip(3)
    this.push(type, start)
  }

  private fetchFlowStart(c: '[' | '{'): void {
    this.saveKey()
    this.keys.push(undefined)
    this.flowLevel++
    if (this.flowLevel > MAX_DEPTH) throw this.fail('exceeded max depth of 10000', this.reader.mark())
    this.keyAllowed = true
    const start = this.reader.mark()
    this.reader.skip()
    this.push(c, start)
  }

  private fetchFlowEnd(c: ']' | '}'): void {
    this.removeKey()
    if (this.flowLevel > 0) {
      this.flowLevel--
      this.keys.pop()
    }
    this.keyAllowed = false
    const start = this.reader.mark()
    this.reader.skip()
    this.push(c, start)
  }

  private fetchFlowEntry(): void {
    this.removeKey()
    this.keyAllowed = true
    const start = this.reader.mark()
    this.reader.skip()
    this.push(',', start)
  }

  private fetchBlockEntry(): void {
    const start = this.reader.mark()
    if (this.flowLevel === 0) {
      if (!this.keyAllowed) throw this.fail('block sequence entries are not allowed in this context', start)
      this.rollIndent(start.column, undefined, 'block-sequence-start', start)
    }
    this.removeKey()
    this.keyAllowed = true
    this.reader.skip()
    this.push('block-entry', start)
  }

  private fetchKey(): void {
    const start = this.reader.mark()
    if (this.flowLevel === 0) {
      if (!this.keyAllowed) throw this.fail('mapping keys are not allowed in this context', start)
      this.rollIndent(start.column, undefined, 'block-mapping-start', start)
    }
    this.removeKey()
    this.keyAllowed = this.flowLevel === 0
    this.reader.skip()
    this.push('key', start)
  }

  private fetchValue(): void {
    const start = this.reader.mark()
    const key = this.keys[this.keys.length - 1]
    if (key) {
      this.tokens.splice(key.tokenNumber - this.taken, 0, { type: 'key', start: key.mark, end: key.mark })
      this.rollIndent(key.mark.column, key.tokenNumber, 'block-mapping-start', key.mark)
      this.keys[this.keys.length - 1] = undefined
      this.keyAllowed = false
    } else {
      if (this.flowLevel === 0) {
        if (!this.keyAllowed) throw this.fail('mapping values are not allowed in this context', start)
        this.rollIndent(start.column, undefined, 'block-mapping-start', start)
      }
      this.keyAllowed = this.flowLevel === 0
    }
    this.reader.skip()
    this.push('value', start)
  }

  private fetchAnchor(type: 'alias' | 'anchor'): void {
    this.saveKey()
    this.keyAllowed = false
    const start = this.reader.mark()
    this.reader.skip()
    let value = ''
    while (/[0-9A-Za-z_-]/.test(this.reader.peek())) value += this.reader.read()
    const after = this.reader.peek()
    if (value === '' || !(isBlankz(after) || '?:,]}%@`'.includes(after))) {
      throw this.fail('did not find expected alphabetic or numeric character', start)
    }
    this.push(type, start, { value })
  }

  private fetchTag(): void {
    this.saveKey()
    this.keyAllowed = false
    const start = this.reader.mark()
    let value = ''
    if (this.reader.startsWith('!<')) {
      while (!isBlankz(this.reader.peek()) && this.reader.peek() !== '>') value += this.reader.read()
      if (this.reader.peek() !== '>') throw this.fail("did not find the expected '>'", start)
      value += this.reader.read()
    } else {
      while (/[0-9A-Za-z;/?:@&=+$.!~*'()%_-]/.test(this.reader.peek())) value += this.reader.read()
    }
    const after = this.reader.peek()
    if (!isBlankz(after) && !(this.flowLevel > 0 && after === ',')) {
      throw this.fail('did not find expected whitespace or line break', start)
    }
    this.push('tag', start, { value })
  }

  private fetchBlockScalar(): void {
    this.removeKey()
    this.keyAllowed = true
    const start = this.reader.mark()
    const value = scanBlock(this.reader, this)
    this.push('scalar', start, { value })
  }

  private fetchQuoted(): void {
    this.saveKey()
    this.keyAllowed = false
    const start = this.reader.mark()
    const value = scanQuoted(this.reader)
    this.push('scalar', start, { value })
  }

  private fetchPlain(): void {
    this.saveKey()
    this.keyAllowed = false
    const start = this.reader.mark()
    const { value, spansLines } = scanPlain(this.reader, this)
    if (spansLines) this.keyAllowed = true
    this.push('scalar', start, { value, plain: true })
  }
}
