// resource.Quantity: canonical text, order, sums and refusals, after the table of apimachinery's quantity_test.go.
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityMilliValue,
  quantityToFloat,
  quantityValue,
  roundUpToMilli,
} from '../../src/lib/quantity'

test.each([
  ['zero', '0', '0'],
  ['zero with a suffix', '0Ki', '0'],
  ['half a unit', '0.5', '500m'],
  ['milli kept', '1500m', '1500m'],
  ['milli carried', '1000m', '1'],
  ['binary carried', '1024Mi', '1Gi'],
  ['binary not carried', '1536Mi', '1536Mi'],
  ['binary fraction', '1.5Gi', '1536Mi'],
  ['binary below 1024', '512', '512'],
  ['plain below Ki in binary', '0.5Ki', '512'],
  ['fraction of a byte in binary', '0.001Ki', '1024m'],
  ['decimal thousands', '1000', '1k'],
  ['decimal millions', '1000000', '1M'],
  ['not a power of a thousand', '1500', '1500'],
  ['exponent', '12e6', '12e6'],
  ['exponent not a multiple of three', '1e4', '10e3'],
  ['capital exponent', '1E3', '1E3'],
  ['negative', '-0.5', '-500m'],
  ['below nano', '0.1n', '1n'],
  ['three digits after the point are kept', '1.123', '1.123'],
  ['leading zeros', '0100m', '0100m'],
  ['too large in binary', '9999Ei', '9223372036854775807'],
  ['exa', '5E', '5E'],
])('%s: %s is %s', (_name, input, expected) => {
  expect(canonicalQuantity(input)).toBe(expected)
})

test.each([
  ['empty', '', /^quantities must match the regular expression/],
  ['unknown letter', '5x', /^quantities must match the regular expression '\^\(\[\+-\]/],
  ['two points', '1.1.1', /^quantities must match/],
  ['space', '1 Gi', /^quantities must match/],
  ['unknown suffix', '5mi', /^unable to parse quantity's suffix$/],
  ['suffix twice', '5mm', /^unable to parse quantity's suffix$/],
])('%s is refused', (_name, input, expected) => {
  expect(() => parseQuantity(input)).toThrow(expected)
})

test('order goes by value, not by text', () => {
  const sorted = ['1Gi', '1G', '1500m', '2', '1e9', '900Mi'].map(parseQuantity).sort(compareQuantities).map(formatQuantity)
  expect(sorted).toEqual(['1500m', '2', '900Mi', '1G', '1e9', '1Gi'])
})

test('a sum keeps the format of the first non-zero term', () => {
  expect(formatQuantity(addQuantities(parseQuantity('64Mi'), parseQuantity('64Mi')))).toBe('128Mi')
  expect(formatQuantity(addQuantities(parseQuantity('0'), parseQuantity('1Ki')))).toBe('1Ki')
  expect(formatQuantity(addQuantities(parseQuantity('500m'), parseQuantity('1')))).toBe('1500m')
})

test('conversions to numbers round away from zero', () => {
  expect(quantityValue(parseQuantity('1500m'))).toBe(2)
  expect(quantityMilliValue(parseQuantity('1.5'))).toBe(1500)
  expect(quantityMilliValue(parseQuantity('100u'))).toBe(1)
  expect(quantityToFloat(parseQuantity('1Ki'))).toBe(1024)
  expect(formatQuantity(roundUpToMilli(parseQuantity('100u')))).toBe('1m')
})
