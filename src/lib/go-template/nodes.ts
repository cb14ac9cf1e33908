// The parts of a parsed template, and how error texts show them. Upstream: text/template/parse/node.go.
import { quote } from '../go-values'

export interface Positioned {
  /** Where it stands in the template's text, in UTF-16 units. */
  at: number
}

export interface NumberNode extends Positioned {
  type: 'number'
  text: string
  /** Undefined when the number is not one of the kind. */
  int?: bigint
  uint?: bigint
  float?: number
}
export type Operand =
  | (Positioned & { type: 'bool'; value: boolean })
  | (Positioned & { type: 'dot' | 'nil' })
  | (Positioned & { type: 'string'; quoted: string; value: string })
  | (Positioned & { type: 'identifier'; name: string })
  /** A variable's first name has its `$`. */
  | (Positioned & { type: 'field'; names: string[] })
  | (Positioned & { type: 'variable'; names: string[] })
  | (Positioned & { type: 'chain'; operand: Operand; names: string[] })
  | NumberNode
  | PipeNode

export interface CommandNode extends Positioned {
  type: 'command'
  args: Operand[]
}
export interface PipeNode extends Positioned {
  type: 'pipe'
  isAssign: boolean
  declarations: string[]
  commands: CommandNode[]
}
export interface BranchNode extends Positioned {
  type: 'if' | 'range' | 'with'
  pipe: PipeNode
  list: ListNode
  elseList?: ListNode
}
export type Statement =
  | (Positioned & { type: 'text'; text: string })
  | (Positioned & { type: 'action'; pipe: PipeNode })
  | (Positioned & { type: 'break' | 'continue' })
  | (Positioned & { type: 'template'; name: string; pipe?: PipeNode })
  | BranchNode

export interface ListNode extends Positioned {
  type: 'list'
  nodes: Statement[]
}

export type Node = Operand | CommandNode | Statement | ListNode

/** The node as template text, spaces made regular. */
export function nodeText(node: Node): string {
  switch (node.type) {
    case 'text':
      return quote(node.text)
    case 'action':
      return `{{${nodeText(node.pipe)}}}`
    case 'break':
    case 'continue':
      return `{{${node.type}}}`
    case 'template':
      return `{{template ${quote(node.name)}${node.pipe ? ` ${nodeText(node.pipe)}` : ''}}}`
    case 'list':
      return node.nodes.map(nodeText).join('')
    case 'if':
    case 'range':
    case 'with': {
      const otherwise = node.elseList ? `{{else}}${nodeText(node.elseList)}` : ''
      return `{{${node.type} ${nodeText(node.pipe)}}}${nodeText(node.list)}${otherwise}{{end}}`
    }
    default:
      return operandText(node)
  }
}

function operandText(node: Operand | CommandNode): string {
  switch (node.type) {
    case 'pipe': {
      const declared = node.declarations.length ? `${node.declarations.join(', ')} ${node.isAssign ? '=' : ':='} ` : ''
      return declared + node.commands.map(nodeText).join(' | ')
    }
    case 'command':
      return node.args.map(inParens).join(' ')
    case 'chain':
      return [inParens(node.operand), ...node.names].join('.')
    case 'field':
      return node.names.map((name) => `.${name}`).join('')
    case 'variable':
      return node.names.join('.')
    case 'bool':
      return String(node.value)
    case 'dot':
      return '.'
    case 'nil':
      return 'nil'
    case 'string':
      return node.quoted
    case 'identifier':
      return node.name
    case 'number':
      return node.text
  }
}

function inParens(node: Operand): string {
  return node.type === 'pipe' ? `(${nodeText(node)})` : nodeText(node)
}
