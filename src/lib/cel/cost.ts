// What a CEL expression costs at most, estimated from the sizes that its variables can have.
// Upstream: google/cel-go checker/cost.go.
import {
  type CallCost,
  capped,
  functionCost,
  type KnownSizes,
  REGEXP,
  type Size,
  sum,
  TRAVERSAL,
  times,
  UNKNOWN,
  union,
} from './cost-functions'
import { ACCU, type Expr, type Fold } from './expand'
import type { CelType } from './types'

/** The sizes of what a list or map holds. */
interface Entries {
  kind: 'list' | 'map'
  key: Size
  value: Size
}

interface Local {
  path: string[]
  size?: Size
  entries?: Entries
}

/** Bounds the size of what stands at a path: `['self', 'names', '@items']`. */
export type SizeAt = (path: string[]) => Size | undefined

const SCALARS = ['bool', 'double', 'duration', 'int', 'timestamp', 'uint']

function isScalar(type: CelType): boolean {
  return SCALARS.includes(type.kind) || (type.name === 'optional_type' && isScalar(type.params[0]))
}

class Estimate {
  private readonly paths = new Map<Expr, string[]>()
  private readonly sizes = new Map<Expr, Size>()
  private readonly entries = new Map<Expr, Entries>()
  private readonly locals = new Map<string, Local[]>()

  constructor(private readonly sizeAt: SizeAt) {}

  cost(expr: Expr): number {
    switch (expr.is) {
      case 'literal':
        return 0
      case 'name':
        this.paths.set(expr, this.local(expr.name)?.path ?? [expr.name])
        return 1
      case 'select': {
        const of = this.cost(expr.of)
        if (expr.test) return of
        this.paths.set(expr, [...this.path(expr.of), expr.field])
        return capped(of + (['map', 'struct', 'param'].includes(expr.of.type?.kind ?? '') ? 1 : 0))
      }
      case 'call':
        return this.call(expr)
      case 'list': {
        const cost = this.sum(expr.items)
        this.entries.set(expr, { kind: 'list', key: { min: 1, max: 1 }, value: this.unionOf(expr.items) })
        return capped(cost + 10)
      }
      case 'map': {
        const cost = this.sum(expr.entries.flat())
        const [keys, values] = [expr.entries.map(([key]) => key), expr.entries.map(([, value]) => value)]
        this.entries.set(expr, { kind: 'map', key: this.unionOf(keys), value: this.unionOf(values) })
        return capped(cost + 30)
      }
      case 'struct':
        return capped(this.sum(expr.fields.map(({ value }) => value)) + 40)
      case 'fold':
        return expr.variables[0] === '#unused' ? this.bind(expr) : this.fold(expr)
    }
  }

  private sum(list: Expr[]): number {
    return capped(list.reduce((total, each) => total + this.cost(each), 0))
  }

  private unionOf(list: Expr[]): Size {
    return list.length ? list.map((each) => this.size(each) ?? UNKNOWN).reduce(union) : { min: 0, max: 0 }
  }

  private local(name: string): Local | undefined {
    return this.locals.get(name)?.at(-1)
  }

  private push(name: string, local: Local): void {
    this.locals.set(name, [...(this.locals.get(name) ?? []), local])
  }

  private pop(name: string): void {
    this.locals.get(name)?.pop()
  }

  path(expr: Expr): string[] {
    return (expr.is === 'name' ? this.local(expr.name)?.path : undefined) ?? this.paths.get(expr) ?? []
  }

  /** As functions are told of it: what a loop gathers stands nowhere. */
  outsidePath(expr: Expr): string[] {
    const path = this.path(expr)
    return path[0] === ACCU ? [] : path
  }

  at(path: string[]): Size | undefined {
    return path.length ? this.sizeAt(path) : undefined
  }

  size(expr: Expr): Size | undefined {
    const found = this.sizes.get(expr) ?? literalSize(expr)
    if (found) return found
    const declared = this.at(this.path(expr))
    if (declared) {
      this.sizes.set(expr, declared)
      return declared
    }
    if (expr.type && isScalar(expr.type)) return { min: 1, max: 1 }
    return expr.is === 'name' ? this.local(expr.name)?.size : undefined
  }

  sizeOr(expr: Expr): Size {
    return this.size(expr) ?? UNKNOWN
  }

  private held(expr: Expr): Entries | undefined {
    return this.entries.get(expr) ?? (expr.is === 'name' ? this.local(expr.name)?.entries : undefined)
  }

  private note(expr: Expr, size: Size | undefined, entries?: Entries): void {
    if (size) this.sizes.set(expr, size)
    if (entries) this.entries.set(expr, entries)
  }

  private bind(expr: { at: number } & Fold): number {
    const cost = this.cost(expr.range) + this.cost(expr.init)
    this.push(expr.accu, { path: this.path(expr.init), size: this.size(expr.init), entries: this.held(expr.init) })
    const whole = capped(cost + this.cost(expr.result))
    this.pop(expr.accu)
    this.note(expr, this.size(expr.result), this.held(expr.result))
    return whole
  }

  private fold(expr: { at: number } & Fold): number {
    const { range, init, variables } = expr
    const before = this.cost(range) + this.cost(init)
    this.push(expr.accu, { path: this.path(init), size: this.size(init), entries: this.held(init) })
    const held = this.held(range)
    const kind = held?.kind ?? range.type?.kind
    const path = this.path(range)
    const list = kind === 'list'
    const [one, other] = variables
    if (other !== undefined) {
      this.push(one, { path: [...path, list ? '@indices' : '@keys'], size: held?.key })
      this.push(other, { path: [...path, list ? '@items' : '@values'], size: held?.value })
    } else this.push(one, { path: [...path, list ? '@items' : '@keys'], size: list ? held?.value : held?.key })
    const each = this.cost(expr.condition) + this.cost(expr.step)
    for (const name of variables) this.pop(name)
    const after = this.cost(expr.result)
    this.pop(expr.accu)
    const count = this.sizeOr(range)
    if (init.is === 'literal') this.note(expr, this.size(init))
    else if (init.is === 'list' || init.is === 'map') this.note(expr, count, this.held(expr.step))
    return capped(before + after + capped(count.max * each))
  }

  private call(expr: Extract<Expr, { is: 'call' }>): number {
    const { args, target, name } = expr
    if (name === 'dyn') {
      const cost = this.cost(args[0])
      this.note(expr, this.size(args[0]), this.held(args[0]))
      return capped(cost + 1)
    }
    const costs = args.map((arg) => this.cost(arg))
    const overloads = name === '_?._' ? ['select_optional_field'] : (expr.overloads ?? [])
    if (!overloads.length) return 0
    const targetCost = target ? this.cost(target) : 0
    const sizes = { target: target && this.size(target), args: args.map((arg) => this.size(arg)) }
    let most = 0
    let size: Size | undefined
    for (const id of overloads) {
      const found = this.overload(expr, id, costs, sizes)
      most = Math.max(most, found.cost)
      if (found.size) size = size ? union(size, found.size) : found.size
      if (id === 'index_list' || id === 'index_map') {
        size = this.held(args[0])?.value
        this.paths.set(expr, [...this.path(args[0]), id === 'index_list' ? '@items' : '@values'])
      }
      size ??= this.size(expr)
    }
    this.note(expr, size)
    return capped(targetCost + most)
  }

  private overload(expr: Extract<Expr, { is: 'call' }>, id: string, costs: number[], known: KnownSizes): CallCost {
    const all = costs.reduce((total, cost) => capped(total + cost), 0)
    const library = functionCost(expr, id, known, (list) => this.itemSize(list))
    if (library) return { cost: capped(library.cost + all), size: library.size }
    const { args, target } = expr
    const [a, b] = known.args.map((size) => size ?? UNKNOWN)
    switch (id) {
      case 'string_format':
        return { cost: capped(times((known.target ?? UNKNOWN).max, TRAVERSAL) + all) }
      case 'string_to_bytes':
        return { cost: capped(times(a.max, TRAVERSAL) + all), size: { min: a.min, max: capped(a.max * 4) } }
      case 'bytes_to_string':
        return { cost: capped(times(a.max, TRAVERSAL) + all), size: { min: Math.floor(a.min / 4), max: a.max } }
      case 'strings_quote':
        return { cost: capped(times(a.max, TRAVERSAL) + all), size: { min: a.min + 2, max: capped(a.max * 2 + 2) } }
      case 'starts_with_string':
      case 'ends_with_string':
        return { cost: capped(times(a.max, TRAVERSAL) + all) }
      case 'in_list':
        return { cost: capped(b.max + all) }
      case 'matches':
      case 'matches_string': {
        const [text, pattern] = target ? [known.target ?? UNKNOWN, a] : [a, b]
        return { cost: capped(capped(times(text.max + 1, TRAVERSAL) * times(pattern.max, REGEXP)) + all) }
      }
      case 'contains_string':
        return { cost: capped(capped(times((known.target ?? UNKNOWN).max, TRAVERSAL) * times(a.max, TRAVERSAL)) + all) }
      case 'logical_or':
      case 'logical_and':
        return { cost: all }
      case 'conditional': {
        const held = [this.held(args[1]), this.held(args[2])]
        this.note(expr, undefined, joined(held[0], held[1]))
        return { cost: capped(costs[0] + Math.max(costs[1], costs[2])), size: union(b, known.args[2] ?? UNKNOWN) }
      }
      case 'add_string':
      case 'add_bytes':
      case 'add_list': {
        const size = sum(a, b)
        this.note(expr, undefined, joined(this.held(args[0]), this.held(args[1])))
        return { cost: capped((id === 'add_list' ? 1 : times(size.max, TRAVERSAL)) + all), size }
      }
    }
    if (/^(less|greater)(_equals)?_(string|bytes)$|^(not_)?equals$/.test(id)) {
      return { cost: capped(times(Math.min(a.max, b.max), TRAVERSAL) + all) }
    }
    return { cost: capped(1 + all) }
  }

  private itemSize(list: Expr): Size {
    const path = this.outsidePath(list)
    return this.at(path.length ? [...path, '@items'] : []) ?? UNKNOWN
  }
}

function joined(a: Entries | undefined, b: Entries | undefined): Entries | undefined {
  return a && b && { kind: a.kind, key: union(a.key, b.key), value: union(a.value, b.value) }
}

function literalSize(expr: Expr): Size | undefined {
  if (expr.is === 'list') return { min: expr.items.length, max: expr.items.length }
  if (expr.is === 'map') return { min: expr.entries.length, max: expr.entries.length }
  if (expr.is !== 'literal') return undefined
  const { value } = expr
  const size = typeof value === 'string' ? [...value].length : value instanceof Uint8Array ? value.length : 1
  return { min: size, max: size }
}

/** The most that a checked expression can cost. */
export function estimateCost(expr: Expr, sizeAt: SizeAt): number {
  return new Estimate(sizeAt).cost(expr)
}
