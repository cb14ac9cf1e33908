// Texts with words in them, and the same texts with others.
import { said, Wording } from '../../src/lib/wording'

const WORDS = ['web-x7k2p', '10.244.0.3', 'ab12', '900', 'ff00aa11']
const OTHERS = ['web-9q8zz', '10.244.1.40', 'cd34', '1801', 'ff00bb22']

const CASES: [name: string, text: string, other: string | undefined][] = [
  ['a word alone', 'web-x7k2p', 'web-9q8zz'],
  ['words within', 'Pod web-x7k2p has 10.244.0.3', 'Pod web-9q8zz has 10.244.1.40'],
  ['an address is not the beginning of a longer one', '10.244.0.33', undefined],
  ['nor is a name', 'web-x7k2pq', undefined],
  ['a word behind another that ends in it', 'kube-ab12', 'kube-cd34'],
  ['a version as the whole text', '900', '1801'],
  ['a version within a text is none', 'in 900 ms', undefined],
  ['nothing in it', 'Created container', undefined],
  ['a part of a key', 'k:{"ip":"10.244.0.3"}', 'k:{"ip":"10.244.1.40"}'],
  ['what was made of a text with words in it', '[oN web-x7k2p]', '[oN web-9q8zz]'],
]

const wording = new Wording(WORDS, 3, 4, [{ text: '[oN web-x7k2p]', from: 'No web-x7k2p', by: (text) => `[${text.replace('No', 'oN')}]` }])

test.each(CASES)('%s', (_, text, other) => {
  const phrase = wording.phrase(text)
  expect(phrase && said(phrase, WORDS)).toBe(phrase && text)
  expect(phrase && said(phrase, OTHERS)).toBe(other)
})
