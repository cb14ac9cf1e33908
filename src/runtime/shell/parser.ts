// The grammar of the shells: POSIX's, and what bash and BusyBox's ash add, each for itself.
import { type Arm, type Dialect, type Script, SyntaxProblem, type Word } from './ast'
import { CommandParser } from './command-parser'
import { isRedirection, literal } from './lexer'

const parsed: Record<Dialect, Map<string, Script>> = { bash: new Map(), ash: new Map(), dash: new Map() }

/**
 * Parses a script. What cannot be parsed stands in the tree where the shell would come to it, and as `problem`.
 * The same text gives the same tree, so that node numbers last.
 */
export function parseScript(source: string, dialect: Dialect): Script {
  const known = parsed[dialect]
  let script = known.get(source)
  if (!script) {
    script = new Parser(source, dialect, 1, []).script()
    if (known.size > 200) known.clear()
    known.set(source, script)
  }
  return script
}

const CLOSING = new Set(['then', 'else', 'elif', 'fi', 'do', 'done', 'esac', '}'])

class Parser extends CommandParser {
  protected override readerOf(text: string, line: number): Parser {
    return new Parser(text, this.dialect, line, this.nodes)
  }
  protected override parseText(text: string): number {
    const parser = this.readerOf(text, this.lineAt(this.pos))
    const root = parser.list()
    if (parser.peek().type !== 'end') parser.unexpected()
    return root
  }
  protected override parseSubstitution(): number {
    return this.aside(() => {
      const node = this.list()
      if (this.peek().type === 'end' && this.dialect === 'bash')
        throw new SyntaxProblem({ missing: ')' }, this.lineAt(this.source.length) + (this.source.endsWith('\n') ? 0 : 1), true)
      this.fileInput(node)
      if (!this.isOperator(')')) this.unexpected(this.peek().type === 'end' ? ')' : undefined)
      return node
    })
  }
  /** `$(< file)` of bash reads the file. */
  private fileInput(at: number): void {
    const node = this.nodes[at]
    if (this.dialect !== 'bash' || node?.type !== 'command' || node.words.length + node.assignments.length > 0) return
    if (node.redirections.length === 1 && node.redirections[0].operator === '<') node.words.push(literal('cat'))
  }
  /** Whole lines, one after the other, as the shell reads and runs them. */
  script(): Script {
    const lines: number[] = []
    let problem: SyntaxProblem | undefined
    try {
      for (;;) {
        this.skipNewlines()
        if (this.peek().type === 'end') break
        lines.push(this.line())
      }
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error
      problem = error
      lines.push(this.add({ type: 'problem', problem }))
    }
    const root = lines.length === 1 ? lines[0] : this.add({ type: 'list', items: lines })
    const { open } = this
    return { nodes: this.nodes, root, ...(problem ? { problem } : {}), ...(open.length > 0 ? { open } : {}) }
  }

  private line(): number {
    this.extended = this.extendedNext
    const node = this.list(true)
    const { type } = this.peek()
    if (type !== 'newline' && type !== 'end') this.unexpected()
    return node
  }

  // ---------------------------------------------------------------- lists

  /** Commands up to a word or operator that ends them, or up to the end of the line. */
  private list(oneLine = false): number {
    const items: number[] = []
    for (;;) {
      this.assigning = true
      if (!oneLine) this.skipNewlines()
      const token = this.peek()
      if (token.type === 'end' || token.type === 'newline') break
      if (token.type === 'operator' && (token.text === ')' || token.text.startsWith(';;') || token.text === ';&')) break
      if (token.type === 'word' && token.plain !== undefined && CLOSING.has(token.plain)) break
      let node = this.andOr()
      const background = this.isOperator('&')
      if (background) node = this.add({ type: 'background', body: node })
      items.push(node)
      if (background || this.isOperator(';')) this.take()
      else if (this.peek().type !== 'newline') break
    }
    return items.length === 1 ? items[0] : this.add({ type: 'list', items })
  }

  /** A list that must hold something, as a condition or a body must. */
  private body(wanted?: string): number {
    this.skipNewlines()
    const before = this.peek()
    if (before.type === 'word' && before.plain !== undefined && CLOSING.has(before.plain)) this.unexpected()
    if (before.type === 'operator' && before.text !== '(' && !isRedirection(before.text)) this.unexpected()
    if (before.type === 'end') this.unexpected(wanted)
    return this.list()
  }

  private andOr(): number {
    let left = this.pipeline()
    while (this.isOperator('&&') || this.isOperator('||')) {
      const type = this.isOperator('&&') ? 'and' : 'or'
      this.take()
      this.assigning = true
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
    if (this.dialect === 'bash' && this.isWord('time')) {
      this.take()
      const posix = this.isWord('-p')
      if (posix) this.take()
      const token = this.peek()
      const nothing = token.type === 'end' || token.type === 'newline' || this.isOperator(';')
      return this.add({ type: 'time', posix, body: nothing ? this.add({ type: 'list', items: [] }) : this.pipeline() })
    }
    const items = [this.command()]
    while (this.isOperator('|') || this.isOperator('|&')) {
      if (this.isOperator('|&')) {
        const left = this.nodes[items.at(-1)!]
        if ('redirections' in left) left.redirections.push({ fd: 2, operator: '>&', target: literal('1') })
      }
      this.take()
      this.assigning = true
      this.skipNewlines()
      items.push(this.command())
    }
    return items.length === 1 ? items[0] : this.add({ type: 'pipe', items })
  }

  // ---------------------------------------------------------------- compound commands

  protected override command(): number {
    this.assigning = true
    const token = this.peek()
    if (token.type === 'operator' && token.text === '(') {
      if (this.dialect === 'bash' && this.source.startsWith('((', this.tokenStart)) {
        const arithmetic = this.arithmeticCommand()
        if (arithmetic !== undefined) return arithmetic
      }
      this.take()
      const body = this.body(')')
      this.expectOperator(')')
      return this.add({ type: 'subshell', body, redirections: this.redirections() })
    }
    if (token.type === 'word' && token.plain !== undefined) {
      const node = this.compound(token.plain)
      if (node !== undefined) return node
      if (CLOSING.has(token.plain)) this.unexpected()
    }
    return this.simple()
  }

  /** The compound command that a word begins; undefined when it begins none. */
  private compound(word: string): number | undefined {
    switch (word) {
      case '{': {
        this.take()
        const body = this.body('}')
        this.expectWord('}')
        return this.add({ type: 'group', body, redirections: this.redirections() })
      }
      case 'if':
        return this.ifCommand()
      case 'while':
      case 'until': {
        this.take()
        const condition = this.body('do')
        const body = this.loopBody()
        return this.add({ type: 'loop', until: word === 'until', condition, body, redirections: this.redirections() })
      }
      case 'for':
        return this.forCommand()
      case 'case':
        return this.caseCommand()
      case 'select':
        return this.dialect === 'bash' ? this.forCommand(true) : undefined
      case '[[':
        return this.dialect === 'bash' ? this.conditionCommand() : undefined
      case 'function':
        return this.dialect === 'dash' ? undefined : this.functionCommand()
      default:
        return undefined
    }
  }

  private loopBody(): number {
    this.expectWord('do')
    const body = this.body('done')
    this.expectWord('done')
    return body
  }

  private functionCommand(): number {
    this.take()
    const token = this.take()
    if (token.type !== 'word' || token.plain === undefined) this.unexpectedToken(token)
    if (this.isOperator('(')) {
      this.take()
      this.expectOperator(')')
    }
    this.skipNewlines()
    return this.add({ type: 'function', name: token.plain, body: this.command() })
  }

  private ifCommand(): number {
    this.take()
    const clauses: { condition: number; body: number }[] = []
    let otherwise: number | undefined
    const condition = this.body('then')
    this.expectWord('then')
    clauses.push({ condition, body: this.body('fi') })
    for (;;) {
      if (this.isWord('elif')) {
        this.take()
        const next = this.body('then')
        this.expectWord('then')
        clauses.push({ condition: next, body: this.body('fi') })
      } else if (this.isWord('else')) {
        this.take()
        otherwise = this.body('fi')
        break
      } else break
    }
    this.expectWord('fi')
    return this.add({ type: 'if', clauses, ...(otherwise === undefined ? {} : { otherwise }), redirections: this.redirections() })
  }

  private forCommand(menu = false): number {
    this.take()
    const line = this.lineAt(this.tokenStart)
    this.assigning = false
    if (!menu && this.dialect === 'bash' && this.isOperator('(')) return this.countingFor()
    const token = this.peek()
    const name = token.type === 'word' ? token.plain : undefined
    if (this.dialect !== 'bash' && !/^[A-Za-z_]\w*$/.test(name ?? ''))
      throw new SyntaxProblem('Bad for loop variable', this.lineAt(this.tokenStart), token.type === 'end')
    if (name === undefined) this.unexpected()
    this.take()
    this.skipNewlines()
    let words: Word[] | undefined
    if (this.isWord('in')) {
      this.take()
      words = []
      for (let next = this.peek(); next.type === 'word'; next = this.peek()) {
        words.push(...this.bracesOf(next.word))
        this.take()
      }
      if (!this.isOperator(';') && this.peek().type !== 'newline') this.unexpected('do')
    }
    if (this.isOperator(';')) this.take()
    this.skipNewlines()
    const body = this.dialect === 'bash' && this.isWord('{') ? this.bracedBody() : this.loopBody()
    return this.add({
      type: 'for',
      line,
      name,
      ...(words ? { words } : {}),
      body,
      redirections: this.redirections(),
      ...(menu ? { menu: true } : {}),
    })
  }

  private bracedBody(): number {
    this.take()
    const body = this.body('}')
    this.expectWord('}')
    return body
  }

  /** `for ((a; b; c))`: a loop with a step that `continue` does not pass by. */
  private countingFor(): number {
    const line = this.lineAt(this.tokenStart)
    const end = this.source.indexOf('))', this.tokenStart)
    if (!this.source.startsWith('((', this.tokenStart)) this.unexpected()
    if (end < 0) throw this.unterminated(')')
    const parts = this.source.slice(this.tokenStart + 2, end).split(';')
    if (parts.length !== 3) throw new SyntaxProblem('syntax error: arithmetic expression required', line)
    this.jump(end + 2)
    if (this.isOperator(';')) this.take()
    this.skipNewlines()
    const body = this.isWord('{') ? this.bracedBody() : this.loopBody()
    const [first, condition, step] = parts.map((part, i) =>
      this.add({ type: 'arithmetic', line, word: this.subWord(part.trim() === '' && i === 1 ? '1' : part, 'document'), redirections: [] }),
    )
    const loop = this.add({ type: 'loop', until: false, condition, body, step, redirections: this.redirections() })
    return this.add({ type: 'list', items: [first, loop] })
  }

  private caseCommand(): number {
    this.take()
    const line = this.lineAt(this.tokenStart)
    this.assigning = false
    const subject = this.take()
    if (subject.type !== 'word') this.unexpectedToken(subject)
    this.skipNewlines()
    this.expectWord('in')
    const arms: Arm[] = []
    for (;;) {
      this.skipNewlines()
      if (this.isWord('esac')) break
      if (this.isOperator('(')) this.take()
      const patterns: Word[] = []
      for (;;) {
        this.assigning = false
        const token = this.peek()
        if (token.type !== 'word') this.unexpected(token.type === 'end' ? 'esac' : undefined)
        this.take()
        patterns.push(token.word)
        if (!this.isOperator('|')) break
        this.take()
      }
      this.expectOperator(')')
      this.assigning = true
      const body = this.list()
      let end: Arm['end'] = ';;'
      const token = this.peek()
      if (token.type === 'operator' && (token.text === ';;' || token.text === ';&' || token.text === ';;&')) {
        end = token.text
        this.take()
      } else if (!this.isWord('esac')) this.unexpected(';;')
      arms.push({ patterns, body, end })
    }
    this.take()
    return this.add({ type: 'case', line, word: subject.word, arms, redirections: this.redirections() })
  }

  /** `(( ))`; undefined when it is a subshell in a subshell. */
  private arithmeticCommand(): number | undefined {
    const line = this.lineAt(this.tokenStart)
    let depth = 0
    for (let i = this.tokenStart + 2; i < this.source.length; i++) {
      if (this.source[i] === '(') depth++
      else if (this.source[i] === ')' && depth-- === 0) {
        if (this.source[i + 1] !== ')') return undefined
        const word = this.subWord(this.source.slice(this.tokenStart + 2, i), 'document')
        this.jump(i + 2)
        return this.add({ type: 'arithmetic', line, word, redirections: this.redirections() })
      }
    }
    throw this.unterminated(')')
  }
}
