// The type check of CEL expressions. Upstream: google/cel-go checker/checker.go, cel/validator.go.
import { goRegExp } from '../go-regexp'
import { overloadsOf } from './declarations'
import { type Expr, expand, type Fold, partsOf, type StructField } from './expand'
import { CelSyntaxError, type Finding, parseCel } from './parse'
import {
  assignable,
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  ERROR,
  INT,
  isDyn,
  isDynOrError,
  isSame,
  listOf,
  mapOf,
  mostGeneral,
  NULL,
  objectType,
  optionalOf,
  paramOf,
  parseType,
  STRING,
  type Substitutions,
  substitute,
  TIMESTAMP,
  typeOf,
  typeText,
  UINT,
  unwrapped,
} from './types'
import { durationOf } from './values'

/** Names that are types. */
const TYPES = new Map<string, CelType>([
  ...[BOOL, BYTES, DOUBLE, DURATION, INT, NULL, STRING, TIMESTAMP, UINT].map((type): [string, CelType] => [type.name, type]),
  ['list', listOf(paramOf('A'))],
  ['map', mapOf(paramOf('A'), paramOf('B'))],
  ['type', typeOf(DYN)],
  ...['net.IP', 'net.CIDR', 'kubernetes.Quantity', 'kubernetes.URL'].map((name): [string, CelType] => [name, parseType(name)]),
])

class Checker {
  readonly findings: Finding[] = []
  private known: Substitutions = new Map()
  private free = 0
  private readonly seen: Expr[] = []

  constructor(private scope: ReadonlyMap<string, CelType>) {}

  run(expr: Expr): CelType {
    this.check(expr)
    for (const each of this.seen) each.type = substitute(this.known, each.type ?? ERROR, true)
    if (this.findings.length === 0) this.validate()
    return expr.type ?? ERROR
  }

  private fail(at: number, message: string): CelType {
    this.findings.push({ at, message })
    return ERROR
  }

  private check(expr: Expr): CelType {
    const type = this.typeOf(expr)
    expr.type = type
    this.seen.push(expr)
    return type
  }

  private typeOf(expr: Expr): CelType {
    switch (expr.is) {
      case 'literal':
        return expr.literal
      case 'name':
        return this.named(expr.name) ?? this.undeclared(expr.at, expr.name)
      case 'select':
        return this.select(expr)
      case 'call':
        return expr.name === '_?._' ? this.field(expr.at, expr.args[0], String(literalOf(expr.args[1])), true) : this.call(expr)
      case 'list': {
        const item = expr.items.reduce<CelType | undefined>((joined, each) => this.join(each, joined, expr.soft?.has(each)), undefined)
        return listOf(item ?? this.fresh())
      }
      case 'map': {
        let key: CelType | undefined
        let value: CelType | undefined
        for (const [k, v] of expr.entries) {
          key = this.join(k, key)
          value = this.join(v, value, expr.soft?.has(v))
        }
        return mapOf(key ?? this.fresh(), value ?? this.fresh())
      }
      case 'struct':
        return this.struct(expr)
      case 'fold':
        return this.fold(expr)
    }
  }

  private struct({ at, name, fields }: Extract<Expr, { is: 'struct' }>): CelType {
    const found = this.named(name)
    if (found?.kind !== 'type') return this.undeclared(at, name)
    let made = ERROR
    if (found.params[0].kind !== 'struct') this.fail(at, `'${found.params[0].name}' is not a message type`)
    else made = found.params[0]
    for (const field of fields) this.structField(made, field)
    return made
  }

  private structField(of: CelType, { at, name, value, soft }: StructField): void {
    const type = this.itemType(value, soft)
    if (of.kind === 'error') return
    const wanted = this.fieldOf(at, of, name)
    if (this.fits([wanted], [type])) return
    this.fail(at, `expected type of field '${name}' is '${typeText(wanted)}' but provided type is '${typeText(type)}'`)
  }

  /** Of what is left out when it is empty: what it holds. */
  private itemType(expr: Expr, soft: boolean | undefined): CelType {
    const own = this.check(expr)
    if (!soft) return own
    const { type, optional } = unwrapped(substitute(this.known, own, false))
    if (!optional && !isDyn(type)) {
      this.fail(expr.at, `expected type '${typeText(optionalOf(type))}' but found '${typeText(type)}'`)
    }
    return type
  }

  private fresh(): CelType {
    return paramOf(`_var${this.free++}`)
  }

  private named(name: string): CelType | undefined {
    const type = TYPES.get(name)
    if (name.startsWith('Object.') && this.scope.has('Object')) return typeOf(objectType(name))
    return this.scope.get(name) ?? (type && typeOf(type))
  }

  private undeclared(at: number, name: string): CelType {
    return this.fail(at, `undeclared reference to '${name}' (in container '')`)
  }

  private fits(from: CelType[], to: CelType[]): boolean {
    const known = assignable(this.known, from, to)
    if (known) this.known = known
    return known !== undefined
  }

  private select(expr: Extract<Expr, { is: 'select' }>): CelType {
    const path = expr.test ? undefined : qualified(expr)
    const found = path === undefined ? undefined : this.named(path)
    if (found) {
      Object.assign(expr, { is: 'name', name: path })
      return found
    }
    const type = this.field(expr.at, expr.of, expr.field, false)
    return expr.test ? BOOL : substitute(this.known, type, false)
  }

  private field(at: number, of: Expr, name: string, optional: boolean): CelType {
    const holder = unwrapped(substitute(this.known, this.check(of), false))
    const type = this.fieldOf(at, holder.type, name)
    return holder.optional || optional ? optionalOf(type) : type
  }

  private fieldOf(at: number, holder: CelType, name: string): CelType {
    if (holder.kind === 'map') return holder.params[1]
    if (holder.kind === 'struct') {
      if (!holder.fields) return this.fail(at, `unexpected failed resolution of '${holder.name}'`)
      return holder.fields.get(name) ?? this.fail(at, `undefined field '${name}'`)
    }
    if (holder.kind === 'param') this.fits([DYN], [holder])
    else if (!isDynOrError(holder)) this.fail(at, `type '${typeText(holder)}' does not support field selection`)
    return DYN
  }

  private call(expr: Extract<Expr, { is: 'call' }>): CelType {
    for (const arg of expr.args) this.check(arg)
    const { target } = expr
    if (target) {
      const path = qualified(target)
      if (path !== undefined && overloadsOf(`${path}.${expr.name}`)) {
        expr.name = `${path}.${expr.name}`
        delete expr.target
        return this.resolve(expr)
      }
      this.check(target)
    }
    return overloadsOf(expr.name) ? this.resolve(expr) : this.undeclared(expr.at, expr.name)
  }

  private resolve(expr: Extract<Expr, { is: 'call' }>): CelType {
    const { name, target, args } = expr
    const types = [...(target ? [target] : []), ...args].map((each) => each.type ?? ERROR)
    if (name === '_&&_' || name === '_||_') return this.logical(expr, types)
    let result: CelType | undefined
    const matching: string[] = []
    for (const overload of overloadsOf(name) ?? []) {
      if (overload.member !== (target !== undefined)) continue
      const own: Substitutions = new Map(overload.params.map((param) => [param, this.fresh()]))
      const wanted = overload.args.map((arg) => substitute(own, arg, false))
      if (!this.fits(types, wanted)) continue
      matching.push(overload.id)
      const type = substitute(this.known, substitute(own, overload.result, false), false)
      if (result === undefined) result = type
      else if (!isDyn(result) && !isSame(type, result)) result = DYN
    }
    if (result) {
      expr.overloads = matching
      return result
    }
    const shown = types.map((type) => typeText(substitute(this.known, type, true)))
    const signature = target ? `${shown[0]}.(${shown.slice(1).join(', ')})` : `(${shown.join(', ')})`
    return this.fail(expr.at, `found no matching overload for '${name}' applied to '${signature}'`)
  }

  private logical(expr: Extract<Expr, { is: 'call' }>, types: CelType[]): CelType {
    const wrong = types.map((type, i) => {
      if (this.fits([type], [BOOL])) return false
      this.fail(expr.args[i].at, `expected type 'bool' but found '${typeText(type)}'`)
      return true
    })
    if (wrong.includes(true)) return ERROR
    expr.overloads = [expr.name === '_&&_' ? 'logical_and' : 'logical_or']
    return BOOL
  }

  private join(expr: Expr, previous: CelType | undefined, soft?: boolean): CelType {
    const type = this.itemType(expr, soft)
    if (!previous) return type
    // That they differ is found when all else is right.
    return this.fits([previous], [type]) ? mostGeneral(previous, type) : DYN
  }

  private fold(expr: { at: number } & Fold): CelType {
    this.check(expr.range)
    const accu = this.check(expr.init)
    const range = substitute(this.known, expr.range.type ?? ERROR, false)
    const outer = this.scope
    const withAccu = new Map([...outer, [expr.accu, accu] as const])
    this.scope = new Map([...withAccu, ...this.items(expr, range)])
    this.expect(expr.condition, BOOL)
    this.expect(expr.step, accu)
    this.scope = withAccu
    const result = this.check(expr.result)
    this.scope = outer
    return substitute(this.known, result, false)
  }

  /** The loop's own names. */
  private items({ range: over, variables }: Fold, range: CelType): [string, CelType][] {
    const two = variables.length === 2
    switch (range.kind) {
      case 'list':
        return two
          ? [
              [variables[0], INT],
              [variables[1], range.params[0]],
            ]
          : [[variables[0], range.params[0]]]
      case 'map':
        return variables.map((name, i) => [name, range.params[i]])
      case 'dyn':
      case 'error':
      case 'param':
        this.fits([DYN], [range])
        return variables.map((name) => [name, DYN])
    }
    const why = `expression of type '${typeText(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`
    this.fail(over.at, why)
    return variables.map((name) => [name, ERROR])
  }

  private expect(expr: Expr, type: CelType): void {
    const found = this.check(expr)
    if (!this.fits([type], [found])) this.fail(expr.at, `expected type '${typeText(type)}' but found '${typeText(found)}'`)
  }

  /** What is asked once the types are right: that literals can be what they are taken for, and that lists hold values of one type. */
  private validate(): void {
    const exempt = new Set(this.seen.flatMap((expr) => (expr.is === 'call' && expr.name === 'format' ? [...within(expr)] : [])))
    for (const expr of this.seen) {
      if (expr.is === 'call') this.validateCall(expr)
      if (exempt.has(expr)) continue
      if (expr.is === 'list') this.validateSame(expr.items, false, expr.soft)
      if (expr.is !== 'map') continue
      this.validateSame(
        expr.entries.map(([key]) => key),
        true,
      )
      this.validateSame(
        expr.entries.map(([, value]) => value),
        true,
        expr.soft,
      )
    }
  }

  private validateCall({ name, args }: Extract<Expr, { is: 'call' }>): void {
    const text = args.length ? literalOf(args[0]) : undefined
    if (typeof text !== 'string' || LITERALS[name]?.(text) !== false) return
    this.fail(args[0].at, `invalid ${name} argument`)
  }

  private validateSame(items: Expr[], all: boolean, soft?: ReadonlySet<Expr>): void {
    const types = items.map((item) => (soft?.has(item) ? unwrapped(item.type ?? DYN).type : (item.type ?? DYN)))
    const others = [...items.keys()].filter((i) => !isSame(types[0], types[i]))
    for (const i of all ? others : others.slice(0, 1)) {
      this.fail(items[i].at, `expected type '${typeText(types[0])}' but found '${typeText(types[i])}'`)
    }
  }
}

/** An expression and all inside of it. */
function* within(expr: Expr): Generator<Expr> {
  yield expr
  for (const part of partsOf(expr)) yield* within(part)
}
/** Whether what these functions read is well formed. */
const LITERALS: Record<string, (text: string) => boolean> = {
  duration: (text) => durationOf(text) !== undefined,
  timestamp: (text) => /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[-+]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)),
  matches: isRegexp,
}

function isRegexp(text: string): boolean {
  try {
    goRegExp(text)
    return true
  } catch {
    return false
  }
}

function literalOf(expr: Expr): unknown {
  return expr.is === 'literal' ? expr.value : undefined
}

/** `a.b.c` when it is nothing but names. */
function qualified(expr: Expr): string | undefined {
  if (expr.is === 'name') return expr.name
  if (expr.is !== 'select' || expr.test) return undefined
  const of = qualified(expr.of)
  return of === undefined ? undefined : `${of}.${expr.field}`
}

/** As cel-go shows it below a line of the text. */
function shownError(text: string, { at, message }: Finding): string {
  if (at < 0) return `ERROR: <input>:-1:0: ${message}`
  if (!text) return `ERROR: <input>:1:0: ${message}`
  const before = text.slice(0, at).split('\n')
  const column = [...before[before.length - 1]].length
  const chars = [...text.split('\n')[before.length - 1].replaceAll('\t', ' ')]
  const wide = (char: string | undefined) => char !== undefined && char.charCodeAt(0) > 0x7f
  const dots = chars.slice(0, column).map((char) => (wide(char) ? '．' : '.'))
  const mark = wide(chars[column]) ? '＾' : '^'
  return `ERROR: <input>:${before.length}:${column + 1}: ${message}\n | ${chars.join('')}\n | ${dots.join('')}${mark}`
}

function shownErrors(text: string, findings: Finding[]): string {
  const inOrder = [...findings].sort((a, b) => a.at - b.at).slice(0, 100)
  return inOrder.map((finding) => shownError(text, finding)).join('\n')
}

export interface Checked {
  expr: Expr
  type: CelType
}

/** The expression with its types, or what is wrong with it in cel-go's words. `scope`: the types of the variables. */
export function checkCel(text: string, scope: ReadonlyMap<string, CelType>): Checked | string {
  let expr: Expr
  try {
    expr = expand(parseCel(text))
  } catch (error) {
    if (!(error instanceof CelSyntaxError)) throw error
    return shownErrors(text, error.findings)
  }
  const checker = new Checker(scope)
  const type = checker.run(expr)
  return checker.findings.length ? shownErrors(text, checker.findings) : { expr, type }
}
