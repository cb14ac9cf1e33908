// Running a parsed template over decoded JSON. Upstream: text/template/exec.go.
import { sprint } from '../go-printf'
import { entries, GoByte, GoFloat, GoInt, quote } from '../go-values'
import { FUNCTIONS, type Parameter, type TemplateFunction } from './functions'
import {
  type BranchNode,
  type CommandNode,
  type ListNode,
  type Node,
  type NumberNode,
  nodeText,
  type Operand,
  type PipeNode,
} from './nodes'
import { basicKind, Interface, indirect, isMap, isNilInterface, isTrue, plain, typeOf, type Value } from './value'

/** What bounds a hostile template: statements run, and templates within templates (our stack is smaller than Go's). */
const MAX_STEPS = 5_000_000
const MAX_DEPTH = 700
/** How long all that is printed, and any one text on the way, may get, in UTF-16 units. */
const MAX_TEXT = 1 << 26

/** No previous value in a pipeline. */
const MISSING = Symbol('missing')

class Jump {
  constructor(readonly type: 'break' | 'continue') {}
}

export interface Execution {
  name: string
  text: string
  trees: Map<string, ListNode>
  /** A missing map entry is an error instead of no value. */
  missingKeyError: boolean
  write(text: string): void
}

/** Throws Error `template: output:1:2: executing "output" at <.x>: …`; what was written before stays written. */
export function execute(execution: Execution, data: unknown): void {
  new State(execution, execution.name, data, { steps: 0, printed: 0 }, 0).run()
}

class State {
  private node: Node
  private variables: { name: string; value: Value }[]

  constructor(
    private readonly execution: Execution,
    private readonly template: string,
    private readonly dot: Value,
    private readonly budget: { steps: number; printed: number },
    private readonly depth: number,
  ) {
    this.node = this.root
    this.variables = [{ name: '$', value: dot }]
  }

  private get root(): ListNode {
    return this.execution.trees.get(this.template)!
  }

  run(): void {
    this.walk(this.dot, this.root)
  }

  private fail(message: string): never {
    const { name, text } = this.execution
    const before = text.slice(0, this.node.at)
    const line = before.slice(before.lastIndexOf('\n') + 1)
    const column = new TextEncoder().encode(line).length
    const location = `${name}:${before.split('\n').length}:${column}`
    throw new Error(`template: ${location}: executing ${quote(this.template)} at <${nodeText(this.node)}>: ${message}`)
  }

  private write(text: string): void {
    this.budget.printed += text.length
    if (this.budget.printed > MAX_TEXT) this.fail('the template prints too much')
    this.execution.write(text)
  }

  private walk(dot: Value, node: Node): void {
    this.node = node
    if (++this.budget.steps > MAX_STEPS) this.fail('the template takes too long')
    switch (node.type) {
      case 'action': {
        const value = this.pipeline(dot, node.pipe)
        this.node = node
        if (node.pipe.declarations.length === 0) this.write(printed(value))
        return
      }
      case 'break':
      case 'continue':
        throw new Jump(node.type)
      case 'if':
      case 'with':
        this.branch(dot, node)
        return
      case 'list':
        for (const each of node.nodes) this.walk(dot, each)
        return
      case 'range':
        this.range(dot, node)
        return
      case 'template':
        this.callTemplate(dot, node.name, node.pipe)
        return
      case 'text':
        this.write(node.text)
    }
  }

  private branch(dot: Value, node: BranchNode): void {
    const mark = this.variables.length
    try {
      const value = this.pipeline(dot, node.pipe)
      if (isTrue(value)) this.walk(node.type === 'with' ? value : dot, node.list)
      else if (node.elseList) this.walk(dot, node.elseList)
    } finally {
      this.variables.length = mark
    }
  }

  private range(dot: Value, node: BranchNode): void {
    const mark = this.variables.length
    try {
      const value = indirect(this.pipeline(dot, node.pipe))
      if (!this.iterate(value, node) && node.elseList) this.walk(dot, node.elseList)
    } catch (jump) {
      if (!(jump instanceof Jump) || jump.type !== 'break') throw jump
    } finally {
      this.variables.length = mark
    }
  }

  /** False when there was nothing to iterate over. */
  private iterate(value: Value, node: BranchNode): boolean {
    if (Array.isArray(value)) {
      value.forEach((item, i) => {
        this.iteration(node, new GoInt(i), new Interface(item))
      })
      return value.length > 0
    }
    if (isMap(value)) {
      const members = entries(value)
      for (const [key, member] of members) this.iteration(node, key, new Interface(member))
      return members.length > 0
    }
    const kind = basicKind(value)
    if (kind === 'int' || kind === 'uint') return this.count(value, node)
    if (value !== undefined) this.fail(`range can't iterate over ${sprint([value])}`)
    return false
  }

  private count(value: Value, node: BranchNode): boolean {
    if (node.pipe.declarations.length > 1) this.fail(`can't use ${sprint([value])} to iterate over more than one variable`)
    const end = plain(value) as number
    const wrap = (i: number): Value => (value instanceof GoInt ? new GoInt(i) : value instanceof GoByte ? new GoByte(i) : i)
    for (let i = 0; i < end; i++) this.iteration(node, undefined, wrap(i))
    return end > 0
  }

  private iteration(node: BranchNode, index: Value, item: Value): void {
    const { declarations, isAssign } = node.pipe
    const two = declarations.length > 1
    if (isAssign && declarations.length > 0) {
      this.assign(declarations[0], two ? index : item)
      if (two) this.assign(declarations[1], item)
    } else if (declarations.length > 0) {
      this.variables[this.variables.length - 1].value = item
      if (two) this.variables[this.variables.length - 2].value = index
    }
    const mark = this.variables.length
    try {
      this.walk(item, node.list)
    } catch (jump) {
      if (!(jump instanceof Jump) || jump.type !== 'continue') throw jump
    } finally {
      this.variables.length = mark
    }
  }

  private callTemplate(dot: Value, name: string, pipe: PipeNode | undefined): void {
    if (!this.execution.trees.has(name)) this.fail(`template ${quote(name)} not defined`)
    if (this.depth === MAX_DEPTH) this.fail('exceeded maximum template depth (100000)')
    const data = pipe && this.pipeline(dot, pipe)
    new State(this.execution, name, data, this.budget, this.depth + 1).run()
  }

  private assign(name: string, value: Value): void {
    const variable = this.variables.findLast((each) => each.name === name)
    if (!variable) this.fail(`undefined variable: ${name}`)
    variable.value = value
  }

  private pipeline(dot: Value, pipe: PipeNode): Value {
    this.node = pipe
    let value: Value = MISSING
    for (const command of pipe.commands) value = indirect(this.command(dot, command, value))
    for (const name of pipe.declarations) {
      if (pipe.isAssign) this.assign(name, value)
      else this.variables.push({ name, value })
    }
    return value
  }

  private command(dot: Value, command: CommandNode, final: Value): Value {
    const [first] = command.args
    const hasArguments = command.args.length > 1 || final !== MISSING
    switch (first.type) {
      case 'field':
        this.node = first
        return this.fields(dot, first.names, hasArguments)
      case 'chain':
        return this.chain(dot, first, hasArguments)
      case 'identifier':
        return this.function(dot, first, command, command.args.slice(1), final)
      case 'variable':
        return this.variable(first, hasArguments)
    }
    if (first.type !== 'pipe') this.node = first
    if (hasArguments) this.fail(`can't give argument to non-function ${nodeText(first)}`)
    if (first.type === 'pipe') return this.pipeline(dot, first)
    if (first.type === 'nil') this.fail('nil is not a command')
    return this.literal(dot, first)
  }

  private literal(dot: Value, node: Operand): Value {
    this.node = node
    switch (node.type) {
      case 'bool':
      case 'string':
        return node.value
      case 'dot':
        return dot
      case 'number':
        return this.number(node)
      default:
        this.fail(`can't handle assignment of ${nodeText(node)} to empty interface argument`)
    }
  }

  private number({ text, int, float }: NumberNode): Value {
    const hex = /^0[xX].+$/.test(text) && !/[pP]/.test(text)
    if (float !== undefined && !hex && !text.startsWith("'") && /[.eEpP]/.test(text)) return new GoFloat(float)
    if (int === undefined) this.fail(`${text} overflows int`)
    return new GoInt(Number(int))
  }

  private variable(node: Operand & { type: 'variable' }, hasArguments: boolean): Value {
    this.node = node
    const [name, ...names] = node.names
    const variable = this.variables.findLast((each) => each.name === name)
    if (!variable) this.fail(`undefined variable: ${name}`)
    if (names.length > 0) return this.fields(variable.value, names, hasArguments)
    if (hasArguments) this.fail(`can't give argument to non-function ${nodeText(node)}`)
    return variable.value
  }

  private chain(dot: Value, node: Operand & { type: 'chain' }, hasArguments: boolean): Value {
    this.node = node
    if (node.operand.type === 'nil') this.fail(`indirection through explicit nil in ${nodeText(node)}`)
    return this.fields(this.operandOf(dot, node.operand), node.names, hasArguments)
  }

  /** `evalArg` without a type: chains stand only on pipelines and functions. */
  private operandOf(dot: Value, node: Operand): Value {
    this.node = node
    return node.type === 'pipe' ? this.pipeline(dot, node) : this.argumentValue(dot, node)
  }

  private fields(start: Value, names: string[], hasArguments: boolean): Value {
    return names.reduce((value, name, i) => this.field(value, name, hasArguments && i === names.length - 1), start)
  }

  private field(receiver: Value, name: string, hasArguments: boolean): Value {
    const { missingKeyError } = this.execution
    if (receiver === undefined) {
      if (missingKeyError) this.fail(`nil data; no entry for key ${quote(name)}`)
      return undefined
    }
    if (isNilInterface(receiver)) this.fail(`nil pointer evaluating interface {}.${name}`)
    const map = indirect(receiver)
    if (!isMap(map)) this.fail(`can't evaluate field ${name} in type ${typeOf(receiver)}`)
    if (hasArguments) this.fail(`${name} is not a method but has arguments`)
    if (Object.hasOwn(map, name) && map[name] !== undefined) return new Interface(map[name])
    if (missingKeyError) this.fail(`map has no entry for key ${quote(name)}`)
    return undefined
  }

  private function(dot: Value, node: Operand & { type: 'identifier' }, at: Node, args: Operand[], final: Value): Value {
    this.node = node
    const { name } = node
    const definition = FUNCTIONS[name]
    const count = args.length + (final === MISSING ? 0 : 1)
    const { fixed, rest } = definition
    if (rest && count < fixed.length) this.fail(`wrong number of args for ${name}: want at least ${fixed.length} got ${args.length}`)
    if (!rest && count !== fixed.length) this.fail(`wrong number of args for ${name}: want ${fixed.length} got ${count}`)
    if (name === 'and' || name === 'or') return this.shortCircuit(dot, name, args, final)
    const typeAt = (i: number): Parameter => fixed[i] ?? rest!
    const values = args.map((arg, i) => this.argument(dot, arg, typeAt(i)))
    if (final !== MISSING) values.push(this.validate(final, typeAt(args.length)))
    return this.call(definition, name, values, at, args)
  }

  private call(definition: TemplateFunction, name: string, values: Value[], at: Node, args: Operand[]): Value {
    try {
      const result = definition.call(...values)
      if (typeof result === 'string' && result.length > MAX_TEXT / 8) throw new Error('the text gets too long')
      return result
    } catch (error) {
      this.node = at
      const callee = args.length > 0 ? nodeText(args[0]) : typeof values[0] === 'string' ? values[0] : `<${typeOf(values[0])} Value>`
      this.fail(`error calling ${name}: ${(error as Error).message.replace('%s', () => callee)}`)
    }
  }

  private shortCircuit(dot: Value, name: 'and' | 'or', args: Operand[], final: Value): Value {
    let value: Value
    for (const arg of args) {
      value = this.argument(dot, arg, 'value')
      if (isTrue(value) === (name === 'or')) return value
    }
    return final === MISSING ? value : final
  }

  private argument(dot: Value, node: Operand, type: Parameter): Value {
    this.node = node
    if (node.type === 'nil') {
      if (type === 'string') this.fail('cannot assign nil to string')
      return undefined
    }
    if (['dot', 'field', 'variable', 'pipe', 'identifier', 'chain'].includes(node.type))
      return this.validate(this.argumentValue(dot, node), type)
    if (type === 'string' && node.type !== 'string') this.fail(`expected string; found ${nodeText(node)}`)
    return this.literal(dot, node)
  }

  private argumentValue(dot: Value, node: Operand): Value {
    switch (node.type) {
      case 'field':
        this.node = node
        return this.fields(dot, node.names, false)
      case 'variable':
        return this.variable(node, false)
      case 'pipe':
        return this.pipeline(dot, node)
      case 'identifier':
        return this.function(dot, node, node, [], MISSING)
      case 'chain':
        return this.chain(dot, node, false)
      default:
        return this.literal(dot, node)
    }
  }

  private validate(value: Value, type: Parameter): Value {
    if (type === 'value') return value
    const inner = indirect(value)
    if (type === 'any' || typeof inner === 'string') return inner
    if (value === undefined) this.fail('invalid value; expected string')
    this.fail(`wrong type for value; expected string; got ${inner === undefined ? 'interface {}' : typeOf(inner)}`)
  }
}

function printed(value: Value): string {
  return value === undefined ? '<no value>' : sprint([value])
}
