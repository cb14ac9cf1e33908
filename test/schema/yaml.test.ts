// YAML as kubectl reads it: YAML 1.1 values, go-yaml's complaints, bounds on aliases and depth.
import { parseLaterYaml, parseYaml } from '../../src/schema/yaml'

describe('values', () => {
  test.each<[string, string, unknown]>([
    ['words that mean true', 'a: [yes, On, y, TRUE]', { a: [true, true, true, true] }],
    ['words that mean false', 'a: [no, off, n]', { a: [false, false, false] }],
    ['nothing', 'a: ~\nb:\nc: null', { a: null, b: null, c: null }],
    ['whole numbers', 'a: [0x1f, 017, 0o17, 1_000, -3, +4]', { a: [31, 15, 15, 1000, -3, 4] }],
    ['fractions', 'a: [1.5, 1e3, .5, 08]', { a: [1.5, 1000, 0.5, 8] }],
    ['no numbers', 'a: [., 1.2.3, 1:30, 2020-01-02, 12px]', { a: ['.', '1.2.3', '1:30', '2020-01-02', '12px'] }],
    ['quoted text stays text', `a: ["1", 'yes', !!str 3]`, { a: ['1', 'yes', '3'] }],
    ['keys are text', '1: a\ntrue: b', { '1': 'a', true: 'b' }],
    ['the last of equal keys', 'a: 1\na: 2', { a: 2 }],
    ['a literal', 'a: |\n  x\n   y\n\nb: 1', { a: 'x\n y\n', b: 1 }],
    ['a literal without its last break', 'a: |-\n  x\n', { a: 'x' }],
    ['a folded scalar', 'a: >\n  x\n  y\n\n  z\n', { a: 'x y\nz\n' }],
    ['a plain scalar of several lines', 'a: x\n  y\n\n  z', { a: 'x y\nz' }],
    ['escapes', 'k: "a\\tb\\u0041\\\n  c"', { k: 'a\tbAc' }],
    ['a list at its key', 'a:\n- 1\n-\n- b: 2\n  c: 3', { a: [1, null, { b: 2, c: 3 }] }],
    ['anchors and merges', 'a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\ne: *x', { a: { b: 1, c: 2 }, d: { b: 1, c: 3 }, e: { b: 1, c: 2 } }],
    ['flow over lines', 'a: {b: [1,\n 2], "c":3}', { a: { b: [1, 2], c: 3 } }],
    ['comments', '# x\na: 1 # y\n#z', { a: 1 }],
    ['nothing at all', '# only this\n', null],
  ])('%s', (_name, text, value) => {
    expect(parseYaml(text)).toEqual(value)
  })
})

describe('complaints', () => {
  test.each([
    [
      'a mapping inside a scalar',
      'kind: Pod\nmetadata:\n  name: x\n   labels: {}',
      'line 4: mapping values are not allowed in this context',
    ],
    ['on the first line there is no line', 'a: b: c', 'mapping values are not allowed in this context'],
    ['an open list', 'not: [yaml\n', "line 1: did not find expected ',' or ']'"],
    ['an open mapping', 'a: 1\nb: {c: 1\nd: 2\n', "line 2: did not find expected ',' or '}'"],
    ['a line without its colon', 'a: 1\nb\nc: 2\n', "line 3: could not find expected ':'"],
    ['a tab', 'a:\n\tb: 1\n', 'line 2: found character that cannot start any token'],
    ['less indentation than its brothers', 'a:\n    b: 1\n  c: 2\n', 'line 2: did not find expected key'],
    ['a key among items', '- a\nb: c\n', "line 1: did not find expected '-' indicator"],
    ['an open quote', 'a: "b\n', 'line 2: found unexpected end of stream'],
    ['an unknown escape', 'x: 1\na: "\\q"\n', 'line 2: found unknown escape character'],
    ['an unknown anchor', 'a: *b', "unknown anchor 'b' referenced"],
    ['a mapping as a key', 'a:\n  {{x}}: 1', 'invalid map key: map[interface {}]interface {}{"x":interface {}(nil)}'],
    ['a reserved character', 'a: 1\nb: @x', 'line 2: found character that cannot start any token'],
    ['a list in a scalar', 'a: b\n  - c', undefined],
    ['control characters', 'a: \u0001', 'control characters are not allowed'],
  ])('%s', (_name, text, message) => {
    if (message === undefined) expect(parseYaml(text)).toEqual({ a: 'b - c' })
    else expect(() => parseYaml(text)).toThrow(message)
  })

  test('a bomb of aliases', () => {
    const lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x]']
    for (let i = 1; i < 9; i++)
      lines.push(
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(',')}]`,
      )
    expect(() => parseYaml(lines.join('\n'))).toThrow('document contains excessive aliasing')
  })
  test('a well without a floor', () => {
    expect(() => parseYaml('['.repeat(20000))).toThrow('exceeded max depth of 10000')
  })
})

test('what the third version of the library takes for words of truth', () => {
  const text = 'a: yes\nb: off\nn: y\nc: true\nd: ~\ne: 012\n'
  expect(parseLaterYaml(text)).toEqual({ a: 'yes', b: 'off', n: 'y', c: true, d: null, e: 10 })
  expect(parseYaml(text)).toEqual({ a: true, b: false, false: true, c: true, d: null, e: 10 })
})
