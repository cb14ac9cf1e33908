import fc from 'fast-check'
import { align, alignEven, DESCRIBE, runeCount, TABLE, type TabOptions } from '../../src/lib/tabwriter'

const cases: { name: string; text: string; options: TabOptions; out: string }[] = [
  { name: 'columns are three apart and six wide at least', text: 'NAME\tAGE\na\t4s\n', options: TABLE, out: 'NAME   AGE\na      4s\n' },
  {
    name: 'a line without cells ends the block',
    text: 'long name\tx\nplain\na\tb\n',
    options: DESCRIBE,
    out: 'long name  x\nplain\na  b\n',
  },
  {
    name: 'a column belongs to consecutive lines',
    text: 'a\tbbb\tc\nd\te\nf\tg\th\n',
    options: DESCRIBE,
    out: 'a  bbb  c\nd  e\nf  g  h\n',
  },
  { name: 'the last line may lack its end', text: 'aa\tb\nc\td', options: DESCRIBE, out: 'aa  b\nc   d' },
  { name: 'a cell ended by the end of text is not padded', text: 'aa\tb\nc\t', options: DESCRIBE, out: 'aa  b\nc' },
  { name: 'widths are runes', text: '日本\tx\nabc\ty\n😀\tz\n', options: DESCRIBE, out: '日本   x\nabc  y\n😀    z\n' },
  {
    name: 'tabs as padding',
    text: 'a\tb\nlonger text\tc\n',
    options: { minWidth: 0, tabWidth: 8, padding: 1, padChar: '\t' },
    out: 'a\t\tb\nlonger text\tc\n',
  },
  { name: 'nothing', text: '', options: TABLE, out: '' },
]

test.each(cases)('$name', ({ text, options, out }) => {
  expect(align(text, options)).toBe(out)
})

test('remembered widths never shrink', () => {
  const options = { ...TABLE, remembered: [] }
  expect(align('a long name\tx\n', options)).toBe('a long name   x\n')
  expect(align('b\ty\n', options)).toBe('b             y\n')
})

test('runes of a text with lone surrogates', () => {
  expect(runeCount('a😀b\ud83d')).toBe(4)
})

test('cells as many in each line are aligned as their text is', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', ' ', '-', '<'), maxLength: 9 })
  const lines = fc
    .integer({ min: 1, max: 4 })
    .chain((n) => fc.array(fc.array(cell, { minLength: n, maxLength: n }), { minLength: 1, maxLength: 5 }))
  fc.assert(
    fc.property(lines, fc.option(fc.array(fc.nat(12), { maxLength: 4 }), { nil: undefined }), (cells, known) => {
      const options = () => ({ ...TABLE, remembered: known && [...known] })
      expect(alignEven(cells, options())).toBe(align(cells.map((row) => `${row.join('\t')}\n`).join(''), options()))
    }),
  )
})
