// perl: no interpreter, but the digits of pi, which the Jobs' walkthrough computes.
import type { Image } from '../process'
import { executable } from './servers'

/** Digits of pi by Gibbons' spigot. */
export function digitsOfPi(count: number): string {
  let out = ''
  let [q, r, t, k, n, l] = [1n, 0n, 1n, 1n, 3n, 3n]
  while (out.length < count) {
    if (4n * q + r - t < n * t) {
      out += n
      const next = 10n * (r - n * t)
      n = (10n * (3n * q + r)) / t - 10n * n
      q *= 10n
      r = next
    } else {
      const next = (2n * q + r) * l
      const digit = (q * (7n * k) + 2n + r * l) / (t * l)
      q *= k
      t *= l
      l += 2n
      k += 1n
      n = digit
      r = next
    }
  }
  return `${out[0]}.${out.slice(1)}`
}

export const perl: Image = {
  repositories: ['perl'],
  command: ['perl', '-de0'],
  sizeBytes: 336_000_000,
  userland: 'debian',
  program(argv) {
    if (executable(argv) !== 'perl') return undefined
    return {
      start(context) {
        const pi = /bpi\((\d+)\)/.exec(argv.join(' '))
        if (pi) context.log(digitsOfPi(Math.min(Number(pi[1]), 5000)))
        else if (/print\s+["']/.test(argv.join(' ')))
          context.write(/print\s+(["'])(.*?)\1/.exec(argv.join(' '))![2].replaceAll('\\n', '\n'))
        return { state: null, exit: { code: 0 } }
      },
    }
  },
}
