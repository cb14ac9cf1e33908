// Reading words of a shell script: quotes, parameters, substitutions, here-documents.
import { bytesOfText, textOfBytes } from '../../lib/byte-text'
import { type Dialect, type Parameter, type Part, SyntaxProblem, type Word } from './ast'

const BREAKS = new Set([' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')'])

/** Where a part stands: bare, between double quotes, or in a text where double quotes mean nothing (here-documents, arithmetic). */
export type Quoting = 'bare' | 'quotes' | 'document'

const OPERATORS: Record<Dialect, RegExp> = {
  bash: /^(?::[-=?+]|[-=?+]|%%?|##?|\/\/?|:|\^\^?|,,?|@[QUuLEPAKak]$)/,
  ash: /^(?::[-=?+]|[-=?+]|%%?|##?|\/\/?|:)/,
  dash: /^(?::[-=?+]|[-=?+]|%%?|##?)/,
}

/** Reads characters and words; the parser proper extends it. */
export abstract class WordReader {
  protected pos = 0
  /** Patterns like `+(a|b)` are read as words: after `shopt -s extglob`. */
  protected extended = false
  private counted = { pos: 0, line: 0 }

  constructor(
    readonly source: string,
    readonly dialect: Dialect,
    private readonly firstLine: number,
  ) {}

  /** Parses the commands from `pos` on up to a closing parenthesis, returns their node. */
  protected abstract parseSubstitution(): number
  /** Parses the text of a backquoted substitution. */
  protected abstract parseText(text: string): number

  /** The number of the line a place is in, from 1 on. */
  protected lineAt(pos: number): number {
    if (pos < this.counted.pos) this.counted = { pos: 0, line: 0 }
    for (let i = this.source.indexOf('\n', this.counted.pos); i >= 0 && i < pos; i = this.source.indexOf('\n', i + 1)) {
      this.counted = { pos: i + 1, line: this.counted.line + 1 }
    }
    return this.firstLine + this.counted.line
  }

  protected unterminated(missing: string): SyntaxProblem {
    return new SyntaxProblem({ missing }, this.lineAt(this.source.length), true)
  }

  /** A word at `pos`, undefined when there is none. */
  protected readWord(): Word | undefined {
    const word: Word = { parts: [], substitutions: [] }
    const begun = this.pos
    for (;;) {
      const c = this.source[this.pos]
      if (this.extended && '?*+@!'.includes(c ?? ' ') && this.source[this.pos + 1] === '(') this.readExtended(word)
      else if (this.pos >= this.source.length || BREAKS.has(c)) break
      else this.readPart(word, 'bare')
    }
    return this.pos > begun ? word : undefined
  }

  /** `+(a|b)`, nested ones too. */
  private readExtended(word: Word): void {
    this.text(word, this.source.slice(this.pos, this.pos + 2), false)
    this.pos += 2
    for (let depth = 1; depth > 0; ) {
      const c = this.source[this.pos]
      if (c === undefined) throw this.unterminated(')')
      if (c === '(') depth++
      if (c === ')') depth--
      if ('()| \t'.includes(c)) {
        this.text(word, c, false)
        this.pos++
      } else this.readPart(word, 'bare')
    }
  }

  private text(word: Word, text: string, quoted: boolean): void {
    const last = word.parts.at(-1)
    if (last?.kind === 'text' && !!last.quoted === quoted) last.text += text
    else word.parts.push({ kind: 'text', text, ...(quoted ? { quoted } : {}) })
  }

  private readPart(word: Word, quoting: Quoting): void {
    const c = this.source[this.pos]
    const bare = quoting === 'bare'
    if (c === '\\') {
      const next = this.source[this.pos + 1]
      this.pos += 2
      if (next === '\n') return
      if (!bare && !(quoting === 'quotes' ? '$`"\\' : '$`\\').includes(next ?? '')) this.text(word, `\\${next ?? ''}`, true)
      else this.text(word, next ?? '\\', true)
    } else if (c === "'" && bare) {
      const end = this.source.indexOf("'", this.pos + 1)
      if (end < 0) throw this.unterminated("'")
      this.text(word, this.source.slice(this.pos + 1, end), true)
      this.pos = end + 1
    } else if (c === '"' && bare) {
      this.pos++
      // Quotes around nothing are a word; "$@" of nothing is none.
      if (this.source[this.pos] === '"') this.text(word, '', true)
      while (this.source[this.pos] !== '"') {
        if (this.pos >= this.source.length) throw this.unterminated('"')
        this.readPart(word, 'quotes')
      }
      this.pos++
    } else if (c === '$') this.readDollar(word, quoting)
    else if (c === '`') this.readBackquotes(word, !bare)
    else {
      this.text(word, c, !bare)
      this.pos++
    }
  }

  private push(word: Word, part: Part, ...inner: (Word | undefined)[]): void {
    word.parts.push(part)
    for (const one of inner) if (one) word.substitutions.push(...one.substitutions)
  }

  private readDollar(word: Word, quoting: Quoting): void {
    const s = this.source
    const next = s[this.pos + 1]
    const quoted = quoting !== 'bare'
    const mark = quoted ? { quoted } : {}
    if (s.startsWith('$((', this.pos)) {
      const end = this.arithmeticEnd(this.pos + 3)
      if (end >= 0) {
        const inner = this.subWord(s.slice(this.pos + 3, end), 'document')
        this.pos = end + 2
        this.push(word, { kind: 'arithmetic', word: inner, ...mark }, inner)
        return
      }
    }
    if (next === '(') {
      this.pos += 2
      const node = this.parseSubstitution()
      word.substitutions.push(node)
      word.parts.push({ kind: 'substitution', node, ...mark })
    } else if (next === '{') {
      const end = this.braceEnd(this.pos + 2, quoted)
      const body = s.slice(this.pos + 2, end)
      this.pos = end + 1
      this.readParameter(word, body, quoted)
    } else if (next === "'" && !quoted && this.dialect !== 'dash') {
      const close = s.slice(this.pos + 2).search(/(?<!\\)(?:\\\\)*'/)
      if (close < 0) throw this.unterminated("'")
      const end = s.indexOf("'", this.pos + 2 + close)
      this.text(word, unescapeText(s.slice(this.pos + 2, end), this.dialect), true)
      this.pos = end + 1
    } else if (next === '"' && !quoted && this.dialect === 'bash') {
      // A text to be translated: nobody does.
      this.pos++
    } else {
      const name = /^(?:[A-Za-z_]\w*|[0-9@*#?$!-])/.exec(s.slice(this.pos + 1, this.pos + 200))?.[0]
      if (name === undefined) {
        this.text(word, '$', quoted)
        this.pos++
        return
      }
      this.pos += 1 + name.length
      word.parts.push({ kind: 'parameter', name, ...mark })
    }
  }

  private readParameter(word: Word, body: string, quoted: boolean): void {
    const mark = quoted ? { quoted } : {}
    const part = this.parameterOf(body, quoted)
    if (!part) word.parts.push({ kind: 'bad', text: `\${${body}}`, ...mark })
    else this.push(word, { ...part, ...mark }, part.word, typeof part.subscript === 'object' ? part.subscript : undefined)
  }

  /** What stands between the braces; undefined when it makes no sense to this shell. */
  private parameterOf(body: string, quoted: boolean): Parameter | undefined {
    const bash = this.dialect === 'bash'
    const listed = bash ? /^!([A-Za-z_]\w*)[*@]$/.exec(body) : null
    if (listed) return { kind: 'parameter', name: listed[1], operator: 'names' }
    const parts = /^([#!]?)([A-Za-z_]\w*|[0-9]+|[@*#?$!-])([\s\S]*)$/.exec(body)
    if (body === '#') return { kind: 'parameter', name: '#' }
    if (!parts) return undefined
    let [, sign, name, rest] = parts
    // ${#} with an operator, ${!}, ${#-...}: the sign itself is the parameter.
    if (sign === '!' && !bash) return undefined
    const subscript = rest.startsWith('[') && bash && /^[A-Za-z_]/.test(name) ? this.subscriptOf(rest) : undefined
    if (subscript) rest = rest.slice(subscript.length)
    const keep = subscript ? { subscript: subscript.word } : {}
    if (sign === '#' && rest === '') return { kind: 'parameter', name, operator: '#len', ...keep }
    if (sign === '#') {
      const operator = OPERATORS[this.dialect].exec(body.slice(1))?.[0]
      if (operator === undefined) return undefined
      return { kind: 'parameter', name: '#', operator, word: this.subWord(body.slice(1 + operator.length), 'bare') }
    }
    const indirect = sign === '!' ? { indirect: true } : {}
    if (rest === '') return { kind: 'parameter', name, ...keep, ...indirect }
    const operator = OPERATORS[this.dialect].exec(rest)?.[0]
    if (operator === undefined) return undefined
    const inner = this.subWord(rest.slice(operator.length), quoted && /[-=?+]/.test(operator) ? 'quotes' : 'bare')
    return { kind: 'parameter', name, operator, word: inner, ...keep, ...indirect }
  }

  /** `[...]` at the beginning of a text: its content and how long it is with the brackets. */
  protected subscriptOf(text: string): { word: Word | '@' | '*'; length: number } | undefined {
    let depth = 0
    for (let i = 0; i < text.length; i++) {
      const c = text[i]
      if (c === '\\') i++
      else if (c === "'" || c === '"') {
        const close = text.indexOf(c, i + 1)
        if (close > 0) i = close
      } else if (c === '[') depth++
      else if (c === ']' && --depth === 0) {
        const inner = text.slice(1, i)
        if (inner === '') return undefined
        return { word: inner === '@' || inner === '*' ? inner : this.subWord(inner, 'bare'), length: i + 1 }
      }
    }
    return undefined
  }

  private readBackquotes(word: Word, quoted: boolean): void {
    let end = this.pos + 1
    while (end < this.source.length && this.source[end] !== '`') end += this.source[end] === '\\' ? 2 : 1
    if (end >= this.source.length) throw this.unterminated('`')
    const node = this.parseText(this.source.slice(this.pos + 1, end).replace(quoted ? /\\([$`\\"])/g : /\\([$`\\])/g, '$1'))
    this.pos = end + 1
    word.substitutions.push(node)
    word.parts.push({ kind: 'substitution', node, ...(quoted ? { quoted } : {}) })
  }

  /** A word that is a text of its own: the right side of `${x:-...}`, arithmetic, a here-document. */
  protected subWord(text: string, quoting: Quoting): Word {
    const word: Word = { parts: [], substitutions: [] }
    const inner = this.readerOf(text, this.lineAt(this.pos))
    // Within "${x:-...}" double quotes only come and go.
    while (inner.pos < text.length) inner.readPart(word, quoting === 'quotes' && text[inner.pos] === '"' ? 'bare' : quoting)
    return word
  }

  /** A reader of another text that adds its nodes to the same script. */
  protected abstract readerOf(text: string, line: number): WordReader

  private arithmeticEnd(from: number): number {
    let depth = 0
    for (let i = from; i < this.source.length; i++) {
      if (this.source[i] === '(') depth++
      else if (this.source[i] === ')') {
        if (depth === 0) return this.source[i + 1] === ')' ? i : -1
        depth--
      }
    }
    return -1
  }

  /** Where the brace closes; quotes, other braces and substitutions in between are passed over. */
  private braceEnd(from: number, quoted: boolean): number {
    const literal = quoted && /^[!#]?(?:\w+|[@*#?$!-])(?:\[[^\]]*\])?:?[-=?+]/.test(this.source.slice(from, from + 200))
    let depth = 0
    for (let i = from; i < this.source.length; i++) {
      const c = this.source[i]
      if (c === '\\') i++
      else if (c === "'" && !literal) {
        const close = this.source.indexOf("'", i + 1)
        if (close > 0) i = close
      } else if (c === '$' && this.source[i + 1] === '(') i = this.parenthesisEnd(i + 2)
      else if (c === '{' && this.source[i - 1] === '$') depth++
      else if (c === '}') {
        if (depth === 0) return i
        depth--
      }
    }
    throw this.unterminated('}')
  }

  private parenthesisEnd(from: number): number {
    let depth = 0
    for (let i = from; i < this.source.length; i++) {
      const c = this.source[i]
      if (c === '\\') i++
      else if (c === "'") {
        const close = this.source.indexOf("'", i + 1)
        if (close > 0) i = close
      } else if (c === '(') depth++
      else if (c === ')' && depth-- === 0) return i
    }
    return this.source.length
  }
}

/** Backslash escapes of `$'...'`, printf and echo -e; `\u` is bash's. */
export function unescapeText(text: string, dialect: Dialect = 'ash'): string {
  const expression =
    dialect === 'bash'
      ? /\\(?:([abeEfnrtv\\'"?])|x([0-9a-fA-F]{1,2})|0?([0-7]{1,3})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8}))/g
      : /\\(?:([abefnrtv\\'"])|x([0-9a-fA-F]{1,2})|0?([0-7]{1,3}))/g
  let raw = false
  const byte = (value: number) => {
    if (value < 128) return String.fromCharCode(value)
    raw = true
    return String.fromCharCode(0xdc00 + (value & 255))
  }
  const out = text.replace(expression, (_, letter?: string, hex?: string, octal?: string, short?: unknown, long?: unknown) => {
    if (hex) return byte(Number.parseInt(hex, 16))
    if (octal) return byte(Number.parseInt(octal, 8))
    if (letter === undefined) return String.fromCodePoint(Number.parseInt(String(short ?? long), 16))
    const known: Record<string, string> = { a: '\x07', b: '\b', e: '\x1b', E: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }
    return known[letter] ?? letter
  })
  // Bytes that make a character together are that character.
  return raw ? textOfBytes(bytesOfText(out)) : out
}
