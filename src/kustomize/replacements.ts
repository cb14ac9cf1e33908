// replacements: a field of one object copied into fields of others. Upstream: kustomize api/filters/replacement, kyaml/yaml/match.go.

import type { Json } from '../api/types'
import { BoundedRegExp } from '../lib/bounded-regexp'
import { fieldOf, isObject, type JsonObject } from '../lib/patch/value'
import { parseYaml } from '../schema/yaml'
import { failure, wrapped } from './failure'
import type { FieldOptions, Replacement, ReplacementSource, ReplacementTarget } from './kustomization'
import type { Loader } from './loader'
import { gvkText, idText, type Resource, type ResourceId, sameNamespace, selectedBy, text } from './resource'
import { type ResourceMap, selectorMatcher } from './resource-map'

/** `a.b.[name=x].c\.d` -> a, b, [name=x], c.d; dots inside brackets do not split. */
export function splitFieldPath(path: string): string[] {
  const parts: string[] = []
  let part = ''
  let depth = 0
  for (let i = 0; i < path.length; i++) {
    const char = path[i]
    if (char === '\\' && path[i + 1] === '.') {
      part += '.'
      i++
      continue
    }
    if (char === '[') depth++
    if (char === ']') depth--
    if (char === '.' && depth <= 0) {
      parts.push(part)
      part = ''
    } else part += char
  }
  parts.push(part)
  return parts.map((p) => (/^\[.*\]$/.test(p) && !p.includes('=') ? p.slice(1, -1) : p)).filter((p, i) => p !== '' || i > 0)
}

function itemRule(part: string): { key: string; value: string } | undefined {
  const match = /^\[([^=]*)=(.*)\]$/s.exec(part)
  return match ? { key: match[1], value: match[2] } : undefined
}

function isIndex(part: string): boolean {
  return /^\d+$/.test(part)
}

/** The value at a path that names one; undefined when there is none. Throws CommandError. */
function lookup(value: Json, path: string[]): Json | undefined {
  let node: Json | undefined = value
  for (const part of path) {
    if (node === undefined || node === null) return undefined
    const rule = itemRule(part)
    if (part === '*') throw failure('wildcard is not supported in PathGetter')
    if (Array.isArray(node)) {
      if (rule)
        node = node.find((item) => (rule.key ? isObject(item) && text(fieldOf(item, rule.key)) === rule.value : text(item) === rule.value))
      else node = part === '-' ? node.at(-1) : isIndex(part) ? node[Number(part)] : undefined
    } else node = isObject(node) ? fieldOf(node, part) : undefined
  }
  return node
}

interface Visit {
  value: Json
  found: number
}

/** Changes every field a path leads to; `made` is what a missing one begins as, nothing for leaving it missing. Throws CommandError. */
function visit(node: Json | undefined, path: string[], made: Json | undefined, change: (value: Json) => Json): Visit | undefined {
  if (!path.length) return node === undefined ? undefined : { value: change(node), found: 1 }
  const [part, ...rest] = path
  const rule = itemRule(part)
  const begin = (): Json | undefined => (made === undefined ? undefined : rest.length ? (isList(rest[0]) ? [] : {}) : made)
  if (isIndex(part) || rule || part === '*') {
    if (!Array.isArray(node)) throw failure('wrong node kind: expected SequenceNode but got MappingNode')
    return visitItems(node, part, rest, made, begin, change)
  }
  if (!isObject(node)) return undefined
  const child = fieldOf(node, part) ?? begin()
  const inner = visit(child, rest, made, change)
  return inner && { value: { ...node, [part]: inner.value }, found: inner.found }
}

function isList(part: string): boolean {
  return isIndex(part) || part === '-' || itemRule(part) !== undefined
}

function visitItems(
  items: Json[],
  part: string,
  rest: string[],
  made: Json | undefined,
  begin: () => Json | undefined,
  change: (value: Json) => Json,
): Visit | undefined {
  const rule = itemRule(part)
  let list = items
  const chosen = (item: Json, i: number): boolean => {
    if (part === '*') return true
    if (!rule) return i === Number(part)
    const regex = wrapped('error parsing regexp', () => new BoundedRegExp(rule.value))
    if (!rule.key) return regex.test(text(item))
    return isObject(item) && fieldOf(item, rule.key) !== undefined && regex.test(text(fieldOf(item, rule.key)))
  }
  if (!rule && part !== '*') {
    const index = Number(part)
    const first = begin()
    if (list.length === index && first !== undefined) list = [...list, first]
    if (list.length <= index) throw failure(`index ${index} specified but only ${list.length} elements found`)
  }
  if (rule && made !== undefined && !list.some(chosen)) list = [...list, rule.key ? { [rule.key]: rule.value } : rule.value]
  let found = 0
  const value = list.map((item, i) => {
    if (!chosen(item, i)) return item
    const inner = visit(item, rest, made, change)
    if (!inner) return item
    found += inner.found
    return inner.value
  })
  return found ? { value, found } : undefined
}

function isScalar(value: Json): boolean {
  return value === null || typeof value !== 'object'
}

function sourceText({ fieldPath, options, ...id }: ReplacementSource): string {
  const parts = [idText({ group: '', version: '', kind: '', name: '', namespace: '', ...id })]
  if (fieldPath) parts.push(fieldPath)
  if (options?.delimiter || options?.create)
    parts.push(`${options.delimiter ?? ''}(${options.index ?? 0}), create=${options.create ?? false}`)
  return parts.join(':')
}

function sourceValue(map: ResourceMap, { source, sourceValue: fixed }: Replacement): Json {
  if (fixed !== undefined && source) throw failure('value and resource selectors are mutually exclusive')
  if (fixed !== undefined) return fixed
  if (!source) throw failure('replacements must specify a source and at least one target')
  const matches = (id: ResourceId) =>
    (!source.name || source.name === id.name) &&
    (!source.namespace || sameNamespace({ ...id, namespace: source.namespace }, id)) &&
    selectedBy(id, source)
  const found = map.byAnyId(matches)
  if (found.length > 1) throw failure(`multiple matches for selector ${sourceText(source)}`)
  if (!found.length) throw failure(`nothing selected by ${sourceText(source)}`)
  const fieldPath = source.fieldPath || 'metadata.name'
  const value = wrapped('error looking up replacement source', () => lookup(found[0].value, splitFieldPath(fieldPath)))
  const empty = value === undefined || value === null || (typeof value === 'object' && !Object.keys(value).length)
  if (empty) {
    const id = `${gvkText(source)}/${source.name || '[noName]'}.${source.namespace || '[noNs]'}`
    throw failure(`fieldPath \`${fieldPath}\` is missing for replacement source ${id}`)
  }
  const { delimiter, index = 0 } = source.options ?? {}
  if (!delimiter) return value
  if (!isScalar(value)) throw failure('delimiter option can only be used with scalar nodes')
  const parts = text(value).split(delimiter)
  if (index >= parts.length || index < 0) throw failure(`options.index ${index} is out of bounds for value ${text(value)}`)
  return parts[index]
}

function placed(old: Json, value: Json, { delimiter, index = 0 }: FieldOptions): Json {
  let next = value
  if (delimiter) {
    if (!isScalar(old)) throw failure('delimiter option can only be used with scalar nodes')
    const parts = text(old).split(delimiter)
    if (index < 0) parts.unshift(text(value))
    else if (index >= parts.length) parts.push(text(value))
    else parts[index] = text(value)
    next = parts.join(delimiter)
  }
  // A scalar keeps its own type: its text is replaced, not its tag.
  return typeof old === 'string' && isScalar(next) ? text(next) : next
}

function copyInto(resource: Resource, value: Json, { fieldPaths = ['metadata.name'], options = {} }: ReplacementTarget): void {
  for (const fieldPath of fieldPaths.length ? fieldPaths : ['metadata.name']) {
    const problem = `unable to find ${options.create ? 'or create ' : ''}field ${JSON.stringify(fieldPath)} in replacement target`
    const made = options.create ? (isScalar(value) ? '' : value) : undefined
    const result = wrapped(problem, () =>
      visit(resource.value, splitFieldPath(fieldPath), made, (old) => placed(old, structuredClone(value), options)),
    )
    if (!result) throw failure(problem)
    resource.value = result.value as JsonObject
  }
}

/** Throws CommandError. */
export function applyReplacements(map: ResourceMap, loader: Loader, entries: Replacement[]): void {
  const all = entries.flatMap((entry): Replacement[] => {
    if (!entry.path) return [entry]
    const value = parseYaml(loader.load(entry.path).toString('utf8'))
    return (Array.isArray(value) ? value : [value]) as Replacement[]
  })
  for (const replacement of all) {
    if ((replacement.sourceValue === undefined && !replacement.source) || !replacement.targets) {
      throw failure('replacements must specify a source and at least one target')
    }
    const value = sourceValue(map, replacement)
    for (const target of replacement.targets) {
      if (!target.select) throw failure('target must specify resources to select')
      const select = selectorMatcher(target.select)
      const rejects = (target.reject ?? []).map((selector) => ({ selector, matcher: selectorMatcher(selector) }))
      for (const resource of map.resources) {
        const ids = [...resource.previous, resource.id]
        const rejected = rejects.some(({ selector, matcher }) => {
          const byLabel = selector.labelSelector || selector.annotationSelector
          const byId = selector.group || selector.version || selector.kind || selector.name || selector.namespace
          return (byLabel && matcher.metadata(resource.value)) || (byId && ids.some((id) => matcher.id(id)))
        })
        if (!rejected && select.metadata(resource.value) && ids.some((id) => select.id(id))) copyInto(resource, value, target)
      }
    }
  }
}
