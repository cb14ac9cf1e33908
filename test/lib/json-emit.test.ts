import { toCompactJson, toIndentedJson, toJson } from '../../src/lib/json-emit'

test('four spaces a level, sorted keys, nothing for undefined', () => {
  expect(toJson({ b: [1, {}], a: { c: null, d: undefined }, e: [] })).toBe(
    '{\n    "a": {\n        "c": null\n    },\n    "b": [\n        1,\n        {}\n    ],\n    "e": []\n}\n',
  )
})

const strings: { name: string; text: string; out: string }[] = [
  { name: 'HTML', text: '<a&b>', out: '"\\u003ca\\u0026b\\u003e"' },
  { name: 'control characters', text: '\b\f\n\r\t\x01\x1f', out: '"\\b\\f\\n\\r\\t\\u0001\\u001f"' },
  { name: 'quotes', text: 'a"b\\', out: '"a\\"b\\\\"' },
  { name: 'line separators', text: '\u2028\u2029', out: '"\\u2028\\u2029"' },
  { name: 'other text', text: 'é日本😀\x7f', out: '"é日本😀\x7f"' },
]

test.each(strings)('string: $name', ({ text, out }) => {
  expect(toCompactJson(text)).toBe(out)
})

test('compact, as they are, without HTML escapes', () => {
  expect(toCompactJson({ b: 1, a: '<' }, { sort: false, escapeHtml: false })).toBe('{"b":1,"a":"<"}')
  expect(toIndentedJson({ a: [true] }, '  ')).toBe('{\n  "a": [\n    true\n  ]\n}')
})
