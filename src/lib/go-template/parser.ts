// Reading a Go template into trees of nodes. Upstream: text/template/parse/parse.go.
import { quote, unquoteInside } from '../go-values'
import { describeToken, Lexer, type Token, type TokenType } from './lexer'
import { type BranchNode, type CommandNode, type ListNode, nodeText, type Operand, type PipeNode, type Statement } from './nodes'
import { parseCharacter, parseNumber } from './number'

/** Nested parentheses; upstream allows more than our stack does. */
const MAX_DEPTH = 1000

const OPERAND_STARTS = new Set<TokenType>(
  'bool charConstant complex dot field identifier number nil rawString string variable leftParen'.split(' ') as TokenType[],
)
const LITERALS = new Set(['bool', 'dot', 'nil', 'number', 'string'])

/** The end of a list: `{{end}}` or `{{else}}`, the latter perhaps with an `if` or `with` still to read. */
type Terminator = 'end' | 'else'
type Parsed = Statement | Terminator

/** All templates of a text by name, the text itself as `name`. Throws Error with upstream's words (`template: output:1: …`). */
export function parseTemplate(name: string, text: string, hasFunction: (name: string) => boolean): Map<string, ListNode> {
  const trees = new Map<string, ListNode>()
  const shared: Shared = { name, lexer: new Lexer(text), trees, hasFunction, depth: 0 }
  new Tree(shared).parseAll()
  return trees
}

interface Shared {
  name: string
  lexer: Lexer
  trees: Map<string, ListNode>
  hasFunction(name: string): boolean
  depth: number
}

class Tree {
  private readonly tokens: Token[] = []
  private peeked = 0
  private variables = ['$']
  private actionLine = 0
  private rangeDepth = 0

  constructor(private readonly shared: Shared) {}

  parseAll(): void {
    const nodes: Statement[] = []
    while (this.peek().type !== 'eof') {
      if (this.peek().type === 'leftDelim') {
        const delim = this.next()
        if (this.nextNonSpace().type === 'define') {
          new Tree(this.shared).parseDefinition()
          continue
        }
        this.backup2(delim)
      }
      const node = this.textOrAction()
      if (typeof node === 'string') this.fail(`unexpected {{${node}}}`)
      nodes.push(node)
    }
    this.add(this.shared.name, { type: 'list', at: 0, nodes })
  }

  private parseDefinition(): void {
    const token = this.nextNonSpace()
    if (token.type !== 'string' && token.type !== 'rawString') this.unexpected(token, 'define clause')
    const name = this.unquote(token.text)
    this.expect('rightDelim', 'define clause')
    this.addNamed(name, 'define clause')
  }

  private addNamed(name: string, context: string): void {
    const { list, end } = this.itemList()
    if (end !== 'end') this.fail(`unexpected {{${end}}} in ${context}`)
    this.add(name, list)
  }

  private add(name: string, list: ListNode): void {
    const known = this.shared.trees.get(name)
    if (!known || isEmpty(known)) this.shared.trees.set(name, list)
    else if (!isEmpty(list)) this.fail(`template: multiple definition of template ${quote(name)}`)
  }

  private next(): Token {
    if (this.peeked > 0) this.peeked--
    else this.tokens[0] = this.shared.lexer.next()
    return this.tokens[this.peeked]
  }

  private backup(): void {
    this.peeked++
  }

  private backup2(first: Token): void {
    this.tokens[1] = first
    this.peeked = 2
  }

  private peek(): Token {
    if (this.peeked === 0) {
      this.peeked = 1
      this.tokens[0] = this.shared.lexer.next()
    }
    return this.tokens[this.peeked - 1]
  }

  private nextNonSpace(): Token {
    let token = this.next()
    while (token.type === 'space') token = this.next()
    return token
  }

  private peekNonSpace(): Token {
    const token = this.nextNonSpace()
    this.backup()
    return token
  }

  private fail(message: string): never {
    throw new Error(`template: ${this.shared.name}:${this.tokens[0].line}: ${message}`)
  }

  private expect(type: TokenType, context: string): Token {
    const token = this.nextNonSpace()
    return token.type === type ? token : this.unexpected(token, context)
  }

  private unexpected(token: Token, context: string): never {
    if (token.type !== 'error') this.fail(`unexpected ${describeToken(token)} in ${context}`)
    if (this.actionLine === 0 || this.actionLine === token.line) this.fail(token.text)
    const started = ` started at ${this.shared.name}:${this.actionLine}`
    this.fail(token.text + (token.text.endsWith(' action') ? started : ` in action${started}`))
  }

  private unquote(text: string): string {
    if (text.startsWith('`')) return text.slice(1, -1).replaceAll('\r', '')
    return unquoteInside(text.slice(1, -1), '"') ?? this.fail('invalid syntax')
  }

  private itemList(): { list: ListNode; end: Terminator } {
    const list: ListNode = { type: 'list', at: this.peekNonSpace().at, nodes: [] }
    while (this.peekNonSpace().type !== 'eof') {
      const node = this.textOrAction()
      if (typeof node === 'string') return { list, end: node }
      list.nodes.push(node)
    }
    this.fail('unexpected EOF')
  }

  private textOrAction(): Parsed {
    const token = this.nextNonSpace()
    if (token.type === 'text') return { type: 'text', at: token.at, text: token.text }
    if (token.type !== 'leftDelim') this.unexpected(token, 'input')
    this.actionLine = token.line
    const node = this.action()
    this.actionLine = 0
    return node
  }

  private action(): Parsed {
    const token = this.nextNonSpace()
    switch (token.type) {
      case 'block':
        return this.block()
      case 'break':
      case 'continue':
        return this.jump(token.type, token.at)
      case 'else':
        return this.elseClause()
      case 'end':
        this.expect('rightDelim', 'end')
        return 'end'
      case 'if':
      case 'range':
      case 'with':
        return this.control(token.type)
      case 'template':
        return this.template()
    }
    this.backup()
    const at = this.peek().at
    return { type: 'action', at, pipe: this.pipeline('command', 'rightDelim') }
  }

  private jump(type: 'break' | 'continue', at: number): Statement {
    const token = this.nextNonSpace()
    if (token.type !== 'rightDelim') this.unexpected(token, `{{${type}}}`)
    if (this.rangeDepth === 0) this.fail(`{{${type}}} outside {{range}}`)
    return { type, at }
  }

  private elseClause(): Terminator {
    const { type } = this.peekNonSpace()
    if (type !== 'if' && type !== 'with') this.expect('rightDelim', 'else')
    return 'else'
  }

  private control(type: BranchNode['type']): BranchNode {
    const known = this.variables.length
    const pipe = this.pipeline(type, 'rightDelim')
    if (type === 'range') this.rangeDepth++
    const { list, end } = this.itemList()
    if (type === 'range') this.rangeDepth--
    const node: BranchNode = { type, at: pipe.at, pipe, list }
    if (end === 'else') node.elseList = this.elseList(type)
    this.variables.length = known
    return node
  }

  /** What follows `{{else}}`; `{{else if}}` and `{{else with}}` share the `{{end}}` of what they stand in. */
  private elseList(type: BranchNode['type']): ListNode {
    if (type !== 'range' && this.peek().type === type) {
      const { at } = this.next()
      return { type: 'list', at, nodes: [this.control(type)] }
    }
    const { list, end } = this.itemList()
    if (end !== 'end') this.fail(`expected end; found {{${end}}}`)
    return list
  }

  private block(): Statement {
    const { token, name } = this.templateName('block clause')
    const pipe = this.pipeline('block clause', 'rightDelim')
    new Tree(this.shared).addNamed(name, 'block clause')
    return { type: 'template', at: token.at, name, pipe }
  }

  private template(): Statement {
    const { token, name } = this.templateName('template clause')
    if (this.nextNonSpace().type === 'rightDelim') return { type: 'template', at: token.at, name }
    this.backup()
    return { type: 'template', at: token.at, name, pipe: this.pipeline('template clause', 'rightDelim') }
  }

  private templateName(context: string): { token: Token; name: string } {
    const token = this.nextNonSpace()
    if (token.type !== 'string' && token.type !== 'rawString') this.unexpected(token, context)
    return { token, name: this.unquote(token.text) }
  }

  private pipeline(context: string, end: TokenType): PipeNode {
    const pipe: PipeNode = { type: 'pipe', at: this.peekNonSpace().at, isAssign: false, declarations: [], commands: [] }
    this.declarations(pipe, context)
    for (;;) {
      const token = this.nextNonSpace()
      if (token.type === end) break
      if (!OPERAND_STARTS.has(token.type)) this.unexpected(token, context)
      this.backup()
      pipe.commands.push(this.command())
    }
    if (pipe.commands.length === 0) this.fail(`missing value for ${context}`)
    pipe.commands.forEach((command, i) => {
      if (i > 0 && LITERALS.has(command.args[0].type)) this.fail(`non executable command in pipeline stage ${i + 1}`)
    })
    return pipe
  }

  /** `$x :=`, `$x =`, and before range `$i, $x :=`. */
  private declarations(pipe: PipeNode, context: string): void {
    const variable = this.peekNonSpace()
    if (variable.type !== 'variable') return
    this.next()
    const after = this.peek()
    const follower = this.peekNonSpace()
    if (follower.type === 'assign' || follower.type === 'declare') {
      pipe.isAssign = follower.type === 'assign'
      this.nextNonSpace()
      this.declare(pipe, variable)
    } else if (follower.type === 'char' && follower.text === ',') {
      this.nextNonSpace()
      this.declare(pipe, variable)
      if (context !== 'range' || pipe.declarations.length >= 2) this.fail(`too many declarations in ${context}`)
      if (!['variable', 'rightDelim', 'rightParen'].includes(this.peekNonSpace().type)) this.fail('range can only initialize variables')
      this.declarations(pipe, context)
    } else if (after.type === 'space') {
      this.tokens[1] = after
      this.tokens[2] = variable
      this.peeked = 3
    } else this.backup2(variable)
  }

  private declare(pipe: PipeNode, variable: Token): void {
    pipe.declarations.push(variable.text)
    this.variables.push(variable.text)
  }

  private command(): CommandNode {
    const command: CommandNode = { type: 'command', at: this.peekNonSpace().at, args: [] }
    for (;;) {
      this.peekNonSpace()
      const operand = this.operand()
      if (operand) command.args.push(operand)
      const token = this.next()
      if (token.type === 'space') continue
      if (token.type === 'rightDelim' || token.type === 'rightParen') this.backup()
      else if (token.type !== 'pipe') this.unexpected(token, 'operand')
      break
    }
    if (command.args.length === 0) this.fail('empty command')
    return command
  }

  private operand(): Operand | undefined {
    const node = this.term()
    if (!node || this.peek().type !== 'field') return node
    const at = this.peek().at
    const names: string[] = []
    while (this.peek().type === 'field') names.push(this.next().text.slice(1))
    if (node.type === 'field' || node.type === 'variable') return { ...node, at, names: [...node.names, ...names] }
    if (LITERALS.has(node.type)) this.fail(`unexpected . after term ${quote(nodeText(node))}`)
    return { type: 'chain', at, operand: node, names }
  }

  private term(): Operand | undefined {
    const { type, at, text } = this.nextNonSpace()
    switch (type) {
      case 'identifier':
        if (!this.shared.hasFunction(text)) this.fail(`function ${quote(text)} not defined`)
        return { type, at, name: text }
      case 'dot':
      case 'nil':
        return { type, at }
      case 'variable':
        if (!this.variables.includes(text)) this.fail(`undefined variable ${quote(text)}`)
        return { type, at, names: [text] }
      case 'field':
        return { type, at, names: [text.slice(1)] }
      case 'bool':
        return { type, at, value: text === 'true' }
      case 'charConstant':
      case 'complex':
      case 'number':
        return this.number(type, at, text)
      case 'leftParen':
        return this.parenthesized()
      case 'string':
      case 'rawString':
        return { type: 'string', at, quoted: text, value: this.unquote(text) }
    }
    this.backup()
    return undefined
  }

  private number(type: TokenType, at: number, text: string): Operand {
    try {
      return type === 'charConstant' ? parseCharacter(at, text) : parseNumber(at, text)
    } catch (error) {
      this.fail((error as Error).message)
    }
  }

  private parenthesized(): PipeNode {
    if (this.shared.depth >= MAX_DEPTH) this.fail('max expression depth exceeded')
    this.shared.depth++
    const pipe = this.pipeline('parenthesized pipeline', 'rightParen')
    this.shared.depth--
    return pipe
  }
}

/** Nothing but space: such a template may be defined again. */
function isEmpty(list: ListNode): boolean {
  return list.nodes.every((node) => node.type === 'text' && node.text.trim() === '')
}
