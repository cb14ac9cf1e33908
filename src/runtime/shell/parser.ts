// The POSIX shell's grammar, with what bash adds and people use in containers ([[ ]], (( )), function, here-strings).
import { type Node, type Redirection, type Script, SyntaxProblem, type Word } from './ast'
import { WordReader } from './words'

const parsed = new Map<string, Script>()

/** Parses a script; throws SyntaxProblem. The same text gives the same tree, so that node numbers last. */
export function parseScript(source: string): Script {
  let script = parsed.get(source)
  if (!script) {
    const parser = new Parser(source, [])
    const root = parser.parseAll()
    script = { nodes: parser.nodes, root }
    if (parsed.size > 200) parsed.clear()
    parsed.set(source, script)
  }
  return script
}

type Token = { type: 'word'; word: Word; plain?: string } | { type: 'operator'; text: string } | { type: 'newline' } | { type: 'end' }

const OPERATORS = [
  '&&',
  '||',
  ';;&',
  ';&',
  ';;',
  '<<<',
  '<<-',
  '<<',
  '>>',
  '<&',
  '>&',
  '<>',
  '>|',
  '&>>',
  '&>',
  ';',
  '&',
  '|',
  '<',
  '>',
  '(',
  ')',
]
const RESERVED = new Set(['then', 'else', 'elif', 'fi', 'do', 'done', 'esac', '}', 'in'])

interface HereDocument {
  delimiter: string
  quoted: boolean
  strip: boolean
  redirection: Redirection
}

class Parser extends WordReader {
  private token: Token | undefined
  private tokenStart = 0
  private readonly documents: HereDocument[] = []

  constructor(
    source: string,
    readonly nodes: Node[],
  ) {
    super(source)
  }

  private add(node: Node): number {
    return this.nodes.push(node) - 1
  }

  protected override readerOf(text: string): Parser {
    return new Parser(text, this.nodes)
  }
  protected override parseText(text: string): number {
    return new Parser(text, this.nodes).parseAll()
  }
  protected override parseSubstitution(): number {
    const kept = this.token
    this.token = undefined
    const node = this.list()
    if (!this.isOperator(')')) this.unexpected()
    this.token = kept
    return node
  }

  parseAll(): number {
    const root = this.list()
    if (this.peek().type !== 'end') this.unexpected()
    return root
  }

  // ---------------------------------------------------------------- tokens

  private peek(): Token {
    this.token ??= this.scan()
    return this.token
  }
  private take(): Token {
    const token = this.peek()
    this.token = undefined
    return token
  }

  private scan(): Token {
    const s = this.source
    for (;;) {
      const c = s[this.pos]
      if (c === ' ' || c === '\t' || c === '\r') this.pos++
      else if (c === '\\' && s[this.pos + 1] === '\n') this.pos += 2
      else if (c === '#') {
        while (this.pos < s.length && s[this.pos] !== '\n') this.pos++
      } else break
    }
    this.tokenStart = this.pos
    if (this.pos >= s.length) {
      if (this.documents.length > 0) this.readDocuments()
      return { type: 'end' }
    }
    if (s[this.pos] === '\n') {
      this.pos++
      if (this.documents.length > 0) this.readDocuments()
      return { type: 'newline' }
    }
    const operator = OPERATORS.find((o) => s.startsWith(o, this.pos))
    if (operator) {
      this.pos += operator.length
      return { type: 'operator', text: operator }
    }
    const word = this.readWord()!
    const only = word.parts.length === 1 && word.parts[0].kind === 'text' && !word.parts[0].quoted ? word.parts[0].text : undefined
    return { type: 'word', word, ...(only === undefined ? {} : { plain: only }) }
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
        text += `${line}\n`
      }
      if (!closed && this.pos >= this.source.length && this.source.length > 0 && text === '' && !this.source.endsWith('\n'))
        throw new SyntaxProblem('syntax error: here-document', true)
      document.redirection.target = document.quoted ? literal(text) : this.subWord(text, true)
    }
  }

  private isOperator(text: string): boolean {
    const token = this.peek()
    return token.type === 'operator' && token.text === text
  }
  private isWord(text: string): boolean {
    const token = this.peek()
    return token.type === 'word' && token.plain === text
  }
  private expectWord(text: string): void {
    if (!this.isWord(text)) this.unexpected(text)
    this.take()
  }
  private skipNewlines(): void {
    while (this.peek().type === 'newline') this.take()
  }

  private unexpected(wanted?: string): never {
    const token = this.peek()
    const what =
      token.type === 'end'
        ? 'end of file'
        : token.type === 'newline'
          ? 'newline'
          : `"${token.type === 'operator' ? token.text : (token.plain ?? 'word')}"`
    const hint = wanted ? ` (expecting "${wanted}")` : ''
    throw new SyntaxProblem(`syntax error: unexpected ${what}${hint}`, token.type === 'end')
  }

  // ---------------------------------------------------------------- grammar

  /** Commands up to a word or operator that ends them. */
  private list(): number {
    const items: number[] = []
    for (;;) {
      this.skipNewlines()
      const token = this.peek()
      if (token.type === 'end') break
      if (token.type === 'operator' && (token.text === ')' || token.text.startsWith(';;') || token.text === ';&')) break
      if (token.type === 'word' && token.plain !== undefined && RESERVED.has(token.plain) && token.plain !== 'in') break
      let node = this.andOr()
      if (this.isOperator('&')) {
        this.take()
        node = this.add({ type: 'background', body: node })
      } else if (this.isOperator(';')) this.take()
      else if (this.peek().type !== 'newline') {
        items.push(node)
        break
      }
      items.push(node)
    }
    return items.length === 1 ? items[0] : this.add({ type: 'list', items })
  }

  private andOr(): number {
    let left = this.pipeline()
    while (this.isOperator('&&') || this.isOperator('||')) {
      const type = this.isOperator('&&') ? 'and' : 'or'
      this.take()
      this.skipNewlines()
      left = this.add({ type, left, right: this.pipeline() })
    }
    return left
  }

  private pipeline(): number {
    if (this.isWord('!')) {
      this.take()
      return this.add({ type: 'not', body: this.pipeline() })
    }
    const items = [this.command()]
    while (this.isOperator('|')) {
      this.take()
      this.skipNewlines()
      items.push(this.command())
    }
    return items.length === 1 ? items[0] : this.add({ type: 'pipe', items })
  }

  private command(): number {
    const token = this.peek()
    if (token.type === 'operator' && token.text === '(') {
      if (this.source.startsWith('((', this.tokenStart)) return this.arithmeticCommand()
      this.take()
      const body = this.list()
      if (!this.isOperator(')')) this.unexpected(')')
      this.take()
      return this.add({ type: 'subshell', body, redirections: this.redirections() })
    }
    if (token.type === 'word') {
      switch (token.plain) {
        case '{': {
          this.take()
          const body = this.list()
          this.expectWord('}')
          return this.add({ type: 'group', body, redirections: this.redirections() })
        }
        case 'if':
          return this.ifCommand()
        case 'while':
        case 'until': {
          this.take()
          const condition = this.list()
          this.expectWord('do')
          const body = this.list()
          this.expectWord('done')
          return this.add({ type: 'loop', until: token.plain === 'until', condition, body, redirections: this.redirections() })
        }
        case 'for':
          return this.forCommand()
        case 'case':
          return this.caseCommand()
        case 'function': {
          this.take()
          const name = this.name()
          if (this.isOperator('(')) {
            this.take()
            if (!this.isOperator(')')) this.unexpected(')')
            this.take()
          }
          this.skipNewlines()
          return this.add({ type: 'function', name, body: this.command() })
        }
        case undefined:
          break
        default:
          if (RESERVED.has(token.plain) && token.plain !== 'in') this.unexpected()
      }
    }
    return this.simple()
  }

  private name(): string {
    const token = this.take()
    if (token.type !== 'word' || token.plain === undefined) throw new SyntaxProblem('syntax error: bad name')
    return token.plain
  }

  private ifCommand(): number {
    this.take()
    const clauses: { condition: number; body: number }[] = []
    let otherwise: number | undefined
    const condition = this.list()
    this.expectWord('then')
    clauses.push({ condition, body: this.list() })
    for (;;) {
      if (this.isWord('elif')) {
        this.take()
        const next = this.list()
        this.expectWord('then')
        clauses.push({ condition: next, body: this.list() })
      } else if (this.isWord('else')) {
        this.take()
        otherwise = this.list()
      } else break
    }
    this.expectWord('fi')
    return this.add({ type: 'if', clauses, ...(otherwise === undefined ? {} : { otherwise }), redirections: this.redirections() })
  }

  private forCommand(): number {
    this.take()
    if (this.isOperator('(')) return this.countingFor()
    const name = this.name()
    this.skipNewlines()
    let words: Word[] | undefined
    if (this.isWord('in')) {
      this.take()
      words = []
      for (let token = this.peek(); token.type === 'word'; token = this.peek()) {
        words.push(token.word)
        this.take()
      }
    }
    if (this.isOperator(';')) this.take()
    this.skipNewlines()
    this.expectWord('do')
    const body = this.list()
    this.expectWord('done')
    return this.add({ type: 'for', name, ...(words ? { words } : {}), body, redirections: this.redirections() })
  }

  /** `for ((a; b; c)); do ...; done`: the same as `a; while ((b)); do ...; c; done`. */
  private countingFor(): number {
    const end = this.source.indexOf('))', this.pos)
    if (!this.source.startsWith('((', this.tokenStart) || end < 0) this.unexpected()
    const parts = this.source.slice(this.tokenStart + 2, end).split(';')
    if (parts.length !== 3) throw new SyntaxProblem('syntax error: bad for loop')
    this.pos = end + 2
    this.token = undefined
    if (this.isOperator(';')) this.take()
    this.skipNewlines()
    this.expectWord('do')
    const body = this.list()
    this.expectWord('done')
    const [first, condition, step] = parts.map((p, i) =>
      this.add({ type: 'arithmetic', word: this.subWord(p.trim() === '' && i === 1 ? '1' : p), redirections: [] }),
    )
    const loopBody = this.add({ type: 'list', items: [body, step] })
    const loop = this.add({ type: 'loop', until: false, condition, body: loopBody, redirections: this.redirections() })
    return this.add({ type: 'list', items: [first, loop] })
  }

  private caseCommand(): number {
    this.take()
    const subject = this.take()
    if (subject.type !== 'word') this.unexpected()
    this.skipNewlines()
    this.expectWord('in')
    const arms: { patterns: Word[]; body: number; through: boolean }[] = []
    for (;;) {
      this.skipNewlines()
      if (this.isWord('esac')) break
      if (this.isOperator('(')) this.take()
      const patterns: Word[] = []
      for (;;) {
        const token = this.take()
        if (token.type !== 'word') throw new SyntaxProblem('syntax error: bad pattern', token.type === 'end')
        patterns.push(token.word)
        if (!this.isOperator('|')) break
        this.take()
      }
      if (!this.isOperator(')')) this.unexpected(')')
      this.take()
      const body = this.list()
      const through = this.isOperator(';&') || this.isOperator(';;&')
      if (through || this.isOperator(';;')) this.take()
      arms.push({ patterns, body, through })
    }
    this.take()
    return this.add({ type: 'case', word: subject.word, arms, redirections: this.redirections() })
  }

  private arithmeticCommand(): number {
    const end = this.source.indexOf('))', this.tokenStart)
    if (end < 0) throw new SyntaxProblem('syntax error: missing ))', true)
    const word = this.subWord(this.source.slice(this.tokenStart + 2, end))
    this.pos = end + 2
    this.token = undefined
    return this.add({ type: 'arithmetic', word, redirections: this.redirections() })
  }

  private simple(): number {
    const node: Extract<Node, { type: 'command' }> = { type: 'command', assignments: [], words: [], redirections: [] }
    for (;;) {
      const token = this.peek()
      if (token.type === 'operator') {
        const redirection = this.redirection(1)
        if (!redirection) break
        node.redirections.push(redirection)
      } else if (token.type === 'word') {
        const fd = this.source[this.pos] === '<' || this.source[this.pos] === '>' ? /^\d+$/.exec(token.plain ?? '') : null
        if (fd) {
          this.take()
          node.redirections.push(this.redirection(Number(fd[0]), true)!)
          continue
        }
        const assignment = node.words.length === 0 ? assignmentOf(token.word) : undefined
        this.take()
        if (assignment) node.assignments.push(assignment)
        else node.words.push(token.word)
        if (node.words.length === 1 && node.assignments.length === 0 && token.plain !== undefined && this.isOperator('(')) {
          this.take()
          if (!this.isOperator(')')) this.unexpected(')')
          this.take()
          this.skipNewlines()
          return this.add({ type: 'function', name: token.plain, body: this.command() })
        }
        if (node.words.length === 1 && token.plain === '[[') {
          this.conditionWords(node.words)
          break
        }
      } else break
    }
    for (let r = this.redirection(1); r; r = this.redirection(1)) node.redirections.push(r)
    if (node.words.length === 0 && node.assignments.length === 0 && node.redirections.length === 0) this.unexpected()
    return this.add(node)
  }

  /** The words of `[[ ... ]]`, operators among them as words of their own. */
  private conditionWords(words: Word[]): void {
    for (;;) {
      const token = this.take()
      if (token.type === 'end') throw new SyntaxProblem('syntax error: missing ]]', true)
      if (token.type === 'newline') continue
      words.push(token.type === 'word' ? token.word : literal(token.text))
      if (token.type === 'word' && token.plain === ']]') return
    }
  }

  private redirections(): Redirection[] {
    const out: Redirection[] = []
    for (;;) {
      const token = this.peek()
      if (token.type === 'word' && /^\d+$/.test(token.plain ?? '') && '<>'.includes(this.source[this.pos] ?? ' ')) {
        this.take()
        out.push(this.redirection(Number(token.plain), true)!)
        continue
      }
      const redirection = this.redirection(1)
      if (!redirection) return out
      out.push(redirection)
    }
  }

  /** A redirection at this place, its number already read when `numbered`. */
  private redirection(number: number, numbered = false): Redirection | undefined {
    const token = this.peek()
    if (token.type !== 'operator') return undefined
    const operator = token.text
    if (!/^(?:&?>>?|[<>][&>|]?|<<[<-]?)$/.test(operator)) return undefined
    this.take()
    const target = this.take()
    if (target.type !== 'word') throw new SyntaxProblem('syntax error: unexpected redirection', target.type === 'end')
    const input = operator.startsWith('<')
    const fd = numbered ? number : input ? 0 : 1
    if (operator === '<<' || operator === '<<-') {
      const redirection: Redirection = { fd, operator: '<<', target: literal('') }
      const quoted = target.word.parts.some((p) => p.quoted)
      const delimiter = target.word.parts.map((p) => (p.kind === 'text' ? p.text : '')).join('')
      this.documents.push({ delimiter, quoted, strip: operator === '<<-', redirection })
      return redirection
    }
    const plain = operator === '&>>' ? '&>' : operator
    return { fd, operator: plain as Redirection['operator'], target: target.word }
  }
}

function literal(text: string): Word {
  return { parts: [{ kind: 'text', text, quoted: true }], substitutions: [] }
}

function assignmentOf(word: Word): { name: string; append: boolean; word: Word } | undefined {
  const first = word.parts[0]
  if (first?.kind !== 'text' || first.quoted) return undefined
  const parts = /^([A-Za-z_]\w*)(\+?)=/.exec(first.text)
  if (!parts) return undefined
  const rest = first.text.slice(parts[0].length)
  return {
    name: parts[1],
    append: parts[2] === '+',
    word: {
      parts: rest === '' ? word.parts.slice(1) : [{ ...first, text: rest }, ...word.parts.slice(1)],
      substitutions: word.substitutions,
    },
  }
}
