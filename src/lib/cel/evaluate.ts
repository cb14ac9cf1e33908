// Evaluates CEL expressions: operators, macros and calls. Upstream: google/cel-go interpreter.
import { callFunction, callMethod, isNamespace } from './functions'
import type { Item, Node } from './parse'
import {
  CelCostError,
  CelError,
  compare,
  Duration,
  equal,
  ObjectValue,
  Optional,
  sizeOf,
  spend,
  startWork,
  Timestamp,
  TypeValue,
  typeName,
} from './values'

export type Scope = ReadonlyMap<string, unknown>

const TYPES = ['int', 'uint', 'double', 'bool', 'string', 'bytes', 'list', 'map', 'null_type', 'type']

function noOverload(): never {
  throw new CelError('no such overload')
}

function isTrue(value: unknown): boolean {
  return typeof value === 'boolean' ? value : noOverload()
}

/** What one call may cost, as the API server bounds it (PerCallLimit); every node that is evaluated costs one. */
const MOST_COST = 1_000_000
let cost = 0

/** The value of the expression. Throws CelError in cel-go's words, CelCostError for what costs too much. */
export function evaluateWhole(node: Node, scope: Scope): unknown {
  cost = 0
  startWork()
  const { stackTraceLimit } = Error
  // Errors are values here, which operators forget by the thousand: where they come from is not asked.
  Error.stackTraceLimit = 0
  try {
    return evaluate(node, scope)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** The value of an expression that another one asks for: it costs what that one may. */
export function evaluateWithin(node: Node, scope: Scope): unknown {
  return evaluate(node, scope)
}

/** A variable may have dots in its name: `authorizer.requestResource`. */
function dotted({ of, field }: Extract<Node, { kind: 'select' }>): string | undefined {
  return of.kind === 'name' ? `${of.name}.${field}` : undefined
}

function evaluate(node: Node, scope: Scope): unknown {
  if (++cost > MOST_COST) throw new CelCostError('operation cancelled: actual cost limit exceeded')
  switch (node.kind) {
    case 'literal':
      return node.value
    case 'name': {
      if (scope.has(node.name)) return scope.get(node.name)
      if (TYPES.includes(node.name)) return new TypeValue(node.name)
      throw new CelError(`undeclared reference to '${node.name}' (in container '')`)
    }
    case 'select': {
      const name = dotted(node)
      if (name !== undefined && scope.has(name)) return scope.get(name)
      return qualify(evaluate(node.of, scope), node.field, node.optional)
    }
    case 'index':
      return qualify(evaluate(node.of, scope), evaluate(node.key, scope), node.optional)
    case 'list':
      return node.items.flatMap((item) => held(item, scope))
    case 'map':
      return new Map(
        node.entries.flatMap(([node, item]) => {
          const key = evaluate(node, scope)
          return held(item, scope).map((value): [unknown, unknown] => [key, value])
        }),
      )
    case 'message':
      return new ObjectValue(
        node.name,
        node.fields.flatMap((field) => held(field, scope).map((value): [string, unknown] => [field.name, value])),
      )
    case 'choice':
      return evaluate(isTrue(evaluate(node.test, scope)) ? node.then : node.otherwise, scope)
    case 'call':
      return call(node, scope)
  }
}

/** The item's value; none when it is left out. */
function held({ value: node, soft }: Item, scope: Scope): unknown[] {
  const value = evaluate(node, scope)
  if (!soft) return [value]
  if (!(value instanceof Optional)) return noOverload()
  return value.value === undefined ? [] : [value.value]
}

/** What a value holds under a key: values that hold nothing hold no key either. Upstream: cel-go interpreter/attributes.go refQualify. */
function heldAt(holder: unknown, key: unknown): { value: unknown } | undefined {
  if (holder instanceof Map) {
    const found = holder.has(key) ? key : [...holder.keys()].find((k) => equal(k, key))
    return found === undefined ? undefined : { value: holder.get(found) }
  }
  if (!Array.isArray(holder)) return undefined
  if (typeof key !== 'bigint' && typeof key !== 'number') throw new CelError(`unsupported index type '${typeName(key)}' in list`)
  const at = Number(key)
  return Number.isInteger(at) && at >= 0 && at < holder.length ? { value: holder[at] } : undefined
}

function qualify(of: unknown, key: unknown, optional: boolean): unknown {
  const holder = of instanceof Optional ? of.value : of
  const soft = optional || of instanceof Optional
  if (soft && holder === undefined) return of
  const found = heldAt(holder, key)
  if (soft) return new Optional(found?.value)
  if (found) return found.value
  throw new CelError(`${Array.isArray(holder) ? 'index out of bounds' : 'no such key'}: ${String(key)}`)
}

/** Both sides count, in whatever order: an error is forgotten when the other side settles it. */
function logical(left: Node, right: Node, scope: Scope, settles: boolean): boolean {
  let failure: CelError | undefined
  for (const side of [left, right]) {
    try {
      if (isTrue(evaluate(side, scope)) === settles) return settles
    } catch (error) {
      if (!(error instanceof CelError)) throw error
      failure ??= error
    }
  }
  if (failure) throw failure
  return !settles
}

const LEAST = -(2n ** 63n)
const MOST = 2n ** 63n - 1n

function whole(value: bigint): bigint {
  if (value < LEAST || value > MOST) throw new CelError('integer overflow')
  return value
}

const FIRST_MOMENT = Date.parse('0001-01-01T00:00:00Z')
const LAST_MOMENT = Date.parse('9999-12-31T23:59:59.999Z')

function moment(ms: number): Timestamp {
  if (ms < FIRST_MOMENT || ms > LAST_MOMENT) throw new CelError('timestamp overflow')
  return new Timestamp(ms)
}

function add(a: unknown, b: unknown): unknown {
  spend(sizeOf(a) + sizeOf(b))
  if (typeof a === 'bigint' && typeof b === 'bigint') return whole(a + b)
  if (typeof a === 'number' && typeof b === 'number') return a + b
  if (typeof a === 'string' && typeof b === 'string') return a + b
  if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b]
  if (a instanceof Duration && b instanceof Duration) return new Duration(a.ms + b.ms)
  if (a instanceof Timestamp && b instanceof Duration) return moment(a.ms + b.ms)
  if (a instanceof Duration && b instanceof Timestamp) return moment(a.ms + b.ms)
  return noOverload()
}

function arithmetic(name: string, a: unknown, b: unknown): unknown {
  if (name === '-' && a instanceof Timestamp && b instanceof Timestamp) return new Duration(a.ms - b.ms)
  if (name === '-' && a instanceof Timestamp && b instanceof Duration) return moment(a.ms - b.ms)
  if (name === '-' && a instanceof Duration && b instanceof Duration) return new Duration(a.ms - b.ms)
  if (typeof a === 'number' && typeof b === 'number' && name !== '%') return name === '-' ? a - b : name === '*' ? a * b : a / b
  if (typeof a !== 'bigint' || typeof b !== 'bigint') return noOverload()
  if (b === 0n && name === '/') throw new CelError('division by zero')
  if (b === 0n && name === '%') throw new CelError('modulus by zero')
  return whole(name === '-' ? a - b : name === '*' ? a * b : name === '/' ? a / b : a % b)
}

function contains(item: unknown, holder: unknown): boolean {
  spend(sizeOf(holder))
  if (Array.isArray(holder)) return holder.some((other) => equal(item, other))
  return holder instanceof Map ? [...holder.keys()].some((key) => equal(item, key)) : noOverload()
}

function operator(name: string, args: Node[], scope: Scope): unknown {
  const [a, b] = args.map((arg) => evaluate(arg, scope))
  switch (name) {
    case '!':
      return !isTrue(a)
    case 'negate':
      return typeof a === 'bigint' ? whole(-a) : typeof a === 'number' ? -a : noOverload()
    case '==':
      return equal(a, b)
    case '!=':
      return !equal(a, b)
    case '<':
      return compare(a, b) < 0
    case '<=':
      return compare(a, b) <= 0
    case '>':
      return compare(a, b) > 0
    case '>=':
      return compare(a, b) >= 0
    case 'in':
      return contains(a, b)
    case '+':
      return add(a, b)
    default:
      return arithmetic(name, a, b)
  }
}

const OPERATORS = ['!', 'negate', '==', '!=', '<', '<=', '>', '>=', 'in', '+', '-', '*', '/', '%']

function call(node: Extract<Node, { kind: 'call' }>, scope: Scope): unknown {
  const { name, target, args } = node
  if (!target && (name === '||' || name === '&&')) return logical(args[0], args[1], scope, name === '||')
  if (!target && OPERATORS.includes(name)) return operator(name, args, scope)
  if (!target && name === 'has') return has(args[0], scope)
  if (target && MACROS.includes(name) && args.length >= 2 && args[0].kind === 'name') return macro(name, target, args, scope)
  if (target?.kind === 'name' && !scope.has(target.name) && isNamespace(target.name)) {
    if (target.name === 'cel' && name === 'bind' && args[0].kind === 'name') {
      return evaluate(args[2], new Map([...scope, [args[0].name, evaluate(args[1], scope)]]))
    }
    return callFunction(
      `${target.name}.${name}`,
      args.map((arg) => evaluate(arg, scope)),
    )
  }
  const values = args.map((arg) => evaluate(arg, scope))
  return target ? callMethod(evaluate(target, scope), name, values) : callFunction(name, values)
}

function has(node: Node, scope: Scope): boolean {
  if (node.kind !== 'select') throw new CelError('invalid argument to has() macro')
  const holder = evaluate(node.of, scope)
  return heldAt(holder instanceof Optional ? holder.value : holder, node.field) !== undefined
}

const MACROS = ['all', 'exists', 'exists_one', 'existsOne', 'filter', 'map']

function macro(name: string, target: Node, args: Node[], scope: Scope): unknown {
  const holder = evaluate(target, scope)
  const items = Array.isArray(holder) ? holder : holder instanceof Map ? [...holder.keys()] : noOverload()
  const variable = (args[0] as Extract<Node, { kind: 'name' }>).name
  // With two variables: index and item, or key and value.
  const second = args.length === 3 && name !== 'map' && args[1].kind === 'name' ? args[1].name : undefined
  const body = args[args.length - 1]
  const inside = (item: unknown, i: number): Scope => {
    if (second === undefined) return new Map([...scope, [variable, item]])
    const value = holder instanceof Map ? holder.get(item) : item
    return new Map([...scope, [variable, holder instanceof Map ? item : BigInt(i)], [second, value]])
  }
  const test = (item: unknown, i: number) => isTrue(evaluate(body, inside(item, i)))
  switch (name) {
    case 'all':
    case 'exists':
      return anyOf(items, test, name === 'exists')
    case 'filter':
      return items.filter(test)
    case 'map': {
      const chosen = args.length === 3 ? items.filter((item, i) => isTrue(evaluate(args[1], inside(item, i)))) : items
      return chosen.map((item, i) => evaluate(body, inside(item, i)))
    }
    default:
      return items.filter(test).length === 1
  }
}

function anyOf(items: unknown[], test: (item: unknown, i: number) => boolean, settles: boolean): boolean {
  let failure: CelError | undefined
  for (const [i, item] of items.entries()) {
    try {
      if (test(item, i) === settles) return settles
    } catch (error) {
      if (!(error instanceof CelError)) throw error
      failure ??= error
    }
  }
  if (failure) throw failure
  return !settles
}
