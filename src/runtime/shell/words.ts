// Reading words of a shell script: quotes, parameters, substitutions, here-documents.
import { type Part, SyntaxProblem, type Word } from './ast'

const BREAKS = new Set([' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')'])

/** Reads characters and words; the parser proper extends it. */
export abstract class WordReader {
  protected pos = 0
  constructor(protected readonly source: string) {}

  /** Parses the commands from `pos` on up to a closing parenthesis, returns their node. */
  protected abstract parseSubstitution(): number
  /** Parses the text of a backquoted substitution. */
  protected abstract parseText(text: string): number

  /** A word at `pos`, undefined when there is none. */
  protected readWord(): Word | undefined {
    const word: Word = { parts: [], substitutions: [] }
    const begun = this.pos
    while (this.pos < this.source.length && !BREAKS.has(this.source[this.pos])) this.readPart(word, false)
    return this.pos > begun ? word : undefined
  }

  private text(word: Word, text: string, quoted: boolean): void {
    const last = word.parts.at(-1)
    if (last?.kind === 'text' && !!last.quoted === quoted) last.text += text
    else word.parts.push({ kind: 'text', text, ...(quoted ? { quoted } : {}) })
  }

  /** One part of a word. `inQuotes`: between double quotes or in a here-document. */
  private readPart(word: Word, inQuotes: boolean): void {
    const c = this.source[this.pos]
    if (c === '\\') {
      const next = this.source[this.pos + 1]
      this.pos += 2
      if (next === '\n') return
      if (inQuotes && !'$`"\\'.includes(next ?? '')) this.text(word, `\\${next ?? ''}`, true)
      else this.text(word, next ?? '\\', true)
    } else if (c === "'" && !inQuotes) {
      const end = this.source.indexOf("'", this.pos + 1)
      if (end < 0) throw new SyntaxProblem('syntax error: unterminated quoted string', true)
      this.text(word, this.source.slice(this.pos + 1, end), true)
      this.pos = end + 1
    } else if (c === '"' && !inQuotes) {
      this.pos++
      this.text(word, '', true)
      while (this.source[this.pos] !== '"') {
        if (this.pos >= this.source.length) throw new SyntaxProblem('syntax error: unterminated quoted string', true)
        this.readPart(word, true)
      }
      this.pos++
    } else if (c === '$') this.readDollar(word, inQuotes)
    else if (c === '`') this.readBackquotes(word, inQuotes)
    else {
      this.text(word, c, inQuotes)
      this.pos++
    }
  }

  private push(word: Word, part: Part, inner?: Word): void {
    word.parts.push(part)
    if (inner) word.substitutions.push(...inner.substitutions)
  }

  private readDollar(word: Word, quoted: boolean): void {
    const s = this.source
    const next = s[this.pos + 1]
    const mark = quoted ? { quoted } : {}
    if (s.startsWith('$((', this.pos)) {
      const end = this.arithmeticEnd(this.pos + 3)
      if (end >= 0) {
        const inner = this.subWord(s.slice(this.pos + 3, end))
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
      const end = this.braceEnd(this.pos + 2)
      const body = s.slice(this.pos + 2, end)
      this.pos = end + 1
      this.readParameter(word, body, quoted)
    } else if (next === "'" && !quoted) {
      const close = s.slice(this.pos + 2).search(/(?<!\\)(?:\\\\)*'/)
      if (close < 0) throw new SyntaxProblem('syntax error: unterminated quoted string', true)
      const end = s.indexOf("'", this.pos + 2 + close)
      this.text(word, unescapeText(s.slice(this.pos + 2, end)), true)
      this.pos = end + 1
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
    const length = /^#([A-Za-z_]\w*|[0-9]+|[@*#?$!-])$/.exec(body)
    if (length) {
      word.parts.push({ kind: 'parameter', name: length[1], operator: '#len', ...mark })
      return
    }
    const parts = /^(!?[A-Za-z_]\w*|[0-9]+|[@*#?$!-])([\s\S]*)$/.exec(body)
    const operator = parts && parts[2] !== '' ? /^(?::[-=?+]|[-=?+]|%%?|##?|\/\/?|:|\^\^?|,,?)/.exec(parts[2])?.[0] : ''
    if (!parts || operator === undefined) throw new SyntaxProblem('syntax error: bad substitution')
    if (operator === '') {
      word.parts.push({ kind: 'parameter', name: parts[1], ...mark })
      return
    }
    const inner = this.subWord(parts[2].slice(operator.length), quoted && /[-=?+]/.test(operator))
    this.push(word, { kind: 'parameter', name: parts[1], operator, word: inner, ...mark }, inner)
  }

  private readBackquotes(word: Word, quoted: boolean): void {
    let end = this.pos + 1
    while (end < this.source.length && this.source[end] !== '`') end += this.source[end] === '\\' ? 2 : 1
    if (end >= this.source.length) throw new SyntaxProblem('syntax error: EOF in backquote substitution', true)
    const node = this.parseText(this.source.slice(this.pos + 1, end).replace(/\\([$`\\])/g, '$1'))
    this.pos = end + 1
    word.substitutions.push(node)
    word.parts.push({ kind: 'substitution', node, ...(quoted ? { quoted } : {}) })
  }

  /** A word that is a text of its own: the right side of `${x:-...}`, arithmetic, a here-document (`quoted`). */
  protected subWord(text: string, quoted = false): Word {
    const word: Word = { parts: [], substitutions: [] }
    const inner = this.readerOf(text)
    while (inner.pos < text.length) inner.readPart(word, quoted)
    return word
  }

  /** A reader of another text that adds its nodes to the same script. */
  protected abstract readerOf(text: string): WordReader

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

  private braceEnd(from: number): number {
    let depth = 0
    for (let i = from; i < this.source.length; i++) {
      const c = this.source[i]
      if (c === '\\') i++
      else if (c === "'") {
        const close = this.source.indexOf("'", i + 1)
        if (close > 0) i = close
      } else if (c === '{' && this.source[i - 1] === '$') depth++
      else if (c === '}') {
        if (depth === 0) return i
        depth--
      }
    }
    throw new SyntaxProblem('syntax error: missing }', true)
  }
}

/** Backslash escapes of `$'...'`, printf and echo -e. */
export function unescapeText(text: string): string {
  return text.replace(/\\(?:([abefnrtv\\'"])|x([0-9a-fA-F]{1,2})|0?([0-7]{1,3}))/g, (_, letter?: string, hex?: string, octal?: string) => {
    if (hex) return String.fromCharCode(Number.parseInt(hex, 16))
    if (octal) return String.fromCharCode(Number.parseInt(octal, 8))
    const known: Record<string, string> = { a: '\x07', b: '\b', e: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }
    return known[letter!] ?? letter!
  })
}
