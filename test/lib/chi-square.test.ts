// The chi-square test against published critical values.
import { chiSquare, chiSquareTail } from '../../src/lib/chi-square'

test.each([
  [3.841, 1, 0.05],
  [6.635, 1, 0.01],
  [5.991, 2, 0.05],
  [13.816, 2, 0.001],
  [7.815, 3, 0.05],
  [16.919, 9, 0.05],
  [124.342, 100, 0.05],
  [77.929, 100, 0.95],
])('%f with %i degrees leaves %f', (value, degrees, tail) => {
  expect(chiSquareTail(value, degrees)).toBeCloseTo(tail, 4)
})

test('equal counts fit perfectly, one-sided ones do not', () => {
  expect(chiSquare([10, 10], [10, 10])).toBe(0)
  expect(chiSquareTail(0, 1)).toBe(1)
  expect(chiSquare([20, 0], [10, 10])).toBe(20)
  expect(chiSquareTail(20, 1)).toBeLessThan(0.0001)
})
