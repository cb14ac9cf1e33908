import { age, formatDuration, humanDuration, parseDuration, shortHumanDuration } from '../../src/lib/ages'

const S = 1000
const M = 60 * S
const H = 60 * M
const D = 24 * H

const human: { ms: number; long: string; short: string }[] = [
  { ms: -2000, long: '<invalid>', short: '<invalid>' },
  { ms: -1999, long: '0s', short: '0s' },
  { ms: 999, long: '0s', short: '0s' },
  { ms: 119 * S, long: '119s', short: '1m' },
  { ms: 2 * M, long: '2m', short: '2m' },
  { ms: 9 * M + 59 * S, long: '9m59s', short: '9m' },
  { ms: 10 * M + 30 * S, long: '10m', short: '10m' },
  { ms: 179 * M, long: '179m', short: '2h' },
  { ms: 3 * H, long: '3h', short: '3h' },
  { ms: 7 * H + 5 * M, long: '7h5m', short: '7h' },
  { ms: 47 * H, long: '47h', short: '1d' },
  { ms: 2 * D + 3 * H, long: '2d3h', short: '2d' },
  { ms: 8 * D + 3 * H, long: '8d', short: '8d' },
  { ms: 729 * D, long: '729d', short: '1y' },
  { ms: 733 * D, long: '2y3d', short: '2y' },
  { ms: 9 * 365 * D, long: '9y', short: '9y' },
]

test.each(human)('$ms ms is $long, $short', ({ ms, long, short }) => {
  expect(humanDuration(ms)).toBe(long)
  expect(shortHumanDuration(ms)).toBe(short)
})

test('the age of a timestamp', () => {
  expect(age('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:00:04Z'))).toBe('4s')
  expect(age(undefined, 0)).toBe('<unknown>')
  expect(age(null, 0)).toBe('<unknown>')
})

const durations: { text: string; ms: number; out: string }[] = [
  { text: '0', ms: 0, out: '0s' },
  { text: '1m20s', ms: 80 * S, out: '1m20s' },
  { text: '-1.5h', ms: -90 * M, out: '-1h30m0s' },
  { text: '100ms', ms: 100, out: '100ms' },
  { text: '3us', ms: 0.003, out: '3µs' },
  { text: '1.000001s', ms: 1000.001, out: '1.000001s' },
  { text: '48h', ms: 48 * H, out: '48h0m0s' },
]

test.each(durations)('duration $text', ({ text, ms, out }) => {
  expect(parseDuration(text)).toBeCloseTo(ms, 6)
  expect(formatDuration(parseDuration(text))).toBe(out)
})

const refused: { text: string; message: string }[] = [
  { text: '', message: 'time: invalid duration ""' },
  { text: 'abc', message: 'time: invalid duration "abc"' },
  { text: '5', message: 'time: missing unit in duration "5"' },
  { text: '1p', message: 'time: unknown unit "p" in duration "1p"' },
  { text: '1é', message: 'time: unknown unit "\\xc3\\xa9" in duration "1\\xc3\\xa9"' },
  { text: '3000000h', message: 'time: invalid duration "3000000h"' },
]

test.each(refused)('not a duration: $text', ({ text, message }) => {
  expect(() => parseDuration(text)).toThrow(message)
})
