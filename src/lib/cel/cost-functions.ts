// What the functions of CEL's libraries cost at most, by the sizes of what they are called with.
// Upstream: apiserver/pkg/cel/library/cost.go, google/cel-go ext/{lists,sets}.go.
import type { Expr } from './expand'

/** What no estimate goes beyond. */
export const MOST_COST = 2 ** 64

export interface Size {
  min: number
  max: number
}

export const UNKNOWN: Size = { min: 0, max: MOST_COST }
/** A unit is one step; to go through a text costs a tenth a character. */
export const TRAVERSAL = 0.1
export const REGEXP = 0.25

export function capped(value: number): number {
  return Math.min(value, MOST_COST)
}

export function times(size: number, factor: number): number {
  return capped(Math.ceil(size * factor))
}

export function union(a: Size, b: Size): Size {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) }
}

export function sum(a: Size, b: Size): Size {
  return { min: capped(a.min + b.min), max: capped(a.max + b.max) }
}

export function product(a: Size, b: Size): Size {
  return { min: capped(a.min * b.min), max: capped(a.max * b.max) }
}

export interface CallCost {
  cost: number
  size?: Size
}

export interface KnownSizes {
  target?: Size
  args: (Size | undefined)[]
}

/**
 * What Kubernetes and the libraries say of their functions and of some others, without the arguments' cost. `itemSize` bounds what a list
 * holds.
 */
export function functionCost(
  expr: Extract<Expr, { is: 'call' }>,
  id: string,
  known: KnownSizes,
  itemSize: (list: Expr) => Size,
): CallCost | undefined {
  const { name, target, args } = expr
  const [a, b] = known.args.map((size) => size ?? UNKNOWN)
  const own = known.target ?? UNKNOWN
  const list = listCost(id, args, own, a, b)
  if (list) return list
  if (NOMINAL.has(name) || id === 'cidr_ip') return { cost: 1 }
  if (name === 'check') return { cost: 350_000 }
  if (READ.has(name) && args.length) return { cost: times(a.max, name === 'ip.isCanonical' ? 2 * TRAVERSAL : TRAVERSAL) }
  if (name === 'url' && args.length === 1) return { cost: times(a.max, TRAVERSAL), size: a }
  if (name === '_==_') return equality(args)
  if (name === 'validate' && args.length) return { cost: times(times(a.max, TRAVERSAL), 128 * REGEXP) }
  if (name === 'fieldSelector' || name === 'labelSelector') {
    return { cost: capped(10 + times(a.max, TRAVERSAL) + times(times(a.max, 0.5), 50)) }
  }
  if (!target) return undefined
  switch (name) {
    case 'isSorted':
    case 'sum':
    case 'max':
    case 'min':
    case 'indexOf':
    case 'lastIndexOf': {
      const item = target.type?.params[0]
      if (!item) return { cost: times(own.max, TRAVERSAL) }
      const text = item.kind === 'string' || item.kind === 'bytes'
      return { cost: capped(own.max * (1 + (text ? times(itemSize(target).max, TRAVERSAL) : 0))) }
    }
    case 'lowerAscii':
    case 'upperAscii':
    case 'substring':
    case 'trim':
      return { cost: times(own.max, TRAVERSAL), size: own }
    case 'replace':
      return args.length < 2 ? undefined : { cost: times(own.max, 2 * TRAVERSAL), size: replacedSize(own, a, b) }
    case 'split': {
      const limit = args[1]?.is === 'literal' ? Number(args[1].value) : own.max
      return { cost: times(own.max, 2 * TRAVERSAL), size: { min: 0, max: limit < 0 ? MOST_COST : limit } }
    }
    case 'join': {
      const between = args.length ? product(a, { min: Math.max(own.min - 1, 0), max: Math.max(own.max - 1, 0) }) : { min: 0, max: 0 }
      const size = sum(product(own, itemSize(target)), between)
      return { cost: times(size.max, TRAVERSAL), size }
    }
    case 'find':
    case 'findAll':
      return { cost: capped(times(capped(own.max + 1), TRAVERSAL) * times(a.max, REGEXP)), size: { min: 0, max: own.max } }
    case 'containsIP':
      return { cost: 4 + (id.endsWith('_string') ? times(a.max, TRAVERSAL) : 0) }
    case 'containsCIDR':
      return { cost: 7 + (id.endsWith('_string') ? times(a.max, TRAVERSAL) : 0) }
  }
  return undefined
}

function literalInt(expr: Expr | undefined, otherwise: number): number {
  return expr?.is === 'literal' && typeof expr.value === 'bigint' ? Number(expr.value) : otherwise
}

/** Functions that make a list: a call, a list, and so much for each of its items. */
function listCost(id: string, args: Expr[], own: Size, a: Size, b: Size): CallCost | undefined {
  const made = (size: Size, factor: number) => ({ cost: capped(times(size.max, factor) + 11), size })
  const squared = (size: Size, factor: number) => made(product(size, size), factor)
  switch (id) {
    case 'list_slice': {
      const length = Math.max(literalInt(args[1], own.max) - literalInt(args[0], 0), 0)
      return made({ min: length, max: length }, 1)
    }
    case 'list_flatten':
    case 'list_flatten_int':
      return made(own, args.length ? literalInt(args[0], MOST_COST) : 1)
    case 'lists_range': {
      const length = literalInt(args[0], MOST_COST)
      return made({ min: length, max: length }, 1)
    }
    case 'list_reverse':
      return made(own, 1)
    case 'list_distinct':
      return squared(own, 2)
    case 'list_sets_contains_list':
    case 'list_sets_intersects_list':
    case 'list_sets_equivalent_list':
      return { cost: capped(times(product(a, b).max, id === 'list_sets_equivalent_list' ? 2 : 1) + 1) }
  }
  const sort = /^list_(.*)_(sort|sortByAssociatedKeys)$/.exec(id)
  if (!sort) return undefined
  const factor = sort[1] === 'string' || sort[1] === 'bytes' ? 2 + TRAVERSAL : 2
  return squared(sort[2] === 'sort' ? own : a, factor)
}

function replacedSize(text: Size, from: Size, to: Size): Size {
  const count = { min: 0, max: 0 }
  const kept = { min: 0, max: 0 }
  if (from.min === 0) {
    count.max = capped(text.max + 1)
    kept.max = text.max
  } else if (to.max <= from.min) kept.max = text.max
  else count.max = Math.ceil(text.max / from.min)
  if (from.max === 0) {
    count.min = capped(text.min + 1)
    kept.min = text.min
  } else if (from.max <= to.min) kept.min = text.min
  else count.min = Math.ceil(text.min / from.max)
  return sum(product(count, to), kept)
}

/** Values that are compared at one go. */
const SIMPLE = ['kubernetes.Quantity', 'kubernetes.Semver', 'net.CIDR', 'net.IP']

function equality([left, right]: Expr[]): CallCost | undefined {
  const [a, b] = [left.type?.name ?? '', right.type?.name ?? '']
  if (a !== b) return undefined
  if (SIMPLE.includes(a) || a.startsWith('kubernetes.authorization.')) return { cost: 1 }
  return a === 'kubernetes.NamedFormat' ? { cost: 7 } : undefined
}

function words(text: string): Set<string> {
  return new Set(text.trim().split(/\s+/))
}

/** Functions of one step. */
const NOMINAL = words(`
  serviceAccount path group resource subresource namespace name allowed reason error errored
  masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast
  format.named sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub major minor patch
  getScheme getHostname getHost getPort getEscapedPath getQuery
`)
/** Functions that go once through their text. */
const READ = words('cidr isIP isCIDR ip ip.isCanonical quantity isQuantity semver isSemver')
