// Expressions with their macros written out, as the type check and the cost estimate see them. Upstream: google/cel-go parser/macro.go,
// ext/comprehensions.go, cel/library.go (optMap), ext/lists.go (sortBy).
import { CelSyntaxError, type Item, type Node } from './parse'
import { BOOL, BYTES, type CelType, DOUBLE, INT, NULL, STRING, UINT } from './types'

/** What the type check finds is noted at each: its type, and which overloads a call may be of. */
export type Expr = { at: number; type?: CelType; overloads?: string[] } & (
  | { is: 'literal'; value: unknown; literal: CelType }
  | { is: 'name'; name: string }
  | { is: 'select'; of: Expr; field: string; test: boolean }
  | { is: 'call'; name: string; target?: Expr; args: Expr[] }
  | { is: 'list'; items: Expr[]; soft?: ReadonlySet<Expr> }
  | { is: 'map'; entries: [Expr, Expr][]; soft?: ReadonlySet<Expr> }
  | { is: 'struct'; name: string; fields: StructField[] }
  | Fold
)

/** The expressions right inside of one. */
export function partsOf(expr: Expr): Expr[] {
  switch (expr.is) {
    case 'select':
      return [expr.of]
    case 'call':
      return [...(expr.target ? [expr.target] : []), ...expr.args]
    case 'list':
      return expr.items
    case 'map':
      return expr.entries.flat()
    case 'struct':
      return expr.fields.map(({ value }) => value)
    case 'fold':
      return [expr.range, expr.init, expr.condition, expr.step, expr.result]
    default:
      return []
  }
}

export interface StructField {
  at: number
  name: string
  value: Expr
  soft: boolean
}

/** A loop over a list or map: `accu` begins as `init`, becomes `step` for each item while `condition` holds, and gives `result`. */
export interface Fold {
  is: 'fold'
  range: Expr
  variables: string[]
  accu: string
  init: Expr
  condition: Expr
  step: Expr
  result: Expr
}

export const ACCU = '@result'

const OPERATORS: Record<string, string> = { '!': '!_', negate: '-_', in: '@in' }

function literalType(value: unknown, unsigned: boolean | undefined): CelType {
  if (value === null) return NULL
  if (typeof value === 'bigint') return unsigned ? UINT : INT
  if (typeof value === 'number') return DOUBLE
  if (typeof value === 'boolean') return BOOL
  return typeof value === 'string' ? STRING : BYTES
}

function isOperator(node: Extract<Node, { kind: 'call' }>): boolean {
  return !node.target && (!/^\w/.test(node.name) || node.name === 'negate' || node.name === 'in')
}

function expandItems(list: Item[]): { items: Expr[]; soft: ReadonlySet<Expr> } {
  const items = list.map(({ value }) => expand(value))
  return { items, soft: new Set(items.filter((_, i) => list[i].soft)) }
}

/** Throws CelSyntaxError for macros whose arguments are not well formed. */
export function expand(node: Node): Expr {
  const { at } = node
  switch (node.kind) {
    case 'literal':
      return { is: 'literal', at, value: node.value, literal: literalType(node.value, node.unsigned) }
    case 'name':
      return { is: 'name', at, name: node.name }
    case 'select': {
      const of = expand(node.of)
      if (!node.optional) return { is: 'select', at, of, field: node.field, test: false }
      return { is: 'call', at, name: '_?._', args: [of, { is: 'literal', at: at + 2, value: node.field, literal: STRING }] }
    }
    case 'index':
      return { is: 'call', at, name: node.optional ? '_[?_]' : '_[_]', args: [expand(node.of), expand(node.key)] }
    case 'list':
      return { is: 'list', at, ...expandItems(node.items) }
    case 'map': {
      const { items, soft } = expandItems(node.entries.map(([, item]) => item))
      return { is: 'map', at, entries: node.entries.map(([key], i) => [expand(key), items[i]]), soft }
    }
    case 'message':
      return { is: 'struct', at, name: node.name, fields: node.fields.map((field) => ({ ...field, value: expand(field.value) })) }
    case 'choice':
      return { is: 'call', at, name: '_?_:_', args: [node.test, node.then, node.otherwise].map(expand) }
    case 'call':
      return expandCall(node)
  }
}

function expandCall(node: Extract<Node, { kind: 'call' }>): Expr {
  const { at, name } = node
  if (isOperator(node)) {
    return { is: 'call', at, name: OPERATORS[name] ?? `_${name}_`, args: node.args.map(expand) }
  }
  const target = node.target && expand(node.target)
  const args = node.args.map(expand)
  if (!target && name === 'has' && args.length === 1) return presence(args[0], at)
  const macro = target && MACROS[`${name}:${args.length}`]
  return (target && macro?.(new Maker(at), target, args)) || { is: 'call', at, name, ...(target ? { target } : {}), args }
}

function presence(arg: Expr, at: number): Expr {
  if (arg.is !== 'select') throw new CelSyntaxError({ message: 'invalid argument to has() macro', at: arg.at })
  return { ...arg, at, test: true }
}

/** Makes what a macro stands for; all of it stands where the macro does. */
class Maker {
  constructor(readonly at: number) {}

  literal(value: boolean | bigint): Expr {
    return { is: 'literal', at: this.at, value, literal: literalType(value, false) }
  }

  name(name: string = ACCU): Expr {
    return { is: 'name', at: this.at, name }
  }

  call(name: string, ...args: Expr[]): Expr {
    return { is: 'call', at: this.at, name, args }
  }

  list(...items: Expr[]): Expr {
    return { is: 'list', at: this.at, items }
  }

  fold(range: Expr, variables: string[], loop: { init: Expr; condition?: Expr; step: Expr; result?: Expr }): Expr {
    const { init, condition = this.literal(true), step, result = this.name() } = loop
    return { is: 'fold', at: this.at, range, variables, accu: ACCU, init, condition, step, result }
  }
}

type Macro = (make: Maker, target: Expr, args: Expr[]) => Expr | undefined

function variable(arg: Expr, message = 'argument must be a simple name'): string {
  if (arg.is !== 'name') throw new CelSyntaxError({ message, at: arg.at })
  return arg.name
}

const NO_NAME = 'argument is not an identifier'

/** The last argument is what is asked of each; those before it are the names. */
function variables(args: Expr[]): string[] {
  const names = args.map((arg) => variable(arg))
  if (names[0] === names[1]) throw new CelSyntaxError({ message: `duplicate variable name: ${names[0]}`, at: args[1].at })
  return names
}

const all: Macro = (make, range, args) =>
  make.fold(range, variables(args.slice(0, -1)), {
    init: make.literal(true),
    condition: make.call('@not_strictly_false', make.name()),
    step: make.call('_&&_', make.name(), args[args.length - 1]),
  })

const exists: Macro = (make, range, args) =>
  make.fold(range, variables(args.slice(0, -1)), {
    init: make.literal(false),
    condition: make.call('@not_strictly_false', make.call('!_', make.name())),
    step: make.call('_||_', make.name(), args[args.length - 1]),
  })

const existsOne: Macro = (make, range, args) =>
  make.fold(range, variables(args.slice(0, -1)), {
    init: make.literal(0n),
    step: make.call('_?_:_', args[args.length - 1], make.call('_+_', make.name(), make.literal(1n)), make.name()),
    result: make.call('_==_', make.name(), make.literal(1n)),
  })

/** `step` for those that the filter, if there is one, lets through. */
function filtered(make: Maker, filter: Expr | undefined, step: Expr): Expr {
  return filter ? make.call('_?_:_', filter, step, make.name()) : step
}

const map: Macro = (make, range, args) => {
  const step = make.call('_+_', make.name(), make.list(args[args.length - 1]))
  return make.fold(range, [variable(args[0], NO_NAME)], {
    init: make.list(),
    step: filtered(make, args.length === 3 ? args[1] : undefined, step),
  })
}

const filter: Macro = (make, range, args) => {
  const name = variable(args[0], NO_NAME)
  return make.fold(range, [name], {
    init: make.list(),
    step: filtered(make, args[1], make.call('_+_', make.name(), make.list({ ...args[0] }))),
  })
}

function transform(into: 'list' | 'map' | 'entry'): Macro {
  return (make, range, args) => {
    const names = variables(args.slice(0, 2))
    const result = args[args.length - 1]
    const key = into === 'map' ? [make.name(names[0])] : []
    const step =
      into === 'list' ? make.call('_+_', make.name(), make.list(result)) : make.call('cel.@mapInsert', make.name(), ...key, result)
    const init: Expr = into === 'list' ? make.list() : { is: 'map', at: make.at, entries: [] }
    return make.fold(range, names, { init, step: filtered(make, args.length === 4 ? args[2] : undefined, step) })
  }
}

/** A name for a value: a loop over nothing whose result is all that counts. */
function bind(make: Maker, name: string, value: Expr, result: Expr): Expr {
  return {
    is: 'fold',
    at: make.at,
    range: make.list(),
    variables: ['#unused'],
    accu: name,
    init: value,
    condition: make.literal(false),
    step: make.name(name),
    result,
  }
}

function optional(flat: boolean): Macro {
  return (make, target, args) => {
    if (args[0].is !== 'name') {
      throw new CelSyntaxError({ message: `${flat ? 'optFlatMap' : 'optMap'}() variable name must be a simple identifier`, at: args[0].at })
    }
    const value: Expr = { is: 'call', at: make.at, name: 'value', target, args: [] }
    const mapped = bind(make, args[0].name, value, args[1])
    const there: Expr = { is: 'call', at: make.at, name: 'hasValue', target: copy(target), args: [] }
    return make.call('_?_:_', there, flat ? mapped : make.call('optional.of', mapped), make.call('optional.none'))
  }
}

/** What a macro says twice is checked twice. */
function copy(expr: Expr): Expr {
  return structuredClone(expr)
}

const sortBy: Macro = (make, target, args) => {
  const name = variable(args[0], NO_NAME)
  const list = '@__sortBy_input__'
  const keys = make.fold(make.name(list), [name], {
    init: make.list(),
    step: make.call('_+_', make.name(), make.list(args[1])),
  })
  const sorted: Expr = { is: 'call', at: make.at, name: '@sortByAssociatedKeys', target: make.name(list), args: [keys] }
  return bind(make, list, target, sorted)
}

/** By name and number of arguments. */
const MACROS: Record<string, Macro | undefined> = {
  'all:2': all,
  'all:3': all,
  'exists:2': exists,
  'exists:3': exists,
  'exists_one:2': existsOne,
  'exists_one:3': existsOne,
  'existsOne:3': existsOne,
  'map:2': map,
  'map:3': map,
  'filter:2': filter,
  'transformList:3': transform('list'),
  'transformList:4': transform('list'),
  'transformMap:3': transform('map'),
  'transformMap:4': transform('map'),
  'transformMapEntry:3': transform('entry'),
  'transformMapEntry:4': transform('entry'),
  'optMap:2': optional(false),
  'optFlatMap:2': optional(true),
  'sortBy:2': sortBy,
}
