// Simple commands, redirections and the [[ ]] of bash: what the rest of the grammar is made of.
import type { Assignment, Condition, Dialect, Node, Redirection, Word } from './ast'
import { expandBraces } from './braces'
import { conditionOf } from './condition-parser'
import { isRedirection, Lexer, literal, type Token } from './lexer'

const DECLARATIONS = new Set(['declare', 'typeset', 'local', 'export', 'readonly'])

type CommandNode = Extract<Node, { type: 'command' }>

export abstract class CommandParser extends Lexer {
  /** extglob as the lines that follow are read. */
  protected extendedNext = false

  constructor(
    source: string,
    dialect: Dialect,
    line: number,
    readonly nodes: Node[],
  ) {
    super(source, dialect, line)
  }

  protected add(node: Node): number {
    return this.nodes.push(node) - 1
  }

  /** A command of any kind. */
  protected abstract command(): number

  protected override bracesOf(word: Word): Word[] {
    return this.dialect === 'bash' ? expandBraces(word) : [word]
  }

  protected conditionCommand(): number {
    const line = this.lineAt(this.tokenStart)
    this.take()
    const words: Word[] = []
    this.assigning = false
    const body: Condition = conditionOf({
      line,
      next: () => {
        this.assigning = false
        while (this.peek().type === 'newline') this.take()
        const token = this.peek()
        if (token.type === 'end') this.unexpected()
        return token.type === 'word'
          ? { word: token.word, ...(token.plain === undefined ? {} : { plain: token.plain }) }
          : { operator: token.type === 'operator' ? token.text : '' }
      },
      take: () => {
        const token = this.take()
        if (token.type === 'word') words.push(token.word)
      },
      pattern: (expression) => {
        const word = this.patternWord(expression)
        words.push(word)
        return word
      },
    })
    this.assigning = true
    return this.add({ type: 'condition', line, body, words, redirections: this.redirections() })
  }

  /** The right side of `==` and `=~`: parentheses and bars are part of it. */
  private patternWord(expression: boolean): Word {
    const word: Word = { parts: [], substitutions: [] }
    const kept = this.extended
    this.extended = true
    // The token at hand was read as any other: it is read again.
    this.jump(this.tokenStart)
    for (let depth = 0; ; ) {
      const c = this.source[this.pos]
      if (c === undefined) throw this.unterminated(']]')
      if (expression && '(|)'.includes(c)) {
        if (c === ')' && depth === 0) break
        depth += c === '(' ? 1 : c === ')' ? -1 : 0
        word.parts.push({ kind: 'text', text: c })
        this.pos++
        continue
      }
      if (depth > 0 && c === ' ') {
        word.parts.push({ kind: 'text', text: c })
        this.pos++
        continue
      }
      const piece = this.readWord()
      if (!piece) break
      word.parts.push(...piece.parts)
      word.substitutions.push(...piece.substitutions)
    }
    this.extended = kept
    if (word.parts.length === 0) this.unexpected()
    return word
  }

  protected simple(): number {
    const node: CommandNode = {
      type: 'command',
      line: this.lineAt(this.tokenStart),
      assignments: [],
      words: [],
      redirections: [],
    }
    let declares = false
    const begin = this.tokenStart
    let first: { from: number; to: number; name: string } | undefined
    for (;;) {
      this.assigning = node.words.length === 0 || declares
      const token = this.peek()
      if (token.type === 'operator') {
        if (this.joinsTests(node, token.text)) continue
        const redirection = this.redirection()
        if (!redirection) break
        node.redirections.push(redirection)
      } else if (token.type === 'word') {
        const numbered = this.numberedRedirection(token)
        if (numbered) {
          node.redirections.push(numbered)
          continue
        }
        const from = this.tokenStart
        this.take()
        this.word(node, token)
        if (node.words.length === 1 && !first && token.plain !== undefined && !token.assignment)
          first = { from, to: this.lastEnd, name: token.plain }
        if (node.words.length === 1 && node.assignments.length === 0 && token.plain !== undefined && this.isOperator('(')) {
          this.take()
          this.expectOperator(')')
          this.skipNewlines()
          return this.add({ type: 'function', name: token.plain, body: this.command() })
        }
        if (node.words.length === 1) declares = this.dialect === 'bash' && DECLARATIONS.has(token.plain ?? '')
      } else break
    }
    this.assigning = true
    if (node.words.length === 0 && node.assignments.length === 0 && node.redirections.length === 0) this.unexpected()
    this.noteOptions(node)
    // A here-document stands elsewhere: such a command is never one of an alias.
    if (first && !node.redirections.some((r) => r.operator === '<<')) {
      const { from, to, name } = first
      node.written = { before: this.source.slice(begin, from), name, after: this.source.slice(to, this.lastEnd) }
    }
    return this.add(node)
  }

  /** In ash `&&` and `||` between [[ and ]] are -a and -o of test. */
  private joinsTests({ words }: CommandNode, operator: string): boolean {
    const textOf = (word: Word | undefined) => (word?.parts.length === 1 && word.parts[0].kind === 'text' ? word.parts[0].text : '')
    if (this.dialect !== 'ash' || (operator !== '&&' && operator !== '||')) return false
    if (textOf(words[0]) !== '[[' || textOf(words.at(-1)) === ']]') return false
    this.take()
    words.push(literal(operator === '&&' ? '-a' : '-o'))
    return true
  }

  private word(node: CommandNode, token: Extract<Token, { type: 'word' }>): void {
    const assignment = token.assignment ?? (node.words.length === 0 ? assignmentOf(token.word, this.dialect) : undefined)
    if (!assignment) node.words.push(...(this.isAssignmentWord(node, token) ? [token.word] : this.bracesOf(token.word)))
    else if (node.words.length === 0) node.assignments.push(assignment)
    else {
      // An argument of declare: the name is declared, then it gets its value.
      node.words.push(literal(assignment.name))
      node.late = [...(node.late ?? []), assignment]
    }
  }

  /** `export X={a,b}`: braces stay. */
  private isAssignmentWord(node: CommandNode, token: Extract<Token, { type: 'word' }>): boolean {
    const first = node.words[0]?.parts[0]
    return first?.kind === 'text' && DECLARATIONS.has(first.text) && assignmentOf(token.word, this.dialect) !== undefined
  }

  /** `shopt -s extglob` changes how the lines that follow are read. */
  private noteOptions(node: CommandNode): void {
    const words = node.words.map((w) => (w.parts[0]?.kind === 'text' ? w.parts[0].text : ''))
    if (this.dialect === 'bash' && words[0] === 'shopt' && words.includes('extglob')) this.extendedNext = words[1] === '-s'
  }

  protected redirections(): Redirection[] {
    const out: Redirection[] = []
    this.assigning = false
    for (;;) {
      const token = this.peek()
      const redirection = token.type === 'word' ? this.numberedRedirection(token) : this.redirection()
      if (!redirection) break
      out.push(redirection)
    }
    this.assigning = true
    return out
  }

  /** `2>file`: a number directly before the operator. */
  private numberedRedirection(token: Extract<Token, { type: 'word' }>): Redirection | undefined {
    const next = this.source[this.pos]
    if ((next !== '<' && next !== '>') || !/^\d+$/.test(token.plain ?? '')) return undefined
    this.take()
    return this.redirection(Number(token.plain))
  }

  /** A redirection at this place, its number already read when there was one. */
  private redirection(number?: number): Redirection | undefined {
    const token = this.peek()
    if (token.type !== 'operator' || !isRedirection(token.text)) return undefined
    const operator = token.text
    this.take()
    this.assigning = false
    const target = this.peek()
    // bash reads a newline at the end of the text.
    if (target.type === 'end' && this.dialect === 'bash') this.unexpectedToken({ type: 'newline' })
    if (target.type !== 'word') this.unexpected()
    const start = this.tokenStart
    this.take()
    const fd = number ?? (operator.startsWith('<') ? 0 : 1)
    if (operator === '<<' || operator === '<<-') {
      const redirection: Redirection = { fd, operator: '<<', target: literal('') }
      this.addDocument(redirection, target.word, operator === '<<-', this.lineAt(start))
      return redirection
    }
    return { fd, operator: operator as Redirection['operator'], target: target.word }
  }
}

function assignmentOf(word: Word, dialect: Dialect): Assignment | undefined {
  const first = word.parts[0]
  if (first?.kind !== 'text' || first.quoted) return undefined
  const parts = /^([A-Za-z_]\w*)(\+?)=/.exec(first.text)
  if (!parts || (parts[2] && dialect !== 'bash')) return undefined
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
