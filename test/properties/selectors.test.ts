// Every form of label and field selector against evaluators that know nothing of the parser; and garbage, which is refused in words.
import fc from 'fast-check'
import type { LabelSelector } from '../../src/api/types'
import { checkFieldSelector, fieldsMatch, formatFieldSelector, parseFieldSelector } from '../../src/lib/field-selector'
import {
  formatSelector,
  labelSelectorOf,
  parseLabelSelector,
  type Selector,
  SelectorError,
  selectorMatches,
  selectorOf,
} from '../../src/lib/label-selector'
import { matchesSelector } from '../../src/lib/selectors'
import { rounds, seed, tried } from '../torture/tried'

const runs = { seed, numRuns: rounds(20_000) }
afterEach(() => tried('a selector against a naive evaluator', runs.numRuns))

// ---------------------------------------------------------------- labels

const key = fc.constantFrom('a', 'b', 'in', 'notin', 'example.com/a', 'constructor', 'valueOf')
const text = fc.constantFrom('', 'a', 'in', 'notin', '1', '10', '007', 'a.b_c-d')
const number = fc.constantFrom('0', '1', '7', '9', '10', '007')
const labels = fc.dictionary(key, text, { maxKeys: 4 }) as fc.Arbitrary<Record<string, string>>
const blank = fc.constantFrom('', '', ' ', '  ', '\t')

interface Wanted {
  key: string
  how: '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | 'absent' | '>' | '<'
  values: string[]
}

const wanted: fc.Arbitrary<Wanted> = fc.oneof(
  fc.record({ key, how: fc.constantFrom<Wanted['how']>('=', '==', '!='), values: fc.tuple(text) }),
  fc.record({ key, how: fc.constantFrom<Wanted['how']>('in', 'notin'), values: fc.uniqueArray(text, { minLength: 1, maxLength: 3 }) }),
  fc.record({ key, how: fc.constantFrom<Wanted['how']>('exists', 'absent'), values: fc.constant<string[]>([]) }),
  fc.record({ key, how: fc.constantFrom<Wanted['how']>('>', '<'), values: fc.tuple(number) }),
)

/** As somebody would write it, with blanks where they may stand. */
function written({ key, how, values }: Wanted, [b, c, d, e]: string[]): string {
  if (how === 'exists') return `${b}${key}${c}`
  if (how === 'absent') return `${b}!${c}${key}${d}`
  if (how === 'in' || how === 'notin')
    return `${b}${key} ${c}${how}${d}(${values.every((v) => v === '') ? ',' : values.join(`${e},${b}`)})${c}`
  return `${b}${key}${c}${how}${d}${values[0]}${e}`
}

function holds({ key, how, values }: Wanted, set: Record<string, string>): boolean {
  const there = Object.keys(set).includes(key)
  const value = there ? set[key] : undefined
  const [first] = values
  switch (how) {
    case '=':
    case '==':
      return value === first
    case '!=':
      return value !== first
    case 'in':
      return there && values.some((v) => v === value)
    case 'notin':
      return !there || values.every((v) => v !== value)
    case 'exists':
      return there
    case 'absent':
      return !there
    default:
      if (!value || !/^\d+$/.test(value)) return false
      return how === '>' ? BigInt(value) > BigInt(first) : BigInt(value) < BigInt(first)
  }
}

/** A set of the empty value alone prints as `()`, here and upstream, which neither reads. */
const isReadable = (selector: Selector) => selector.every(({ values }) => values.length !== 1 || values[0] !== '')

test('a label selector means the same as its parts, and after printing', () => {
  fc.assert(
    fc.property(
      fc.array(wanted, { minLength: 1, maxLength: 4 }),
      labels,
      fc.array(blank, { minLength: 4, maxLength: 4 }),
      (parts, set, blanks) => {
        const parsed = parseLabelSelector(parts.map((part) => written(part, blanks)).join(','))
        const expected = parts.every((part) => holds(part, set))
        expect(selectorMatches(parsed, set)).toBe(expected)
        if (isReadable(parsed)) expect(selectorMatches(parseLabelSelector(formatSelector(parsed)), set)).toBe(expected)
      },
    ),
    runs,
  )
})

const EXPRESSIONS = { in: 'In', notin: 'NotIn', exists: 'Exists', absent: 'DoesNotExist' } as const

test('a selector in an object means the same as its parts, in both of its evaluators, and after a way through text', () => {
  fc.assert(
    fc.property(fc.array(wanted, { maxLength: 4 }), labels, (all, set) => {
      const equals = all.filter(({ how }) => how === '=')
      // One value a key: a later one replaces an earlier one in a map.
      const matchLabels = Object.fromEntries(equals.map(({ key, values }) => [key, values[0]]))
      const parts = all.flatMap(({ key, how, values }) =>
        Object.hasOwn(EXPRESSIONS, how) ? [{ key, operator: EXPRESSIONS[how as 'in'] as 'In', values, how }] : [],
      )
      const selector: LabelSelector = { matchLabels, matchExpressions: parts.map(({ how: _, ...expression }) => expression) }
      const expected =
        Object.entries(matchLabels).every(([k, v]) => holds({ key: k, how: '=', values: [v] }, set)) &&
        parts.every(({ key, how, values }) => holds({ key, how, values }, set))
      expect(matchesSelector(selector, set)).toBe(expected)
      const parsed = selectorOf(selector)!
      expect(selectorMatches(parsed, set)).toBe(expected)
      const once = new Set(Object.keys(matchLabels)).size + parts.length === parsed.length
      if (once && isReadable(parsed)) expect(matchesSelector(labelSelectorOf(formatSelector(parsed)), set)).toBe(expected)
    }),
    runs,
  )
})

// ---------------------------------------------------------------- fields

const FIELDS = ['metadata.name', 'metadata.namespace', 'spec.nodeName', 'status.phase', 'spec.restartPolicy', 'spec.hostNetwork']
const awkward = fc.constantFrom('', 'a', 'b', 'x=y', 'x,y', '\\', 'a\\=', 'Running', 'true', 'false')

function atPath(object: object, field: string): string {
  const found = field.split('.').reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], object)
  // The server reckons with a value of a switch that is not stated.
  return found === undefined ? (field === 'spec.hostNetwork' ? 'false' : '') : String(found)
}

test('a field selector means the same as its parts, whatever the values, and after printing', () => {
  const part = fc.record({ field: fc.constantFrom(...FIELDS), how: fc.constantFrom('=', '==', '!='), value: awkward })
  const object = fc.record(
    {
      metadata: fc.record({ name: awkward, namespace: awkward }),
      spec: fc.record({ nodeName: awkward, restartPolicy: awkward, hostNetwork: fc.boolean() }, { requiredKeys: [] }),
      status: fc.record({ phase: awkward }, { requiredKeys: [] }),
    },
    { requiredKeys: ['metadata'] },
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 4 }), object, (parts, pod) => {
      const source = parts.map(({ field, how, value }) => `${field}${how}${value.replace(/[\\,=]/g, '\\$&')}`).join(',')
      const parsed = checkFieldSelector(parseFieldSelector(source), { resource: 'pods', namespaced: true })
      const expected = parts.every(({ field, how, value }) => (atPath(pod, field) === value) === (how !== '!='))
      expect(fieldsMatch(parsed, pod)).toBe(expected)
      expect(fieldsMatch(parseFieldSelector(formatFieldSelector(parsed)), pod)).toBe(expected)
    }),
    runs,
  )
})

// ---------------------------------------------------------------- garbage

test('garbage is refused with a sentence, or is a selector', () => {
  const piece = fc.oneof(
    fc.constantFrom('a', 'in', 'notin', '(', ')', ',', '=', '==', '!=', '!', '<', '>', ' ', '\\', '\0', '\u202e', '/', '-'),
    fc.string(),
  )
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      (garbage) => {
        for (const read of [parseLabelSelector, labelSelectorOf, parseFieldSelector]) {
          try {
            read(garbage)
          } catch (error) {
            expect(error).toBeInstanceOf(SelectorError)
          }
        }
      },
    ),
    runs,
  )
})
