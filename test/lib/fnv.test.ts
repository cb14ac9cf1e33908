import { fnv32, fnv32a, fnv128a, safeEncode } from '../../src/lib/fnv'

test.each([
  { name: 'New32 of nothing', hash: fnv32(''), want: 2166136261 },
  { name: 'New32a of nothing', hash: fnv32a(''), want: 2166136261 },
  { name: 'New32 of foobar', hash: fnv32('foobar'), want: 0x31f0b262 },
  { name: 'New32a of foobar', hash: fnv32a('foobar'), want: 0xbf9cf968 },
])('$name', ({ hash, want }) => {
  expect(hash).toBe(want)
})

test('safeEncode replaces digits by the safe alphabet', () => {
  expect(safeEncode('0123456789')).toBe('456789bcdf')
})

test.each([
  ['', '6c62272e07bb014262b821756295c58d'],
  ['foobar', '343e1662793c64bf6f0d3597ba446f18'],
])('fnv128a of %j', (text, hash) => {
  expect(fnv128a(text).toString(16)).toBe(hash)
})
