import { goSort } from '../../src/lib/go-sort'

function orderOf(keys: number[]): number[] {
  return goSort(
    keys.map((key, at) => ({ key, at })),
    (a, b) => a.key < b.key,
  ).map((item) => item.at)
}

test('up to twelve elements keep the order of equals', () => {
  expect(orderOf([2, 1, 2, 1, 0])).toEqual([4, 1, 3, 0, 2])
})

test('more than twelve need not, and come out as from sort.Sort', () => {
  expect(orderOf(Array.from({ length: 16 }, (_, i) => i % 3))).toEqual([6, 15, 12, 3, 0, 9, 4, 7, 10, 13, 1, 8, 5, 11, 2, 14])
})

test('a comparison that contradicts itself reverses', () => {
  expect(goSort(['a', 'b', 'c'], () => true)).toEqual(['c', 'b', 'a'])
})

test.each([0, 1, 13, 50, 51, 300, 1000])('%d numbers are sorted, whatever their order', (length) => {
  const scattered = Array.from({ length }, (_, i) => (i * 7919) % 1009)
  for (const numbers of [scattered, scattered.toSorted((a, b) => b - a), scattered.map((n) => n % 5)]) {
    expect(goSort(numbers, (a, b) => a < b)).toEqual(numbers.toSorted((a, b) => a - b))
  }
})
