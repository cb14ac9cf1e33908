// Sets of field paths, as managedFields keep them: structured-merge-diff's fieldpath.Set with its FieldsV1 form.
import type { Json } from '../api/types'

/**
 * `members` are the fields themselves, `children` the sets below them. Both are keyed by path element in FieldsV1's form:
 * `f:name`, `k:{"name":"x"}`, `v:"x"`, `i:0`. Sets are not changed once made, except by `insert`.
 */
export interface FieldSet {
  members: Set<string>
  children: Map<string, FieldSet>
}

/** From the object's root down. */
export type FieldPath = string[]

export function emptySet(): FieldSet {
  return { members: new Set(), children: new Map() }
}

export function fieldElement(name: string): string {
  return `f:${name}`
}

/** The item of a list whose key fields have these values. */
export function keyElement(keys: Record<string, Json>): string {
  const sorted = Object.keys(keys).sort()
  return `k:{${sorted.map((name) => `${JSON.stringify(name)}:${JSON.stringify(keys[name])}`).join(',')}}`
}

export function valueElement(value: Json): string {
  return `v:${JSON.stringify(value)}`
}

/** Adds a path to a set its caller made. The empty path stands for the whole object and is not kept. */
export function insert(set: FieldSet, path: FieldPath): void {
  if (path.length === 0) return
  let at = set
  for (const element of path.slice(0, -1)) {
    let child = at.children.get(element)
    if (!child) {
      child = emptySet()
      at.children.set(element, child)
    }
    at = child
  }
  at.members.add(path[path.length - 1])
}

export function setOf(...paths: FieldPath[]): FieldSet {
  const set = emptySet()
  for (const path of paths) insert(set, path)
  return set
}

export function isEmpty(set: FieldSet): boolean {
  if (set.members.size > 0) return false
  for (const child of set.children.values()) if (!isEmpty(child)) return false
  return true
}

/** The set below an element, empty when there is none. */
export function below(set: FieldSet, element: string): FieldSet {
  return set.children.get(element) ?? emptySet()
}

function combine(members: Iterable<string>, children: Iterable<[string, FieldSet]>): FieldSet {
  const out: FieldSet = { members: new Set(members), children: new Map() }
  for (const [element, child] of children) if (!isEmpty(child)) out.children.set(element, child)
  return out
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map(a.children)
  for (const [element, child] of b.children) {
    const mine = children.get(element)
    children.set(element, mine ? union(mine, child) : child)
  }
  return { members: new Set([...a.members, ...b.members]), children }
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return combine(
    [...a.members].filter((m) => b.members.has(m)),
    [...a.children].map(([element, child]) => [element, intersection(child, below(b, element))]),
  )
}

/** Without the members of `b`; what lies below them stays. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return combine(
    [...a.members].filter((m) => !b.members.has(m)),
    [...a.children].map(([element, child]) => [element, difference(child, below(b, element))]),
  )
}

/** Without the members of `b` and all that lies below them. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  return combine(
    [...a.members].filter((m) => !b.members.has(m)),
    [...a.children].filter(([e]) => !b.members.has(e)).map(([e, child]) => [e, recursiveDifference(child, below(b, e))]),
  )
}

export function equalSets(a: FieldSet, b: FieldSet): boolean {
  return isEmpty(difference(a, b)) && isEmpty(difference(b, a))
}

/** All paths: at each level the members first, sorted, then what lies below. */
export function paths(set: FieldSet, prefix: FieldPath = []): FieldPath[] {
  const own = [...set.members].sort().map((m) => [...prefix, m])
  const inner = [...set.children.keys()].sort().flatMap((element) => paths(below(set, element), [...prefix, element]))
  return [...own, ...inner]
}

/** FieldsV1: members are `{}`, a field that is a member and has more below carries a `.`. */
export function toFieldsV1(set: FieldSet): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const element of [...new Set([...set.members, ...set.children.keys()])].sort()) {
    const child = set.children.get(element)
    if (!child || isEmpty(child)) {
      if (set.members.has(element)) out[element] = {}
    } else {
      out[element] = { ...(set.members.has(element) ? { '.': {} } : {}), ...toFieldsV1(child) }
    }
  }
  return out
}

export function fromFieldsV1(fields: unknown): FieldSet {
  const set = emptySet()
  if (typeof fields !== 'object' || fields === null) return set
  for (const [element, inner] of Object.entries(fields)) {
    if (!/^[fkvi]:/.test(element)) continue
    const keys = typeof inner === 'object' && inner !== null ? Object.keys(inner) : []
    if (keys.length === 0 || keys.includes('.')) set.members.add(element)
    const child = fromFieldsV1(inner)
    if (!isEmpty(child)) set.children.set(element, child)
  }
  return set
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

/** A path as conflicts name it: `.spec.containers[name="web"].image`. */
export function formatPath(path: FieldPath): string {
  return path.map(formatElement).join('')
}

function formatElement(element: string): string {
  const rest = element.slice(2)
  switch (element[0]) {
    case 'f':
      return `.${rest}`
    case 'k': {
      const keys = JSON.parse(rest) as Record<string, unknown>
      const pairs = Object.keys(keys).sort()
      return `[${pairs.map((name) => `${name}=${valueText(keys[name])}`).join(',')}]`
    }
    case 'v':
      return `[=${valueText(JSON.parse(rest))}]`
    default:
      return `[${rest}]`
  }
}
