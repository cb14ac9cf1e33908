// Tokens of a shell script: operators, words, newlines; here-documents are read where their line ends.
import { type Assignment, type Node, type Redirection, SyntaxProblem, type Unexpected, type Word } from './ast'
import { WordReader } from './words'

export type Token =
  | { type: 'word'; word: Word; plain?: string; assignment?: Assignment }
  | { type: 'operator'; text: string }
  | { type: 'newline' }
  | { type: 'end' }

const COMMON = ['&&', '||', ';;', '<<-', '<<', '>>', '<&', '>&', '<>', '>|', ';', '&', '|', '<', '>', '(', ')']
/** Longer ones first. */
const OPERATORS = {
  bash: [';;&', ';&', '<<<', '&>>', '&>', '|&', ...COMMON],
  ash: ['&>', ...COMMON],
  dash: COMMON,
}
const REDIRECTION = /^(?:&>>?|>>|[<>][&>|]?|<<[<-]?)$/
const RESERVED = new Set('if then else elif fi for while until do done case esac { } !'.split(' '))

interface HereDocument {
  delimiter: string
  quoted: boolean
  strip: boolean
  redirection: Redirection
  line: number
}

export abstract class Lexer extends WordReader {
  private token: Token | undefined
  protected tokenStart = 0
  /** Where the token before this one ended. */
  protected lastEnd = 0
  /** Words that look like assignments are some. */
  protected assigning = true
  private readonly documents: HereDocument[] = []
  /** Here-documents that the script's end closed: their lines and words. */
  readonly open: { line: number; wanted: string }[] = []

  protected peek(): Token {
    this.token ??= this.scan()
    return this.token
  }
  protected take(): Token {
    const token = this.peek()
    this.token = undefined
    this.lastEnd = this.pos
    return token
  }
  /** Goes on at a place in the text. */
  protected jump(pos: number): void {
    this.pos = pos
    this.token = undefined
  }
  /** Runs something that reads on from `pos`; the token at hand stays. */
  protected aside<T>(read: () => T): T {
    const { token, assigning } = this
    this.token = undefined
    this.assigning = true
    const result = read()
    this.token = token
    this.assigning = assigning
    return result
  }

  protected skipBlanks(newlines = false): void {
    const s = this.source
    for (;;) {
      const c = s[this.pos]
      if (c === ' ' || c === '\t' || c === '\r' || (newlines && c === '\n')) this.pos++
      else if (c === '\\' && s[this.pos + 1] === '\n') this.pos += 2
      else if (c === '#') {
        while (this.pos < s.length && s[this.pos] !== '\n') this.pos++
      } else return
    }
  }

  private scan(): Token {
    const s = this.source
    this.skipBlanks()
    this.tokenStart = this.pos
    if (this.pos >= s.length) {
      this.readDocuments()
      return { type: 'end' }
    }
    if (s[this.pos] === '\n') {
      this.pos++
      this.readDocuments()
      return { type: 'newline' }
    }
    if (this.dialect !== 'dash' && /[<>]/.test(s[this.pos]) && s[this.pos + 1] === '(') return this.processSubstitution()
    const operator = OPERATORS[this.dialect].find((o) => s.startsWith(o, this.pos))
    if (operator) {
      this.pos += operator.length
      return { type: 'operator', text: operator }
    }
    const assignment = this.assigning && this.dialect === 'bash' ? this.bashAssignment() : undefined
    if (assignment) return { type: 'word', word: { parts: [], substitutions: [] }, assignment }
    const word = this.readWord()!
    const only = word.parts.length === 1 && word.parts[0].kind === 'text' && !word.parts[0].quoted ? word.parts[0].text : undefined
    return { type: 'word', word, ...(only === undefined ? {} : { plain: only }) }
  }

  private processSubstitution(): Token {
    const writes = this.source[this.pos] === '>'
    this.pos += 2
    const node = this.parseSubstitution()
    const rest = this.readWord()
    return {
      type: 'word',
      word: {
        parts: [{ kind: 'process', node, ...(writes ? { writes } : {}) }, ...(rest?.parts ?? [])],
        substitutions: [...(writes ? [] : [node]), ...(rest?.substitutions ?? [])],
      },
    }
  }

  /** `a[i]=x`, `a=(x y)`, `a+=(z)`: what other shells read as words and parentheses. */
  private bashAssignment(): Assignment | undefined {
    const begun = this.pos
    const name = /^[A-Za-z_]\w*(?=[[=+])/.exec(this.source.slice(begun, begun + 200))?.[0]
    if (name === undefined) return undefined
    let at = begun + name.length
    const subscript = this.source[at] === '[' ? this.subscriptOf(this.source.slice(at)) : undefined
    if (subscript && typeof subscript.word === 'object') at += subscript.length
    const equals = /^\+?=/.exec(this.source.slice(at, at + 2))?.[0]
    if (equals === undefined || (!subscript && this.source[at + equals.length] !== '(')) return undefined
    this.pos = at + equals.length
    const append = equals === '+='
    const empty: Word = { parts: [], substitutions: [] }
    if (subscript) return { name, append, subscript: subscript.word as Word, word: this.readWord() ?? empty }
    this.pos++
    return { name, append, word: empty, elements: this.aside(() => this.elements()) }
  }

  private elements(): Assignment['elements'] {
    const out: NonNullable<Assignment['elements']> = []
    for (;;) {
      this.skipBlanks(true)
      if (this.pos >= this.source.length) throw this.unterminated(')')
      if (this.source[this.pos] === ')') {
        this.pos++
        return out
      }
      const key = this.source[this.pos] === '[' ? this.subscriptOf(this.source.slice(this.pos)) : undefined
      const equals = key ? /^\+?=/.exec(this.source.slice(this.pos + key.length, this.pos + key.length + 2))?.[0] : undefined
      if (key && equals !== undefined && typeof key.word === 'object') {
        this.pos += key.length + equals.length
        const word = this.readWord() ?? { parts: [], substitutions: [] }
        out.push({ key: key.word, ...(equals === '+=' ? { append: true } : {}), word })
        continue
      }
      this.assigning = false
      const token = this.take()
      if (token.type !== 'word') this.unexpectedToken(token)
      for (const word of this.bracesOf(token.word)) out.push({ word })
    }
  }

  /** The words that braces make of one. */
  protected abstract bracesOf(word: Word): Word[]

  protected addDocument(redirection: Redirection, word: Word, strip: boolean, line: number): void {
    const quoted = word.parts.some((p) => p.quoted)
    const delimiter = word.parts.map((p) => (p.kind === 'text' ? p.text : '')).join('')
    this.documents.push({ delimiter, quoted, strip, redirection, line })
  }

  private readDocuments(): void {
    for (const document of this.documents.splice(0)) {
      let text = ''
      let closed = false
      while (this.pos < this.source.length) {
        const end = this.source.indexOf('\n', this.pos)
        let line = this.source.slice(this.pos, end < 0 ? undefined : end)
        this.pos = end < 0 ? this.source.length : end + 1
        if (document.strip) line = line.replace(/^\t+/, '')
        if (line === document.delimiter) {
          closed = true
          break
        }
        text += end < 0 && this.dialect !== 'bash' ? line : `${line}\n`
      }
      if (!closed) this.open.push({ line: document.line, wanted: document.delimiter })
      document.redirection.target = document.quoted ? literal(text) : this.subWord(text, 'document')
    }
  }

  protected isOperator(text: string): boolean {
    const token = this.peek()
    return token.type === 'operator' && token.text === text
  }
  protected isWord(text: string): boolean {
    const token = this.peek()
    return token.type === 'word' && token.plain === text
  }
  protected expectWord(text: string): void {
    if (!this.isWord(text)) this.unexpected(text)
    this.take()
  }
  protected expectOperator(text: string): void {
    if (!this.isOperator(text)) this.unexpected(text)
    this.take()
  }
  protected skipNewlines(): void {
    while (this.peek().type === 'newline') this.take()
  }

  protected unexpected(wanted?: string): never {
    return this.unexpectedToken(this.peek(), wanted)
  }

  protected unexpectedToken(token: Token, wanted?: string): never {
    const { source } = this
    let what: Unexpected
    if (token.type === 'end') what = { type: 'end', token: 'end of file' }
    else if (token.type === 'newline') what = { type: 'newline', token: 'newline' }
    else if (token.type === 'operator') what = { type: REDIRECTION.test(token.text) ? 'redirection' : 'operator', token: token.text }
    else
      what = {
        type: token.plain !== undefined && RESERVED.has(token.plain) ? 'reserved' : 'word',
        token: source.slice(this.tokenStart, this.pos),
      }
    // The newline belongs to the line it ends.
    const place = token.type === 'newline' && source[this.pos - 1] === '\n' ? this.pos - 1 : this.tokenStart
    const start = source.lastIndexOf('\n', place - 1) + 1
    const end = source.indexOf('\n', place)
    // bash meets the end on the line after the last one.
    const beyond = token.type === 'end' && this.dialect === 'bash' && !source.endsWith('\n') ? 1 : 0
    throw new SyntaxProblem(
      { ...what, ...(wanted ? { wanted } : {}) },
      this.lineAt(place) + beyond,
      token.type === 'end',
      source.slice(start, end < 0 ? undefined : end),
    )
  }
}

export function isRedirection(operator: string): boolean {
  return REDIRECTION.test(operator)
}

export function literal(text: string): Word {
  return { parts: [{ kind: 'text', text, quoted: true }], substitutions: [] }
}

/** What a parser adds its nodes to. */
export type Nodes = Node[]
