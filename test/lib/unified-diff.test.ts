// Differences of texts in unified form, as Python's difflib makes them.
import { unifiedDiff } from '../../src/lib/unified-diff'

const lines = (...words: string[]) => words.join('\n')

test.each<[string, string, string, string]>([
  ['the same', 'a', 'a', ''],
  [
    'a line in the middle',
    lines('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'),
    lines('a', 'b', 'c', 'd', 'X', 'f', 'g', 'h', 'i'),
    '@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+X\n f\n g\n h\n',
  ],
  [
    'lines at the ends, far apart',
    lines('a', '1', '2', '3', '4', '5', '6', '7', 'b'),
    lines('1', '2', '3', '4', '5', '6', '7', 'b', 'c'),
    '@@ -1,4 +1,3 @@\n-a\n 1\n 2\n 3\n@@ -7,3 +6,4 @@\n 6\n 7\n b\n+c\n',
  ],
  [
    'lines near each other stay together',
    lines('a', '1', '2', 'b'),
    lines('x', '1', '2', 'y'),
    '@@ -1,4 +1,4 @@\n-a\n+x\n 1\n 2\n-b\n+y\n',
  ],
])('%s', (_, before, after, expected) => {
  expect(unifiedDiff(before, after)).toBe(expected)
})
