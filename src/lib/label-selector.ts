// Label selectors as text: `a=b,c!=d,e in (x,y),!f`. Follows apimachinery's pkg/labels/selector.go, sentences included.
import type { LabelSelector, StringMap } from '../api/types'
import { isLabelKey, isLabelValue, quote } from './names'
import { ownEntry } from './own-entry'

export type RequirementOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt'

export interface Requirement {
  key: string
  operator: RequirementOperator
  values: string[]
}

/** Requirements sorted by key; an empty list selects everything. */
export type Selector = Requirement[]

export class SelectorError extends Error {}

const SPECIAL = '=!(),><'
const OPERATORS = ['in', 'notin', '=', '==', '!=', 'gt', 'lt']

interface Token {
  kind: 'identifier' | 'end' | 'error' | 'in' | 'notin' | '(' | ')' | ',' | '!' | '=' | '==' | '!=' | '>' | '<'
  text: string
}

function isSymbol(text: string): text is Exclude<Token['kind'], 'identifier' | 'end' | 'error'> {
  return [')', ',', '!', '==', '=', '>', 'in', '<', '!=', 'notin', '('].includes(text)
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < source.length) {
    const char = source[at]
    if (' \t\r\n'.includes(char)) {
      at++
    } else if (SPECIAL.includes(char)) {
      const pair = source.slice(at, at + 2)
      const text = isSymbol(pair) && pair.length === 2 ? pair : char
      tokens.push(isSymbol(text) ? { kind: text, text } : { kind: 'error', text })
      at += text.length
    } else {
      const start = at
      while (at < source.length && !SPECIAL.includes(source[at]) && !' \t\r\n'.includes(source[at])) at++
      const text = source.slice(start, at)
      tokens.push(isSymbol(text) ? { kind: text, text } : { kind: 'identifier', text })
    }
  }
  tokens.push({ kind: 'end', text: '' })
  return tokens
}

/** Checks one requirement as labels.NewRequirement does. Throws SelectorError; `path` is what upstream calls the key's path. */
function checked(key: string, operator: RequirementOperator, values: string[]): Requirement {
  const errors: string[] = []
  const keyErrors = isLabelKey(key)
  if (keyErrors.length > 0) errors.push(`key: Invalid value: ${quote(key)}: ${keyErrors.join('; ')}`)
  const list = `values: Invalid value: ${values.length ? JSON.stringify(values) : '[]'}`
  if ((operator === 'in' || operator === 'notin') && values.length === 0) {
    errors.push(`${list}: for 'in', 'notin' operators, values set can't be empty`)
  }
  if (['=', '==', '!='].includes(operator) && values.length !== 1) {
    errors.push(`${list}: exact-match compatibility requires one single value`)
  }
  if ((operator === 'exists' || operator === '!') && values.length !== 0) {
    errors.push(`${list}: values set must be empty for exists and does not exist`)
  }
  if (operator === 'gt' || operator === 'lt') {
    if (values.length !== 1) errors.push(`${list}: for 'Gt', 'Lt' operators, exactly one value is required`)
    values.forEach((value, i) => {
      if (parseInteger(value) !== undefined) return
      errors.push(`values[${i}]: Invalid value: ${quote(value)}: for 'Gt', 'Lt' operators, the value must be an integer`)
    })
  }
  values.forEach((value, i) => {
    const valueErrors = isLabelValue(value)
    if (valueErrors.length > 0) errors.push(`values[${i}][${key}]: Invalid value: ${quote(value)}: ${valueErrors.join('; ')}`)
  })
  const unique = [...new Set(errors)]
  if (unique.length > 0) throw new SelectorError(unique.length === 1 ? unique[0] : `[${unique.join(', ')}]`)
  return { key, operator, values }
}

function parseInteger(text: string): bigint | undefined {
  return /^[+-]?[0-9]+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined
}

class Parser {
  private at = 0
  constructor(private readonly tokens: Token[]) {}

  parse(): Selector {
    const found: Selector = []
    for (;;) {
      const next = this.look()
      if (next.kind === 'end') return found
      if (next.kind !== 'identifier' && next.kind !== '!') {
        throw new SelectorError(`found '${next.text}', expected: !, identifier, or 'end of string'`)
      }
      found.push(this.requirement())
      const after = this.take()
      if (after.kind === 'end') return found
      if (after.kind !== ',') throw new SelectorError(`found '${after.text}', expected: ',' or 'end of string'`)
      const then = this.look()
      if (then.kind !== 'identifier' && then.kind !== '!') {
        throw new SelectorError(`found '${then.text}', expected: identifier after ','`)
      }
    }
  }

  /** The next token; where a value may stand, the words `in` and `notin` are plain identifiers. */
  private look(asValue = true): Token {
    const token = this.tokens[Math.min(this.at, this.tokens.length - 1)]
    return asValue && (token.kind === 'in' || token.kind === 'notin') ? { kind: 'identifier', text: token.text } : token
  }

  private take(asValue = true): Token {
    const token = this.look(asValue)
    this.at++
    return token
  }

  private requirement(): Requirement {
    try {
      return this.requirementOrThrow()
    } catch (error) {
      throw error instanceof SelectorError ? new SelectorError(`unable to parse requirement: ${error.message}`) : error
    }
  }

  private requirementOrThrow(): Requirement {
    let token = this.take()
    const negated = token.kind === '!'
    if (negated) token = this.take()
    if (token.kind !== 'identifier') throw new SelectorError(`found '${token.text}', expected: identifier`)
    const key = token.text
    const keyErrors = isLabelKey(key)
    // The parser has no path for the key, and Go prints a nil path as <nil>.
    if (keyErrors.length > 0) throw new SelectorError(`<nil>: Invalid value: ${quote(key)}: ${keyErrors.join('; ')}`)
    const next = this.look().kind
    if (negated) return checked(key, '!', [])
    if (next === 'end' || next === ',') return checked(key, 'exists', [])
    const operator = this.take(false)
    switch (operator.kind) {
      case 'in':
      case 'notin':
        return checked(key, operator.kind, this.list())
      case '=':
      case '==':
      case '!=':
        return checked(key, operator.kind, this.single())
      case '>':
        return checked(key, 'gt', this.single())
      case '<':
        return checked(key, 'lt', this.single())
      default:
        throw new SelectorError(`found '${operator.text}', expected: ${OPERATORS.join(', ')}`)
    }
  }

  private single(): string[] {
    const next = this.look()
    if (next.kind === 'end' || next.kind === ',') return ['']
    const token = this.take()
    if (token.kind !== 'identifier') throw new SelectorError(`found '${token.text}', expected: identifier`)
    return [token.text]
  }

  private list(): string[] {
    const open = this.take()
    if (open.kind !== '(') throw new SelectorError(`found '${open.text}' expected: '('`)
    const first = this.look()
    if (first.kind === ')') {
      this.take()
      return []
    }
    if (first.kind !== 'identifier' && first.kind !== ',') {
      throw new SelectorError(`found '${first.text}', expected: ',', ')' or identifier`)
    }
    const values = this.identifiers()
    if (this.take().kind !== ')') throw new SelectorError(`found '${first.text}', expected: ')'`)
    return values
  }

  private identifiers(): string[] {
    const values = new Set<string>()
    for (;;) {
      const token = this.take()
      if (token.kind === 'identifier') {
        values.add(token.text)
        const next = this.look()
        if (next.kind === ')') return [...values].sort()
        if (next.kind !== ',') throw new SelectorError(`found '${next.text}', expected: ',' or ')'`)
      } else if (token.kind === ',') {
        if (values.size === 0) values.add('')
        const next = this.look()
        if (next.kind === ')') return [...values.add('')].sort()
        if (next.kind === ',') {
          this.take()
          values.add('')
        }
      } else {
        throw new SelectorError(`found '${token.text}', expected: ',', or identifier`)
      }
    }
  }
}

function byKey(a: Requirement, b: Requirement): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0
}

/** labels.Parse. Throws SelectorError, e.g. `unable to parse requirement: found '=', expected: identifier`. */
export function parseLabelSelector(source: string): Selector {
  return new Parser(tokenize(source)).parse().sort(byKey)
}

function matches({ key, operator, values }: Requirement, labels: StringMap): boolean {
  const value = ownEntry(labels, key)
  switch (operator) {
    case '=':
    case '==':
    case 'in':
      return value !== undefined && values.includes(value)
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value)
    case 'exists':
      return value !== undefined
    case '!':
      return value === undefined
    default: {
      const actual = value === undefined ? undefined : parseInteger(value)
      const limit = parseInteger(values[0])
      if (actual === undefined || limit === undefined) return false
      return operator === 'gt' ? actual > limit : actual < limit
    }
  }
}

/** True when every requirement holds for the labels. */
export function selectorMatches(selector: Selector, labels: StringMap | undefined): boolean {
  return selector.every((requirement) => matches(requirement, labels ?? {}))
}

function formatRequirement({ key, operator, values }: Requirement): string {
  const list = [...values].sort().join(',')
  switch (operator) {
    case 'exists':
      return key
    case '!':
      return `!${key}`
    case 'in':
    case 'notin':
      return `${key} ${operator} (${list})`
    case 'gt':
      return `${key}>${list}`
    case 'lt':
      return `${key}<${list}`
    default:
      return `${key}${operator}${list}`
  }
}

/** Selector.String(): sorted by key, values sorted. Empty for the selector of everything. */
export function formatSelector(selector: Selector): string {
  return selector.map(formatRequirement).join(',')
}

const OBJECT_OPERATORS: Record<string, RequirementOperator> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' }

/** metav1.LabelSelectorAsSelector; undefined selects nothing. Throws SelectorError. */
export function selectorOf(selector: LabelSelector | undefined | null): Selector | undefined {
  if (!selector) return undefined
  const found: Selector = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => checked(key, '=', [value]))
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const known = Object.hasOwn(OBJECT_OPERATORS, operator) ? OBJECT_OPERATORS[operator] : undefined
    if (!known) throw new SelectorError(`${quote(operator)} is not a valid label selector operator`)
    found.push(checked(key, known, values ?? []))
  }
  return found.sort(byKey)
}

const OPERATORS_OF_OBJECTS = { in: 'In', notin: 'NotIn', exists: 'Exists', '!': 'DoesNotExist' } as const

/** metav1.ParseToLabelSelector: a selector's text in the form objects carry. Throws SelectorError. */
export function labelSelectorOf(source: string): LabelSelector {
  let requirements: Selector
  try {
    requirements = parseLabelSelector(source)
  } catch (error) {
    throw new SelectorError(`couldn't parse the selector string "${source}": ${(error as Error).message}`)
  }
  const matchLabels: StringMap = {}
  const matchExpressions: NonNullable<LabelSelector['matchExpressions']> = []
  for (const { key, operator, values } of requirements) {
    if (operator === '=' || operator === '==') matchLabels[key] = values[0]
    else if (operator === 'gt' || operator === 'lt') throw new SelectorError(`${quote(operator)} isn't supported in label selectors`)
    else if (operator === '!=') throw new SelectorError(`${quote(operator)} is not a valid label selector operator`)
    else matchExpressions.push({ key, operator: OPERATORS_OF_OBJECTS[operator], ...(values.length > 0 ? { values } : {}) })
  }
  return {
    ...(Object.keys(matchLabels).length > 0 ? { matchLabels } : {}),
    ...(matchExpressions.length > 0 ? { matchExpressions } : {}),
  }
}

/** metav1.FormatLabelSelector, as describe and -o wide show it: `a=b,c in (d,e)`, `<none>`, `<error>`. */
export function formatLabelSelector(selector: LabelSelector | undefined | null): string {
  try {
    return formatSelector(selectorOf(selector) ?? []) || '<none>'
  } catch {
    return '<error>'
  }
}

/** labels.FormatLabels: the pairs of a map sorted by key, `<none>` when empty. */
export function formatLabels(labels: StringMap | undefined | null): string {
  const pairs = Object.keys(labels ?? {})
    .sort()
    .map((key) => `${key}=${labels?.[key]}`)
  return pairs.join(',') || '<none>'
}
