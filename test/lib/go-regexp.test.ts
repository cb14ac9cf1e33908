// Go's regular expressions: what they match, and what Go says of those it does not read.
import { goRegExp } from '../../src/lib/go-regexp'

test.each<[string, string, string[], string[]]>([
  ['plain', '^a+(b|c)?$', ['a', 'aab', 'ac'], ['b', 'abc']],
  ['either case from here on', '^(?i)(abort|warn)?$', ['', 'ABORT', 'Warn'], ['warned']],
  ['either case in a group alone', '^((?i)mon|tues)day$', ['Monday', 'TUESday'], ['MonDAY']],
  ['either case of a range', '^(?i:[a-c])x$', ['Bx', 'bx'], ['bX']],
  ['a named group', '^(?P<n>\\d)$', ['1'], ['x']],
  ['classes by name', '^[[:alpha:]_]+[[:digit:]]$', ['a_1'], ['11']],
  ['whole text', '\\Aa\\z', ['a'], ['ba']],
  ['a dot over lines', '(?s)^a.b$', ['a\nb'], ['ab']],
  ['as it stands', '^\\Qa.b*\\E$', ['a.b*'], ['aab']],
  ['a count', '^[a-z]{2,3}$', ['ab', 'abc'], ['a', 'abcd']],
  ['a brace that counts nothing', '^a{,3}$', ['a{,3}'], ['aa']],
  ['letters of a script', '^\\p{Greek}+$', ['αβ'], ['ab']],
])('%s', (_name, pattern, matching, others) => {
  const expression = goRegExp(pattern)
  expect(matching.filter((text) => !expression.test(text))).toEqual([])
  expect(others.filter((text) => expression.test(text))).toEqual([])
})

test.each<[string, string, string]>([
  ['no closing parenthesis', '(a', 'missing closing ): `(a`'],
  ['a closing parenthesis too many', 'a)', 'unexpected ): `a)`'],
  ['no closing bracket', 'x[a-', 'missing closing ]: `[a-`'],
  ['nothing to repeat', '*a', 'missing argument to repetition operator: `*`'],
  ['a repetition repeated', 'a**', 'invalid nested repetition operator: `**`'],
  ['a look ahead', 'a(?!b)', 'invalid or unsupported Perl syntax: `(?!`'],
  ['an escape of nothing', '\\y', 'invalid escape sequence: `\\y`'],
  ['a range backwards', '[z-a]', 'invalid character class range: `z-a`'],
  ['too many', 'a{1001}', 'invalid repeat count: `{1001}`'],
])('%s', (_name, pattern, why) => {
  expect(() => goRegExp(pattern)).toThrow(`error parsing regexp: ${why}`)
})
