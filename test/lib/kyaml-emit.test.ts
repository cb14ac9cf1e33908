import { toKyaml } from '../../src/lib/kyaml-emit'

const cases: { name: string; value: unknown; out: string }[] = [
  {
    name: 'lists of maps are cuddled, other lists are not',
    value: { b: [{ a: 1 }, []], a: ['x', true], c: {}, d: undefined },
    out: '---\n{\n  a: [\n    "x",\n    true,\n  ],\n  b: [{\n    a: 1,\n  }, []],\n  c: {},\n}\n',
  },
  {
    name: 'names that could be something else are quoted',
    value: { no: 1, '1_0': 1, _: 1, 'a b': 1, 'a.b/c-d': 1, '': 1, inf: 1 },
    out: '---\n{\n  "": 1,\n  "1_0": 1,\n  _: 1,\n  "a b": 1,\n  a.b/c-d: 1,\n  "inf": 1,\n  "no": 1,\n}\n',
  },
  { name: 'lines', value: { a: 'x\n  y\n' }, out: '---\n{\n  a: "\\\n     x\\n\\\n    \\  y\\n\\\n    ",\n}\n' },
  { name: 'characters', value: 'é\t"\\\x1b\u2028\x01', out: '---\n"é\t\\"\\\\\\e\\L\\x01"\n' },
  { name: 'numbers and null', value: [1, 0.5, null], out: '---\n[\n  1,\n  0.5,\n  null,\n]\n' },
]

test.each(cases)('$name', ({ value, out }) => {
  expect(toKyaml(value)).toBe(out)
})
