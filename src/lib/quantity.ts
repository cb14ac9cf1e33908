// resource.Quantity: amounts such as 100m, 1.5Gi and 12e6, exact, with their canonical text (apimachinery's pkg/api/resource).

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent'

/** The value is `unscaled * 10^scale`. `text` is set when the parsed string counts as canonical and is printed again as it was. */
export interface Quantity {
  unscaled: bigint
  scale: number
  format: QuantityFormat
  text?: string
}

const FORMAT_WRONG = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
const NUMERIC_WRONG = 'unable to parse numeric part of quantity'
const SUFFIX_WRONG = "unable to parse quantity's suffix"
const MAX_INT64 = 2n ** 63n - 1n
/** An int64 holds this many decimal digits whatever they are; longer numbers take upstream's slow path. */
const FAST_DIGITS = 18
const NANO = -9
const MILLI = -3

const DECIMAL_SUFFIXES: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
const BINARY_SUFFIXES: Record<string, number> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 }

export class QuantityError extends Error {}

export const zeroQuantity: Quantity = { unscaled: 0n, scale: 0, format: 'DecimalSI', text: '0' }

interface Suffix {
  base: 2 | 10
  exponent: number
  format: QuantityFormat
}

function interpretSuffix(suffix: string): Suffix | undefined {
  if (Object.hasOwn(DECIMAL_SUFFIXES, suffix)) return { base: 10, exponent: DECIMAL_SUFFIXES[suffix], format: 'DecimalSI' }
  if (Object.hasOwn(BINARY_SUFFIXES, suffix)) return { base: 2, exponent: BINARY_SUFFIXES[suffix], format: 'BinarySI' }
  if (/^[eE][+-]?[0-9]+$/.test(suffix)) return { base: 10, exponent: Number(suffix.slice(1)), format: 'DecimalExponent' }
  return undefined
}

/** Rounds away from zero to a multiple of 10^scale. */
function roundUp(unscaled: bigint, scale: number, to: number): { unscaled: bigint; scale: number } {
  if (scale >= to) return { unscaled, scale }
  const factor = 10n ** BigInt(to - scale)
  const rest = unscaled % factor
  let quotient = unscaled / factor
  if (rest > 0n) quotient += 1n
  if (rest < 0n) quotient -= 1n
  return { unscaled: quotient, scale: to }
}

/** Parses a quantity as the API server does. Throws QuantityError with upstream's sentence. */
export function parseQuantity(input: string): Quantity {
  if (input === '0') return zeroQuantity
  const parts = /^([+-]?)([0-9]*)(\.?)([0-9]*)([eEinumkKMGTP]*[-+]?[0-9]*)$/.exec(input)
  if (!parts || input === '') throw new QuantityError(FORMAT_WRONG)
  const [, sign, rawWhole, , fraction, suffixText] = parts
  const whole = rawWhole.replace(/^0+/, '') || '0'
  const suffix = interpretSuffix(suffixText)
  if (!suffix) throw new QuantityError(SUFFIX_WRONG)
  const { base, exponent } = suffix
  let format = suffix.format
  const digits = whole + fraction
  if (digits.length > 4096 || Math.abs(exponent) > 4096) throw new QuantityError(NUMERIC_WRONG)
  const magnitude = BigInt(digits)
  const signed = sign === '-' ? -magnitude : magnitude
  if (base === 10) {
    const scale = exponent - fraction.length
    if (digits.length <= FAST_DIGITS && scale >= NANO) {
      const canonical = scale % 3 === 0 && !digits.endsWith('000') && digits[0] !== '0'
      return { unscaled: signed, scale, format, ...(canonical ? { text: input } : {}) }
    }
    return { ...roundUp(signed, scale, NANO), format }
  }
  let binary = { unscaled: signed << BigInt(exponent), scale: -fraction.length }
  if (fraction === '' && 15 - whole.length - Math.floor((exponent * 3) / 10) - 1 >= 0) {
    // Upstream's cheap test: a number that eight does not divide cannot be carried into the next suffix, so its text is kept.
    return { ...binary, format, ...((magnitude & 7n) !== 0n ? { text: input } : {}) }
  }
  binary = roundUp(binary.unscaled, binary.scale, NANO)
  const limit = MAX_INT64 * 10n ** BigInt(-binary.scale)
  if (binary.unscaled > limit) binary = { unscaled: MAX_INT64, scale: 0 }
  if (binary.unscaled < -limit) binary = { unscaled: -MAX_INT64, scale: 0 }
  const one = 10n ** BigInt(-binary.scale)
  if (binary.unscaled !== 0n && binary.unscaled < one && binary.unscaled > -one) format = 'DecimalSI'
  return { ...binary, format }
}

/** The parsed quantity of a field (number or string), zero when absent. Throws QuantityError. */
export function quantityOf(value: string | number | undefined | null): Quantity {
  return value === undefined || value === null ? zeroQuantity : parseQuantity(String(value).trim())
}

function align(a: Quantity, b: Quantity): [bigint, bigint, number] {
  const scale = Math.min(a.scale, b.scale)
  return [a.unscaled * 10n ** BigInt(a.scale - scale), b.unscaled * 10n ** BigInt(b.scale - scale), scale]
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  const [left, right] = align(a, b)
  return left < right ? -1 : left > right ? 1 : 0
}

/** The sum, in the format of `a` unless that is zero. */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  const [left, right, scale] = align(a, b)
  return { unscaled: left + right, scale, format: a.unscaled === 0n ? b.format : a.format }
}

/** The difference, in the format of `a` unless that is zero. */
export function subtractQuantities(a: Quantity, b: Quantity): Quantity {
  const [left, right, scale] = align(a, b)
  return { unscaled: left - right, scale, format: a.unscaled === 0n ? b.format : a.format }
}

/** Rounded away from zero to thousandths, as the API server does with resource lists. */
export function roundUpToMilli(q: Quantity): Quantity {
  return q.scale >= MILLI ? q : { ...roundUp(q.unscaled, q.scale, MILLI), format: q.format }
}

/** Whole units, rounded away from zero (Quantity.Value). */
export function quantityValue(q: Quantity): number {
  const whole = roundUp(q.unscaled, q.scale, 0)
  return Number(whole.unscaled * 10n ** BigInt(whole.scale))
}

/** Thousandths of a unit, rounded away from zero (Quantity.MilliValue). */
export function quantityMilliValue(q: Quantity): number {
  return quantityValue({ ...q, scale: q.scale + 3, text: undefined })
}

/** Quantity.AsApproximateFloat64. */
export function quantityToFloat(q: Quantity): number {
  return q.scale === 0 ? Number(q.unscaled) : Number(`${q.unscaled}e${q.scale}`)
}

function decimalText(q: Quantity, format: QuantityFormat): string {
  let { unscaled, scale } = q
  while (unscaled % 10n === 0n) {
    unscaled /= 10n
    scale++
  }
  while (scale % 3 !== 0) {
    unscaled *= 10n
    scale--
  }
  if (format === 'DecimalExponent') return scale === 0 ? `${unscaled}` : `${unscaled}e${scale}`
  const suffix = Object.keys(DECIMAL_SUFFIXES).find((key) => DECIMAL_SUFFIXES[key] === scale)
  return `${unscaled}${suffix ?? ''}`
}

/** The canonical text (Quantity.String): 1024Mi is 1Gi, 0.5 is 500m. */
export function formatQuantity(q: Quantity): string {
  if (q.text !== undefined) return q.text
  if (q.unscaled === 0n) return '0'
  if (q.format !== 'BinarySI') return decimalText(q, q.format)
  const whole = roundUp(q.unscaled, q.scale, 0)
  let value = whole.unscaled * 10n ** BigInt(whole.scale)
  const exact = compareQuantities(q, { unscaled: value, scale: 0, format: q.format }) === 0
  if (!exact || (value > -1024n && value < 1024n)) return decimalText(q, 'DecimalSI')
  let exponent = 0
  while (value % 1024n === 0n) {
    value /= 1024n
    exponent += 10
  }
  const suffix = Object.keys(BINARY_SUFFIXES).find((key) => BINARY_SUFFIXES[key] === exponent)
  return `${value}${suffix ?? ''}`
}

/** The text the API server gives back for a quantity it was sent. Throws QuantityError. */
export function canonicalQuantity(value: string | number): string {
  return formatQuantity(quantityOf(value))
}
