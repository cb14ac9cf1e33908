// CEL's types as its type check knows them. Upstream: google/cel-go common/types/types.go and checker/{format,types,mapping}.go.

type Plain = 'bool' | 'bytes' | 'double' | 'duration' | 'dyn' | 'error' | 'int' | 'null' | 'string' | 'timestamp' | 'uint'

export interface CelType {
  /** `param`: a type parameter; `opaque`: a library's type with parameters; `struct`: an object with fields of its own. */
  kind: Plain | 'list' | 'map' | 'opaque' | 'param' | 'struct' | 'type'
  name: string
  params: CelType[]
  /** A struct's, by name. */
  fields?: { get(name: string): CelType | undefined }
}

const NONE: CelType[] = []

function plain(kind: Plain, name: string = kind): CelType {
  return { kind, name, params: NONE }
}

export const BOOL = plain('bool')
export const BYTES = plain('bytes')
export const DOUBLE = plain('double')
export const DURATION = plain('duration', 'google.protobuf.Duration')
export const DYN = plain('dyn')
export const ERROR = plain('error', '!error!')
export const INT = plain('int')
export const NULL = plain('null', 'null_type')
export const STRING = plain('string')
export const TIMESTAMP = plain('timestamp', 'google.protobuf.Timestamp')
export const UINT = plain('uint')

const PLAIN: Record<string, CelType> = {
  bool: BOOL,
  bytes: BYTES,
  double: DOUBLE,
  duration: DURATION,
  dyn: DYN,
  int: INT,
  null: NULL,
  string: STRING,
  timestamp: TIMESTAMP,
  uint: UINT,
}

export function listOf(item: CelType): CelType {
  return { kind: 'list', name: 'list', params: [item] }
}

export function mapOf(key: CelType, value: CelType): CelType {
  return { kind: 'map', name: 'map', params: [key, value] }
}

export function optionalOf(value: CelType): CelType {
  return { kind: 'opaque', name: 'optional_type', params: [value] }
}

export function typeOf(type: CelType): CelType {
  return { kind: 'type', name: 'type', params: [type] }
}

export function paramOf(name: string): CelType {
  return { kind: 'param', name, params: NONE }
}

export function structOf(name: string, fields?: CelType['fields']): CelType {
  return { kind: 'struct', name, params: NONE, fields }
}

/** `Object`, `Object.spec`: what an expression makes of an object or a part of it, with whatever fields it likes. */
export function objectType(name: string): CelType {
  return structOf(name, { get: () => DYN })
}

/** Addresses and networks are of no struct's kind. */
const OPAQUE = ['net.IP', 'net.CIDR']

/** `map(string,list(A))`; a single capital letter is a type parameter. */
export function parseType(text: string): CelType {
  const open = text.indexOf('(')
  if (open < 0) {
    if (/^[A-Z]$/.test(text)) return paramOf(text)
    return PLAIN[text] ?? (OPAQUE.includes(text) ? { kind: 'opaque', name: text, params: NONE } : structOf(text))
  }
  const name = text.slice(0, open)
  const params = parts(text.slice(open + 1, -1)).map(parseType)
  return { kind: name === 'list' || name === 'map' || name === 'type' ? name : 'opaque', name, params }
}

function parts(text: string): string[] {
  const out = ['']
  let depth = 0
  for (const char of text) {
    if (char === '(') depth++
    if (char === ')') depth--
    if (char === ',' && depth === 0) out.push('')
    else out[out.length - 1] += char
  }
  return out
}

const SHOWN: Partial<Record<CelType['kind'], string>> = { duration: 'duration', timestamp: 'timestamp', null: 'null' }

/** As messages show it: `map(string, list(int))`. */
export function typeText(type: CelType): string {
  const short = SHOWN[type.kind]
  if (short) return short
  return type.params.length ? `${type.name}(${type.params.map(typeText).join(', ')})` : type.name
}

/** As a type names itself: `list(null_type)`. */
export function declaredText({ name, params }: CelType): string {
  return params.length ? `${name}(${params.map(declaredText).join(', ')})` : name
}

export function isSame(a: CelType, b: CelType): boolean {
  return a.kind === b.kind && a.name === b.name && a.params.length === b.params.length && a.params.every((p, i) => isSame(p, b.params[i]))
}

export function isDyn({ kind }: CelType): boolean {
  return kind === 'dyn'
}

export function isDynOrError({ kind }: CelType): boolean {
  return kind === 'dyn' || kind === 'error'
}

/** What an optional holds. */
export function unwrapped(type: CelType): { type: CelType; optional: boolean } {
  return type.name === 'optional_type' ? { type: type.params[0], optional: true } : { type, optional: false }
}

/** What stands for type parameters, by their names. */
export type Substitutions = Map<string, CelType>

/** `toDyn`: parameters that nothing stands for become dyn. */
export function substitute(known: Substitutions, type: CelType, toDyn: boolean): CelType {
  if (type.kind === 'param') {
    const found = known.get(type.name)
    if (found) return substitute(known, found, toDyn)
    return toDyn ? DYN : type
  }
  if (!type.params.length) return type
  return { ...type, params: type.params.map((param) => substitute(known, param, toDyn)) }
}

/** The substitutions under which each of `from` can stand where `to` is wanted; undefined when there are none. */
export function assignable(known: Substitutions, from: CelType[], to: CelType[]): Substitutions | undefined {
  const copy = new Map(known)
  return allFit(copy, from, to) ? copy : undefined
}

function allFit(known: Substitutions, from: CelType[], to: CelType[]): boolean {
  return from.length === to.length && from.every((type, i) => fits(known, type, to[i]))
}

function fits(known: Substitutions, from: CelType, to: CelType): boolean {
  if (to.kind === 'param') {
    const { valid, had } = standsFor(known, from, to)
    if (valid) return true
    if (had) return false
  }
  if (from.kind === 'param') return standsFor(known, to, from).valid
  if (isDynOrError(from) || isDynOrError(to)) return true
  if (from.kind === 'null') return takesNull(to)
  if (to.kind === 'null') return takesNull(from)
  if (from.kind !== to.kind) return false
  if (from.kind === 'type') return true
  return from.name === to.name && allFit(known, from.params, to.params)
}

function takesNull({ kind }: CelType): boolean {
  return ['null', 'opaque', 'struct', 'duration', 'timestamp'].includes(kind)
}

/** Whether `type` may stand for the parameter, and whether something stood for it already. */
function standsFor(known: Substitutions, type: CelType, param: CelType): { valid: boolean; had: boolean } {
  if (type.kind === 'param' && type.name === param.name) return { valid: true, had: true }
  const found = known.get(param.name)
  if (found) {
    if (isSame(type, found)) return { valid: true, had: true }
    if (!fits(known, type, found)) return { valid: false, had: true }
    const general = mostGeneral(type, found)
    if (!isWithin(known, param, general)) known.set(param.name, general)
    return { valid: true, had: true }
  }
  if (isWithin(known, param, type)) return { valid: false, had: false }
  known.set(param.name, type)
  return { valid: true, had: false }
}

function isWithin(known: Substitutions, param: CelType, type: CelType): boolean {
  if (isSame(param, type)) return true
  if (type.kind === 'param') {
    const found = known.get(type.name)
    return found !== undefined && isWithin(known, param, found)
  }
  return type.params.some((inner) => isWithin(known, param, inner))
}

/** The less specific of two types that fit each other. */
export function mostGeneral(a: CelType, b: CelType): CelType {
  return isAsGeneral(a, b) ? a : b
}

function isAsGeneral(a: CelType, b: CelType): boolean {
  if (isDyn(a) || a.kind === 'param') return true
  if (isDyn(b) || b.kind === 'param' || a.kind !== b.kind) return false
  if (a.kind === 'type') return true
  return a.name === b.name && a.params.length === b.params.length && a.params.every((param, i) => isAsGeneral(param, b.params[i]))
}
