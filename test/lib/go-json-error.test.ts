// Broken JSON, in the words of Go's decoder.
import { jsonSyntaxError } from '../../src/lib/go-json-error'

test.each<[string, string, string | undefined, number | undefined]>([
  ['nothing wrong', ' {"a": [1, -2.5e3, "x\\u00e9", true, null, {}, []]} ', undefined, undefined],
  ['nothing at all', '', 'unexpected end of JSON input', undefined],
  ['no end', '{"a": {"b": 1}', 'unexpected end of JSON input', undefined],
  ['no value', '{"a": }', "invalid character '}' looking for beginning of value", 7],
  ['a key without quotes', '{{x}}', "invalid character '{' looking for beginning of object key string", 2],
  ['a comma before the end', '{"a": 1,}', "invalid character '}' looking for beginning of object key string", 9],
  ['no colon', '{"a" "b"}', `invalid character '"' after object key`, 6],
  ['no comma', '{"a": 1 "b": 2}', `invalid character '"' after object key:value pair`, 9],
  ['no comma in an array', '[1 2]', "invalid character '2' after array element", 4],
  ['a line break in a string', '{"a": "x\ny"}', "invalid character '\\n' in string literal", 9],
  ['an escape of nothing', '{"a": "\\q"}', "invalid character 'q' in string escape code", 9],
  ['a number of nothing', '{"a": -}', "invalid character '}' in numeric literal", 8],
  ['half a word', '{"a": tru}', "invalid character '}' in literal true (expecting 'e')", 10],
  ['single quotes', "{'a': 1}", "invalid character '\\'' looking for beginning of object key string", 2],
  ['more than a value', '{} x', "invalid character 'x' after top-level value", 4],
])('%s', (_name, text, message, offset) => {
  expect(jsonSyntaxError(text)).toEqual(message === undefined ? undefined : { message, ...(offset === undefined ? {} : { offset }) })
})
