import * as fc from 'fast-check'
import { parse } from 'yaml'
import { toYaml } from '../../src/lib/yaml-emit'

const long = 'all work and no play makes a dull boy, '.repeat(4).trim()

const cases: { name: string; value: unknown; out: string }[] = [
  { name: 'lists stand under their key', value: { a: [1, { b: 2, c: [] }], d: {} }, out: 'a:\n- 1\n- b: 2\n  c: []\nd: {}\n' },
  { name: 'lists in lists', value: [[1, [2]], 'x'], out: '- - 1\n  - - 2\n- x\n' },
  { name: 'keys in natural order', value: { a10: 1, a2: 1, _: 1, B: 1 }, out: '_: 1\nB: 1\na2: 1\na10: 1\n' },
  { name: 'members without value are left out', value: { a: undefined, b: null }, out: 'b: null\n' },
  {
    name: 'words YAML 1.1 reads as something else',
    value: ['y', 'No', 'off', 'true', 'null', '~', ''],
    out: '- "y"\n- "No"\n- "off"\n- "true"\n- "null"\n- "~"\n- ""\n',
  },
  {
    name: 'numbers in strings',
    value: ['1', '0x1F', '08', '1e3', '1_000', '.5', '12:30:45', '+.inf'],
    out: '- "1"\n- "0x1F"\n- "08"\n- "1e3"\n- "1_000"\n- ".5"\n- "12:30:45"\n- "+.inf"\n',
  },
  {
    name: 'strings near numbers',
    value: ['1.2.3', '10.0.0.1', '250m', '64Mi', '0x', '1e999'],
    out: '- 1.2.3\n- 10.0.0.1\n- 250m\n- 64Mi\n- 0x\n- 1e999\n',
  },
  {
    name: 'timestamps',
    value: ['2024-01-02', '2024-13-02', '2024-1-2T3:4:5Z', '2024-02-30', '2024-01-02T03:04:05+01:00'],
    out: '- "2024-01-02"\n- 2024-13-02\n- "2024-1-2T3:4:5Z"\n- 2024-02-30\n- "2024-01-02T03:04:05+01:00"\n',
  },
  {
    name: 'indicators',
    value: ['- a', '-a', ': b', 'a: b', 'a:b', 'a #b', 'a#b', '*', '&x', '!x', '%', '@', '`', '{', '[', '>', '|', "it's", '"q"'],
    out: "- '- a'\n- -a\n- ': b'\n- 'a: b'\n- a:b\n- 'a #b'\n- a#b\n- '*'\n- '&x'\n- '!x'\n- '%'\n- '@'\n- '`'\n- '{'\n- '['\n- '>'\n- '|'\n- it's\n- '\"q\"'\n",
  },
  { name: 'spaces at the edges', value: [' a', 'a ', ' '], out: "- ' a'\n- 'a '\n- ' '\n" },
  {
    name: 'several lines',
    value: { a: 'x\ny\n', b: 'x\ny', c: 'x\n\n', d: ' x\ny\n', e: '\n' },
    out: 'a: |\n  x\n  y\nb: |-\n  x\n  y\nc: |+\n  x\n\nd: |2\n   x\n  y\ne: |2+\n\n',
  },
  { name: 'lines that end in blanks', value: ['a \nb', 'a\tb', 'a\r\nb'], out: '- "a \\nb"\n- "a\\tb"\n- "a\\r\\nb"\n' },
  { name: 'beyond the basic plane', value: ['é', '日本', '😀', '\x1b[0m'], out: '- é\n- 日本\n- "\\U0001F600"\n- "\\e[0m"\n' },
  { name: 'long text folds past column 80', value: { message: long }, out: `message: ${long.slice(0, 72)}\n  ${long.slice(73)}\n` },
  {
    name: 'keys that do not fit a line',
    value: { ['k'.repeat(129)]: 1, 'a\nb': [2] },
    out: `? |-\n  a\n  b\n: - 2\n? ${'k'.repeat(129)}\n: 1\n`,
  },
  {
    name: 'numbers',
    value: [1, -5, 0.5, 1234567.5, 1e21, 1e-7, 123456789012],
    out: '- 1\n- -5\n- 0.5\n- 1.2345675e+06\n- 1e+21\n- 1e-07\n- 123456789012\n',
  },
  { name: 'a bare value', value: 'x', out: 'x\n' },
]

test.each(cases)('$name', ({ value, out }) => {
  expect(toYaml(value)).toBe(out)
})

test('whatever is printed reads back as itself', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'true', '1', '-', ':', ' ', '#', '\n', '\t', "'", '"', '\\', '{', 'é', '0x', 'long word '),
  })
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      text,
      fc.boolean(),
      fc.integer(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(text, tie('value'), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).value
  fc.assert(
    fc.property(json, (value) => expect(parse(toYaml(value), { version: '1.1', schema: 'yaml-1.1', merge: false })).toEqual(value)),
    { numRuns: 300 },
  )
})
