// bc's numbers: integers of any size with digits behind the point, and how each operation keeps them (POSIX bc).

export interface Decimal {
  /** The number times ten to the scale. */
  units: bigint
  scale: number
}

export class BcProblem extends Error {}

/** The longest number, digits. */
const MOST_DIGITS = 100_000

export const ZERO: Decimal = { units: 0n, scale: 0 }
export const ONE: Decimal = { units: 1n, scale: 0 }

function ten(power: number): bigint {
  if (power > MOST_DIGITS) throw new BcProblem('number too long')
  return 10n ** BigInt(power)
}

export function scaled({ units, scale }: Decimal, to: number): Decimal {
  if (to >= scale) return { units: units * ten(to - scale), scale: to }
  return { units: units / ten(scale - to), scale: to }
}

export function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale)
  return { units: scaled(a, scale).units + scaled(b, scale).units, scale }
}

export function negated({ units, scale }: Decimal): Decimal {
  return { units: -units, scale }
}

export function multiply(a: Decimal, b: Decimal, scale: number): Decimal {
  const full = { units: a.units * b.units, scale: a.scale + b.scale }
  return scaled(full, Math.min(full.scale, Math.max(scale, a.scale, b.scale)))
}

export function divide(a: Decimal, b: Decimal, scale: number): Decimal {
  if (b.units === 0n) throw new BcProblem('divide by zero')
  return { units: scaled(a, scale + b.scale).units / b.units, scale }
}

export function remainder(a: Decimal, b: Decimal, scale: number): Decimal {
  const quotient = divide(a, b, scale)
  const most = Math.max(scale + b.scale, a.scale)
  return scaled(add(a, negated(multiply(quotient, b, most))), most)
}

export function power(a: Decimal, exponent: Decimal, scale: number): Decimal {
  const whole = scaled(exponent, 0)
  if (compare(whole, exponent) !== 0) throw new BcProblem('not an integer')
  const times = whole.units < 0n ? -whole.units : whole.units
  if (times * BigInt(String(a.units).length) > BigInt(MOST_DIGITS)) throw new BcProblem('number too long')
  const full = { units: a.units ** times, scale: a.scale * Number(times) }
  if (whole.units < 0n) return divide(ONE, full, scale)
  return scaled(full, Math.min(full.scale, Math.max(scale, a.scale)))
}

export function squareRoot(a: Decimal, scale: number): Decimal {
  if (a.units < 0n) throw new BcProblem('negative number')
  const to = Math.max(scale, a.scale)
  const target = scaled(a, 2 * to).units
  if (target < 2n) return { units: target, scale: to }
  let guess = 1n << BigInt(Math.ceil(target.toString(2).length / 2))
  for (;;) {
    const next = (guess + target / guess) >> 1n
    if (next >= guess) return { units: guess, scale: to }
    guess = next
  }
}

export function compare(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale)
  const [x, y] = [scaled(a, scale).units, scaled(b, scale).units]
  return x < y ? -1 : x > y ? 1 : 0
}

/** Digits of a base up to 36; a single letter above the base counts as its largest digit. */
export function parse(text: string, base: number): Decimal {
  const [whole, fraction = ''] = text.split('.')
  const digit = (c: string) => {
    const value = Number.parseInt(c, 36)
    return BigInt(text.length === 1 ? value : Math.min(value, base - 1))
  }
  let units = 0n
  for (const c of whole) units = units * BigInt(base) + digit(c)
  if (fraction === '') return { units, scale: 0 }
  let below = 0n
  for (const c of fraction) below = below * BigInt(base) + digit(c)
  const scale = fraction.length
  return { units: units * ten(scale) + (below * ten(scale)) / BigInt(base) ** BigInt(scale), scale }
}

/** As bc prints it: no zero before the point; long numbers broken with backslashes. */
export function shown(value: Decimal, base: number): string {
  const sign = value.units < 0n ? '-' : ''
  const units = value.units < 0n ? -value.units : value.units
  const whole = units / ten(value.scale)
  let fraction = units % ten(value.scale)
  let digits = value.scale > 0 ? `.${fraction.toString().padStart(value.scale, '0')}` : ''
  if (base !== 10 && value.scale > 0) {
    digits = '.'
    const unit = ten(value.scale)
    for (let reach = 1n; reach < unit; reach *= BigInt(base)) {
      fraction *= BigInt(base)
      digits += digitsOf(fraction / unit, base)
      fraction %= unit
    }
  }
  const text = sign + (whole === 0n && digits !== '' ? '' : digitsOf(whole, base)) + digits
  if (value.units === 0n) return '0'
  return text.replace(/(.{68})(?=..)/g, '$1\\\n')
}

function digitsOf(value: bigint, base: number): string {
  if (base <= 16) return value.toString(base).toUpperCase()
  const out: string[] = []
  for (let left = value; left > 0n; left /= BigInt(base))
    out.unshift(` ${String(left % BigInt(base)).padStart(String(base - 1).length, '0')}`)
  return out.join('') || ' 0'
}
