// Label selectors as text: canonical form, sentences of refusal, and matching against a naive evaluator.
import fc from 'fast-check'
import type { LabelSelector } from '../../src/api/types'
import { formatLabelSelector, formatSelector, parseLabelSelector, selectorMatches, selectorOf } from '../../src/lib/label-selector'
import { matchesSelector } from '../../src/lib/selectors'

test.each([
  ['nothing', '', ''],
  ['sorted by key', 'b=1,a==2', 'a==2,b=1'],
  ['set', 'x in (b, a,b)', 'x in (a,b)'],
  ['not in set', 'x   notin (c)', 'x notin (c)'],
  ['exists and not', '!y,x', 'x,!y'],
  ['numbers', 'n>3,m<4', 'm<4,n>3'],
  ['empty value', 'a=,b', 'a=,b'],
  ['empty members', 'x in (a,)', 'x in (,a)'],
  ['in as a key and as a value', 'in=notin', 'in=notin'],
  ['trailing blank', ' a = b ', 'a=b'],
])('%s: "%s" is "%s"', (_name, source, expected) => {
  expect(formatSelector(parseLabelSelector(source))).toBe(expected)
})

const KEY_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

test.each([
  ['no key', '=a', "found '=', expected: !, identifier, or 'end of string'"],
  ['comma at the end', 'a=b,', "found '', expected: identifier after ','"],
  ['two values', 'a=b c', "found 'c', expected: ',' or 'end of string'"],
  ['no operator', 'a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
  ['no parenthesis', 'a in b', "unable to parse requirement: found 'b' expected: '('"],
  ['open set', 'a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
  [
    'empty set',
    'a in ()',
    "unable to parse requirement: values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty",
  ],
  ['operator as value', 'a==!', "unable to parse requirement: found '!', expected: identifier"],
  [
    'not a number',
    'a>b',
    "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value must be an integer",
  ],
  ['bad key', '-a=b', `unable to parse requirement: <nil>: Invalid value: "-a": ${KEY_RULE}`],
  [
    'bad value',
    'a=-',
    /^unable to parse requirement: values\[0\]\[a\]: Invalid value: "-": a valid label must be an empty string or consist of/,
  ],
  ['bang alone', '!', "unable to parse requirement: found '', expected: identifier"],
])('%s is refused', (_name, source, expected) => {
  expect(() => parseLabelSelector(source)).toThrow(expected instanceof RegExp ? expected : new Error(expected))
})

test.each<[string, LabelSelector | undefined, string]>([
  ['absent', undefined, '<none>'],
  ['empty', {}, '<none>'],
  ['both forms', { matchLabels: { b: '1' }, matchExpressions: [{ key: 'a', operator: 'In', values: ['y', 'x'] }] }, 'a in (x,y),b=1'],
  ['exists', { matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] }, '!a'],
  ['invalid', { matchExpressions: [{ key: 'a', operator: 'In' }] }, '<error>'],
])('an object selector, %s', (_name, selector, expected) => {
  expect(formatLabelSelector(selector)).toBe(expected)
})

const word = fc.constantFrom('a', 'b', 'c', 'in')
const labels = fc.dictionary(word, word, { maxKeys: 3 })
const requirement = fc.record({ key: word, values: fc.uniqueArray(word, { minLength: 1, maxLength: 2 }), how: fc.nat({ max: 5 }) })

test('text selectors agree with a naive evaluator, and with themselves after printing', () => {
  fc.assert(
    fc.property(fc.array(requirement, { maxLength: 4 }), labels, (requirements, set) => {
      const texts = requirements.map(({ key, values, how }) => {
        const list = values.join(',')
        return [`${key}=${values[0]}`, `${key}!=${values[0]}`, `${key} in (${list})`, `${key} notin (${list})`, key, `!${key}`][how]
      })
      const naive = requirements.every(({ key, values, how }) => {
        const has = Object.keys(set).includes(key)
        const among = has && values.includes(set[key])
        return [has && set[key] === values[0], !has || set[key] !== values[0], among, !among, has, !has][how]
      })
      const parsed = parseLabelSelector(texts.join(','))
      expect(selectorMatches(parsed, set)).toBe(naive)
      expect(selectorMatches(parseLabelSelector(formatSelector(parsed)), set)).toBe(naive)
    }),
  )
})

test('object selectors match alike in both of their evaluators', () => {
  const operator = fc.constantFrom<'In' | 'NotIn'>('In', 'NotIn')
  const expression = fc.record({ key: word, operator, values: fc.array(word, { minLength: 1 }) })
  fc.assert(
    fc.property(fc.record({ matchLabels: labels, matchExpressions: fc.array(expression) }), labels, (selector, set) => {
      expect(selectorMatches(selectorOf(selector) ?? [], set)).toBe(matchesSelector(selector, set))
    }),
  )
})
